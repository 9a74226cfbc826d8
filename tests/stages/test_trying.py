"""Try before you keep: planted changes come out, nothing is paid twice, the sealed test stays out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import BadInput, NotAllowed
from labelcore.judges import prompt_files
from labelcore.judges.kinds import kind_of
from labelcore.judges.templates import DEFAULT, Template
from labelcore.messages import Language, document_of, lines_of, speaking
from labelcore.messages.lines.refining.comparing import troubles
from labelcore.models import Criterion, JudgeVersion, Output, Role
from labelcore.operations import find_operation
from labelcore.stages import judging
from labelcore.stages.aligning.side_by_side import judge_table as judge_table_of
from labelcore.stages.judging.keeping.versions import JudgeDraft
from labelcore.stages.judging.proposing.panels import make_panel
from labelcore.stages.judging.running.live_run import Result
from labelcore.stages.refining import crossing, looks
from labelcore.stages.refining.history import history
from labelcore.stages.refining.keeping import with_prompt
from labelcore.stages.refining.matrix import Grid
from labelcore.stages.refining.migrating import MoveOptions, migrate
from labelcore.stages.refining.ongoing import Ongoing, OngoingTrial, stop_trial
from labelcore.stages.refining.trials import WHATS
from labelcore.stages.refining.trying import Order, compare, drafted
from labelcore.stats.splits import split_of
from labelcore.store import criteria as criterion_table, judges as judge_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint

Add = Callable[..., list[Output]]
Give = Callable[..., object]
WORDS = "A date that is wrong is an invented fact."
N = 160


def verdict_on(prompt: str) -> dict[str, str]:
    """Fails what says "lie"; sees "date" only where the prompt says so, and then also fails "birthday"."""
    judged = prompt.rsplit("<<DATA output", 1)[-1]
    told = WORDS in prompt
    failed = "lie" in judged or (told and ("date" in judged or "birthday" in judged))
    return {"reason": "told" if told else "plain", "verdict": "fail" if failed else "pass"}


def text(n: int) -> str:
    """Of ten: two lies and three wrong dates that fail; a birthday and four plain ones that pass."""
    word = ("lie", "lie", "date", "date", "date", "birthday", *["plain"] * 4)[n % 10]
    return f"{word} number {n}"


def fails(output: Output) -> bool:
    return output.text.startswith(("lie", "date"))


@pytest.fixture
def judge(workspace: Workspace, add_outputs: Add, give_all: Give, mock: MockEndpoint) -> JudgeVersion:
    made = add_outputs(*(text(n) for n in range(N)))
    give_all(made, ["fail" if fails(output) else "pass" for output in made], ["a note" for _ in made])
    mock.answer = verdict_on
    return make_judge(workspace)


def make_judge(workspace: Workspace) -> JudgeVersion:
    spec = {
        "prompt_version": "judge-v2",
        "name": "Facts",
        "statement": "Every fact is true.",
        "model": "mock",
        "template": DEFAULT.model_dump(),
    }
    version = JudgeDraft("llm", "Facts · LLM", spec, "Asks.").version(workspace.project, None)
    judge_table.save(workspace.db, [version])
    return judging.find_judge(workspace, "Facts · LLM")


def told(workspace: Workspace, judge: JudgeVersion, words: str = WORDS) -> JudgeVersion:
    template = Template(system=f"{DEFAULT.system}\n{words}", user=DEFAULT.user)
    return drafted(workspace, judge, {**judge.spec, "template": template.model_dump()})


@pytest.fixture
def outputs(workspace: Workspace, judge: JudgeVersion) -> dict[str, str]:
    return {str(key): str(value) for key, value in workspace.db.rows("SELECT output_id, text FROM output")}


def test_planted_changes_come_out(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=N))
    inside = [key for key in outputs if split_of(workspace.project.id, key) != "test"]
    assert len(trial.attempts) == len(inside) and {attempt.output_id for attempt in trial.attempts} == set(
        inside
    )
    words = {what: {outputs[found.output_id].split()[0] for found in trial.of(what)} for what in WHATS}
    assert words == {
        "mended": {"date"},
        "broken": {"birthday"},
        "still wrong": set(),
        "still right": {"lie", "plain"},
    }
    counts = {
        word: sum(outputs[key].startswith(word) for key in inside)
        for word in ("lie", "date", "birthday", "plain")
    }
    bad, good = counts["lie"] + counts["date"], counts["birthday"] + counts["plain"]
    assert trial.change.tnr.value == pytest.approx(counts["date"] / bad)
    assert trial.change.tpr.value == pytest.approx(-counts["birthday"] / good)
    assert trial.change.present.tnr.value == pytest.approx(counts["lie"] / bad)
    assert trial.change.new.tnr.value == pytest.approx(1)
    assert trial.change.tnr.low is not None and trial.change.tnr.low > 0.3
    mended = trial.of("mended")[0]
    assert (mended.present.reason, mended.new.reason, mended.notes) == ("plain", "told", ("a note",))
    document = trial.document()
    assert {
        "n",
        "mended",
        "broken",
        "tpr_change",
        "tnr_change_low",
        "verdict",
        "to_grade",
        "cost_usd",
    } <= set(document)
    assert json.dumps(document["mended"])


def test_a_trial_stores_answers_but_no_verdicts_and_pays_once(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    new = told(workspace, judge)
    first = compare(workspace, judge, new, Order(limit=40))
    assert first.requests == 80 and len(mock.prompts) == 80  # the present version had not been asked either
    again = compare(workspace, judge, new, Order(limit=40))
    assert again.requests == 0 and len(mock.prompts) == 80
    assert {found.output_id for found in again.attempts} == {found.output_id for found in first.attempts}
    assert len(verdict_table.values(workspace.db, [new.id])) == 0
    assert new.id not in judge_table.many(workspace.db, [new.id])
    judge_table.save(workspace.db, [new])
    run = judging.run_judges(workspace, order=judging.RunOrder(judge=new.name, limit=N))
    assert run.answers_cached == 40 and len(mock.prompts) == 80 + N - 40


def test_who_looks_on_sees_how_far_the_present_version_is_that_is_asked_first(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    """With a slow model "0 of 0" stood there for half an hour."""
    seen: list[tuple[int, int]] = []
    asked: list[str] = []
    watched = Ongoing()

    def look(_done: int, _total: int, words: str) -> None:
        seen.append((watched.done, watched.total))
        asked.append(words.partition(":")[0])

    new = told(workspace, judge)
    judge_table.save(workspace.db, [new])  # it has decided nothing yet
    compare(replace(workspace, progress=look), new, judge, Order(limit=20, watched=watched))
    assert (20, 20) in seen and watched.total == 20
    assert asked[0] == f"version {new.version}" and asked[-1] == f"version {judge.version}, not kept"


def test_the_time_left_is_told_by_the_pace_of_the_draft_alone(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    new = told(workspace, judge)
    judge_table.save(workspace.db, [new])  # it has decided nothing yet
    moments: list[float] = []

    def look(_done: int, _total: int, _words: str) -> None:
        moments.append(time.monotonic())

    watched = OngoingTrial()
    compare(replace(workspace, progress=look), new, judge, Order(limit=20, watched=watched))
    assert watched.started >= moments[0], "the first was while the present version was asked"


def test_errors_come_first_then_both_grades_of_what_is_right(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str]
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=20))
    tried = [outputs[found.output_id].split()[0] for found in trial.attempts]
    assert tried.count("date") == 10 and tried.count("lie") == 5 and len(tried) == 20
    whole = compare(workspace, judge, told(workspace, judge), Order(limit=N))
    assert trial.pool == whole.pool == len(whole.attempts) and trial.left.n == whole.pool - 20
    # The draw's chances weigh the figures: both say what is so in the pool.
    assert trial.change.present.tnr.value == pytest.approx(whole.change.present.tnr.value)
    assert trial.change.tnr.value == pytest.approx(whole.change.tnr.value)
    assert (trial.change.tpr.low or 0) <= (whole.change.tpr.value or 0) <= (trial.change.tpr.high or 0)


def test_every_look_at_dev_that_shows_something_new_counts(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str]
) -> None:
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=N))
    dev = [key for key in outputs if split_of(workspace.project.id, key) == "dev"]
    assert (trial.looks.looks, trial.looks.versions, trial.looks.n) == (1, 1, len(dev))
    assert compare(workspace, judge, told(workspace, judge), Order(limit=N)).looks.looks == 1
    for n in range(2, 5):
        trial = compare(workspace, judge, told(workspace, judge, f"Words {n}."), Order(limit=N))
        assert (trial.looks.looks, trial.looks.versions) == (n, n)
    assert trial.looks.discount is not None and 0 <= trial.looks.discount < 0.2
    assert looks.looks_at_dev(workspace, judge) == trial.looks
    few = compare(workspace, judge, told(workspace, judge, "Words 4."), Order(limit=12)).looks
    assert (few.looks, few.versions, few.n) == (5, 4, len(dev)) and few.discount == trial.looks.discount
    train = compare(workspace, judge, told(workspace, judge, "More."), Order(limit=N, splits=("train",)))
    assert train.looks.looks == 5 and {found.split for found in train.attempts} == {"train"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", ("密钥：http", "拒绝了密钥。", "请检查密钥，然后再次运行。")),
        ("400 filter", ("× 内容过滤：http", "拒绝了提示词：The response was filtered")),
        ("400 length", ("× 超出上下文长度：http", "请减少示例")),
        ("page", ("连接：http", "发来的是一个网页", "请检查地址")),
        ("malformed", ("× 格式不符：模型的回答",)),
    ],
)
@pytest.mark.usefixtures("no_waiting")
def test_what_went_wrong_is_told_in_the_language_spoken(
    fault: str, words: tuple[str, ...], workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.shares = {fault: 1.0}
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=4))
    with speaking("zh"):
        lines = "\n".join(troubles(trial))
    assert not [part for part in words if part not in lines], lines
    assert "Errors" not in lines and "Check" not in lines


def test_broken_endpoints_lose_nothing_and_say_why(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.faults = ["401"]
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=20))
    assert trial.exit_code == 1 and trial.state == "stopped" and "key" in trial.message
    kept = len(trial.attempts)
    asked = len(mock.prompts)
    whole = compare(workspace, judge, told(workspace, judge), Order(limit=20))
    assert len(whole.attempts) == 20 and len(mock.prompts) - asked <= 20 - kept and whole.exit_code == 0


def test_answers_that_are_none_are_named_and_not_counted(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.answer = lambda prompt: (
        "I cannot help with that." if "date" in prompt.rsplit("<<DATA output", 1)[-1] else verdict_on(prompt)
    )
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=20))
    assert len(trial.attempts) == 10 and "refusal" in trial.troubles
    assert (trial.left.n - trial.untried, trial.undecided) == (10, {"refusal": 10})
    assert trial.change.verdict == "unclear" and trial.change.tnr.value is None  # none like them was answered
    assert trial.change.tpr.low is not None


def test_what_changes_nothing_and_what_nobody_graded_is_refused(
    workspace: Workspace, judge: JudgeVersion, add_outputs: Add
) -> None:
    with pytest.raises(BadInput, match="already"):
        drafted(workspace, judge, dict(judge.spec))


def test_without_grades_there_is_nothing_to_try_on(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    add_outputs("plain")
    judge = make_judge(workspace)
    with pytest.raises(BadInput, match="No graded output"):
        compare(workspace, judge, told(workspace, judge))


def test_a_criterion_is_measured_on_its_own_grades(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str]
) -> None:
    criterion = Criterion(
        id="c", project_id=workspace.project.id, version=1, name="Dates", statement="True.", status="accepted"
    )
    criterion_table.save(workspace.db, [criterion])
    of_criterion = judge.model_copy(update={"criterion_id": "c", "id": "other"})
    trial = compare(workspace, of_criterion, told(workspace, judge), Order(limit=N))
    assert trial.change.fails == 0 and trial.change.tnr.value is None and trial.change.verdict == "unclear"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_says_it_and_its_json_holds_it(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], language: Language
) -> None:
    template = Template(system=f"{DEFAULT.system}\n{WORDS}", user=DEFAULT.user)
    file = prompt_files.write(template)
    operation = find_operation("judge prompt try")
    trial = operation.call(workspace, {"judge": judge.name, "file": file, "limit": 40})
    assert trial.new_version_id == told(workspace, judge).id
    with speaking(language):
        words = "\n".join(lines_of(operation, workspace, trial))
    assert ("points (95% between" if language == "en" else "个百分点（95%") in words and "{" not in words
    assert len(words.splitlines()) < 40
    document = document_of(operation, trial)
    assert document["n"] == 40 and len(document["mended"]) == len(trial.of("mended"))
    assert document["verdict"] in {"better", "worse", "unclear"} and document["looks"]["looks"] == 1
    looked = find_operation("judge prompt looks")
    assert "1" in "".join(lines_of(looked, workspace, looked.call(workspace, {"judge": judge.name})))


def test_a_trial_that_is_stopped_says_what_it_has(
    workspace: Workspace, judge: JudgeVersion, outputs: dict[str, str], mock: MockEndpoint
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.latency = 0.4

    class Impatient(Ongoing):
        def hear(self, output_id: str, result: Result) -> None:
            super().hear(output_id, result)
            self.stop.set()

    watched = Impatient()
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=N, watched=watched))
    assert 0 < len(trial.attempts) < trial.pool and trial.state == "stopped" and trial.exit_code == 1
    assert trial.change.present.tnr.value is not None


def test_a_trial_is_stopped_by_who_may_begin_one(workspace: Workspace) -> None:
    watched = Ongoing()
    with pytest.raises(NotAllowed, match="'stop trial' needs the role engineer"):
        stop_trial(replace(workspace, role=Role.EXPERT), watched)
    assert not watched.stop.is_set()
    stop_trial(replace(workspace, role=Role.ENGINEER), watched)
    assert watched.stop.is_set()


def test_a_trial_that_meets_a_limit_only_says_so(
    workspace: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.faults = ["429"] * 10_000
    watched = Ongoing()
    trial = compare(workspace, judge, told(workspace, judge), Order(limit=2, watched=watched))
    assert (trial.state, len(trial.attempts), trial.exit_code) == ("stopped", 0, 1)
    operation = find_operation("judge prompt try")
    assert document_of(operation, trial)["asked_again"] == dict(watched.asked_again)
    words = "\n".join(lines_of(operation, workspace, trial))
    assert "× rate limit" in words and "requests_per_minute" in words


def silent_on(prompt: str) -> dict[str, str]:
    """The same, but it does not decide on numbers that end with 3 or 7."""
    judged = prompt.rsplit("<<DATA output", 1)[-1].split("<<END", maxsplit=1)[0]
    return (
        {"reason": "no idea", "verdict": "abstain"}
        if judged.strip().endswith(("3", "7"))
        else verdict_on(prompt)
    )


@pytest.mark.parametrize("panel", [False, True])
@pytest.mark.parametrize("answer", [verdict_on, silent_on])
def test_a_judge_has_the_same_figures_wherever_they_stand(
    workspace: Workspace,
    add_outputs: Add,
    give_all: Give,
    mock: MockEndpoint,
    answer: Callable[[str], dict[str, str]],
    panel: bool,
) -> None:
    made = [
        output
        for first in range(0, N, 3)
        for output in add_outputs(*map(text, range(first, first + 3)), group_key=f"source {first}")
    ]
    give_all(made, ["fail" if fails(output) else "pass" for output in made], ["" for _ in made])
    mock.answer = answer
    judge = make_judge(workspace)
    if panel:
        judge = make_panel(workspace, [judge])
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    (row,) = (row for row in judge_table_of(workspace).rows if row.judge_version_id == judge.id)
    moved = migrate(workspace, judge, to="other", moving=MoveOptions(limit=N, no_repair=True))
    version = history(workspace, judge).versions[0]
    crossed = crossing.try_many(workspace, judge, grid=Grid(model=("mock", "other"), limit=N))
    template = Template(system=f"{DEFAULT.system}\n{WORDS}", user=DEFAULT.user)
    content = {**kind_of(judge).prompts[0].content, "template": template.model_dump()}
    new = drafted(workspace, judge, with_prompt(judge, content, 1))
    present = compare(workspace, judge, new, Order(limit=N)).change.present
    assert crossed.cells[0].rates is not None
    found = [version.tnr, moved.change.present.tnr, crossed.cells[0].rates.tnr, present.tnr]
    assert row.catches.method.startswith("Bayesian") and row.catches.low is not None
    assert found == [row.catches] * len(found)
    others = [version.tpr, moved.change.present.tpr, crossed.cells[0].rates.tpr, present.tpr]
    assert others == others[:1] * len(others)
    assert (row.n < moved.n) is (answer is silent_on) is bool(sum(moved.change.abstained))
