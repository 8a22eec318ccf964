from __future__ import annotations

from unittest.mock import ANY

from .row import Row, edited, gone, made

ACTION_MATRIX = [
    Row(
        module="WABA Numbers",
        sub_module="Number",
        action="Activate",
        menu="WABA numbers",
        press="Activate number",
        typed={
            "Number": "+14155550123",
            "Display name": "Acme Help",
            "Business group": "Sales",
            "Category": "Shopping and retail",
            "Website": "https://acme.example",
        },
        resource="Acme Help (+14155550123)",
        kind="wabanumber",
        changes=made(
            {
                "Number": "+14155550123",
                "Display name": "Acme Help",
                "Business group": "Sales",
                "Category": "Shopping and retail",
                "Website": "https://acme.example",
            }
        ),
    ),
    Row(
        module="WABA Numbers",
        sub_module="Number",
        action="Edit",
        menu="WABA numbers",
        record="Acme",
        press="Edit",
        typed={"About": "Open from 9 to 5", "Business group": "Sales"},
        resource="Acme (+14155550100)",
        kind="wabanumber",
        changes=[edited("Business group", None, "Sales"), edited("About", "", "Open from 9 to 5")],
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Create",
        menu="WABA numbers",
        below="Acme",
        press="Create message link",
        typed={"Name": "Poster", "Prefilled text": "Hi, I saw your poster."},
        resource="Poster",
        kind="messagelink",
        changes=made(
            {
                "Number": "Acme (+14155550100)",
                "Name": "Poster",
                "Prefilled text": "Hi, I saw your poster.",
                "Short link": ANY,
            }
        ),
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Edit",
        menu="Message links",
        record="Website",
        press="Edit",
        typed={"Prefilled text": "Hello, I am on your site."},
        resource="Website",
        kind="messagelink",
        changes=[edited("Prefilled text", "Hello", "Hello, I am on your site.")],
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Delete",
        menu="Message links",
        record="Website",
        press="Delete",
        resource="Website",
        kind="messagelink",
        changes=gone(
            {"Number": "Acme (+14155550100)", "Name": "Website", "Prefilled text": "Hello", "Short link": ANY}
        ),
    ),
]
