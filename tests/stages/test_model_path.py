"""With a model: criteria that cite real grades, verdicts that are stored once, errors kept apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.models import Criterion, Evidence, Output
from labelcore.stages import judging
from labelcore.stages.deriving import by_model, citing
from labelcore.stages.deriving.derivation import derive
from labelcore.store import verdicts
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint


@pytest.fixture
def noted(add_outputs: Callable[..., list[Output]], give: Callable[..., object]) -> list[Output]:
    made = add_outputs(*(f"{'bad' if i % 2 else 'fine'} text {i}" for i in range(40)))
    for i, output in enumerate(made[:10]):
        give(output, "fail" if i % 2 else "pass", "the price is invented" if i % 2 else "")
    return made


def criteria(*evidence: tuple[int, str]) -> dict[str, object]:
    cited = [{"note": note, "quote": quote} for note, quote in evidence]
    return {
        "criteria": [
            {"name": "Prices", "statement": "No invented price.", "severity": "must", "evidence": cited}
        ]
    }


def test_criteria_cite_grades_that_exist_verbatim(
    workspace: Workspace, noted: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = criteria((0, "price is invented"), (99, "cost"), (1, "words never said"))
    (found,) = derive(workspace, offline=False).criteria
    assert [item.quote for item in found.evidence] == ["price is invented"]
    assert "Ignore" not in found.statement
    assert "<<DATA notes " in mock.prompts[0]


def test_a_criterion_with_only_invented_citations_never_appears(
    workspace: Workspace, noted: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = criteria((99, "cost"), (0, "words never said"))
    found = derive(workspace, offline=False)
    assert found.by_model == 0 and "Prices" not in {criterion.name for criterion in found.criteria}


def judged(workspace: Workspace, mock: MockEndpoint) -> str:
    mock.answer = criteria((0, "price is invented"))
    derive(workspace, offline=False, accept_all=True)
    mock.answer = None
    (version,) = judging.propose(workspace, judging.ProposalOrder(kind="llm", criterion="Prices"))
    mock.prompts.clear()
    return version.id


def test_no_verdict_is_lost_or_doubled_under_faults(
    workspace: Workspace, noted: list[Output], mock: MockEndpoint
) -> None:
    version = judged(workspace, mock)
    mock.faults = ["429", "ok", "500", "malformed", "ok", "truncated", "429"]
    run = judging.run_judges(workspace, kind="llm", concurrency=4)
    assert (run.verdicts_new, run.errors, run.state) == (40, 0, "finished")
    assert run.requests == 45
    assert verdicts.counts(workspace.db, workspace.project.id)[version] == {"pass": 20, "fail": 20}
    assert mock.most_under_way <= 4
    assert all("text" in prompt for prompt in mock.prompts)
    assert judging.run_judges(workspace, kind="llm").requests == 0


def test_errors_are_no_verdicts_and_are_tried_again_by_the_next_run(
    workspace: Workspace, noted: list[Output], mock: MockEndpoint
) -> None:
    version = judged(workspace, mock)
    mock.faults = ["malformed"] * 6
    run = judging.run_judges(workspace, kind="llm", concurrency=1)
    assert (run.verdicts_new, run.errors) == (39, 1)
    assert "1 × malformed" in run.message
    assert judging.run_judges(workspace, kind="llm").verdicts_new == 1
    assert sum(verdicts.counts(workspace.db, workspace.project.id)[version].values()) == 40


def test_a_used_up_quota_pauses_the_run(
    workspace: Workspace, noted: list[Output], mock: MockEndpoint
) -> None:
    judged(workspace, mock)
    mock.faults = ["ok"] * 5 + ["quota"] * 40
    run = judging.run_judges(workspace, kind="llm", concurrency=1)
    assert run.state == "stopped"
    assert "quota" in run.message
    assert run.verdicts_new == 5
    mock.faults = []
    assert judging.run_judges(workspace, kind="llm").verdicts_new == 35


def test_the_same_statement_under_two_names_is_one_criterion() -> None:
    first, second, other = (
        Criterion(
            id=name,
            project_id="p",
            version=1,
            name=name,
            statement=statement,
            severity="must",
            origin="model",
            author="",
            why="",
            evidence=(Evidence(grade_id=name, output_id="o", quote=name),),
        )
        for name, statement in (("a", "It is short."), ("b", "it is  SHORT."), ("c", "It is kind."))
    )
    kept = by_model._distinct([first, second, other], citing.AnswerLosses())
    assert [criterion.name for criterion in kept] == ["a", "c"]
    assert [item.grade_id for item in kept[0].evidence] == ["a", "b"]
