"""Hostile texts that may break a file, a page or a reader (hypothesis strategies)."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from login_activity.vocabulary import Action, Reason

from .downloads.csv_files import SEPARATORS, SIGNS

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
hostile = st.one_of(
    texts,
    st.builds(str.__add__, st.sampled_from(SIGNS), texts),
    st.builds("".join, st.lists(st.sampled_from([*SEPARATORS, *SIGNS, " ", "'", "\xa0", "1", "é"]))),
    st.sampled_from(
        [
            *(
                '=cmd|" /C calc"!A0',
                "@SUM(1+1)*cmd",
                "-2+3",
                "\t=1",
                "\r\n=1",
                "＝1+1",
                " =1",
                "'=1",
                "",
                " ",
                ",",
                '"',
                '""',
            ),
            *(
                "a,b",
                'say "no"',
                "two\nlines",
                "two\r\nlines",
                "\\.",
                "\\N",
                "NULL",
                "\\n",
                "; =1",
                "\ufeff=1",
                "a\x1fb",
                "\x7f",
            ),
            *("\u202emoc.live", "שלום", "Zoë 😀👩‍👩‍👧", "İı", "\u2028line", "e\u0301", "＠import", "%s %% {0}"),
        ]
    ),
)
hostile_rows = st.lists(
    st.fixed_dictionaries(
        {"user_name": hostile, "user_agent": hostile, "device": hostile, "place": hostile, "browser": hostile},
        optional={
            "acted_by": hostile,
            "user_email": hostile,
            "system": hostile,
            "ip": st.none() | st.ip_addresses().map(str),
            "user_id": st.uuids(),
            "detail": st.builds(lambda text: json.dumps({"area": text, "filters": {"Search": text}}), hostile),
            "request_id": st.uuids(),
            "action": st.sampled_from([*Action.values, "of_another_time"]),
            "reason": st.sampled_from(Reason.values),
        },
    ),
    max_size=25,
)
