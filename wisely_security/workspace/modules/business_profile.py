"""The business profile: how a tenant describes itself. Exactly one per tenant."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpRequest

from audit_trail.registry import Module, audited
from login_activity.places.countries import COUNTRIES
from wisely_security.core.request_context import acting_as
from wisely_security.core.text.folding import sort_key
from wisely_security.database.fields import OneLineField, OneLineFormField
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.models.time_zones import time_zone_choices, validate_time_zone
from wisely_security.tenancy.views.time_zone import find_company_zone

from ..pages.forms import Choices, Lines, RecordForm
from ..pages.resource_page import Column, ResourcePage, register
from ..records.record import Channel, Record
from ..records.reference import CURRENCIES, LANGUAGES
from ..records.validators import validate_e164

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
    legal_name = OneLineField(max_length=200)
    industry = models.CharField(max_length=20, choices=Industry)
    employees = models.CharField(max_length=10, choices=Employees)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=list, blank=True)
    street = OneLineField(max_length=200)
    city = OneLineField(max_length=100)
    region = OneLineField("state or region", max_length=100, blank=True)
    postal_code = OneLineField(max_length=20, blank=True)
    country = models.CharField(max_length=2, help_text="Two letters, ISO 3166-1.")
    contact_name = OneLineField(max_length=150)
    contact_email = models.EmailField("contact e-mail")
    contact_phone = models.CharField(max_length=16, validators=[validate_e164])
    currency = models.CharField(max_length=3, help_text="Three letters, ISO 4217.")
    time_zone = models.CharField(max_length=50, validators=[validate_time_zone])
    language = models.CharField(max_length=10)
    tax_ids = ArrayField(models.CharField(max_length=60), verbose_name="tax IDs", default=list, blank=True)

    class Meta:
        ordering = ["legal_name__in_order"]
        verbose_name = "business profile"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                name="business_profile_one_a_tenant",
                violation_error_message="The business profile is already set up.",
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
    labels={
        "country": COUNTRIES.items,
        "currency": lambda: [(code, f"{code} ({name})") for code, name in CURRENCIES.items()],
        "language": LANGUAGES.items,
    },
)


def chosen_from(choices: Mapping[str, str], label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", "Choose one"), *sorted(choices.items(), key=lambda it: sort_key(it[1]))]
    )


class BusinessProfileForm(RecordForm):
    name_field = "legal_name"

    channels = Choices(choices=Channel.choices, required=False)
    country = chosen_from(COUNTRIES, "Country")
    currency = chosen_from({code: f"{name} ({code})" for code, name in CURRENCIES.items()}, "Currency")
    language = chosen_from(LANGUAGES, "Language")
    time_zone = forms.ChoiceField(label="Time zone", choices=time_zone_choices)
    tax_ids = Lines(
        OneLineFormField(max_length=60),
        label="Tax IDs",
        required=False,
        help_text="One per line, for example “GSTIN 27AAPFU0939F1ZV”.",
    )

    class Meta:
        model = BusinessProfile
        fields = [
            *("legal_name", "industry", "employees", "channels", "street", "city", "region", "postal_code", "country"),
            *("contact_name", "contact_email", "contact_phone", "currency", "time_zone", "language", "tax_ids"),
        ]
        help_texts = {"contact_phone": "Include the country code, for example +14155550123."}


class BusinessProfiles(ResourcePage):
    model = BusinessProfile
    path = "business-profile"
    title = "Business profile"
    singular = "business profile"
    description = "Your company’s details, as used on invoices and in registrations and shown to customers."
    icon = "building-office-2"
    form = BusinessProfileForm
    created, changed = SETUP, UPDATE
    add_label = "Set up"
    single = True
    search = ("legal_name",)
    columns = (Column(label="Legal name", value=attrgetter("legal_name")),)
    managed_by = ("admin", "finance")
    granted_to = ("business", "mis", "support", "sales", "pmo", "csm")
    empty = "Set it up once. Every change is recorded."

    def details(self, record: BusinessProfile) -> list[tuple[str, Any]]:
        address = [
            record.street,
            " ".join(part for part in (record.postal_code, record.city) if part),
            record.region,
            COUNTRIES.get(record.country, record.country),
        ]
        return [
            ("Legal name", record.legal_name),
            ("Industry", record.get_industry_display()),
            ("Employees", record.get_employees_display()),
            ("Channels", ", ".join(Channel(each).label for each in record.channels)),
            ("Address", "\n".join(line for line in address if line)),
            ("Contact", f"{record.contact_name}\n{record.contact_email}\n{record.contact_phone}"),
            ("Currency", f"{CURRENCIES.get(record.currency, '')} ({record.currency})"),
            ("Time zone", record.time_zone),
            ("Language", LANGUAGES.get(record.language, record.language)),
            ("Tax IDs", "\n".join(record.tax_ids)),
        ]

    def initial(self, request: Any) -> dict[str, Any]:
        return {"time_zone": request.user.time_zone}

    def store(self, form: Any, request: HttpRequest) -> str:
        form.save()
        return "Business profile set up." if form.is_new else "Business profile saved."


register(BusinessProfiles())


def zone_of_company(tenant: Tenant) -> str:
    with acting_as(tenant_id=tenant.pk):
        return BusinessProfile.objects.filter(tenant=tenant).values_list("time_zone", flat=True).first() or ""


find_company_zone(zone_of_company)
