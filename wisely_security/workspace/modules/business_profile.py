"""The business profile: what a tenant says of itself. Exactly one a tenant."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit_trail.registry import Module, audited
from wisely_security.tenancy.time_zones import validate_time_zone

from ..records import Channel, Record
from ..validators import validate_e164

MODULE = Module("business_profile", "Business Profile", record=("profile", "Profile"))
SETUP = MODULE.action("setup", "Setup", "The profile was set up.")
UPDATE = MODULE.action("update", "Update", "The profile was updated.")
DELETE = MODULE.action("delete", "Delete", "The profile was deleted.", direct=True)


class Industry(models.TextChoices):
    AUTOMOTIVE = "automotive", "Automotive"
    BANKING = "banking", "Banking and finance"
    EDUCATION = "education", "Education"
    ENERGY = "energy", "Energy"
    GOVERNMENT = "government", "Government"
    HEALTHCARE = "healthcare", "Healthcare"
    HOSPITALITY = "hospitality", "Travel and hospitality"
    INSURANCE = "insurance", "Insurance"
    LOGISTICS = "logistics", "Logistics"
    MANUFACTURING = "manufacturing", "Manufacturing"
    MEDIA = "media", "Media and entertainment"
    RETAIL = "retail", "Retail and e-commerce"
    TECHNOLOGY = "technology", "Technology"
    TELECOM = "telecom", "Telecommunications"
    OTHER = "other", "Other"


class Employees(models.TextChoices):
    TO_10 = "1-10", "1 to 10"
    TO_50 = "11-50", "11 to 50"
    TO_200 = "51-200", "51 to 200"
    TO_1000 = "201-1000", "201 to 1,000"
    TO_5000 = "1001-5000", "1,001 to 5,000"
    MORE = "5001+", "More than 5,000"


class BusinessProfile(Record):
    legal_name = models.CharField(max_length=200)
    industry = models.CharField(max_length=20, choices=Industry)
    employees = models.CharField(max_length=10, choices=Employees)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=list, blank=True)
    street = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    region = models.CharField("state or region", max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, help_text="Two letters, ISO 3166-1.")
    contact_name = models.CharField(max_length=150)
    contact_email = models.EmailField("contact e-mail")
    contact_phone = models.CharField(max_length=16, validators=[validate_e164])
    currency = models.CharField(max_length=3, help_text="Three letters, ISO 4217.")
    time_zone = models.CharField(max_length=50, validators=[validate_time_zone])
    language = models.CharField(max_length=10)
    tax_ids = ArrayField(models.CharField(max_length=60), verbose_name="tax IDs", default=list, blank=True)

    class Meta:
        verbose_name = "business profile"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                name="business_profile_one_a_tenant",
                violation_error_message="The business profile has been set up already.",
            )
        ]

    def __str__(self) -> str:
        return self.legal_name


audited(
    BusinessProfile,
    name="{row}.legal_name",
    created=SETUP,
    changed=UPDATE,
    deleted=DELETE,
    untracked=["created_at"],
)
