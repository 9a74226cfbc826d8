"""What people said when they graded a criterion itself, as its evidence and examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from labelcore.models import Criterion, Evidence, Grade, Output
from labelcore.stages.deriving.clauses import clauses_of, marked_words
from labelcore.stages.deriving.settled import Settlement, settled_on_criteria, under_present_meaning
from labelcore.stages.grading.labels import unsealed
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

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
