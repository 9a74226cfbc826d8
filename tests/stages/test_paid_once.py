"""Nothing is paid for twice: repeats, renamed judges, equal prompts, batches; and what a run will take."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from labelcore.judges.kinds import panel
from labelcore.llm.protocol import TRIES
from labelcore.messages import say, speaking
from labelcore.messages.lines.endpoints import term_words
from labelcore.messages.lines.judging import estimate_words, run_words
from labelcore.models import Decision, JudgeVersion, Output, Project, Run, total_cost
from labelcore.progress import Progress, silent
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions, deciding
from labelcore.stages.judging.running.live_run import Usage
from labelcore.store import Database, runs, verdicts
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, configured
from tests.stages.test_interrupted_runs import judge

pytestmark = pytest.mark.slow  # a real server


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with configured(monkeypatch, PRICE_IN="2", PRICE_OUT="4") as endpoint:
        yield endpoint


@pytest.fixture
def ids(add_outputs: Callable[..., list[Output]]) -> list[str]:
    return [output.id for output in add_outputs(*(f"text number {i}" for i in range(30)))]


@pytest.fixture
def run(workspace: Workspace, ids: list[str]) -> Callable[..., Run]:
    def start(*versions: JudgeVersion, progress: Progress = silent, **options: Any) -> Run:
        place = workspace.telling(progress)
        return running.run(place, versions or [judge(workspace.project)], ids, RunOptions(**options))

    return start


def test_a_judge_under_another_name_costs_nothing(
    workspace: Workspace, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    first, again = run(), run(judge(workspace.project, "Another name", "other"))
    assert (first.requests, first.verdicts_new, first.cost_usd > 0) == (30, 30, True)
    assert (again.requests, again.verdicts_new, again.answers_cached) == (0, 30, 30)
    assert again.cost_usd == 0
    assert len(mock.prompts) == 30
    kept = verdicts.of_outputs(workspace.db, [first.id], ["other"]) or verdicts.page(
        workspace.db, "other", "pass", 1, 0
    )
    assert kept[0].decision.cost_usd > 0, "a verdict says what the judge costs, not what was paid now"


def test_two_judges_with_one_prompt_ask_it_once(
    project: Project, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    done = run(judge(project), judge(project, "Twin", "twin"))
    assert (done.verdicts_new, done.requests, done.answers_cached) == (60, 30, 30)
    assert len(mock.prompts) == 30


def test_repeats_are_asked_one_by_one_and_only_the_missing_ones(
    workspace: Workspace, ids: list[str], run: Callable[..., Run], mock: MockEndpoint
) -> None:
    assert run().requests == 30
    done = run(repeats=3)
    assert (done.total, done.verdicts_new, done.requests, done.verdicts_cached) == (60, 60, 60, 30)
    assert run(repeats=3).total == 0
    assert [verdicts.missing(workspace.db, "j", ids, repeat) for repeat in range(3)] == [[], [], []]
    assert len(verdicts.missing(workspace.db, "j", ids, 3)) == 30


def test_a_key_that_is_refused_in_mid_run_pauses_it(run: Callable[..., Run], mock: MockEndpoint) -> None:
    mock.faults = ["ok"] * 7 + ["401"] * 200
    paused = run(concurrency=2)
    assert paused.state == "stopped"
    assert "refuses the key" in paused.message and "LABELCORE_API_KEY" in paused.message
    mock.faults = []
    done = run(concurrency=2)
    assert (paused.verdicts_new + done.verdicts_new, done.state) == (30, "finished")
    assert max(mock.answered.values()) == 1


def test_a_wrong_address_pauses_the_run_with_a_sentence(
    run: Callable[..., Run], mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("labelcore.llm.client.waiting", lambda *_: 0.0)
    settings.cache_clear()
    done = run()
    assert (done.state, done.verdicts_new, done.errors) == ("stopped", 0, 0)
    assert "cannot be reached" in done.message and "LABELCORE_BASE_URL" in done.message


def test_an_endpoint_without_schemas_is_said_so(run: Callable[..., Run], mock: MockEndpoint) -> None:
    mock.knows_schemas = False
    done = run(concurrency=8)
    assert (done.verdicts_new, done.errors) == (30, 0)
    assert "parsed strictly" in done.message


def test_an_estimate_knows_calls_tokens_money_and_what_is_done(
    workspace: Workspace, ids: list[str], run: Callable[..., Run], mock: MockEndpoint
) -> None:
    backlog = running.make_backlog(workspace.db, [judge(workspace.project)], ids, 1)
    before = running.estimate(workspace, backlog, concurrency=2)
    assert (before.decisions, before.calls, before.known) == (30, 30, 0)
    assert before.tokens_in > 30 * 100 and mock.prompts == []
    assert before.cost_usd == pytest.approx((before.tokens_in * 2 + before.tokens_out * 4) / 1e6)
    assert before.seconds is None and "a time not known yet" in estimate_words(before)
    assert "so the time is not known" in " ".join(before.based_on)
    run()
    later = running.make_backlog(workspace.db, [judge(workspace.project)], ids, 2)
    after = running.estimate(workspace, later)
    assert (after.calls, after.known, after.tokens_in, after.tokens_out) == (30, 30, 300, 150)
    assert "30 verdicts" in " ".join(after.based_on)
    assert after.seconds is not None and "a time not known yet" not in estimate_words(after)
    with speaking("zh"):
        assert "按它已有的 30 条判定计算" in " ".join(map(say, after.based_on))
    free = before.model_copy(update={"cost_usd": None})
    assert "no price set" in estimate_words(free) and "US$" not in estimate_words(free)


@pytest.mark.usefixtures("mock")
def test_where_no_price_is_set_that_is_said_and_nothing_is_called_free(
    workspace: Workspace, ids: list[str], run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABELCORE_PRICE_IN")
    monkeypatch.delenv("LABELCORE_PRICE_OUT")
    settings.cache_clear()
    backlog = running.make_backlog(workspace.db, [judge(workspace.project)], ids, 1)
    before = running.estimate(workspace, backlog)
    assert (before.cost_usd, before.judges[0].cost_usd) == (None, None)
    done = run()
    assert (done.verdicts_new, done.cost_usd, done.document()["cost_usd"]) == (30, None, None)
    for words in (estimate_words(before), run_words(done)):
        assert "no price set" in words and "US$" not in words
    with speaking("zh"):
        assert "未设价格" in run_words(done) and "美元" not in run_words(done)
        assert "; " not in run_words(done)
    spent = verdicts.costs(workspace.db, workspace.project.id)
    (cost,) = (spent[version_id] for version_id in done.judge_version_ids)
    assert cost.per_thousand is None
    assert workspace.db.rows("SELECT DISTINCT cost_usd FROM verdict") == [(None,)]
    nothing = run()
    assert (nothing.requests, nothing.cost_usd) == (0, 0.0)


@pytest.mark.usefixtures("mock")
def test_of_a_run_of_which_one_part_has_no_price_the_known_dollars_are_said(
    workspace: Workspace, run: Callable[..., Run]
) -> None:
    used = Usage()
    for cost in (0.25, None, 0.5):
        used.count(Usage(cost_usd=cost, known_usd=cost or 0.0))
    assert (used.cost_usd, used.known_usd) == (None, 0.75)
    mixed = run().model_copy(update={"cost_usd": used.cost_usd, "known_usd": used.known_usd})
    assert "at least US$ 0.7500" in run_words(mixed)
    runs.save(workspace.db, mixed)
    assert runs.all_of(workspace.db, workspace.project.id)[0].known_usd == 0.75
    assert mixed.document()["known_usd"] == 0.75


@pytest.mark.usefixtures("mock")
def test_a_price_of_nought_is_a_price_and_costs_nothing(
    workspace: Workspace, ids: list[str], run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_PRICE_IN", "0")
    monkeypatch.setenv("LABELCORE_PRICE_OUT", "0")
    settings.cache_clear()
    assert "free of charge" in term_words(settings().default_endpoint)
    backlog = running.make_backlog(workspace.db, [judge(workspace.project)], ids, 1)
    before = running.estimate(workspace, backlog)
    assert (before.cost_usd, before.judges[0].cost_usd) == (0, 0)
    assert not any("is not known: set a price" in assumed for assumed in before.based_on)
    done = run()
    assert (done.verdicts_new, done.cost_usd, done.document()["cost_usd"]) == (30, 0, 0)
    assert "no price set" not in estimate_words(before) + run_words(done)
    (version_id,) = done.judge_version_ids
    assert verdicts.costs(workspace.db, workspace.project.id)[version_id].per_thousand == 0
    assert workspace.db.rows("SELECT DISTINCT cost_usd FROM verdict") == [(0,)]


def test_a_total_with_a_part_that_nobody_knows_is_not_known() -> None:
    totals = [total_cost(costs) for costs in ([], [0.0, 2.0], [2.0, None], [0.0])]
    assert totals == [0, 2, None, 0]


def test_batches_are_handed_over_once_and_collected_once(
    workspace: Workspace, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    first = run(batch=True)
    assert (first.state, first.verdicts_new, first.errors) == ("stopped", 0, 0)
    assert "has still to answer: 30" in first.message
    assert run(batch=True).verdicts_new == 0
    assert len(mock.batches.batches) == 1, "what is with the provider is not handed over again"
    mock.batches.over, mock.batches.lost = True, {3, 4}
    second = run(batch=True)
    assert (second.verdicts_new, second.requests, second.state) == (28, 28, "stopped")
    assert len(mock.batches.batches) == 2
    mock.batches.lost = set()
    third = run(batch=True)
    assert (third.verdicts_new, third.state, third.errors) == (2, "finished", 0)
    assert len(mock.prompts) == 30 and mock.met == {}
    assert runs.under_way(workspace.db, workspace.project.id) == []
    assert workspace.db.rows("SELECT count(*), count(DISTINCT output_id) FROM verdict") == [(30, 30)]


def test_a_batch_whose_process_died_while_handing_over_is_found_again(
    workspace: Workspace, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    run(batch=True)
    (job,) = runs.under_way(workspace.db, workspace.project.id)
    runs.save_job(workspace.db, job.model_copy(update={"provider_id": "", "state": "handing over"}))
    mock.batches.over = True
    done = run(batch=True)
    assert (done.verdicts_new, done.state) == (30, "finished")
    assert len(mock.batches.batches) == 1


def test_a_run_can_be_stopped_by_its_id_and_goes_on_later(
    workspace: Workspace, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    mock.latency = 0.2
    elsewhere = workspace.with_project(projects.open_project(workspace.db, "other"))

    def stop_early(done: int, total: int, words: str) -> None:
        if done >= 5:
            run_id = runs.all_of(workspace.db, workspace.project.id)[0].id
            assert not running.stop_run(elsewhere, run_id), "a run is stopped from its project only"
            assert running.stop_run(workspace, run_id)

    first = run(concurrency=2, progress=stop_early)
    assert first.state == "stopped"
    assert 5 <= first.verdicts_new < 30
    assert not running.stop_run(workspace, first.id)
    second = run(concurrency=2)
    assert first.verdicts_new + second.verdicts_new == 30
    assert max(mock.answered.values()) == 1


def test_odd_lines_of_a_batch_end_no_run(run: Callable[..., Run], mock: MockEndpoint) -> None:
    body = '"response": {"status_code": 200, "body": {"choices": [], "usage": 3}}'
    mock.batches.odd_lines = {0: f"{{{body}}}", 1: "[1]", 2: "[" * 200_000, 3: '{"custom_id": 3}'}
    mock.batches.over, mock.batches.usage = True, {"prompt_tokens": math.nan, "completion_tokens": 1e30}
    run(batch=True)
    second = run(batch=True)
    assert (second.verdicts_new, second.errors, second.cost_usd) == (26, 0, 0.0)
    mock.batches.odd_lines = {}
    third = run(batch=True)
    assert (third.verdicts_new, third.state, third.errors) == (4, "finished", 0)


def test_what_a_provider_refuses_in_a_batch_is_an_error_and_is_not_paid_again(
    run: Callable[..., Run], mock: MockEndpoint
) -> None:
    mock.batches.over, mock.batches.refused = True, "That is against the rules."
    run(batch=True)
    second = run(batch=True)
    assert (second.state, second.errors, second.error_kinds) == ("finished", 30, {"refusal": 30})
    assert run(batch=True).requests == 0
    assert len(mock.batches.batches) == 1


def test_malformed_answers_of_batches_are_asked_for_again_as_often_as_live_then_are_an_error(
    db: Database, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    def asked(text: str) -> list[str]:
        return [prompt for prompt in mock.prompts if f"{text}\n" in prompt]

    def answer(prompt: str) -> dict[str, object] | str:
        never, late = "text number 7\n" in prompt, "text number 5\n" in prompt
        if never or (late and len(asked("text number 5")) < 3):
            return "I think it passes!"
        return {"reason": "planted", "verdict": "pass"}

    mock.batches.over, mock.answer = True, answer
    first = run(batch=True)
    rounds = [run(batch=True) for _ in range(TRIES + 2)]
    assert first.verdicts_new == 0
    assert [run.verdicts_new for run in rounds] == [28, 0, 1, 0, 0, 0, 0, 0]
    assert [run.requests for run in rounds] == [30, 2, 2, 1, 1, 1, 0, 0], "bounded, and paid once"
    assert [run.error_kinds for run in rounds[4:7]] == [{}, {"malformed": 1}, {"malformed": 1}]
    assert rounds[5].state == "finished" and "malformed" in rounds[5].message
    assert len(mock.batches.batches) == TRIES
    plain, *others = asked("text number 7")
    assert "by this schema" not in plain and all("by this schema" in prompt for prompt in others)
    assert db.rows("SELECT count(*) FROM verdict") == [(29,)]
    assert "Run without --batch" in db.rows("SELECT message FROM verdict_error")[0][0]
    mock.answer = None
    assert run().verdicts_new == 1, "asked live, it can still be answered"


def test_a_question_that_no_batch_answers_is_an_error_after_as_many(
    run: Callable[..., Run], mock: MockEndpoint
) -> None:
    mock.batches.over, mock.batches.lost = True, {1}
    run(batch=True)
    assert run(batch=True).verdicts_new == 29
    mock.batches.lost = {0}
    rounds = [run(batch=True) for _ in range(TRIES)]
    assert [run.errors for run in rounds] == [0] * (TRIES - 2) + [1, 1]
    assert rounds[-1].error_kinds == {"batch": 1} and rounds[-1].state == "finished"
    assert len(mock.batches.batches) == TRIES


@pytest.fixture
def panel_judge(project: Project, mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch) -> JudgeVersion:
    """Two members: another endpoint's, and one that also asks for the probability."""
    where = {"base_url": settings().base_url, "model": "big", "price_in": 20, "price_out": 40}
    monkeypatch.setenv("LABELCORE_ENDPOINTS", json.dumps({"far": where}))
    settings.cache_clear()
    asked = judge(project)
    members = {"a": asked.spec | {"endpoint": "far", "model": "big"}, "b": asked.spec | {"probability": True}}
    return asked.model_copy(update={"spec": panel.make_spec(members, "majority")})


