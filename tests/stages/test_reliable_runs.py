"""Runs that can be relied on: what did not come is told and seen by CI, money stays within its limit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from labelcore.dispatch import Outcome, Request, execute
from labelcore.errors import BadInput
from labelcore.llm.spending import most_of
from labelcore.messages import speaking
from labelcore.messages.lines.judging import run_words
from labelcore.messages.running import failure_words
from labelcore.models import JudgeVersion, Output, PaidAnswer, Run
from labelcore.settings import Endpoint
from labelcore.stages import judging, projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import answers, judges as judge_table, runs as run_table, verdicts
from labelcore.wording import Wording, kept, of_kept
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint

pytestmark = pytest.mark.usefixtures("no_waiting")
Add = Callable[..., list[Output]]
Set = Callable[..., None]
PRICE = 1_000_000 / 1_000  # a thousandth of a dollar for each token
PAID = 15 / 1_000
"""Dollars of one answer of the mock: fifteen tokens."""


def judge(workspace: Workspace, kind: str = "llm", **spec: Any) -> JudgeVersion:
    """A stored judge of the overall grade."""
    asked = {"prompt_version": "judge-v2", "name": "Whole", "statement": "It is good.", "model": "mock"}
    made = JudgeVersion(
        id=f"{kind}-1",
        judge_id=kind,
        project_id=workspace.project.id,
        name=f"{kind} judge",
        kind=kind,
        version=1,
        criterion_id=None,
        criterion_version=None,
        model="mock" if kind == "llm" else "",
        spec=spec or asked,
    )
    judge_table.save(workspace.db, [made])
    return made


def texts(add_outputs: Add, count: int) -> list[Output]:
    return add_outputs(*(f"{'bad' if i % 2 else 'fine'} text {i}" for i in range(count)))


def by_command(workspace: Workspace, **arguments: Any) -> Outcome:
    asked = Request(operation="judge run", project=workspace.project.name, arguments=arguments)
    return execute(workspace.db, asked)


def test_a_run_without_trouble_ends_with_0(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    judge(workspace)
    texts(add_outputs, 4)
    done = by_command(workspace)
    assert (done.exit_code, done.document["failures"], done.document["pending"]) == (0, [], {})
    assert by_command(workspace).exit_code == 0, "everything is known"


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ("400 length", "context length", "maximum context length is 8192 tokens"),
        ("400 filter", "content filter", "content management policy"),
        ("malformed", "malformed", "not the asked-for JSON"),
    ],
)
@pytest.mark.parametrize("n", [1, 4])
def test_failures_end_with_1_and_are_told_by_kind_number_and_reason(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, fault: str, kind: str, reason: str, n: int
) -> None:
    judge(workspace)
    texts(add_outputs, 4)
    tries = 6 if fault == "malformed" else 1
    mock.faults = [fault] * tries * n
    done = by_command(workspace, concurrency=1)
    assert (done.exit_code, done.document["errors"], done.document["verdicts_new"]) == (1, n, 4 - n)
    (failure,) = done.document["failures"]
    assert (failure["kind"], failure["n"]) == (kind, n)
    assert reason in failure["reason"]
    assert any(f"{n} × {kind}: " in line and reason in line for line in done.lines)
    assert len(mock.prompts) == tries * n + 4 - n, "what is refused for good is asked once"


@pytest.mark.parametrize(("fault", "kind"), [("401", "key"), ("quota", "quota"), ("404", "unknown model")])
def test_a_run_that_had_to_pause_ends_with_1_and_says_what_is_left(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, fault: str, kind: str
) -> None:
    judge(workspace)
    texts(add_outputs, 6)
    mock.faults = ["ok", "ok", *[fault] * 20]
    done = by_command(workspace, concurrency=1)
    assert (done.exit_code, done.document["ended_by"]) == (1, kind)
    assert done.document["pending"] == {"llm": 4}
    assert done.lines[-1] == "still to decide: LLM judges 4"
    mock.faults = []
    assert by_command(workspace).exit_code == 0


def test_a_person_who_stops_it_is_told_apart(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    version, ids = judge(workspace), [output.id for output in texts(add_outputs, 5)]
    options = RunOptions()
    options.stop.set()
    done = running.run(workspace, [version], ids, options)
    assert (done.ended_by, done.exit_code, done.pending) == ("person", 1, {"llm": 5})
    assert run_table.all_of(workspace.db, workspace.project.id)[0].ended_by == "person"


def test_kinds_are_said_in_chinese_with_the_endpoints_own_words() -> None:
    run = Run(
        id="r",
        project_id="p",
        judge_version_ids=("j",),
        n_outputs=3,
        state="finished",
        errors=3,
        error_kinds={"context length": 3},
        reasons={"context length": Wording("http://x rejects the prompt: too long")},
    )
    with speaking("zh"):
        (line,) = failure_words(run)
        assert "context length" not in line and "too long" in line
        assert "context length" not in run_words(run)


def test_a_reason_that_is_read_back_is_said_in_the_language_of_the_page(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    mock.answer = {"verdict": "pass", "reason": "I cannot assist with that request."}
    version, ids = judge(workspace), [output.id for output in texts(add_outputs, 3)]
    running.run(workspace, [version], ids, RunOptions())
    (done,) = run_table.all_of(workspace.db, workspace.project.id)
    assert "The model refuses" in done.reasons["refusal"]
    with speaking("zh"):
        (line,) = failure_words(done)
    assert "The model refuses" not in line and "I cannot assist" in line


def test_what_is_kept_of_a_wording_says_the_same_again() -> None:
    inner = BadInput("{n} rows", n=3)
    whole = Wording("{name}: {trouble}", name="x", trouble=inner, rest=[1, Wording("interrupted")])
    again = of_kept(json.loads(json.dumps(kept(whole))))
    assert (again, again.values["trouble"].template, again.values["rest"]) == (
        "x: 3 rows",
        "{n} rows",
        [1, "interrupted"],
    )
    assert [of_kept(kept(value)) for value in ("a {b}", Wording("a {b}"), None)] == ["a {b}", "a {b}", None]


def test_a_run_that_has_just_begun_is_told_without_a_loose_end() -> None:
    begun = {"id": "r", "project_id": "p", "judge_version_ids": ["j"], "n_outputs": 3, "total": 3}
    run = Run.model_validate({**begun, "state": "running", "seconds": 1})
    assert run_words(run) == "Running: 0 of 3 in 1 s"


def test_only_graded_outputs_are_decided_where_that_is_asked(
    workspace: Workspace, add_outputs: Add, give: Callable[..., object], mock: MockEndpoint
) -> None:
    judge(workspace)
    made = texts(add_outputs, 6)
    with pytest.raises(BadInput, match="No output is graded yet"):
        by_command(workspace, graded=True)
    for output, value in zip(made, ("pass", "fail", "unsure"), strict=False):
        give(output, value)
    done = by_command(workspace, graded=True)
    assert done.document["verdicts_new"] == 3
    asked = "".join(mock.prompts)
    assert all((output.text in asked) is (at < 3) for at, output in enumerate(made))


# Money


def most(workspace: Workspace, output: Output) -> float:
    """What one call is set aside for at most, roughly."""
    from labelcore.judges.kinds import kind_of
    from labelcore.judges.kinds.llm import JudgeAnswer
    from labelcore.llm.client import OpenAIClient

    version = judge_table.current(workspace.db, workspace.project.id)[0]
    endpoint = Endpoint(model="mock", price_in=PRICE, price_out=PRICE)
    messages = kind_of(version).prompts[0].messages_for(output)
    return most_of(endpoint, OpenAIClient(endpoint).request_body(messages, JudgeAnswer, 800))


@pytest.mark.parametrize("fault", ["", "malformed", "500", "429"])
def test_the_limit_holds_with_sixteen_calls_in_flight(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set, fault: str
) -> None:
    set_(PRICE_IN=PRICE, PRICE_OUT=PRICE, CONCURRENCY=16)
    judge(workspace)
    made = texts(add_outputs, 400)
    mock.latency = 0.005
    mock.shares = {fault: 0.3} if fault else {}
    limit = most(workspace, made[0]) + 100 * PAID
    done = judging.run_judges(workspace, order=judging.RunOrder(max_cost=limit))
    paid = sum(mock.met[kind] for kind in ("ok", "malformed")) * PAID
    assert paid <= limit, "what the endpoint answered stays within the limit"
    assert paid == pytest.approx(done.cost_usd)
    assert done.requests == len(mock.prompts), "a call that the limit kept back was not made"
    assert paid > limit - 1.5 * most(workspace, made[-1]), "and little of it is left unused"
    assert (done.ended_by, done.exit_code, done.errors) == ("cost limit", 1, 0)
    assert "The spending limit is reached" in done.message
    assert mock.most_under_way <= 16
    again = judging.run_judges(workspace, order=judging.RunOrder(max_cost=1e6))
    assert again.verdicts_new + done.verdicts_new == 400, "nothing is lost"
    assert mock.answered.most_common(1)[0][1] == 1, "and nothing is asked twice"


def test_several_calls_are_in_flight_where_the_limit_allows_them(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(PRICE_IN=PRICE, PRICE_OUT=PRICE, CONCURRENCY=16)
    judge(workspace)
    made = texts(add_outputs, 60)
    mock.latency = 0.2
    judging.run_judges(workspace, order=judging.RunOrder(max_cost=30 * most(workspace, made[0])))
    assert mock.most_under_way > 8


def test_an_endpoint_that_answers_at_greater_length_than_it_was_told_surprises_once(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(PRICE_IN=PRICE, PRICE_OUT=PRICE, CONCURRENCY=16)
    judge(workspace)
    made = texts(add_outputs, 100)
    usage = {"prompt_tokens": 10, "completion_tokens": 100_000}
    mock.latency, mock.shares = 0.01, {f"odd usage {json.dumps(usage)}": 1.0}
    limit = 20 * most(workspace, made[0])
    done = judging.run_judges(workspace, order=judging.RunOrder(max_cost=limit))
    assert len(mock.prompts) * 100.01 <= limit + 100.01, "over by one call at most"
    assert done.ended_by == "cost limit"


def test_calls_that_break_off_count_as_if_they_had_been_paid(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(PRICE_IN=PRICE, PRICE_OUT=PRICE, CONCURRENCY=16)
    judge(workspace)
    made = texts(add_outputs, 60)
    mock.shares = {"drop": 1.0}
    limit = 5 * most(workspace, made[0])
    done = judging.run_judges(workspace, order=judging.RunOrder(max_cost=limit))
    assert len(mock.prompts) <= 6
    assert done.verdicts_new == 0 and done.exit_code == 1


def test_a_limit_that_cannot_hold_is_refused(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    judge(workspace)
    texts(add_outputs, 3)
    with pytest.raises(BadInput, match="this process only"):
        judging.run_judges(workspace, order=judging.RunOrder(max_cost=1, engine="dask"))
    assert by_command(workspace, max_cost=1.0).exit_code == 0, "a model on this machine is free"


def test_a_limit_without_a_price_is_refused(workspace: Workspace, add_outputs: Add, set_: Set) -> None:
    set_(BASE_URL="https://models.invalid/v1", MODEL="mock", API_KEY="k")
    judge(workspace)
    texts(add_outputs, 3)
    with pytest.raises(BadInput, match="LABELCORE_PRICE_IN"):
        judging.run_judges(workspace, order=judging.RunOrder(max_cost=1))


# Time left


def test_the_time_left_of_models_is_not_that_of_code(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(CONCURRENCY=2)
    code = judge(workspace, "code", detector="words", side="above", threshold=3)
    asking = judge(workspace)
    ids = [output.id for output in texts(add_outputs, 300)]
    mock.latency = 0.1
    seen: list[Run] = []

    def look(done: int, total: int, words: str) -> None:
        seen.append(run_table.all_of(workspace.db, workspace.project.id)[0])
        told.append((done, words))
        if done > 330:
            options.stop.set()

    told: list[tuple[int, str]] = []
    options = RunOptions()
    running.run(workspace.telling(look), [code, asking], ids, options)
    before = [words for done, words in told if done == 300]
    assert before and all(" left" not in words and "300 llm to go" in words for words in before)
    after = [words for done, words in told if done > 310]
    seconds = [float(words.split(" s left")[0]) for words in after]
    assert min(seconds) > 8, "three hundred calls of 0.1 s, two at once, take some fifteen seconds"


def test_the_time_left_is_known_from_earlier_runs_before_the_first_answer(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(CONCURRENCY=2)
    asking = judge(workspace)
    ids = [output.id for output in texts(add_outputs, 40)]
    mock.latency = 0.1
    running.run(workspace, [asking], ids[:10], RunOptions())
    begun = run_table.all_of(workspace.db, workspace.project.id)
    options = RunOptions()
    options.stop.set()
    done = running.run(workspace, [asking], ids, options)
    usual = verdicts.usual_latency(workspace.db, "mock")
    assert begun and usual and usual >= 100
    assert done.seconds_left == pytest.approx(30 * usual / 1000 / 2, abs=0.1), "two at once"


def test_how_long_a_call_lasts_is_known_from_other_projects_and_from_trials(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    set_(CONCURRENCY=2)
    ids = [output.id for output in texts(add_outputs, 30)]
    other = replace(workspace, project=projects.open_project(workspace.db, "another"))
    backlog = running.make_backlog(workspace.db, [judge(other)], ids[10:], 1)
    assert running.estimate(other, backlog).seconds is None
    mock.latency = 0.1
    running.run(workspace, [judge(workspace)], ids[:10], RunOptions())
    usual = verdicts.usual_latency(workspace.db, "mock")
    assert usual is not None and usual >= 100
    assert running.estimate(other, backlog).seconds == pytest.approx(20 * usual / 1000 / 2, abs=0.1)
    answers.append(workspace.db, [PaidAnswer(key="f" * 64, text="{}", model="tried", latency_ms=7_000)])
    assert verdicts.usual_latency(workspace.db, "tried") == 7_000
    assert verdicts.usual_latency(workspace.db, "never asked") is None


def test_a_model_that_answers_one_after_the_other_loses_nothing_to_time_limits(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint, set_: Set
) -> None:
    """Sixteen were sent at once: fifteen waited behind the first and were given up, twice, as errors."""
    set_(CALL_TIMEOUT=1.5)
    mock.latency, mock.one_by_one = 0.6, asyncio.Lock()
    texts(add_outputs, 18)
    run = judging.run_judges(workspace, order=judging.RunOrder(judge=judge(workspace).id))
    assert (run.verdicts_new, run.errors) == (18, 0)
