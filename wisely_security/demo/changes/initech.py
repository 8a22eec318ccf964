"""Initech: an aggregator in London that resells the platform; its own house is small."""

from __future__ import annotations

from audit_trail.vocabulary import Code
from wisely_security.tenancy.models import Role, User
from wisely_security.workspace.modules.access_accounts import AccessAccount, Communication, Traffic
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile, Employees, Industry
from wisely_security.workspace.modules.templates import Category, Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, Vertical, WabaNumber
from wisely_security.workspace.records import Channel

from .fake_mail import refusing
from .scenario import Stage


def initech(on: Stage) -> None:
    erin, victor, wendy, yusuf, ananya = on.people("erin", "victor", "wendy", "yusuf", "ananya")
    liam, daniel, meiling, zanele, aisha = on.people("liam", "daniel", "meiling", "zanele", "aisha")

    on.day(44)
    profile = on.add(
        erin,
        BusinessProfile,
        legal_name="Initech Messaging Ltd",
        industry=Industry.TELECOM,
        employees=Employees.TO_200,
        channels=[Channel.WHATSAPP, Channel.SMS, Channel.RCS],
        street="3 Old Street Yard",
        city="London",
        postal_code="EC1Y 8AF",
        country="GB",
        contact_name="Erin Evans",
        contact_email="office@initech.example",
        contact_phone="+442079460100",
        currency="GBP",
        time_zone="Europe/London",
        language="en_GB",
        tax_ids=["VAT GB123456789"],
    )
    partners = on.add(
        victor,
        BusinessGroup,
        name="Partner care",
        description="The enterprises that we look after",
        owner=ananya,
        users=[zanele, liam],
    )
    on.add(wendy, BusinessGroup, name="Sales", owner=wendy, fails=Code.NO_PERMISSION)

    on.day(42)
    number = on.add(
        victor,
        WabaNumber,
        number="+442079460101",
        display_name="Initech Partners",
        business_group=partners,
        category=Vertical.PROFESSIONAL,
        about="For partners of Initech.",
        website="https://initech.example/partners",
    )
    gateway = on.add(
        daniel,
        AccessAccount,
        label="Partner portal",
        communication=Communication.CONVERSATIONAL,
        traffic=Traffic.TRANSACTIONAL,
        channels=[Channel.WHATSAPP],
        business_group=partners,
        allowed_ips=["192.0.2.128/25"],
    )
    link = on.add(
        victor, MessageLink, number=number, name="Partner portal, chat", text="Hello Initech, this is partner …"
    )
    on.ordinary_days_begin()

    on.day(35)
    welcome = on.add(
        erin,
        Template,
        name="partner_welcome",
        category=Category.UTILITY,
        language="en_GB",
        body="Welcome aboard, {{1}}. {{2}} looks after you from today on.",
    )
    on.do(zanele, welcome, "approve_content", fails=Code.NO_PERMISSION)
    on.do(victor, welcome, "approve_content")
    on.do(victor, welcome, "approve")
    on.do(victor, welcome, "settings", number=number, track_clicks=True)
    auditor = on.add(erin, Role, name="Auditor", permissions=["login_activity.view", "audit_trail.view"])
    on.add(victor, Role, name="Super admin", permissions=["audit_trail.view"], fails=Code.INVALID_INPUT)

    on.day(27)
    on.edit(daniel, gateway, channels=[Channel.WHATSAPP, Channel.RCS])
    on.do(meiling, gateway, "deactivate")
    on.do(daniel, gateway, "new_key")
    on.do(daniel, gateway, "activate")
    on.do(erin, ananya.user, "make_admin")
    on.edit(ananya, partners, users=[zanele, liam, yusuf])

    on.day(20)
    with refusing("yusuf@initech.example", "550 5.1.1 No such mailbox"):
        on.edit(victor, partners, users=[zanele, liam, aisha])
    on.edit(erin, ananya.user, role=on.role("pmo"))
    on.edit(erin, auditor, permissions=["login_activity.view", "audit_trail.view", "audit_trail.download"])

    on.day(16)
    on.add(victor, User, email="zanele@initech.example", name="Zanele", role=on.role("csm"), fails=Code.DUPLICATE)
    on.do(victor, erin.user, "delete", fails=Code.NOT_ALLOWED)
    on.edit(erin, profile, street="5 Old Street Yard", employees=Employees.TO_1000)
    on.edit(victor, link, name="Chat of the partner portal")

    on.day(8)
    newsletter = on.add(
        victor,
        Template,
        name="partner_news",
        category=Category.MARKETING,
        language="en_GB",
        body="{{1}}, this month we have {{2}} for you. And {{3}}. And much more. Call us!",
    )
    on.do(erin, newsletter, "reject_content", remark="One thing at a time: keep to the new price list.")
    on.edit(victor, number, website="https://initech.example/partners/contact")
