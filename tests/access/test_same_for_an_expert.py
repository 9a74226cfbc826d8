"""What others said of an output changes nothing that an expert can ask before they have graded it.

Two histories differ only in what others said: values, notes, marks on criteria, verdicts of judges. All
that an expert may ask over the door must be the same in both: answers, order, counts and sentences of errors.
"""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.errors import LabelcoreError
from labelcore.models import Criterion, Output, Role, Visitor
from labelcore.operations import find_operation
from labelcore.stages import grading, projects
from labelcore.store import Database, criteria as criterion_table, outputs as output_table
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.stages.measured import decides, tool

_CHANGES = re.compile(r"\b(?!o_)[a-z]+_[0-9a-f]{16,}|\d{4}-\d\d-\d\d[T ][\d:.]+(?:\+00:00|Z)?")
"""Ids and moments differ from history to history; an output's id does not."""
_PLAIN = {"criterion": "City", "value": "pass", "text": "?", "note": "n", "grade": "grade_x", "probe": "p"}
_VALUES = st.sampled_from(["pass", "fail", "unsure"])
_SAID = st.lists(_VALUES, min_size=4, max_size=4)
"""What Ben, Cy (who marks a criterion), a judge and Dan say of one output."""


_LATER = ("team take-over", "grade")
"""These change what is asked next: they come after everything else, which is then asked again."""


def answer(database: Database, visitor: Visitor, name: str, /, **arguments: str) -> str:
    """What an expert is told; a refusal is an answer too."""
    request = Request(operation=name, project="test", arguments=arguments)
    try:
        outcome = execute(database, request, here=False, visitor=visitor)
        told = json.dumps(outcome.document, default=str) + "\n".join(outcome.lines)
    except LabelcoreError as trouble:
        told = str(trouble)
    return f"{name} {arguments}: {_CHANGES.sub('#', told)}"


def answers(database: Database, visitor: Visitor, outputs: list[str]) -> Iterator[str]:
    """All that an expert is told who asks everything of some outputs."""
    for name in sorted(catalogue().keys() - {*_LATER}):
        fields = find_operation(name).fields
        needed = {key: _PLAIN.get(key, "x") for key, field in fields.items() if field.default is field.empty}
        for output in outputs if "output" in fields else [""]:
            yield answer(database, visitor, name, **needed | ({"output": output} if output else {}))


def answers_while_acting(database: Database, visitor: Visitor, outputs: list[str]) -> Iterator[str]:
    """The same before and after the expert takes over what others hold and skips an output, over the door;
    then what each of their grades is answered.
    """
    yield from answers(database, visitor, outputs)
    yield answer(database, visitor, "team take-over")
    yield answer(database, visitor, "grade", output=outputs[0], value="skipped")
    yield from answers(database, visitor, outputs)
    for output in outputs:
        yield answer(database, visitor, "grade", output=output, value="pass")
        yield answer(database, visitor, "grade", output=output, value="fail", criterion="City")


def history(said: list[list[str]], mine: set[int]) -> list[str]:
    """What Ana is told about the outputs that she has not graded, where that is what others said."""
    with empty_database() as database:
        workspace = Workspace(database, projects.open_project(database, "test"))
        outputs = [
            Output(id=f"o_{number}", project_id=workspace.project.id, text=f"text {number}")
            for number in range(len(said))
        ]
        output_table.add(database, outputs)
        told = {"id": "criterion_city", "version": 1, "name": "City", "statement": "Names the right city."}
        city = Criterion.model_validate(told | {"project_id": workspace.project.id, "status": "accepted"})
        criterion_table.save(database, [city])
        tool(workspace, "judge", criterion_id=city.id, criterion_version=1)
        for output, (ben, cy, judge, dan) in zip(outputs, said, strict=True):
            grading.grade(workspace.by("Ben"), output.id, ben, note=f"it is {ben}")
            grading.grade(workspace.by("Cy"), output.id, cy, criterion=city, note=f"the city is {cy}")
            grading.grade(workspace.by("Dan"), output.id, dan)
            decides(workspace, "judge", [(output.id, "abstain" if judge == "unsure" else judge)])
        grading.grading_queue(workspace.by("Eve"))
        ana = Visitor(name="Ana", roles={workspace.project.id: Role.EXPERT})
        mine_told = [
            answer(database, ana, "grade", output=outputs[number].id, value="pass") for number in mine
        ]
        unseen = [output.id for number, output in enumerate(outputs) if number not in mine]
        return [*mine_told, *answers_while_acting(database, ana, unseen)]


@pytest.mark.slow
@settings(max_examples=8)
@given(one=st.lists(_SAID, min_size=3, max_size=3), two=st.lists(_SAID, min_size=3, max_size=3))
def test_what_others_said_changes_nothing_that_an_expert_is_told(
    one: list[list[str]], two: list[list[str]]
) -> None:
    assert history(one, set()) == history(two, set())


@pytest.mark.slow
def test_nor_where_the_expert_has_graded_some() -> None:
    graded = ["pass", "pass", "pass", "pass"]
    one, two = (history([graded, [value] * 4, [value] * 4], {0}) for value in ("pass", "fail"))
    assert one == two
