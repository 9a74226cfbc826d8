"""What those who grade are told: every version of the text, and the examples that count now."""

from __future__ import annotations

from labelcore.models import Guideline, GuidelineExample
from labelcore.store.connection import Database
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_GUIDELINE = RowMapping(Guideline, "guideline", id="guideline_id", at="made_at")
_EXAMPLE = RowMapping(GuidelineExample, "guideline_example", id="example_id", at="made_at")
_LATEST = "QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY made_at DESC, example_id DESC) = 1"


def save(db: Database, guideline: Guideline) -> None:
    """Store a version."""
    _GUIDELINE.add(db, [guideline])
    written(db, "guideline")


def save_example(db: Database, example: GuidelineExample) -> None:
    """Store an example, or that it counts no more."""
    _EXAMPLE.add(db, [example])
    written(db, "guideline")


@remembers("guideline")
def history(db: Database, project_id: str) -> list[Guideline]:
    """Every version in every language, oldest first."""
    return _GUIDELINE.find(db, "guideline WHERE project_id = ? ORDER BY version, guideline_id", [project_id])


@remembers("guideline")
def examples(db: Database, project_id: str) -> list[GuidelineExample]:
    """The examples that count now, oldest first."""
    source = f"guideline_example WHERE project_id = ? {_LATEST} ORDER BY made_at, example_id"
    return [example for example in _EXAMPLE.find(db, source, [project_id]) if example.value != "withdrawn"]
