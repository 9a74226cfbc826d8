"""Moving a judge to another model: planted flips and losses come out, and the grades that settle it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput, ModelTrouble
from labelcore.messages import Language, document_of, lines_of, say, sentence, speaking
from labelcore.models import Criterion, Evidence, JudgeVersion, Output
from labelcore.operations import find_operation
from labelcore.settings import settings
from labelcore.stages import judging, projects, sampling
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.judging import running
from labelcore.stages.judging.keeping.versions import JudgeDraft
from labelcore.stages.refining import keeping, looks
from labelcore.stages.refining.migrating import MoveOptions, estimate_move, migrate
from labelcore.stages.refining.migration import loss_of
from labelcore.stats.rate import Rate
from labelcore.stats.splits import split_of
from labelcore.store import (
    criteria as criterion_table,
    judges as judge_table,
    samples as sample_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint

Add = Callable[..., list[Output]]
Give = Callable[..., object]
N = 200


def verdict_on(prompt: str) -> dict[str, str]:
    judged = prompt.rsplit("<<DATA output", 1)[-1]
    return {"reason": "because", "verdict": "fail" if "bad" in judged else "pass"}


def worse_on(prompt: str) -> dict[str, str]:
    """Misses what says "subtle", unless it is shown such an example or told to be strict."""
    head, judged = prompt.rsplit("<<DATA output", 1)
    told = "subtle" in head or "in doubt" in prompt
    missed = "subtle" in judged and not told
    return {"reason": "because", "verdict": "fail" if "bad" in judged and not missed else "pass"}


@pytest.fixture
def made(workspace: Workspace, add_outputs: Add) -> list[Output]:
    words = ("bad subtle", "bad plain", "bad plain", "good", "good", "good")
    return add_outputs(*(f"{words[n % 6]} text {n}" for n in range(N)))


@pytest.fixture
def judge(workspace: Workspace, made: list[Output], mock: MockEndpoint) -> JudgeVersion:
    mock.answer_as = {"mock": verdict_on, "new": worse_on, "same": verdict_on}
    evidence = tuple(
        Evidence(grade_id="g", output_id=output.id, quote="bad") for output in made if "bad" in output.text
    )
    criterion = Criterion(
        id="c",
        project_id=workspace.project.id,
        version=1,
        name="Good",
        statement="It is good.",
        status="accepted",
        evidence=evidence,
    )
    criterion_table.save(workspace.db, [criterion])
    spec = {"prompt_version": "judge-v2", "name": "Good", "statement": "It is good.", "model": "mock"}
    version = JudgeDraft("llm", "Good · LLM", spec, "Asks.").version(workspace.project, criterion)
    judge_table.save(workspace.db, [version])
    return judging.find_judge(workspace, version.name)


def grade(give_all: Give, some: list[Output]) -> None:
    give_all(some, ["fail" if "bad" in output.text else "pass" for output in some], ["a note"] * len(some))


def fitting(workspace: Workspace, made: list[Output]) -> list[Output]:
    return [output for output in made if split_of(workspace.project.id, output.id) != "test"]


def test_a_planted_loss_comes_out_and_what_mends_it(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    grade(give_all, made)
    found = migrate(workspace, judge, to="new")
    inside = fitting(workspace, made)
    bad = [output for output in inside if "bad" in output.text]
    subtle = [output for output in bad if "subtle" in output.text]
    assert found.n == len(inside)
    assert {flip.output_id for flip in found.flips} == {output.id for output in subtle}
    assert found.change.tnr.value == pytest.approx(-len(subtle) / len(bad)) and found.change.tpr.value == 0
    assert found.advice == "stay" and found.picks == ()
    assert "more of 100 bad outputs, 95% between" in sentence(found.loss[0])
    assert found.repair is not None and found.repair.on_train.tnr.value == pytest.approx(
        sum(split_of(workspace.project.id, output.id) == "train" for output in subtle)
        / sum(split_of(workspace.project.id, output.id) == "train" for output in bad)
    )
    assert found.repair.on_dev.balanced.value == 0
    assert found.looks.looks == 1
    assert looks.looks_at_dev(workspace, judge).looks == 2  # what mends it was looked at too
    document = found.document()
    assert document["flips"] == len(subtle) and document["advice"] == "stay" and document["to_grade"] == []
    assert found.new.answered_as == ("mock-1",) and sentence(found.new.renamed)
    assert judge_table.history(workspace.db, judge.judge_id) == [judge]  # nothing is kept
    assert len(verdict_table.values(workspace.db, [found.new_version_id])) == 0


def test_the_mended_version_is_kept_where_that_is_wanted(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    grade(give_all, made)
    found = migrate(workspace, judge, to="new", moving=MoveOptions(keep_as="mended"))
    assert found.kept is not None and found.kept.in_use and found.repair is not None
    now = keeping.in_use(workspace, judge.judge_id)
    assert now.spec == found.repair.version.spec and now.id != found.new_version_id
    assert now.model == "new" and now.why == f"moved to new, with {found.repair.name}"
    with speaking("zh"):
        assert say(found.repair.why("new")) == f"换成 new，另加：{say(found.repair.name)}"
    lost = Rate(value=-0.2, low=-0.3, high=-0.1, n=30)  # though as much is won of the other kind
    even = Rate(value=0.0, low=-0.1, high=0.1, n=60)
    traded = found.repair.on_dev.model_copy(update={"tpr": lost, "balanced": even, "counted": None})
    assert found.repair.mends and traded.verdict == "unclear"
    assert not found.repair.model_copy(update={"on_dev": traded}).mends
    subtle = next(output for output in fitting(workspace, made) if "subtle" in output.text)
    judging.run_judges(workspace, order=judging.RunOrder(judge=now.name))
    (verdict,) = verdict_table.of_outputs(workspace.db, [subtle.id], [now.id])
    assert verdict.decision.value == "fail"  # which the new model misses as it came
    assert judge_table.history(workspace.db, judge.judge_id)[0].id == judge.id


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_nothing_is_mended_nothing_is_kept_and_that_is_said(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, language: Language
) -> None:
    grade(give_all, made)
    operation = find_operation("migrate judge")
    found = operation.call(workspace, {"judge": judge.name, "to": "same", "keep_as": "mended"})
    assert found.kept is None and judge_table.history(workspace.db, judge.judge_id) == [judge]
    with speaking(language):
        words = "\n".join(lines_of(operation, workspace, found))
    assert ("Nothing is kept" if language == "en" else "未保留") in words
    assert document_of(operation, found)["kept"] is None
    with pytest.raises(BadInput, match="nothing mended"):
        migrate(workspace, judge, to="new", moving=MoveOptions(keep_as="mended", no_repair=True))


def test_a_model_that_is_as_good_is_switched_to_and_the_old_one_stays_reproducible(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    grade(give_all, made)
    found = migrate(workspace, judge, to="same", moving=MoveOptions(keep_as="switch"))
    assert found.advice == "switch" and found.repair is None and found.kept is not None and found.kept.in_use
    now = keeping.in_use(workspace, judge.judge_id)
    assert now.model == "same" and now.id == found.new_version_id
    assert found.requests == len(mock.prompts) == 2 * found.n  # the present model's are paid for as well
    history = judge_table.history(workspace.db, judge.judge_id)
    assert [version.id for version in history] == [judge.id, now.id]
    assert len(verdict_table.values(workspace.db, [judge.id])) == found.n


def test_without_enough_grades_the_flips_are_asked_for_first(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    first = [output for output in fitting(workspace, made) if "subtle" not in output.text][:12]
    grade(give_all, first)
    found = migrate(workspace, judge, to="new", moving=MoveOptions(no_repair=True))
    assert found.advice == "grade first" and found.settles and 0 < len(found.picks) < 60
    asked = {pick.output_id for pick in found.picks}
    texts = {output.id: output.text for output in made}
    assert sum("subtle" in texts[key] for key in asked) >= 0.6 * len(asked)
    assert not asked & {output.id for output in first} and all(
        split_of(workspace.project.id, key) != "test" for key in asked
    )
    assert all(0 < pick.probability <= 1 for pick in found.picks)
    migrate(workspace, judge, to="new", moving=MoveOptions(no_repair=True, ask=True))
    present = projects.open_project(workspace.db, workspace.project.name)
    assert set(present.rules.review) == asked
    (sample,) = sampling.samples(workspace)
    chance = {pick.output_id: pick.probability for pick in sample.picks}
    assert set(chance) == asked and all(0 < (share or 0) <= 1 for share in chance.values())
    differs = {pick.output_id: pick.reason == "the models differ" for pick in sample.picks}
    assert {differs[key] for key in asked if "subtle" in texts[key]} == {True} and not all(differs.values())
    migrate(workspace, judge, to="new", moving=MoveOptions(no_repair=True, ask=True))
    assert len(sampling.samples(workspace)) == 1  # the same draw is recorded once
    assert sample_table.newest_id(workspace.db, workspace.project.id) is None  # it is dealt as a review
    grade(give_all, [output for output in made if output.id in asked])
    evidence = evidence_of(workspace, {key: "bad" not in texts[key] for key in asked})
    weights = [1 / (chance[key] or 1) for key in evidence.ids]
    assert evidence.weights is not None and list(evidence.weights) == pytest.approx(weights)
    settled = migrate(workspace, judge, to="new", moving=MoveOptions(no_repair=True))
    assert settled.advice == "stay" and settled.requests == 0


def test_an_old_model_that_is_gone_and_a_new_one_that_fails_lose_nothing(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    grade(give_all, made)
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name, limit=60))
    mock.answer_as = {"mock": verdict_on, "new": worse_on}
    mock.faults = ["404"]
    found = migrate(workspace, judge, to="new", moving=MoveOptions(no_repair=True))
    assert 0 < found.n <= 60 and "knows no model" in found.message
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    mock.faults = ["401"]
    broken = migrate(workspace, judge, to="third")
    assert broken.exit_code == 1 and broken.state == "stopped"
    nothing = broken.model_copy(update={"n": 0, "settles": False})
    words = "\n".join(lines_of(find_operation("migrate judge"), workspace, nothing))
    assert "nothing to compare yet" in words and "judge more of them" not in words


def test_a_spending_limit_holds_for_both_models(
    workspace: Workspace,
    judge: JudgeVersion,
    made: list[Output],
    give_all: Give,
    mock: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grade(give_all, made)
    for name, price in (("PRICE_IN", "100"), ("PRICE_OUT", "0")):
        monkeypatch.setenv(f"LABELCORE_{name}", price)
    settings.cache_clear()
    found = migrate(workspace, judge, to="new", moving=MoveOptions(max_cost=0.2))
    assert 0 < len(mock.prompts) <= 200 and len(mock.prompts) < 2 * N and found.state == "stopped"
    assert found.exit_code == 1 and "0.2" in found.message and found.repair is None


def test_what_was_paid_for_before_is_not_in_the_estimate(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, mock: MockEndpoint
) -> None:
    grade(give_all, made)
    before = estimate_move(workspace, judge, "new", N)
    some = migrate(workspace, judge, to="new", moving=MoveOptions(limit=60, no_repair=True))
    between = estimate_move(workspace, judge, "new", N)
    assert some.n == 60 and between.calls == before.calls - 120 > 0  # of both models
    asked = len(mock.prompts)
    whole = migrate(workspace, judge, to="new", moving=MoveOptions(limit=N, no_repair=True))
    assert whole.requests == len(mock.prompts) - asked == between.calls
    after = estimate_move(workspace, judge, "new", N)
    assert (after.calls, after.cost_usd, after.tokens_in, after.seconds) == (0, 0, 0, 0)
    kept = keeping.keep(workspace, judge, whole.moved.spec, why="as good")
    now = judging.find_judge(workspace, kept.judge_id)
    ids = [output.id for output in fitting(workspace, made)]
    backlog = running.make_backlog(workspace.db, [now], ids, 2)
    assert running.estimate(workspace, backlog).calls == len(ids)  # the second time of each


def test_what_cannot_be_moved_is_refused(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give
) -> None:
    grade(give_all, made[:20])
    with pytest.raises(BadInput, match="already"):
        migrate(workspace, judge, to="mock")
    with pytest.raises(BadInput, match="No model"):
        migrate(workspace, judge, to="")


def test_a_move_needs_an_endpoint(workspace: Workspace, add_outputs: Add) -> None:
    spec = {"prompt_version": "judge-v2", "name": "Good", "statement": "It is good.", "model": "mock"}
    version = JudgeDraft("llm", "Good · LLM", spec, "Asks.").version(workspace.project, None)
    judge_table.save(workspace.db, [version])
    with pytest.raises(ModelTrouble):
        migrate(workspace, version, to="other")


@pytest.mark.parametrize(
    ("value", "low", "high", "says"),
    [
        (-0.06, -0.12, -0.01, "misses 6 more of 100 bad outputs, 95% between 1 and 12"),
        (-0.06, -0.12, 0.02, "misses 6 more of 100 bad outputs, 95% between 2 fewer and 12 more"),
        (0.06, 0.01, 0.12, "catches 6 more of 100 bad outputs, 95% between 1 and 12"),
        (0.0, -0.03, 0.03, "catches as many bad outputs, 95% between 3 fewer and 3 more of 100"),
    ],
)
def test_the_loss_in_words(value: float, low: float, high: float, says: str) -> None:
    assert says in sentence(loss_of(Rate(value=value, low=low, high=high, n=50), "bad"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_says_it_and_its_json_holds_it(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give, language: Language
) -> None:
    grade(give_all, made)
    operation = find_operation("migrate judge")
    found = operation.call(workspace, {"judge": judge.name, "to": "new"})
    with speaking(language):
        words = "\n".join(lines_of(operation, workspace, found))
    assert ("Stay" if language == "en" else "不要切换") in words and "{" not in words
    document = document_of(operation, found)
    wanted = {"flips", "tpr_change", "tpr_change_low", "tnr_change", "tnr_change_high", "to_grade", "advice"}
    assert wanted <= set(document) and "100 bad outputs" in document["loss"][0]


def test_where_all_that_both_decided_is_graded_and_settles_nothing_more_is_to_be_judged(
    workspace: Workspace, judge: JudgeVersion, made: list[Output], give_all: Give
) -> None:
    grade(give_all, fitting(workspace, made))
    operation = find_operation("migrate judge")
    given = {"judge": judge.name, "to": "new", "limit": 8, "no_repair": True}
    found = operation.call(workspace, given)
    assert (found.advice, found.picks, found.settles) == ("grade first", (), False)
    assert "judge more of them" in "\n".join(lines_of(operation, workspace, found))
