"""Many at once: the planted best is chosen, the cheapest comes first, and the budget holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.judges.templates import DEFAULT, Template
from labelcore.messages import document_of, lines_of, sentence
from labelcore.models import JudgeVersion, Output
from labelcore.operations import find_operation
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.live_run import Result
from labelcore.stages.refining.crossing import cross, last_tried, recall, try_many
from labelcore.stages.refining.keeping import keep
from labelcore.stages.refining.looks import looks_at_dev
from labelcore.stages.refining.matrix import Grid, Matrix
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.prompts import numbered
from labelcore.store import outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.test_trying import WORDS, fails, make_judge, text, verdict_on

N = 120


def answer_of_big(prompt: str) -> dict[str, str]:
    """The dear model sees everything, whatever the prompt says."""
    judged = prompt.rsplit("<<DATA output", 1)[-1]
    bad = "lie" in judged or ("date" in judged and "birthday" not in judged)
    return {"reason": "big", "verdict": "fail" if bad else "pass"}


@pytest.fixture
def judge(
    workspace: Workspace,
    add_outputs: Callable[..., list[Output]],
    give_all: Callable[..., object],
    mock: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> JudgeVersion:
    made = add_outputs(*(text(n) for n in range(N)))
    give_all(made, ["fail" if fails(output) else "pass" for output in made], ["a note" for _ in made])
    mock.answer = verdict_on
    mock.answer_as = {"big": answer_of_big}
    address = settings().base_url
    monkeypatch.setenv(
        "LABELCORE_ENDPOINTS",
        json.dumps({"dear": {"base_url": address, "model": "big", "price_in": 20, "price_out": 20}}),
    )
    monkeypatch.setenv("LABELCORE_PRICE_IN", "1")
    monkeypatch.setenv("LABELCORE_PRICE_OUT", "1")
    settings.cache_clear()
    first = make_judge(workspace)
    template = Template(system=f"{DEFAULT.system}\n{WORDS}", user=DEFAULT.user)
    keep(
        workspace.by("Eva"),
        first,
        {**first.spec, "template": template.model_dump()},
        why="tell it of dates",
        use=False,
    )
    return first


def crossed(workspace: Workspace, judge: JudgeVersion, **more: object) -> Matrix:
    grid = Grid.model_validate({"version": (1, 2), "model": ("mock", "big@dear"), "limit": N, **more})
    return try_many(workspace, judge, grid=grid)


def test_the_planted_best_is_chosen_and_the_cheapest_comes_first(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    found = crossed(workspace, judge)
    assert [(cell.version, cell.model) for cell in found.cells] == [
        (1, "mock"),
        (2, "mock"),
        (1, "big"),
        (2, "big"),
    ]
    assert found.cells[0].state == "in use"
    assert found.chosen is not None
    best = found.cells[found.chosen]
    assert (best.version, best.model) == (1, "big")  # sees all of it, and breaks no birthday
    assert best.trial is not None
    assert (best.trial.change.new.tpr.value, best.trial.change.new.tnr.value) == (1, 1)
    assert (
        verdict_table.of_outputs(
            workspace.db, [attempt.output_id for attempt in best.trial.attempts], [best.trial.new_version_id]
        )
        == []
    )


def test_it_stops_at_the_first_that_is_good_enough(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    found = crossed(workspace, judge, enough=0.6)
    assert [cell.state for cell in found.cells] == ["in use", "tried", *["good enough before it"] * 2]
    assert found.chosen == 1
    assert mock.models["big"] == 0


def test_the_version_in_use_is_chosen_where_it_is_the_cheapest_that_is_good_enough(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    found = crossed(workspace, judge, enough=0.01)
    assert found.chosen is not None and found.cells[found.chosen].state == "in use"


def test_the_budget_holds_and_what_it_leaves_out_is_said(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    found = crossed(workspace, judge, max_cost=0.002)
    assert found.cost_usd <= 0.002
    assert {cell.state for cell in found.cells} <= {"in use", "tried", "beyond the budget", "failed"}
    assert any(cell.state in {"beyond the budget", "failed"} for cell in found.cells)


def test_one_model_that_is_away_leaves_the_others(workspace: Workspace, judge: JudgeVersion) -> None:
    with pytest.raises(BadInput, match="combinations"):
        try_many(workspace, judge, grid=Grid(version=(1,)))
    found = crossed(workspace, judge, model=("mock", "gone@dear"))
    assert [cell.state for cell in found.cells][:2] == ["in use", "tried"]


def test_it_is_told_in_lines_and_in_json(workspace: Workspace, judge: JudgeVersion) -> None:
    operation = find_operation("judge prompt matrix")
    found = crossed(workspace, judge)
    lines = lines_of(operation, workspace, found)
    assert any(line.startswith("Take big with v1") for line in lines)
    assert "%" in lines[0] and lines[0].endswith("in use")
    assert any("versions were compared on these" in line for line in lines), "looks at dev are told"
    assert sum(line.startswith("→") for line in lines) == 1
    document = document_of(operation, found)
    assert {"cells", "chosen", "cost_usd"} <= document.keys()
    assert {"tpr", "tnr_low", "mended", "broken", "cost_per_thousand"} <= document["cells"][2].keys()
    assert {"tpr", "tnr_low"} <= document["cells"][0].keys() and document["looks"]["looks"] == 3


def test_the_present_model_may_be_named_with_its_endpoint(workspace: Workspace, judge: JudgeVersion) -> None:
    found = crossed(workspace, judge, model=("mock@default", "big@dear"))
    assert [cell.state for cell in found.cells] == ["in use", "tried", "tried", "tried"]


def test_no_row_shows_more_examples_than_its_version_has(workspace: Workspace, judge: JudgeVersion) -> None:
    with pytest.raises(BadInput, match="none shows more examples"):  # it has none: all of these are one
        crossed(workspace, judge, version=(1,), model=("mock",), examples=(0, 1, 4))
    taught = {"verdict": "pass", "text": "a good one", "output_id": "o"}
    spec = {**judge.spec, "examples": [taught, {**taught, "verdict": "fail", "text": "a lie"}], "shown": 1}
    kept = keep(workspace.by("Eva"), judge, spec, why="taught", use=False)
    version = numbered(workspace, judge, kept.version)
    found = crossed(workspace, judge, version=(version.version,), model=("mock",), examples=(0, 1, 2, 4))
    assert [cell.shown for cell in found.cells] == [0, 1]


def figures(found: Matrix) -> list[dict[str, Any]]:
    """What there is to see of each cell, but for what was paid now."""
    return [
        {name: value for name, value in cell.document().items() if name != "cost_usd"} for cell in found.cells
    ]


def test_what_was_tried_is_found_again_and_nothing_is_asked(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    first = crossed(workspace, judge, enough=0.6)
    asked = len(mock.prompts)
    again = recall(workspace.by("Ben"), judge)
    assert figures(again) == figures(first) and again.chosen == first.chosen and again.looks == first.looks
    assert (again.requests, again.cost_usd, len(mock.prompts)) == (0, 0, asked)
    assert again.recalled is not None and again.recalled.author == workspace.person
    words = "\n".join(lines_of(find_operation("judge prompt tried"), workspace, again))
    assert "found again from stored answers: nothing is paid now" in words and "It took" not in words


def test_a_row_shows_the_outputs_on_which_it_was_tried(workspace: Workspace, judge: JudgeVersion) -> None:
    first = crossed(workspace, judge)
    operation = find_operation("judge prompt tried")
    found = operation.call(workspace, {"judge": judge.name, "row": 2})
    assert first.cells[1].trial and found.opened.trial.lists == first.cells[1].trial.lists
    words = "\n".join(lines_of(operation, workspace, found))
    for told in (
        "mended: ",
        "broken: ",
        "still wrong: 0",
        "still right: ",
        "before: plain; now: told",
        "note: a note",
    ):
        assert told in words
    trial = document_of(operation, found)["trial"]
    assert {"pass", "fail"} == {output["new"]["value"] for output in trial["outputs"]}
    in_use = operation.call(workspace, {"judge": judge.name, "row": 1})
    assert "the version in use" in "\n".join(lines_of(operation, workspace, in_use))
    with pytest.raises(NotFound, match="no row 5; there are 4"):
        recall(workspace, judge, row=5)


def test_a_matrix_that_was_stopped_is_found_again_with_what_was_paid_for(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    class Impatient(Ongoing):
        def hear(self, output_id: str, result: Result) -> None:
            super().hear(output_id, result)
            if self.answers > 7:
                self.stop.set()

    grid = Grid(version=(1, 2), model=("mock", "big@dear"), limit=N)
    first = cross(workspace, judge, grid, Impatient())
    assert [cell.state for cell in first.cells] == ["in use", "tried", "stopped", "stopped"]
    again = recall(workspace, judge)
    assert [cell.state for cell in again.cells] == ["in use", "tried", "stopped", "stopped"]
    assert figures(again)[:2] == figures(first)[:2]


def test_one_that_failed_or_was_stopped_at_once_does_not_hide_what_was_paid_for(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    paid = crossed(workspace, judge, limit=20)
    stopped = Ongoing()
    stopped.stop.set()
    cross(workspace, judge, Grid(version=(1, 2), model=("mock", "big@dear")), stopped)
    mock.answer_as["odd"] = lambda _: {"nothing": "of use"}
    failed = crossed(workspace, judge, version=(1,), model=("mock", "odd@dear"))
    assert [cell.state for cell in failed.cells] == ["in use", "failed"]
    assert figures(recall(workspace, judge)) == figures(paid)


def test_why_a_cell_was_not_tried_is_found_again(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    mock.answer_as["odd"] = lambda _: {"nothing": "of use"}
    first = crossed(workspace, judge, model=("mock", "odd@dear"))
    assert [cell.state for cell in first.cells] == ["in use", "tried", "failed", "failed"]
    assert first.cells[-1].trouble
    assert figures(recall(workspace, judge)) == figures(first)


def test_what_was_paid_for_is_found_again_where_more_is_graded_since(
    workspace: Workspace,
    judge: JudgeVersion,
    mock: MockEndpoint,
    add_outputs: Callable[..., list[Output]],
    give_all: Callable[..., object],
) -> None:
    first = crossed(workspace, judge, limit=20)
    made = add_outputs(*(text(n) for n in range(N, 2 * N)))
    give_all(made, ["fail" if fails(output) else "pass" for output in made], ["a note" for _ in made])
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    outputs = output_table.ids(workspace.db, workspace.project.id)
    execution.run(workspace, [numbered(workspace, judge, 2)], outputs)
    again = recall(workspace.by("Ben"), judge)
    assert figures(again) == figures(first), "no cell stands on other outputs than it was tried on"
    assert (again.chosen, again.looks) == (first.chosen, first.looks)
    assert looks_at_dev(workspace, judge) == first.looks, "who opens it has looked at nothing new"


def test_where_nothing_was_tried_together_it_says_what_does_that(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    assert last_tried(workspace, judge) is None
    with pytest.raises(NotFound, match="Nothing was tried together beside version 1") as trouble:
        recall(workspace, judge)
    assert "judge prompt matrix" in str(trouble.value)


@pytest.fixture
def unpriced(monkeypatch: pytest.MonkeyPatch) -> str:
    """A model whose price nobody set, and the best there is."""
    endpoints = json.loads(os.environ["LABELCORE_ENDPOINTS"])
    address = {"base_url": settings().base_url, "model": "secret", "price_in": None, "price_out": None}
    monkeypatch.setenv("LABELCORE_ENDPOINTS", json.dumps({**endpoints, "unpriced": address}))
    settings.cache_clear()
    return "secret@unpriced"


def test_a_model_without_a_price_is_not_taken_for_the_cheapest(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint, unpriced: str
) -> None:
    mock.answer_as = dict.fromkeys(("big", "secret"), answer_of_big)
    models = ("mock", "big@dear", unpriced)
    found = crossed(workspace, judge, version=(1,), model=models, enough=0.6)
    assert [cell.model for cell in found.cells] == ["mock", "big", "secret"]
    assert [cell.state for cell in found.cells] == ["in use", "tried", "good enough before it"]
    words = "\n".join(lines_of(find_operation("judge prompt matrix"), workspace, found))
    assert "secret, 0 examples of each, price not known: not tried" in words
    assert "What secret costs is not known" in words and "it may be cheaper" in words
    alone = crossed(workspace, judge, version=(1,), model=("mock", unpriced), enough=0.6)
    assert "what it costs is not known" in sentence(alone.says)


def test_where_no_price_is_known_nothing_is_called_the_cheapest(
    workspace: Workspace, judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch, unpriced: str
) -> None:
    for name in ("PRICE_IN", "PRICE_OUT"):
        monkeypatch.delenv(f"LABELCORE_{name}")
    settings.cache_clear()
    found = crossed(workspace, judge, version=(1,), model=("mock", unpriced))
    assert sentence(found.unpriced).startswith(
        "No price is known, so it cannot be said which is the cheapest"
    )