def test_a_panel_asks_the_endpoints_and_models_of_its_members_and_each_once(
    panel_judge: JudgeVersion, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    mock.odds = {"pass": 0.75, "fail": 0.25}
    done = run(panel_judge)
    assert (done.verdicts_new, done.errors, done.requests) == (30, 0, 90)
    assert mock.models == {"big": 30, "mock": 60}
    known = run(panel_judge.model_copy(update={"id": "again"}))
    assert (known.verdicts_new, known.requests, known.answers_cached) == (30, 0, 90)


def test_a_panel_s_estimate_counts_every_call_at_its_own_price(
    workspace: Workspace, ids: list[str], panel_judge: JudgeVersion, mock: MockEndpoint
) -> None:
    backlog = running.make_backlog(workspace.db, [panel_judge], ids, 1)
    found = running.estimate(workspace, backlog)
    assert (found.decisions, found.calls, found.trouble) == (30, 90, "")
    alone = running.make_backlog(workspace.db, [judge(workspace.project)], ids, 1)
    single = running.estimate(workspace, alone)
    assert found.cost_usd > 11 * single.cost_usd, "the far member costs ten times as much"


def test_a_panel_s_questions_go_into_the_batches_together(
    panel_judge: JudgeVersion, run: Callable[..., Run], mock: MockEndpoint
) -> None:
    first = run(panel_judge, batch=True)
    assert "has still to answer: 60" in first.message and mock.prompts == []
    mock.batches.over = True
    second = run(panel_judge, batch=True)
    assert (second.verdicts_new, second.state, second.requests) == (30, "finished", 60)


def test_texts_that_are_no_outputs_are_asked_of_the_panel_s_members_too(
    workspace: Workspace, panel_judge: JudgeVersion, mock: MockEndpoint
) -> None:
    text = Output(id="x", project_id=workspace.project.id, text="never stored")
    decision = deciding.decide(workspace.db, [panel_judge], [text])[panel_judge.id]["x"]
    assert isinstance(decision, Decision) and decision.value == "pass"
    assert mock.models == {"big": 1, "mock": 2}
