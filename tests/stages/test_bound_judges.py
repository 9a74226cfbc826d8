"""A judge is answered where it was made to ask, under that address's limits and prices, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import ModelTrouble
from labelcore.judges.kinds import panel
from labelcore.models import Criterion, JudgeVersion, Output, Run
from labelcore.settings import settings
from labelcore.stages import judging, projects
from labelcore.stages.judging import running
from labelcore.stages.judging.keeping import binding
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.running import RunOptions, deciding
from labelcore.stages.sharing.loading import load_rubric
from labelcore.stages.sharing.saving import save_rubric
from labelcore.store import (
    criteria as criterion_table,
    exports,
    judges as judge_table,
    outputs as output_table,
    verdicts,
)
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, serving
from tests.stages.test_interrupted_runs import judge

pytestmark = pytest.mark.slow  # real servers
Mocks = list[MockEndpoint]
Use = Callable[..., None]


@pytest.fixture
def mocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mocks, list[str]]]:
    """Two endpoints whose model has the same name, and their addresses."""
    with ExitStack() as held:
        pairs = [held.enter_context(serving()) for _ in range(2)]
        yield [mock for mock, _ in pairs], [url for _, url in pairs]
    settings.cache_clear()


@pytest.fixture
def use(mocks: tuple[Mocks, list[str]], monkeypatch: pytest.MonkeyPatch) -> Use:
    """Set the environment to one of the two, and further variables."""

    def choose(at: int, **more: str) -> None:
        names = {"BASE_URL": mocks[1][at], "API_KEY": "k", "MODEL": "mock", **more}
        for name, value in names.items():
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()

    return choose


@pytest.fixture
def ids(add_outputs: Callable[..., list[Output]], workspace: Workspace) -> list[str]:
    prices = Criterion(
        id="c",
        project_id=workspace.project.id,
        version=1,
        name="Prices",
        statement="No invented price.",
        status="accepted",
    )
    criterion_table.save(workspace.db, [prices])
    return [output.id for output in add_outputs(*(f"text number {i}" for i in range(24)))]


@pytest.fixture
def run(workspace: Workspace, ids: list[str]) -> Callable[..., Run]:
    return lambda *versions, **options: running.run(workspace, versions, ids, RunOptions(**options))


def proposed(workspace: Workspace, **order: object) -> JudgeVersion:
    (made,) = judging.propose(workspace, ProposalOrder(kind="llm", criterion="Prices", **order))
    return made


def test_another_endpoint_under_the_same_name_never_answers_for_it(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    use(0)
    made = proposed(workspace)
    use(1, PRICE_IN="9")
    with pytest.raises(ModelTrouble) as refused:
        run(made)
    assert mocks[1][0] in refused.value.what and "endpoints add" in refused.value.next_step
    assert mocks[1][1] in refused.value.what, "it says where that name leads now"
    assert mocks[0][1].prompts == []
    use(0)
    assert run(made).verdicts_new == 24


def test_made_for_another_endpoint_it_is_a_version_of_its_own(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    use(0)
    first = proposed(workspace)
    assert proposed(workspace).id == first.id
    run(first)
    use(1)
    second = proposed(workspace)
    assert (second.judge_id, second.version) == (first.judge_id, 2) and second.id != first.id
    run(second)
    assert [len(mock.prompts) for mock in mocks[0]] == [24, 24]


def test_judges_that_cannot_be_asked_do_not_hold_up_the_others(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    use(0)
    first = proposed(workspace)
    use(1, MODEL="other")
    second = proposed(workspace)
    done = run(first, second)
    assert (done.verdicts_new, done.total, done.state) == (24, 48, "stopped")
    assert done.message.startswith(f"{first.name}: ") and mocks[1][0] in done.message
    assert mocks[0][0].prompts == [] and mocks[0][1].models == {"other": 24}
    assert running.estimate(workspace, running.make_backlog(workspace.db, [first], ["x"], 1)).trouble


def test_an_endpoint_that_moved_says_so_and_answers_on(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    (a, b), here = mocks[0], {"base_url": mocks[1][0], "model": "m"}
    use(0, ENDPOINTS=json.dumps({"small": here}))
    made = proposed(workspace, endpoint="small")
    assert (made.name, made.spec["endpoint"]) == ("Prices · m (small)", "small")
    use(1, ENDPOINTS=json.dumps({"small": {**here, "base_url": mocks[1][1]}}))
    with pytest.raises(ModelTrouble, match="'small' is at"):
        run(made)
    assert a.prompts == b.prompts == []
    moved = {**here, "base_url": mocks[1][1], "moved_from": [mocks[1][0]]}
    use(1, ENDPOINTS=json.dumps({"small": moved}))
    assert run(made).verdicts_new == 24
    assert (len(a.prompts), b.models) == (0, {"m": 24})


def test_a_judge_of_before_is_bound_by_its_first_answer_and_keeps_its_hash(
    workspace: Workspace, ids: list[str], mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    old, (a, b) = judge(workspace.project), mocks[0]
    judge_table.save(workspace.db, [old])
    use(0)
    a.shares = {"401": 1.0}
    run(old)
    use(1)
    assert running.run(workspace, [old], ids[:5]).verdicts_new == 5, "a refusal binds nobody"
    use(0)
    a.shares, a.prompts = {}, []
    with pytest.raises(ModelTrouble, match="no endpoint is configured"):
        run(old)
    some = list(output_table.many(workspace.db, ids[:1]).values())
    refused = deciding.decide(workspace.db, [old], some)[old.id][ids[0]]
    assert isinstance(refused, ModelTrouble) and refused.kind == "endpoint" and a.prompts == []
    use(1)
    assert run(old).verdicts_new == 19
    assert len(b.prompts) == 24 and verdicts.counts(workspace.db, workspace.project.id)[old.id]


def test_the_members_of_a_panel_are_bound_each(
    workspace: Workspace, ids: list[str], mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    plain, (a, b) = judge(workspace.project), mocks[0]
    far = {"far": {"base_url": mocks[1][1], "model": "big"}}
    members = {"a": plain.spec | {"endpoint": "far", "model": "big"}, "b": plain.spec}
    votes = plain.model_copy(update={"spec": panel.make_spec(members, "majority")})
    use(0, ENDPOINTS=json.dumps(far))
    running.run(workspace, [votes], ids[:4])
    assert (len(a.prompts), len(b.prompts)) == (4, 4)
    use(0, ENDPOINTS=json.dumps({"far": {**far["far"], "base_url": mocks[1][0]}}))
    with pytest.raises(ModelTrouble, match="big at"):
        run(votes)
    assert len(a.prompts) == 4


def test_limits_hold_for_an_address_whatever_models_are_asked_there(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run]
) -> None:
    mock = mocks[0][0]
    mock.latency = 0.03
    other = {"other": {"base_url": mocks[1][0] + "/", "model": "big", "concurrency": 4}}
    use(0, ENDPOINTS=json.dumps(other), CONCURRENCY="4")
    first = proposed(workspace)
    second = proposed(workspace, endpoint="other")
    with mock.held(4):
        assert run(first, second).verdicts_new == 48
    assert mock.models == {"mock": 24, "big": 24}
    assert mock.most_under_way == 4, "both are asked, and side by side"


@pytest.mark.parametrize("outputs", [24, 60])  # the second by a call process
def test_cached_tokens_have_their_price(
    workspace: Workspace,
    add_outputs: Callable[..., list[Output]],
    mocks: tuple[Mocks, list[str]],
    use: Use,
    run: Callable[..., Run],
    outputs: int,
) -> None:
    more = [output.id for output in add_outputs(*(f"more {i}" for i in range(outputs)))]
    details = {"cached_tokens": 600}
    mocks[0][0].usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": details}
    use(0, PRICE_IN="10", PRICE_OUT="20", PRICE_CACHED="1")
    done = running.run(workspace, [proposed(workspace)], more)
    assert done.cost_usd == pytest.approx(outputs * (400 * 10 + 600 * 1 + 100 * 20) / 1e6)


@pytest.mark.parametrize("details", [None, 3, {"cached_tokens": 5000}, {"cached_tokens": "x"}, {"other": 1}])
def test_odd_counts_of_cached_tokens_cost_no_more_than_all_and_no_less_than_none(
    workspace: Workspace, mocks: tuple[Mocks, list[str]], use: Use, run: Callable[..., Run], details: object
) -> None:
    mocks[0][0].usage = {"prompt_tokens": 1000, "completion_tokens": 0, "prompt_tokens_details": details}
    use(0, PRICE_IN="10", PRICE_OUT="0", PRICE_CACHED="1")
    cost = run(proposed(workspace)).cost_usd * 1e6 / 24
    assert cost == pytest.approx(1000 if details == {"cached_tokens": 5000} else 10_000)


def test_a_model_that_answers_under_another_name_is_said_wherever_the_judge_is_looked_at(
    workspace: Workspace,
    mocks: tuple[Mocks, list[str]],
    use: Use,
    ids: list[str],
    give: Callable[..., object],
    tmp_path: Path,
) -> None:
    for at, output in enumerate(output_table.many(workspace.db, ids).values()):
        give(output, "fail" if at % 2 else "pass")
    mocks[0][0].name = "mock"
    use(0)
    made = proposed(workspace)
    quiet = running.run(workspace, [made], ids[:10])
    assert "answered" not in quiet.message and not binding.renamed(workspace.db, [made])
    mocks[0][0].name = "mock-2027"
    assert (
        f"{made.name} asks for mock, but mock-2027 answered." in running.run(workspace, [made], ids).message
    )
    words = "asks for mock, but the endpoint says that mock-2027 (14) answered"
    for name in ("judge list", "judge race", "judge table"):
        about = {"criterion": "Prices"} if name == "judge race" else {}
        found = execute(workspace.db, Request(operation=name, project="test", arguments=about))
        assert words in json.dumps(found.document), name
        assert name == "judge table" or any(words in line for line in found.lines), name
    exports.write(workspace.db, workspace.project.id, "verdicts", tmp_path / "v.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert {(row["asked_model"], row["model"]) for row in rows} == {("mock", "mock"), ("mock", "mock-2027")}


@pytest.mark.parametrize("known", [True, False])
def test_a_rubric_file_takes_the_endpoint_s_name_along_and_no_address(
    workspace: Workspace,
    ids: list[str],
    mocks: tuple[Mocks, list[str]],
    use: Use,
    tmp_path: Path,
    known: bool,
) -> None:
    use(0, ENDPOINTS=json.dumps({"far": {"base_url": mocks[1][1], "model": "big"}}))
    proposed(workspace, endpoint="far", variant="strict", examples=3)
    save_rubric(workspace, out=tmp_path / "rubric.yaml")
    text = (tmp_path / "rubric.yaml").read_text()
    assert "endpoint: far" in text and "variant: strict" in text and "127.0.0.1" not in text
    if not known:
        use(0, ENDPOINTS="{}")
    other = workspace.with_project(projects.open_project(workspace.db, "other"))
    (loaded,) = load_rubric(other, tmp_path / "rubric.yaml").judges
    assert (loaded.spec.get("endpoint"), loaded.spec["variant"]) == ("far" if known else None, "strict")
    assert load_rubric(other, tmp_path / "rubric.yaml").judges == ()
    running.run(other, [loaded], ids[:3])
    assert [len(mock.prompts) for mock in mocks[0]] == ([0, 3] if known else [3, 0])
