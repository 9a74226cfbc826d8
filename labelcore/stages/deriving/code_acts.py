"""People's acts on codes: each has an id, happens once, and can be taken back.

What codes and quotes were before an act is kept with it in the audit; taking an act back stores that
state again as a further event, so the history keeps both.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.models import Code, Quote, new_id, now
from labelcore.store import audit
from labelcore.store import codes as code_table
from labelcore.workspace import Workspace

_DONE, _UNDONE = "codes changed", "codes change taken back"
one_at_a_time = threading.RLock()
"""Held from the look whether an act was done already until it is stored."""


def is_done(workspace: Workspace, act: str) -> bool:
    """Whether the act of this id was stored, taken back or not."""
    return bool(act) and audit.about(workspace.db, workspace.project.id, _DONE, act) is not None


def store_act(
    workspace: Workspace,
    says: str,
    *,
    act: str,
    codes: Sequence[tuple[Code | None, Code]] = (),
    quotes: Sequence[tuple[Quote, Quote]] = (),
) -> None:
    """Store new states of codes and quotes, given with those before (None: made now)."""
    code_table.save(workspace.db, [code for _, code in codes], [quote for _, quote in quotes])
    skipped = {"project_id", "at"}
    audit.note(
        workspace.db,
        workspace.project.id,
        workspace.person,
        _DONE,
        act or new_id("act"),
        says=says,
        codes=[before.model_dump(mode="json", exclude=skipped) for before, _ in codes if before],
        made=[fresh.id for before, fresh in codes if before is None],
        quotes=[before.model_dump(mode="json", exclude=skipped) for before, _ in quotes],
    )


def last_act(workspace: Workspace) -> tuple[str, dict[str, Any]] | None:
    """The newest act that was not taken back: its id and what it did; None where there is none."""
    undone = {event["subject"] for event in audit.all_of(workspace.db, workspace.project.id, (_UNDONE,))}
    for event in audit.all_of(workspace.db, workspace.project.id, (_DONE,)):
        if event["subject"] not in undone:
            return event["subject"], event["detail"]
    return None


def undo_codes(workspace: Workspace, *, act: str = "") -> str:
    """Take the newest change of codes back. Returns what it had done.

    ``act``: only if this one is the newest, so that a request sent twice undoes once.

    Raises:
        BadInput: there is nothing to take back, or a newer change stands before it.
    """
    with one_at_a_time:
        found = last_act(workspace)
        if found is None or (act and found[0] != act):
            raise BadInput("There is no such change of codes to take back.")
        newest, detail = found
        at = now()
        head = {"project_id": workspace.project.id, "at": at}
        codes = [Code.model_validate(code | head | {"why": "taken back"}) for code in detail["codes"]]
        made = {code.id: code for code in code_table.current(workspace.db, workspace.project.id)}
        codes += [
            made[key].model_copy(update={"state": "dropped", "why": "taken back", "at": at})
            for key in detail["made"]
            if key in made
        ]
        quotes = [Quote.model_validate(quote | head) for quote in detail["quotes"]]
        code_table.save(workspace.db, codes, quotes)
        audit.note(workspace.db, workspace.project.id, workspace.person, _UNDONE, newest)
    return str(detail["says"])
