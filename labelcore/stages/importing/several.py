"""Several grades of one output in a file: by whom each is, and of what; none in the place of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.errors import BadInput
from labelcore.models import Fact, fact
from labelcore.stages.importing import meanings
from labelcore.stages.importing.mapping import Grading, Mapping, check, has
from labelcore.stages.importing.names import is_criteria, is_note
from labelcore.store import remarks
from labelcore.store.formats.base import Staging
from labelcore.wording import Wording

_MOST_COLUMNS, _SHOWN = 60, 3
_COUNTED = {"last": Wording("the last one in the file"), "worst": Wording("the worst one")}
_IDENTITY = ("output", "input", "context", "conversation")


def by_criterion(cursor: Any, staged: Staging, mapping: Mapping) -> Mapping:
    """The mapping with a grading for each value of a column that says what a row grades.

    Raises:
        BadInput: there is no such column, or it says too many different things.
    """
    gradings: list[Grading] = []
    for grading in mapping.gradings:
        if not (column := grading.criterion_column):
            gradings.append(grading)
            continue
        check(column, staged.names)
        found = remarks.parts(cursor, staged, column, remarks.MOST_PARTS + 1)
        if len(found) > remarks.MOST_PARTS:
            raise BadInput(
                "'{column}' has more than {most} different values: it does not say which criterion a row "
                "grades.",
                next_step="Name a column of few values.",
                column=column,
                most=remarks.MOST_PARTS,
            )
        gradings += [grading.model_copy(update={"criterion": part, "only": (column, part)}) for part in found]
    return mapping.model_copy(update={"gradings": tuple(gradings)})


def by_column(mapping: Mapping) -> Mapping:
    """The mapping for other files: gradings of one value of a column each are one of that column again."""
    gradings = (
        grading.model_copy(update={"criterion": f"{{{grading.only[0]}}}", "only": None})
        if grading.only and grading.only[1] == grading.criterion
        else grading
        for grading in mapping.gradings
    )
    return mapping.model_copy(update={"gradings": tuple(dict.fromkeys(gradings))})


def of_no_criterion(cursor: Any, staged: Staging, mapping: Mapping) -> Iterator[Fact]:
    """How many grades there are where the column of the criterion is empty: they are none's."""
    for grading in mapping.gradings:
        column = grading.criterion_column
        if not column or not has(column, staged.names):
            continue
        if n := remarks.count_beside_nothing(cursor, staged, grading.column, column):
            yield fact("of_no_criterion", n=n, column=column)


def several_grades(cursor: Any, staged: Staging, mapping: Mapping) -> Iterator[Fact]:
    """For each name and person with several different grades of one output: what a person has to say.

    ``apart``: the columns that tell these grades apart. ``criteria``: the one of them that is named like what
    is graded. ``asked``: whether it has to be said, because nobody said which of them counts.
    """
    texts = [column for name in _IDENTITY if (column := getattr(mapping, name))]
    texts = texts if mapping.output else [mapping.id] if mapping.id else []
    if not texts or not mapping.all_gradings():
        return
    nothing = meanings.EMPTY
    for found in remarks.differing(cursor, staged, texts, nothing):
        used = {*texts, *mapping.used()}
        free = [c for c in staged.names if c not in used and not is_note(c)][:_MOST_COLUMNS]
        apart = [c for c in free if remarks.tells_apart(cursor, staged, texts, nothing, c)]
        apart = apart or [*filter(is_criteria, free)]  # with who graded, which is asked next
        criteria = next(filter(is_criteria, apart), "")
        yield fact(
            "several_grades",
            n=found.outputs,
            name=found.name,
            who=", ".join(found.people[:_SHOWN]) + (" …" if len(found.people) > _SHOWN else ""),
            apart=apart,
            criteria=criteria,
            asked=not mapping.several,
            counts=_COUNTED[mapping.several or "last"],
        )


def refuse_several(facts: tuple[Fact, ...], mapping: Mapping) -> None:
    """Refuse to keep one of several grades of an output where it was not said which one counts.

    Raises:
        BadInput: with what to say.
    """
    for told in facts:
        if told.code != "several_grades" or not told.values["asked"]:
            continue
        named = (g.column for g in mapping.all_gradings() if g.criterion == told.values["name"])
        column = next(named, str(told.values["name"]))
        apart = list(told.values["apart"])
        raise BadInput(
            "{n:,} outputs have several different grades by one person in '{column}'. Nothing was stored.",
            next_step="If several people graded, name the column of who it was (--annotator COLUMN). If a "
            "column says what was graded, --grades '{{{criteria}}}={column}'. If one person graded anew or "
            "found several faults, say which grade counts: --several last or --several worst.{apart}",
            n=told.values["n"],
            column=column,
            criteria=told.values["criteria"] or "COLUMN",
            apart=Wording(" These columns tell the grades apart: {columns}.", columns=apart) if apart else "",
        )
