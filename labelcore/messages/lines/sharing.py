"""What sharing says: what a rubric file holds, what came of it, and how it does here."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from labelcore.messages.figures import amount
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence
from labelcore.stages import sharing


@lines("library save")
def saved(rubric: sharing.SavedRubric) -> Iterator[str]:
    texts = (
        "with examples from its outputs"
        if rubric.with_examples
        else "without examples; statements and keywords may still have words of notes in them"
    )
    yield (
        f"{rubric.out} holds {amount(len(rubric.criteria), 'criterion', 'criteria')} and "
        f"{amount(rubric.judges, 'judge')}, {len(rubric.overall)} of them of the overall grade, {texts}."
    )
    yield from _staying(rubric.not_portable)


def _staying(judges: Sequence[sharing.NotPortable]) -> Iterator[str]:
    for judge in judges:
        yield f"  not portable: {judge.judge} ({judge.kind}) of “{judge.criterion}”: {judge.reason}"


@lines("library load")
def loaded(found: sharing.Loaded) -> Iterator[str]:
    yield (
        f"{amount(len(found.criteria), 'criterion', 'criteria')} and {amount(len(found.judges), 'judge')} "
        f"came from the rubric of '{found.project}'; known already: {len(found.known)}."
    )
    for name in found.renamed:
        yield f"  another criterion has the name, so it is called here: {name}"
    for judge in found.refused:
        yield f"  left out: {judge.judge} of “{judge.criterion}”: {judge.reason}"
    yield from _staying(found.not_portable)
    if found.criteria or found.judges:
        yield "They are not yet aligned here: run the judges, grade, then `labelcore library transfer`."


@lines("library transfer")
def transferred(criteria: list[sharing.Transfer]) -> Iterator[str]:
    for criterion in criteria:
        yield f"[{criterion.state}] {sentence(criterion.says)}"
        yield from (f"  {sentence(judge.says)}" for judge in criterion.judges)
    if not criteria:
        yield "No criterion came by file: `labelcore library load FILE`."


@lines("library schema")
def schema(fields: dict[str, Any]) -> Iterator[str]:
    yield json.dumps(fields, ensure_ascii=False, indent=2)
