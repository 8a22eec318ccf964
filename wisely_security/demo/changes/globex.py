"""Globex: a parcel service with offices on four continents, before its busiest weeks."""

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

WHATSAPP, SMS, TRUECALLER = Channel.WHATSAPP, Channel.SMS, Channel.TRUECALLER


def globex(on: Stage) -> None:
    charlie, grace, hector, ingrid, paula = on.people("charlie", "grace", "hector", "ingrid", "paula")
    jamal, marc, huong, olga, sam = on.people("jamal", "marc", "huong", "olga", "sam")

    on.day(44)
    depots = on.add(
        grace,
        BusinessGroup,
        name="Depots Europe",
        description="Berlin, Warsaw and Paris",
        owner=ingrid,
        users=[olga, paula],
    )
    americas = on.add(
        charlie, BusinessGroup, name="Depots Americas", description="From Toronto to São Paulo", owner=paula
    )
    on.add(paula, BusinessProfile, legal_name="Globex", fails=Code.NO_PERMISSION)
    profile = on.add(
        jamal,
        BusinessProfile,
        legal_name="Globex Parcel Inc.",
        industry=Industry.LOGISTICS,
        employees=Employees.TO_5000,
        channels=[WHATSAPP, SMS, TRUECALLER],
        street="1100 West Fulton Market",
        city="Chicago",
        region="Illinois",
        postal_code="60607",
        country="US",
        contact_name="Jamal Washington",
        contact_email="billing@globex.example",
        contact_phone="+13125550140",
        currency="USD",
        time_zone="America/Chicago",
        language="en_US",
        tax_ids=["EIN 36-4567890"],
    )

    on.day(42)
    on.add(
        ingrid,
        WabaNumber,
        number="030 5550110",
        display_name="Globex Berlin",
        business_group=depots,
        fails=Code.INVALID_INPUT,
    )
    berlin = on.add(
        ingrid,
        WabaNumber,
        number="+49305550110",
        display_name="Globex Berlin",
        business_group=depots,
        category=Vertical.OTHER,
        about="Where is my parcel?",
        website="https://globex.example/de",
    )
    chicago = on.add(
        grace,
        WabaNumber,
        number="+13125550141",
        display_name="Globex Chicago",
        business_group=americas,
        category=Vertical.OTHER,
        about="Where is my parcel?",
        website="https://globex.example/us",
    )
    tracking = on.add(
        hector,
        AccessAccount,
        label="Tracking",
        communication=Communication.OUTGOING,
        traffic=Traffic.TRANSACTIONAL,
        channels=[WHATSAPP, SMS],
        business_group=depots,
        allowed_ips=["198.51.100.128/25"],
    )
    door_link = on.add(
        ingrid, MessageLink, number=berlin, name="Card at the door", text="Guten Tag, Sie haben mich nicht angetroffen."
    )

    on.day(41)
    missed = on.add(
        ingrid,
        Template,
        name="parcel_missed",
        category=Category.UTILITY,
        language="de",
        body="Hallo {{1}}, wir haben Sie nicht angetroffen. Ihr Paket {{2}} liegt in der Filiale {{3}}.",
        footer="Globex Paketdienst",
        buttons=["Neuer Termin", "Filiale zeigen"],
    )
    on.do(grace, missed, "approve_content")
    on.do(grace, missed, "approve")
    on.do(ingrid, missed, "settings", number=berlin, validity_minutes=600, fallback=SMS)
    notices = on.add(
        ingrid,
        ConsentGroup,
        name="Parcel notices",
        description="Each step of a parcel",
        access_account=tracking,
        channel=WHATSAPP,
        number="+49305550110",
        opt_in_response="Thank you. We tell you where your parcel is.",
        opt_out_response="No more notices. Parcels come all the same.",
    )
    on.ordinary_days_begin()

    on.day(38)
    peak = on.add(
        paula,
        Template,
        name="peak_season",
        category=Category.MARKETING,
        language="pt_BR",
        header="Natal",
        body="{{1}}, envie até {{2}} e chega antes do Natal. Garantido!",
        footer="Responda SAIR para não receber mais",
    )
    on.do(hector, peak, "reject", remark="Not yet", fails=Code.NO_PERMISSION)
    on.do(charlie, peak, "approve_content")
    on.do(grace, peak, "reject", remark="Legal: we guarantee no day of delivery. Say “usually”.")
    on.edit(paula, peak, body="{{1}}, envie até {{2}}: normalmente chega antes do Natal.")
    on.do(charlie, peak, "approve_content")
    on.do(grace, peak, "approve")
    driver = on.add(
        grace,
        Template,
        name="driver_is_near",
        category=Category.UTILITY,
        language="en_US",
        body="{{1}}, your driver {{2}} is {{3}} stops away. Tip him here: {{4}}",
    )
    on.do(charlie, driver, "reject_content", remark="No tips in notices. Take the last sentence out.")
    on.edit(grace, driver, body="{{1}}, your driver {{2}} is {{3}} stops away.")
    on.do(charlie, driver, "approve_content")
    on.do(charlie, driver, "approve")

    on.day(35)
    support = on.role("support")
    with refusing("tomas@globex.example", "451 4.7.1 Greylisted, please try again later"):
        on.add(grace, User, email="tomas@globex.example", name="Tomas Novak", role=support, fails=Code.EMAIL_FAILED)
    tomas = on.add(grace, User, email="tomas@globex.example", name="Tomas Novak", role=support)
    on.edit(grace, tomas, name="Tomáš Novák")
    dispatcher = on.add(
        charlie,
        Role,
        name="Dispatcher",
        permissions=["templates.view", "message_links.view", "waba_numbers.view", "consent_groups.view"],
    )
    on.accept(tomas, like=olga)

    on.day(32)
    on.edit(grace, depots, users=[olga, paula, tomas], description="Berlin, Warsaw, Paris and Prague")
    prague = on.add(grace, BusinessGroup, name="Depot Prague", owner=tomas, users=[olga])
    on.add(charlie, BusinessGroup, name="Depot Prague", owner=ingrid, fails=Code.DUPLICATE)
    on.do(marc, tracking, "deactivate", fails=Code.NO_PERMISSION)
    on.do(charlie, ingrid.user, "make_admin")
    with refusing("paula@globex.example", "552 5.2.2 Mailbox full"):
        on.edit(ingrid, americas, users=[huong, paula])

    on.day(28)
    on.edit(hector, tracking, channels=[WHATSAPP, SMS, TRUECALLER])
    on.do(hector, tracking, "new_key")
    on.do(hector, tracking, "deactivate")
    on.do(hector, tracking, "activate")
    on.edit(jamal, profile, contact_phone="+13125550149", street="1150 West Fulton Market")
    on.edit(charlie, profile, seen=EARLIER, contact_name="Charlie Clark", fails=Code.CONFLICT)
    on.edit(charlie, ingrid.user, role=on.role("business"))

    on.day(24)
    on.edit(ingrid, berlin, website="https://globex.example/de/hilfe")
    on.edit(ingrid, door_link, text="Hallo, Sie haben mich nicht angetroffen. Bitte kommen Sie …")
    autumn = on.add(
        paula, MessageLink, number=chicago, name="Autumn leaflet", text="Hi, how much is a parcel to Brazil?"
    )
    on.edit(ingrid, notices, description="Each step of a parcel, from pick-up to delivery")
    surveys = on.add(
        paula,
        ConsentGroup,
        name="Surveys",
        access_account=tracking,
        channel=SMS,
        number="+13125550141",
        opt_in_response="Thanks. Two questions after each parcel.",
        opt_out_response="No more questions.",
    )
    on.guess(olga, Template)

    on.day(19)
    on.do(grace, charlie.user, "suspend", fails=Code.NOT_ALLOWED)
    on.do(grace, tomas, "suspend")
    on.do(charlie, tomas, "delete", fails=Code.IN_USE)
    on.edit(charlie, prague, owner=olga, users=[ingrid])
    on.edit(charlie, dispatcher, permissions=["templates.view", "message_links.view", "message_links.edit"])

    on.day(15)
    on.do(charlie, tomas, "delete")
    on.edit(grace, depots, users=[olga, paula, sam])
    on.do(paula, surveys, "delete")
    on.do(paula, autumn, "delete")
    on.report(
        tracking,
        "198.51.100.140",
        module="templates",
        sub_module="template_content",
        action="approve_reject",
        status="success",
        resource={"type": "template", "id": str(driver.pk), "name": str(driver)},
        changes=[{"field": "review", "label": "Review by WhatsApp", "before": "Pending", "after": "Approved"}],
    )

    on.day(10)
    strike = on.add(
        ingrid,
        Template,
        name="strike_notice",
        category=Category.UTILITY,
        language="de",
        body="{{1}}, wegen eines Streiks kommt Ihr Paket {{2}} später.",
    )
    on.do(grace, strike, "approve_content")
    on.do(grace, strike, "approve")
    on.do(huong, strike, "delete", fails=Code.NO_PERMISSION)
    on.do(ingrid, strike, "delete")
    customs = on.add(
        paula,
        Template,
        name="customs_due",
        category=Category.UTILITY,
        language="en_US",
        body="{{1}}, customs ask {{2}} for your parcel. Send your card number to pay.",
    )
    on.do(charlie, customs, "reject_content", remark="Never ask for card numbers in a chat. Use the payment page.")

    on.day(6)
    on.add(
        grace,
        Template,
        name="locker_code",
        category=Category.AUTHENTICATION,
        language="en_US",
        body="{{1}} opens locker {{2}}.",
    )
    on.add(paula, MessageLink, number=chicago, name="Holiday leaflet", text="Hi, until when must I send for Christmas?")
