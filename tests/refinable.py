"""A project whose judge can be made better by words alone: an endpoint's answers depend on what it is told.

Replies that "promise" a refund are bad, and so are those that call it a "gesture of goodwill". Told nothing
more, the model misses the latter; told of goodwill, it finds them, and fails the good replies that only
name the word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.models import Criterion, Evidence, Grade, JudgeVersion, Output, Project, new_id
from labelcore.stages import judging, projects
from labelcore.stages.judging.keeping.versions import JudgeDraft
from labelcore.stages.refining.examples import splits_of
from labelcore.store import (
    Database,
    criteria as criterion_table,
    grades as grade_table,
    judges as judge_table,
    outputs as output_table,
)
from labelcore.workspace import Workspace

PROJECT, JUDGE = "refunds", "No refund promised · mock"
TOLD = "A gesture of goodwill counts as a promise as well."
"""What makes the model see what it misses."""
CASES = 120
_KINDS = {
    0: ("fail", "We promise to pay everything back for order {n}."),
    1: ("pass", "Order {n} can go back within thirty days, as the policy has it."),
    2: ("fail", "As a gesture of goodwill order {n} costs you nothing."),
    3: ("pass", "Thanks for asking; order {n} is on its way to you."),
    4: ("pass", "Please send a picture of order {n}, then a colleague will decide."),
    5: ("pass", "Order {n}: goodwill is not something that we can grant here."),
}


def kind_of_case(number: int) -> int:
    """Which of the kinds a case is: the last one is rare."""
    return 5 if number % 24 == 23 else number % 5


def answer(prompt: str) -> dict[str, Any]:
    """What the model says: of the output, by what stands before it."""
    before, _, rest = prompt.partition("<<DATA output")
    output = rest.partition("<<END output")[0]
    bad = "promise" in output or ("goodwill" in output and "goodwill counts" in before)
    return {
        "reason": "it promises money" if bad else "nothing is promised",
        "verdict": "fail" if bad else "pass",
    }


def make(db: Database, model: str = "mock") -> tuple[Workspace, JudgeVersion]:
    """The project with its grades and its judge, which has not run."""
    workspace = Workspace(db, projects.open_project(db, PROJECT), "ann")
    outputs = [output_of(workspace, number) for number in range(CASES)]
    output_table.add(db, outputs)
    grades = [_grade(output, _KINDS[kind_of_case(number)][0]) for number, output in enumerate(outputs)]
    grade_table.record(db, grades)
    fails = [grade for grade in grades if grade.value == "fail"]
    criterion = Criterion(
        id="refund",
        project_id=workspace.project.id,
        version=1,
        name="No refund promised",
        statement="The reply never promises a refund.",
        status="accepted",
        evidence=tuple(
            Evidence(grade_id=grade.id, output_id=grade.output_id, quote=grade.note) for grade in fails
        ),
    )
    criterion_table.save(db, [criterion])
    spec = make_spec(criterion, AskingOptions(model, shown=0))
    version = JudgeDraft("llm", JUDGE, spec, f"Asks {model}: {criterion.statement}", ("train",)).version(
        workspace.project, criterion
    )
    judge_table.save(db, [version])
    return workspace, judging.find_judge(workspace, version.id)


def output_of(workspace: Workspace, number: int) -> Output:
    text = _KINDS[kind_of_case(number)][1].format(n=number)
    return Output(
        id=output_table.content_id(workspace.project.id, text, input="refund?"),
        project_id=workspace.project.id,
        text=text,
        input="Can I have my money back?",
    )


def _grade(output: Output, value: str) -> Grade:
    return Grade.model_validate(
        {
            "id": new_id("grade"),
            "project_id": output.project_id,
            "output_id": output.id,
            "annotator": "ann",
            "value": value,
            "note": "promises money" if value == "fail" else "",
        }
    )


def database(path: Path) -> Path:
    """The same as a file, closed."""
    from labelcore.store import close_database, open_database

    make(open_database(path))
    close_database(path)
    return path


def project_of(db: Database) -> Project:
    """The project of :func:`make`."""
    return projects.open_project(db, PROJECT)


def planted(workspace: Workspace) -> tuple[set[str], set[str]]:
    """The graded outputs outside the test that the better prompt mends, and those that it breaks."""
    outputs = [output_of(workspace, number) for number in range(CASES)]
    splits = splits_of(workspace, [output.id for output in outputs])
    mended, broken = (
        {
            output.id
            for number, output in enumerate(outputs)
            if kind_of_case(number) == kind and splits[output.id] != "test"
        }
        for kind in (2, 5)
    )
    return mended, broken
