"""What people said: the clauses of notes on failed outputs, the words that they marked, and a criterion's
grades.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from labelcore.models import Criterion, Evidence, Frozen, Grade, Output
from labelcore.stages.deriving.naming import terms
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.stages.grading.labels import unsealed
from labelcore.stages.grading.settled import Settlement, settled_on_criteria, under_present_meaning
from labelcore.store import outputs as output_table
from labelcore.text.reading import han_share
from labelcore.workspace import Workspace

_ABBREVIATIONS = "".join(
    rf"(?<!\b{short}\.)"
    for short in ("Mr", "Mrs", "Ms", "Dr", "St", "No", "v", "vs", "cf", r"e\.g", r"i\.e", "[A-Z]")
)
_MARKS = re.compile(
    rf"(?:(?<=[.!?;]){_ABBREVIATIONS}\s+|[。！？；]|\n+|(?:^|\s)\d{{1,2}}、\s*"
    r"|,?\s+(?:and also|but also)\s+|,\s+also\s+|[，,]\s*(?:而且|并且|同时|另外|也))"
)
_NUMBERED = re.compile(r"(?:^|\s)\d{1,2}[.)]\s+|(?:^|\s)\d{1,2}[.)](?=[^\s\d.,)%])")
"""The marks of a numbered list; elsewhere "2,000 is 0.1 %" and "(agreement 1)" are no marks."""


class Clause(Frozen):
    """A verbatim part of a grade's note, or words marked in the output and what it says ``about`` them."""

    grade_id: str
    output_id: str
    text: str
    marked: bool = False
    about: str = ""

    @property
    def meaning(self) -> str:
        """The text by which it is grouped."""
        return self.about or self.text

    def evidence(self) -> Evidence:
        """The clause as evidence."""
        return Evidence(grade_id=self.grade_id, output_id=self.output_id, quote=self.text, marked=self.marked)


def clauses_of(note: str) -> list[str]:
    """The parts of a note that each name a fault, verbatim."""
    points = _NUMBERED.split(note) if re.match(r"\s*1[.)]", note) else [note]
    parts = [part.strip(" \t\r\n,，;；") for point in points for part in _MARKS.split(point)]
    clauses = [part for part in parts if len(part) >= (2 if han_share(part) > 0.5 else 4)]
    return clauses or ([note.strip()] if note.strip() else [])


def clauses_of_fails(workspace: Workspace) -> list[Clause]:
    """Everything that people said of failed outputs outside the sealed split, in an order that is the same
    wherever a file is imported: an output's id comes from the file, a grade's from its import too.
    """
    visible = set(fitting_labels(workspace).graded)
    grades = [
        grade
        for grade in sorted(current_grades(workspace), key=lambda one: (one.output_id, one.annotator, one.id))
        if grade.value == "fail" and grade.output_id in visible
    ]
    outputs = output_table.many(workspace.db, [grade.output_id for grade in grades if grade.spans])
    clauses: dict[tuple[str, str], Clause] = {}
    for grade in grades:
        source = {"grade_id": grade.id, "output_id": grade.output_id}
        noted = clauses_of(grade.note) if grade.note.strip() else []
        for text in noted:
            clauses[grade.id, text] = Clause(**source, text=text)
        for text in marked_words(grade, outputs.get(grade.output_id)):
            shared = {clause: len(terms(clause) & terms(text)) for clause in noted}
            about = max(noted, key=lambda clause: shared[clause], default="")
            clauses.setdefault((grade.id, text), Clause(**source, text=text, marked=True, about=about))
    return list(clauses.values())


def marked_words(grade: Grade, output: Output | None) -> list[str]:
    """The words that were marked in the output, each once; what does not stand in it is left out."""
    if output is None:
        return []
    texts = [span.get("text") for span in grade.spans]
    words = (text.strip() for text in texts if isinstance(text, str))
    return list(dict.fromkeys(word for word in words if word and word in output.text))


EXAMPLES, EXCERPT = 3, 600
"""So many examples of a kind stand with a criterion, each so many characters long at most."""


def grounded(workspace: Workspace, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria with what the grades on them say; the sealed test is left out.

    Evidence: notes and marked words of outputs that count as failed on it. Examples, where it has none:
    outputs that count as passed and as failed, ruled ones first.
    """
    rows = settled_on_criteria(workspace) if criteria else []
    if not rows:
        return list(criteria)
    visible = unsealed(workspace, {row.output_id for row in rows})
    rows_of: dict[str, list[Settlement]] = defaultdict(list)
    for row in rows:
        if row.output_id in visible and row.criterion_id:
            rows_of[row.criterion_id].append(row)
    fails = {(row.output_id, row.criterion_id) for rows in rows_of.values() for row in rows if row.is_fail}
    grades_of: dict[str, list[Grade]] = defaultdict(list)
    for grade in under_present_meaning(workspace):
        if grade.value == "fail" and (grade.output_id, grade.criterion_id) in fails:
            grades_of[str(grade.criterion_id)].append(grade)
    return [
        _with(workspace, item, rows_of[item.id], grades_of[item.id]) if rows_of[item.id] else item
        for item in criteria
    ]


def _with(
    workspace: Workspace, criterion: Criterion, rows: Sequence[Settlement], grades: Sequence[Grade]
) -> Criterion:
    examples = {
        label: [row.output_id for row in sorted(rows, key=_first) if row.label == label][:EXAMPLES]
        for label in ("pass", "fail")
    }
    ids = {grade.output_id for grade in grades if grade.spans}.union(*examples.values())
    outputs = output_table.many(workspace.db, sorted(ids))

    def excerpts(label: str) -> tuple[str, ...]:
        return tuple(outputs[key].text[:EXCERPT] for key in examples[label] if key in outputs)

    evidence = {
        (item.output_id, item.grade_id, item.quote): item
        for item in (*criterion.evidence, *_evidence(grades, outputs))
    }
    return criterion.model_copy(
        update={
            "evidence": tuple(evidence.values()),
            "pass_examples": criterion.pass_examples or excerpts("pass"),
            "fail_examples": criterion.fail_examples or excerpts("fail"),
        }
    )


def _first(row: Settlement) -> tuple[bool, str]:
    return row.settled_by != "ruling", row.output_id


def _evidence(grades: Sequence[Grade], outputs: dict[str, Output]) -> Iterable[Evidence]:
    for grade in grades:
        source = {"grade_id": grade.id, "output_id": grade.output_id}
        for text in clauses_of(grade.note) if grade.note.strip() else []:
            yield Evidence(**source, quote=text)
        for text in marked_words(grade, outputs.get(grade.output_id)):
            yield Evidence(**source, quote=text, marked=True)
