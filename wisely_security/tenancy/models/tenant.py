from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field

from . import display_names


class Edition(models.TextChoices):
    ENTERPRISE = "enterprise", "Enterprise"
    AGGREGATOR = "aggregator", "Aggregator"


# Where each edition keeps its people: the part of the URL, and the heading in the menu.
PEOPLE_SECTIONS: dict[str, tuple[str, str]] = {
    Edition.ENTERPRISE: ("identity-access", "Identity & Access"),
    Edition.AGGREGATOR: ("users-permissions", "Users & Permissions"),
}


# So that nobody gets rid of traces at once: until then, the record itself shows who changed the limit.
FEWEST_MONTHS_KEPT = 3


class Tenant(models.Model):
    """A company on the platform. An aggregator may own enterprises.

    ``super_admin`` is the tenant's one Super Admin. The column cannot be empty and holds one user, and a foreign key of
    the database binds that user to this tenant: exactly one, by construction.
    """

    id = key_field()
    name = OneLineField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    edition = models.CharField(max_length=10, choices=Edition)
    aggregator = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
        limit_choices_to={"edition": Edition.AGGREGATOR},
        help_text="The aggregator that owns this enterprise, if any.",
    )
    super_admin = models.OneToOneField(
        "tenancy.User", verbose_name="Super Admin", on_delete=models.PROTECT, related_name="+"
    )
    super_admin_since = models.DateTimeField(null=True, editable=False)  # a trigger sets it; None: from the beginning
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    session_idle_minutes = models.PositiveIntegerField(
        "end a session after no activity for",
        default=12 * 60,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
        help_text="5 to 10,080 minutes (7 days).",
    )
    session_max_hours = models.PositiveIntegerField(
        "end every session after",
        default=14 * 24,
        validators=[MinValueValidator(1), MaxValueValidator(90 * 24)],
        help_text="1 to 2,160 hours (90 days), active or not.",
    )
    keep_months = models.PositiveIntegerField(
        "erase its events after",
        null=True,
        blank=True,
        validators=[MinValueValidator(FEWEST_MONTHS_KEPT), MaxValueValidator(1200)],
        help_text=f"Months, {FEWEST_MONTHS_KEPT} or more, if the tenant wants less than the platform keeps. "
        "Older events are erased for good from both records, without an archive. "
        "Leave empty to keep them as long as the platform does.",
    )

    super_admin_factor_since = models.DateTimeField(
        null=True, editable=False, help_text="As Role.second_factor_since, for the Super Admin."
    )
    second_factor_grace_days = models.PositiveIntegerField(
        "days to set up a second factor",
        default=14,
        db_default=14,
        validators=[MaxValueValidator(90)],
        help_text="0 to 90 days, from when it is required. After that, people set one up before anything else.",
    )

    integrity_alarm = models.BooleanField(
        "has findings of a verification", default=False, db_default=False, editable=False
    )
    open_findings = models.PositiveIntegerField("open findings", default=0, db_default=0, editable=False)
    has_findings = models.BooleanField(
        "has findings that are not expected", default=False, db_default=False, editable=False
    )
    has_notes = models.BooleanField("has notes on events", default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["name__in_order"]
        constraints = [
            models.CheckConstraint(
                name="tenant_only_enterprises_have_an_aggregator",
                condition=models.Q(aggregator=None) | models.Q(edition=Edition.ENTERPRISE),
            ),
            models.CheckConstraint(
                name="tenant_keeps_some_months", condition=models.Q(keep_months__gte=FEWEST_MONTHS_KEPT)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def people_section(self) -> str:
        return PEOPLE_SECTIONS[self.edition][0]

    def clean(self) -> None:
        if self.aggregator_id and self.edition == Edition.AGGREGATOR:
            raise ValidationError({"aggregator": "Only an enterprise can belong to an aggregator."})
        display_names.check_company(self)
