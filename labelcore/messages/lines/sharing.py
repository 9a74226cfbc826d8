"""What sharing says: what a rubric file holds, what came of it, and how it does here."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence
from labelcore.stages import sharing


@lines("library save")
def saved(rubric: sharing.SavedRubric) -> Iterator[str]:
    texts = (
        say("with examples from its outputs")
        if rubric.with_examples
        else say("without examples; statements and keywords may still have words of notes in them")
    )
    yield say(
        "{out} holds {criteria} and {judges}, {overall} of them of the overall grade, {texts}.",
        out=rubric.out,
        criteria=counted("{n:,} criterion", "{n:,} criteria", n=len(rubric.criteria)),
        judges=counted("{n:,} judge", "{n:,} judges", n=rubric.judges),
        overall=len(rubric.overall),
        texts=texts,
    )
    yield from _staying(rubric.not_portable)


def _staying(judges: Sequence[sharing.NotPortable]) -> Iterator[str]:
    for judge in judges:
        yield say(
            "  not portable: {judge} ({kind}) of “{criterion}”: {reason}",
            judge,
            kind=say(judge.kind),
            criterion=say(judge.criterion),
        )


@lines("library load")
def loaded(report: sharing.LoadReport) -> Iterator[str]:
    yield say(
        "{criteria} and {judges} came from the rubric of '{project}'; known already: {known}.",
        criteria=counted("{n:,} criterion", "{n:,} criteria", n=len(report.criteria)),
        judges=counted("{n:,} judge", "{n:,} judges", n=len(report.judges)),
        project=report.project,
        known=len(report.known),
    )
    for name in report.renamed:
        yield say("  another criterion has the name, so it is called here: {name}", name=name)
    for judge in report.refused:
        yield say("  left out: {judge} of “{criterion}”: {reason}", judge, criterion=say(judge.criterion))
    yield from _staying(report.not_portable)
    if report.criteria or report.judges:
        yield say("They are not yet aligned here: run the judges, grade, then `labelcore library transfer`.")


@lines("library transfer")
def transferred(criteria: list[sharing.Transfer]) -> Iterator[str]:
    for criterion in criteria:
        yield say("[{kind}] {told}", kind=say(criterion.state), told=sentence(criterion.says))
        yield from (f"  {sentence(judge.says)}" for judge in criterion.judges)
    if not criteria:
        yield say("No criterion came by file: `labelcore library load FILE`.")


@lines("library schema")
def schema(fields: dict[str, Any]) -> Iterator[str]:
    yield json.dumps(fields, ensure_ascii=False, indent=2)
