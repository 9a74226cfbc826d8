"""Pass rates by slice (city, product, language, model), by people's grades."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcore.errors import BadInput
from labelcore.models import Frozen, Project
from labelcore.stages.grading import human_labels
from labelcore.stats.slices import SliceRate, by_slice
from labelcore.store import Database
from labelcore.store import outputs as output_table

MOST = 30
"""A field with more values is no slicing (an id, a time)."""


class SliceReport(Frozen):
    """One field's slices, the worst first. ``left_out``: graded outputs without the field.

    ``doubt``: what the intervals and comparisons leave out of account; "" where nothing.
    """

    field: str
    rows: tuple[SliceRate, ...]
    left_out: int
    doubt: str = ""


def fields(db: Database, project: Project) -> list[str]:
    """The fields that graded outputs can be sliced by: 2 to ``MOST`` values."""
    outputs = output_table.many(db, list(human_labels(db, project).value)).values()
    values: dict[str, set[str]] = {"model": set(), "prompt_version": set()}
    for output in outputs:
        values["model"].add(output.model)
        values["prompt_version"].add(output.prompt_version)
        for name, value in output.metadata.items():
            values.setdefault(name, set()).add(str(value))
    return [name for name, own in values.items() if 2 <= len(own) <= MOST]


def slices(db: Database, project: Project, by: Sequence[str] = ()) -> list[SliceReport]:
    """Each field's slices; without names, every field that can be sliced by (five at most).

    Raises:
        BadInput: no graded output has a field of that name.
    """
    labels = human_labels(db, project).value
    wanted = list(by) or fields(db, project)[:5]
    doubt = _doubt(db, list(labels))
    found = []
    for name in wanted:
        values = output_table.strata(db, project.id, name)
        known = [own for own in labels if values.get(own)]
        if by and labels and not known:
            raise BadInput(
                f"No graded output has a field '{name}'.",
                next_step=f"Slice by {', '.join(fields(db, project)) or 'a field of the metadata'}.",
            )
        passes = np.array([labels[own] for own in known], dtype=bool)
        rows = by_slice(passes, [values[own] for own in known]) if known else []
        if rows:
            found.append(SliceReport(field=name, rows=tuple(rows), left_out=len(labels) - len(known), doubt=doubt))  # fmt: skip
    return found


def _doubt(db: Database, graded: Sequence[str]) -> str:
    """What slices do not know: outputs of one source are alike, so n counts for less than it says."""
    groups = output_table.groups_of(db, list(graded))
    sources = len({groups.get(own, own) for own in graded})
    if sources == len(graded):
        return ""
    return (
        f"The {len(graded):,} graded outputs come from {sources:,} sources, and slices count each "
        "output as if it stood alone: intervals are too narrow, differences may be chance."
    )
