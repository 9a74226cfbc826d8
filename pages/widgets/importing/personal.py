"""Personal data: what is taken out of the texts before they are stored, how much, and the key to it."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from pathlib import Path

import streamlit as st

from labelcore import messages, places
from labelcore.messages import say
from labelcore.models import fact
from labelcore.stages.importing import Description, redacting
from labelcore.workspace import Workspace
from pages.widgets import shell


def kinds() -> dict[str, str]:
    """What can be found by itself, as people call it."""
    return {
        "email": say("e-mail addresses"),
        "phone": say("phone numbers"),
        "card": say("card numbers"),
        "iban": say("bank accounts (IBAN)"),
        "id": say("Chinese identity numbers"),
        "ip": say("IP addresses"),
    }


def ask(workspace: Workspace, key: str) -> Description:
    """What is to be taken out; nothing unless somebody asks for it."""
    with st.expander(say("Personal data")):
        if not st.toggle(
            say("Replace it by stand-ins like [PERSON-3] before anything is stored"), key=f"{key}-redact"
        ):
            return Description()
        words = kinds()
        chosen = shell.choose(
            say("What to take out"),
            words,
            st.multiselect,
            list(words),
            placeholder=say("Choose"),
            key=f"{key}-kinds",
        )
        names = st.text_area(say("Names of people, one a line"), height=90, key=f"{key}-names")
        left, right = st.columns([1, 2])
        title = left.text_input(say("Other: call it"), placeholder="ORDER", key=f"{key}-pattern-name").strip()
        pattern = right.text_input(
            say("and find it by this pattern"), placeholder=r"A-\d{6}", key=f"{key}-pattern"
        )
        regions = st.text_input(
            say("Countries whose phone numbers count however they are written"),
            placeholder="DE, CN",
            key=f"{key}-regions",
        )
        fields: dict[str, object] = {
            "redact": tuple(chosen),
            "redact_names": (names,) if names.strip() else (),
            "redact_pattern": {title or "OTHER": pattern} if pattern else {},
            "redact_region": tuple(part.strip().upper() for part in regions.split(",") if part.strip()),
            "redact_key": _ask_key(workspace, key),
        }
        return Description.model_validate(fields)


def _ask_key(workspace: Workspace, key: str) -> Path | None:
    """Where the key lies; only who may name files of this machine chooses the place."""
    st.caption(
        say(
            "What stood there goes into a key, a file beside the database that only its owner can read: "
            "keep a copy. Whoever has it can show an output as it was, on the page Outputs."
        )
    )
    if not workspace.here:
        return None
    path = st.text_input(
        say("Another place for the key"), placeholder="/secure/shop.key", key=f"{key}-key"
    ).strip()
    if not path:
        return None
    places.check(workspace, path)
    return Path(path).expanduser()


def show_found(report: redacting.RedactionCounts, n: int) -> None:
    """How much would be taken out of the first rows."""
    if not report.counts:
        st.write(say("Nothing that points at a person was found in the first {n:,} rows.", n=n))
        return
    st.write(say("Found in the first {n:,} rows:", n=n))
    show_counts(report.counts)
    warn_of_hidden(report.mostly)


def show_counts(counts: Dictionary[str, Dictionary[str, int]]) -> None:
    """How often each kind was found in each field."""
    words = kinds() | {"person": say("names of people")}
    rows = [
        {say("field"): _field(field), say("kind"): words.get(kind.lower(), kind), say("found"): n}
        for field, by_kind in counts.items()
        for kind, n in by_kind.items()
    ]
    shell.table(rows)


def warn_of_hidden(n: int) -> None:
    """That outputs are little but stand-ins."""
    if n:
        shell.warn([messages.sentence(fact("mostly_redacted", n=n))])


def _field(name: str) -> str:
    words = {
        "output": say("Output"),
        "input": say("Input"),
        "context": say("Context"),
        "conversation": say("Conversation"),
        "note": say("Note"),
        "id": say("Id"),
        "metadata": say("Details"),
        "file name": say("File name"),
    }
    return words.get(name, name)
