"""What people said of failed outputs: the clauses of their notes, and the words that they marked."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Grade, Output
from labelcore.stages.deriving.grouping import Clause, clauses_of
from labelcore.stages.deriving.naming import terms
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace


def said_of_fails(workspace: Workspace) -> list[Clause]:
    """Everything that people said of failed outputs outside the sealed split, in a fixed order."""
    visible = set(fitting_labels(workspace).value)
    grades = [
        grade
        for grade in sorted(current_grades(workspace), key=lambda grade: grade.id)
        if grade.value == "fail" and grade.output_id in visible
    ]
    outputs = output_table.many(workspace.db, [grade.output_id for grade in grades if grade.spans])
    found: dict[tuple[str, str], Clause] = {}
    for grade in grades:
        source = {"grade_id": grade.id, "output_id": grade.output_id}
        noted = clauses_of(grade.note) if grade.note.strip() else []
        for text in noted:
            found[grade.id, text] = Clause(**source, text=text)
        for text in marked_words(grade, outputs.get(grade.output_id)):
            clause = Clause(**source, text=text, marked=True, about=_about(text, noted))
            found.setdefault((grade.id, text), clause)
    return list(found.values())


def marked_words(grade: Grade, output: Output | None) -> list[str]:
    """The words that were marked in the output, each once; what does not stand in it is left out."""
    if output is None:
        return []
    texts = [span.get("text") for span in grade.spans]
    words = (text.strip() for text in texts if isinstance(text, str))
    return list(dict.fromkeys(word for word in words if word and word in output.text))


def _about(marked: str, noted: Sequence[str]) -> str:
    """The clause of the note that shares most words with the marked ones, else its first."""
    marked_terms = terms(marked)
    return max(noted, key=lambda text: len(terms(text) & marked_terms), default="")
