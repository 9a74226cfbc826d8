"""Many at once: the planted best is chosen, the cheapest comes first, and the budget holds."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.judges.templates import DEFAULT, Template
from labelcore.messages import document_of, lines_of
from labelcore.models import JudgeVersion, Output
from labelcore.operations import find_operation
from labelcore.settings import settings
from labelcore.stages.refining.keeping import keep
from labelcore.stages.refining.matrix import Grid, Matrix, try_many
from labelcore.stages.refining.prompts import numbered
from labelcore.store import verdicts as verdict_table
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
