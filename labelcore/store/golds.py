"""Gold outputs and who has passed the training: few rows, remembered until some are added."""

from __future__ import annotations

from labelcore.models import Gold, Ruling, Trained, name_key
from labelcore.store.connection import Database
from labelcore.store.lookups import remembers, written
from labelcore.store.people import register
from labelcore.store.rows import RowMapping
from labelcore.store.settling import rulings

_GOLD = RowMapping(Gold, "gold", id="gold_id", at="made_at")
_TRAINED = RowMapping(Trained, "trained", at="made_at")


def save(db: Database, *rows: Gold | Trained) -> None:
    """Append what changed; the newest counts."""
    _GOLD.add(db, [row for row in rows if isinstance(row, Gold)])
    _TRAINED.add(db, [row for row in rows if isinstance(row, Trained)])
    written(db, "gold")


@remembers("gold")
def current(db: Database, project_id: str) -> dict[str, Gold]:
    """The gold outputs by their id, the first first."""
    source = "gold WHERE project_id = ? ORDER BY made_at"
    rows = {row.output_id: row for row in _GOLD.find(db, source, [project_id])}
    return {key: row for key, row in rows.items() if not row.ended}


@remembers("gold")
def ever(db: Database, project_id: str) -> frozenset[str]:
    """The outputs that are or were gold."""
    rows = db.rows("SELECT DISTINCT output_id FROM gold WHERE project_id = ?", [project_id])
    return frozenset(key for (key,) in rows)


def settled(db: Database, project_id: str) -> dict[str, Ruling]:
    """The gold outputs that are ruled to pass or fail, each with its ruling."""
    golds = current(db, project_id)
    if not golds:
        return {}
    by_output = {row.output_id: row for row in rulings.current(db, project_id) if row.criterion_id is None}
    return {
        key: by_output[key] for key in golds if key in by_output and by_output[key].value in {"pass", "fail"}
    }


@remembers("gold")
def trained(db: Database, project_id: str) -> dict[str, Trained]:
    """What is known of people's training, by the key of their name."""
    source = "trained WHERE project_id = ? ORDER BY made_at"
    names = register(db)
    rows = _TRAINED.find(db, source, [project_id])
    return {name_key(names.present_name(row.person)): row for row in rows}
