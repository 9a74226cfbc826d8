"""Who is to grade which outputs, and what people read and know: few rows, remembered until some are added.

People stand in them by the name that they have now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import TypeVar

from labelcore.models import Assignment, Expertise, name_key
from labelcore.store.connection import Database
from labelcore.store.filters import kept
from labelcore.store.lookups import remembered, remembers, written
from labelcore.store.people import register
from labelcore.store.rows import RowMapping
from labelcore.text.reading import language_of

Made = TypeVar("Made")
Named = TypeVar("Named", Assignment, Expertise)
_ASSIGNMENT = RowMapping(Assignment, "assignment", id="assignment_id", at="made_at")
_EXPERTISE = RowMapping(Expertise, "expertise", at="made_at")
LANGUAGE_FIELDS = ("language", "lang", "locale")
"""Keys of the metadata that say in which language an output is, the first of them that is there."""
_STATED = ", ".join(f"json_extract_string(metadata, '$.{name}')" for name in LANGUAGE_FIELDS)
_TEXTS = (
    f"SELECT output_id, coalesce({_STATED}, ''), "
    "left(coalesce(nullif(text, ''), nullif(input, ''), context), 2000) FROM output "
    "WHERE project_id = ? AND output_id IN (SELECT unnest(?))"
)


def save(db: Database, *rows: Assignment | Expertise) -> None:
    """Append what changed; the newest counts."""
    _ASSIGNMENT.add(db, [row for row in rows if isinstance(row, Assignment)])
    _EXPERTISE.add(db, [row for row in rows if isinstance(row, Expertise)])
    written(db, "assignment")


def forget(db: Database) -> None:
    """Have what is derived of these rows derived anew, though none changed."""
    written(db, "assignment")


@remembers("assignment")
def current(db: Database, project_id: str) -> tuple[Assignment, ...]:
    """The assignments in force, oldest first; who was removed has none."""
    source = "assignment WHERE project_id = ? ORDER BY made_at"
    rows = {row.id: row for row in _ASSIGNMENT.find(db, source, [project_id])}
    gone = register(db).is_removed
    present = (_by_present_name(db, row) for row in rows.values() if not row.ended)
    return tuple(row for row in present if not (row.person and gone(row.person)))


@remembers("assignment")
def experts(db: Database, project_id: str) -> dict[str, Expertise]:
    """What people read and know, by the key of their name."""
    source = "expertise WHERE project_id = ? ORDER BY made_at"
    rows = (_by_present_name(db, row) for row in _EXPERTISE.find(db, source, [project_id]))
    return {name_key(row.person): row for row in rows}


def languages(db: Database, project_id: str, output_ids: Collection[str]) -> dict[str, str]:
    """The language of each of these outputs, as metadata or text say; '' where neither does.

    Each is looked at when it is asked for first: for all of 100,000 everybody who grades would wait.
    """
    known: dict[str, str] = kept(db, project_id, "languages", dict)
    if unknown := [key for key in output_ids if key not in known]:
        for output_id, language, text in db.rows(_TEXTS, [project_id, unknown]):
            known[output_id] = language_key(language or language_of(text or "") or "")
    return {key: known.get(key, "") for key in output_ids}


def derived(db: Database, what: Hashable, project_id: str, make: Callable[[], Made]) -> Made:
    """What is made of these rows, made anew once they change."""
    return remembered(db, "assignment", (what, project_id), make)


def language_key(name: str) -> str:
    """A language without its region: "zh-CN" is "zh"."""
    return name.strip().casefold().replace("_", "-").partition("-")[0]


def _by_present_name(db: Database, row: Named) -> Named:
    return row.model_copy(update={"person": register(db).present_name(row.person)})
