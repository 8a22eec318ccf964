"""Acme: a chain of electronics shops in India, in the weeks of Diwali."""

from __future__ import annotations

from audit_trail.vocabulary import Code
from wisely_security.tenancy.models import Role, User
from wisely_security.workspace.modules.access_accounts import AccessAccount, Communication, Traffic
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile, Employees, Industry
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Category, Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, Vertical, WabaNumber
from wisely_security.workspace.records import Channel

from .fake_mail import refusing
from .scenario import EARLIER, Stage

WHATSAPP, SMS, RCS = Channel.WHATSAPP, Channel.SMS, Channel.RCS


def acme(on: Stage) -> None:
    alice, priya, bob, kenji, rahul = on.people("alice", "priya", "bob", "kenji", "rahul")
    seun, fatima, nuria, gurpreet, siobhan = on.people("seun", "fatima", "nuria", "gurpreet", "siobhan")
    support, mis = on.role("support"), on.role("mis")

    on.day(44)
    profile = on.add(
        fatima,
        BusinessProfile,
        legal_name="Acme Retail Private Limited",
        industry=Industry.RETAIL,
        employees=Employees.TO_1000,
        channels=[WHATSAPP, SMS],
        street="14 Residency Road",
        city="Bengaluru",
        region="Karnataka",
        postal_code="560025",
        country="IN",
        contact_name="Fatima Al-Mansoori",
        contact_email="finance@acme.example",
        contact_phone="+918041230000",
        currency="INR",
        time_zone="Asia/Kolkata",
        language="en",
        tax_ids=["GSTIN 29AAPFU0939F1ZV"],
    )
    on.add(rahul, BusinessGroup, name="Customer care", owner=rahul, fails=Code.NO_PERMISSION)
    care = on.add(
        priya,
        BusinessGroup,
        name="Customer care",
        description="Orders, returns and repairs",
        owner=rahul,
        users=[gurpreet, seun],
    )
    festive = on.add(
        priya, BusinessGroup, name="Festive offers", description="Campaigns of the season", owner=seun, users=[rahul]
    )

    on.day(43)
    setup = {
        "label": "Order system",
        "communication": Communication.OUTGOING,
        "traffic": Traffic.TRANSACTIONAL,
        "channels": [WHATSAPP, SMS],
        "business_group": care,
    }
    on.add(bob, AccessAccount, **setup, allowed_ips=["203.0.113.77/24"], fails=Code.INVALID_INPUT)
    orders = on.add(bob, AccessAccount, **setup, allowed_ips=["203.0.113.0/24"])
    care_number = on.add(
        rahul,
        WabaNumber,
        number="+918041230001",
        display_name="Acme Care",
        business_group=care,
        category=Vertical.RETAIL,
        about="Orders, returns and repairs.",
        website="https://acme.example/help",
    )
    on.add(seun, WabaNumber, number="+918041230001", display_name="Acme Offers", fails=Code.DUPLICATE)
    offers_number = on.add(
        seun,
        WabaNumber,
        number="+918041230002",
        display_name="Acme Offers",
        business_group=festive,
        category=Vertical.RETAIL,
        about="What is new, and what is cheaper this week.",
    )
    help_link = on.add(
        rahul,
        MessageLink,
        number=care_number,
        name="Help button of the website",
        text="Hello Acme, I need help with order number …",
    )

    on.day(42)
    on.add(
        rahul,
        Template,
        name="Order shipped",
        category=Category.UTILITY,
        language="en",
        body="Hello {{1}}, order {{3}} is on its way.",
        fails=Code.INVALID_INPUT,
    )
    shipped = on.add(
        rahul,
        Template,
        name="order_shipped",
        category=Category.UTILITY,
        language="en",
        body="Hello {{1}}, your order {{2}} has left our warehouse and arrives on {{3}}.",
        footer="Acme Retail, Bengaluru",
        buttons=["Track my order", "Change the address"],
    )
    on.do(priya, shipped, "approve", fails=Code.NOT_ALLOWED)
    on.do(priya, shipped, "approve_content")
    on.do(priya, shipped, "approve")
    on.do(rahul, shipped, "settings", number=care_number, validity_minutes=720, fallback=SMS)
    consent = on.add(
        rahul,
        ConsentGroup,
        name="Order updates",
        description="Shipping, delivery and returns",
        access_account=orders,
        channel=WHATSAPP,
        number="+918041230001",
        opt_in_response="You will hear from us when your order moves.",
        opt_out_response="We stop here. Your orders still arrive.",
    )
    on.ordinary_days_begin()

    on.day(39)
    diwali = on.add(
        seun,
        Template,
        name="diwali_offer",
        category=Category.MARKETING,
        language="en",
        header="Diwali at Acme",
        body="HAPPY DIWALI {{1}}!!! 20 % OFF ALL TELEVISIONS!!! ONLY TODAY!!!",
        footer="Write STOP to hear no more",
        buttons=["Show me"],
    )
    on.do(bob, diwali, "approve_content", fails=Code.NO_PERMISSION)
    on.do(priya, diwali, "reject_content", remark="Far too loud, and it does not say until when. Please rewrite.")
    on.edit(
        seun,
        diwali,
        body="Happy Diwali, {{1}}! Until {{2}} all televisions are 20 % off, in the shops and online.",
    )
    on.do(priya, diwali, "approve_content")
    on.do(alice, diwali, "reject", remark="The tablets are part of the offer as well.")
    on.edit(
        seun,
        diwali,
        body="Happy Diwali, {{1}}! Until {{2}} all televisions and tablets are 20 % off, in the shops and online.",
    )
    on.do(priya, diwali, "approve_content")
    on.do(alice, diwali, "approve")
    poster = on.add(seun, MessageLink, number=offers_number, name="Diwali poster", text="Hi, tell me about the offers!")

    on.day(36)
    lead = on.add(
        alice,
        Role,
        name="Campaign lead",
        permissions=["templates.view", "templates.edit", "message_links.view", "message_links.edit"],
    )
    on.add(priya, Role, name="Campaign lead", permissions=["templates.view"], fails=Code.DUPLICATE)
    with refusing("vikram@acme-shops.example", "550 5.1.2 Host or domain name not found"):
        on.add(priya, User, email="vikram@acme-shops.example", name="Vikram", role=support, fails=Code.EMAIL_FAILED)
    vikram = on.add(priya, User, email="vikram@acme.example", name="Vikram Soodh", role=support)
    on.edit(priya, vikram, name="Vikram Sood")

    on.day(34)
    on.accept(vikram, like=gurpreet)
    on.edit(priya, care, users=[gurpreet, seun, vikram])
    repairs = on.add(
        priya, BusinessGroup, name="Repairs", description="Spare parts and workshops", owner=vikram, users=[gurpreet]
    )

    on.day(31)  # Núria stands in for Priya, who is away
    on.do(gurpreet, nuria.user, "make_admin", fails=Code.NO_PERMISSION)
    on.do(alice, nuria.user, "make_admin")
    returned = on.add(
        rahul,
        Template,
        name="return_received",
        category=Category.UTILITY,
        language="hi",
        body="नमस्ते {{1}}, आपका लौटाया हुआ सामान हमें मिल गया है। {{2}} तक पैसे वापस आ जाएँगे।",
    )
    on.do(nuria, returned, "approve_content")
    on.do(nuria, returned, "approve")

    on.day(24)
    on.edit(nuria, care, users=[gurpreet, seun, vikram, siobhan], description="Orders, returns, repairs and questions")
    on.edit(fatima, profile, contact_phone="+918041230010", tax_ids=["GSTIN 29AAPFU0939F1ZV", "PAN AAPFU0939F"])
    on.edit(nuria, profile, seen=EARLIER, contact_email="office@acme.example", fails=Code.CONFLICT)
    with refusing("seun@acme.example", "550 5.7.1 Message rejected as spam"):
        on.edit(nuria, festive, users=[rahul, gurpreet], description="Campaigns of the season, all channels")

    on.day(23)
    on.edit(kenji, orders, channels=[WHATSAPP, SMS, RCS])
    on.do(bob, orders, "deactivate")
    on.do(bob, orders, "deactivate", fails=Code.NOT_ALLOWED)
    on.do(bob, orders, "new_key")
    on.do(bob, orders, "activate")
    on.edit(alice, nuria.user, role=mis)

    on.day(20)
    on.edit(rahul, help_link, name="Help button, website and app")
    on.edit(rahul, care_number, website="https://acme.example/contact")
    on.edit(rahul, consent, description="Shipping, delivery, returns and repairs")
    deals = on.add(
        seun,
        ConsentGroup,
        name="Weekend deals",
        access_account=orders,
        channel=SMS,
        number="+918041230002",
        opt_in_response="Every Friday from now on. STOP ends it.",
        opt_out_response="No more deals by SMS.",
    )
    on.guess(kenji, AccessAccount)

    on.day(18)
    on.do(priya, alice.user, "suspend", fails=Code.NOT_ALLOWED)
    on.do(priya, vikram, "suspend")
    on.do(priya, vikram, "delete", fails=Code.IN_USE)
    on.edit(priya, repairs, owner=gurpreet, users=[siobhan])
    on.do(priya, vikram, "activate")

    on.day(15)
    on.edit(
        alice, lead, name="Campaign manager", permissions=["templates.view", "templates.edit", "consent_groups.view"]
    )
    on.do(kenji, orders, "new_key")
    on.do(alice, vikram, "suspend")

    on.day(12)
    on.do(alice, vikram, "delete")
    on.do(seun, deals, "delete")
    on.do(seun, poster, "delete")
    on.do(bob, diwali, "delete", fails=Code.NO_PERMISSION)
    on.do(seun, diwali, "delete")
    on.report(
        orders,
        "203.0.113.8",
        module="templates",
        sub_module="template_content",
        action="approve_reject",
        status="failure",
        reason_code="refused",
        reason="WhatsApp has paused order_shipped (en): too many people have blocked it.",
        resource={"type": "template", "id": str(shipped.pk), "name": str(shipped)},
    )

    on.day(9)
    reminder = on.add(
        rahul,
        Template,
        name="payment_reminder",
        category=Category.UTILITY,
        language="en",
        body="{{1}}, you still owe us {{2}}. Pay now or we cancel your order {{3}}.",
        buttons=["Pay now"],
    )
    on.add(
        seun,
        Template,
        name="payment_reminder",
        category=Category.UTILITY,
        language="en",
        body="A friendly reminder, {{1}}: {{2}} is open.",
        fails=Code.DUPLICATE,
    )
    on.do(priya, reminder, "reject_content", remark="No threats, please: say what is open, until when, and how to pay.")
    code = on.add(
        rahul,
        Template,
        name="sign_in_code",
        category=Category.AUTHENTICATION,
        language="en",
        body="{{1}} is your Acme code. Do not share it.",
    )
    on.do(priya, code, "approve_content")

    on.day(6)
    on.add(
        seun,
        Template,
        name="winter_sale",
        category=Category.MARKETING,
        language="en",
        header="Winter sale",
        body="{{1}}, heaters and kettles are down to {{2}} from Monday on.",
        footer="Write STOP to hear no more",
    )
    on.add(seun, MessageLink, number=offers_number, name="Winter sale leaflet", text="Hi, what is in the winter sale?")
