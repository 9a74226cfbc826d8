"""People's acts on codes: each has an id, happens once, and can be taken back.

What codes and quotes were before an act is kept with it in the audit; taking an act back stores that
state again as a further event, so the history keeps both.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.models import Code, Project, Quote, new_id, now
from labelcore.store import Database, audit
from labelcore.store import codes as code_table

_DONE, _UNDONE = "codes changed", "codes change taken back"
one_at_a_time = threading.RLock()
"""Held from the look whether an act was done already until it is stored."""


def is_done(db: Database, project: Project, act: str) -> bool:
    """Whether the act of this id was stored, taken back or not."""
    return bool(act) and audit.about(db, project.id, _DONE, act) is not None


def store_act(
    db: Database,
    project: Project,
    says: str,
    *,
    author: str,
    act: str,
    codes: Sequence[tuple[Code | None, Code]] = (),
    quotes: Sequence[tuple[Quote, Quote]] = (),
) -> None:
    """Store new states of codes and quotes, given with those before (None: made now)."""
    code_table.save(db, [code for _, code in codes], [quote for _, quote in quotes])
    skipped = {"project_id", "at"}
    audit.note(
        db,
        project.id,
        author,
        _DONE,
        act or new_id("act"),
        says=says,
        codes=[before.model_dump(mode="json", exclude=skipped) for before, _ in codes if before],
        made=[fresh.id for before, fresh in codes if before is None],
        quotes=[before.model_dump(mode="json", exclude=skipped) for before, _ in quotes],
    )


def last_act(db: Database, project: Project) -> tuple[str, dict[str, Any]] | None:
    """The newest act that was not taken back: its id and what it did; None where there is none."""
    undone = {event["subject"] for event in audit.all_of(db, project.id, (_UNDONE,))}
    for event in audit.all_of(db, project.id, (_DONE,)):
        if event["subject"] not in undone:
            return event["subject"], event["detail"]
    return None


def undo_codes(db: Database, project: Project, *, act: str = "", author: str = "") -> str:
    """Take the newest change of codes back. Returns what it had done.

    ``act``: only if this one is the newest, so that a request sent twice undoes once.

    Raises:
        BadInput: there is nothing to take back, or a newer change stands before it.
    """
    with one_at_a_time:
        found = last_act(db, project)
        if found is None or (act and found[0] != act):
            raise BadInput("There is no such change of codes to take back.")
        newest, detail = found
        at = now()
        head = {"project_id": project.id, "at": at}
        codes = [Code.model_validate(code | head | {"why": "taken back"}) for code in detail["codes"]]
        made = {code.id: code for code in code_table.current(db, project.id)}
        codes += [
            made[key].model_copy(update={"state": "dropped", "why": "taken back", "at": at})
            for key in detail["made"]
            if key in made
        ]
        quotes = [Quote.model_validate(quote | head) for quote in detail["quotes"]]
        code_table.save(db, codes, quotes)
        audit.note(db, project.id, author, _UNDONE, newest)
    return str(detail["says"])
