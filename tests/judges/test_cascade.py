"""A cascade decides only where grades show that it may, and says who decided."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from labelcore.judges import cascade_steps
from labelcore.judges.cascade_steps import Demand, Step, Votes, fit_first, fit_then
from labelcore.judges.kinds.cascade import CascadeSpec, combine, describe
from labelcore.messages import speaking
from labelcore.messages.lines.refining.settings import setting_words
from labelcore.messages.verdicts import reason_words
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.stages.refining.history import compared
from labelcore.stats.rate import not_measurable


def votes(passing: np.ndarray) -> Votes:
    return Votes(np.where(passing >= 0.5, "pass", "fail"), passing)


def calibrated(n: int, seed: int) -> tuple[Votes, np.ndarray]:
    random = np.random.default_rng(seed)
    passing = random.beta(0.6, 0.4, n)
    return votes(passing), random.random(n) > passing


@pytest.mark.parametrize(("wrong", "n"), [(0, 59), (3, 100), (10, 40)])
def test_the_bound_is_clopper_and_pearsons(wrong: int, n: int) -> None:
    exact = binomtest(wrong, n).proportion_ci(0.90, method="exact").high  # two-sided 90 = one-sided 95
    assert cascade_steps.upper_bound(wrong, n, 0.95) == pytest.approx(exact)


def test_so_many_decisions_without_a_mistake_are_needed() -> None:
    least = Demand("j", "J", 0.05, 0.95).needed
    assert least == 59
    assert cascade_steps.upper_bound(0, least, 0.95) <= 0.05 < cascade_steps.upper_bound(0, least - 1, 0.95)


@pytest.mark.whole
def test_the_stated_error_holds_on_outputs_to_come() -> None:
    """In at most 5 % of draws may the true error exceed the stated one; 12 of 120 would be chance
    less than once in a hundred."""
    broken = decided = 0
    for seed in range(120):
        cheap, fails = calibrated(300, seed)
        step, _ = fit_first(cheap, fails, Demand("j", "n", 0.1, 0.95))
        fresh, truth = calibrated(4000, 10_000 + seed)
        where = cascade_steps.decides(step, fresh)
        decided += int(where.any())
        if where.any():
            broken += fresh.wrong(truth)[where].mean() > 0.1
    assert decided > 60
    assert broken <= 12


def test_a_threshold_decides_what_it_was_set_on() -> None:
    cheap, fails = calibrated(400, 1)
    step, curve = fit_first(cheap, fails, Demand("j", "n", 0.15, 0.95))
    where = cascade_steps.decides(step, cheap)
    assert step.rule == "sure" and where.sum() >= step.error.n
    assert step.bound is not None and step.bound <= 0.15
    assert [point.share for point in curve] == sorted(point.share for point in curve)
    assert curve[-1].share == 1


def test_what_is_less_likely_than_not_is_never_decided() -> None:
    passing = np.full(400, 0.3)  # it says pass, though a fail is likelier
    cheap = Votes(np.full(400, "pass"), passing)
    step, curve = fit_first(cheap, np.zeros(400, dtype=bool), Demand("j", "n", 0.1, 0.95))
    assert step.rule == "never" and curve == ()


def test_too_few_grades_decide_nothing_and_say_why() -> None:
    cheap, fails = calibrated(40, 2)
    step, _ = fit_first(cheap, fails, Demand("j", "n", 0.05, 0.95))
    assert step.rule == "never" and "at least 59" in step.why_not
    assert step.error.value is None
    assert not cascade_steps.decides(step, cheap).any()


def test_the_second_judge_decides_where_grades_show_it() -> None:
    n = 200
    fails = np.arange(n) % 4 == 0
    nothing = np.full(n, np.nan)
    right = Votes(np.where(fails, "fail", "pass"), nothing)
    leaning = np.where(np.arange(n) % 3 == 0, "fail", "pass")
    assert fit_then(right, leaning, fails, Demand("j", "n", 0.05, 0.95)).rule == "always"
    # Wrong only where it differs from what the first leans to: agreement decides, the rest does not.
    words = np.where((leaning == "pass") == ~fails, leaning, np.where(leaning == "pass", "fail", "pass"))
    off = np.where(words == leaning, words, np.where(words == "pass", "fail", "pass"))
    half = Votes(np.where(np.arange(n) % 2 == 0, np.where(fails, "fail", "pass"), off), nothing)
    found = fit_then(half, leaning, fails, Demand("j", "n", 0.05, 0.95))
    agreed = half.words == leaning
    expected = (
        "agrees"
        if cascade_steps.upper_bound(int(half.wrong(fails)[agreed].sum()), int(agreed.sum()), 0.95) <= 0.05
        else "never"
    )
    assert found.rule == expected
    coin = Votes(np.where(np.arange(n) % 2 == 0, "fail", "pass"), nothing)
    assert fit_then(coin, leaning, fails, Demand("j", "n", 0.05, 0.95)).rule == "never"


def spec(then: str = "always") -> CascadeSpec:
    error = not_measurable("x")
    return CascadeSpec(
        error=0.1,
        confidence=0.95,
        first=Step(judge_version_id="a", name="learned", rule="sure", at=0.9, error=error),
        then=Step(judge_version_id="b", name="llm", rule=then, error=error, why_not="too few grades"),
    )


def test_the_reason_says_who_decided() -> None:
    sure = Decision(value="fail", probability=0.05, reason="r")
    unsure = Decision(value="pass", probability=0.7, reason="r")
    low = Decision(value="fail", probability=0.6, reason="r")  # it says fail, but P(fail) is 0.4
    other = Decision(value="fail", reason="because")
    quiet = Decision(value="abstain", reason="who knows")

    def said(first: Decision, then: Decision | None, rule: str = "always") -> tuple[str, str]:
        decision = combine(spec(rule), first, then)
        assert decision is not None
        return decision.value, decision.reason

    assert said(sure, None) == ("fail", "learned: r")
    assert combine(spec(), unsure, None) is None
    assert said(unsure, other) == ("fail", "llm: because")
    assert said(low, other, "agrees") == ("fail", "llm: because")
    value, reason = said(unsure, other, "agrees")
    assert value == "abstain" and reason.startswith(
        "A person must decide. learned leans to pass, only 70% sure."
    )
    assert said(unsure, quiet)[0] == "abstain"
    assert "too few grades" in said(unsure, None, "never")[1]


def test_one_reason_for_both_steps_is_said_once() -> None:
    made = spec("never")
    first = made.first.model_copy(update={"rule": "never", "why_not": "too few grades"})
    said = describe(made.model_copy(update={"first": first}))
    assert said.count("too few grades") == 1 and said.count("decide") == 2
    assert "learned" in said and "llm" in said


def stored(rule: str) -> JudgeVersion:
    return JudgeVersion(
        id="v",
        judge_id="j",
        project_id="p",
        name="cascade",
        kind="cascade",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec=spec(rule).model_dump(mode="json"),
    )


def test_a_reason_of_its_own_is_said_in_the_language_spoken() -> None:
    unsure = Decision(value="pass", probability=0.7, reason="r")
    silent = Decision(value="abstain", reason="r")
    other = Decision(value="fail", reason="因为很短")
    version, never = stored("agrees"), stored("never")
    output = Output(id="o", project_id="p", text="t")
    for judge, first, then, words in (
        (
            version,
            unsure,
            other,
            "需要人来判定。learned 倾向于通过，但把握只有 70%。llm 判为不通过：因为很短",
        ),
        (version, silent, other, "需要人来判定。learned 没有给出判定。llm 判为不通过：因为很短"),
        (never, unsure, None, "需要人来判定。learned 倾向于通过，但把握只有 70%。没有再问 llm："),
    ):
        decision = combine(CascadeSpec.model_validate(judge.spec), first, then)
        assert decision is not None and reason_words(judge, output, decision.reason) == decision.reason
        with speaking("zh"):
            assert reason_words(judge, output, decision.reason).startswith(words)
            assert reason_words(judge, output, "learned: r") == "learned: r"


def test_the_reason_of_the_judge_that_decided_is_said_in_the_language_spoken() -> None:
    words = {"detector": "bullets", "side": "above", "threshold": 3.0, "parameters": {}}
    parts = [
        stored("always").model_copy(update={"name": name, "kind": "code", "spec": words})
        for name in ("learned", "llm")
    ]
    output = Output(id="o", project_id="p", text="- one\n- two\n- three\n- four")
    inner = Decision(value="fail", probability=0.99, reason="list items: 4, more than 3.")
    unsure = Decision(value="pass", probability=0.7, reason="r")
    for rule, first, then, told in (
        ("always", unsure, inner, "llm：列表项数为 4：多于 3。"),
        ("agrees", unsure, inner, "llm 判为不通过：列表项数为 4：多于 3。"),
    ):
        judge = stored(rule)
        decision = combine(CascadeSpec.model_validate(judge.spec), first, then)
        assert decision is not None
        with speaking("zh"):
            assert reason_words(judge, output, decision.reason, None, parts).endswith(told)
            assert "more than" in reason_words(judge, output, decision.reason)
        assert reason_words(judge, output, decision.reason, None, parts) == decision.reason


def test_two_versions_are_told_apart_by_what_they_say_of_themselves() -> None:
    changed = compared(stored("always"), stored("agrees"))
    (setting,) = changed.settings
    words = setting_words(setting.name, setting.before, setting.after)
    assert words.startswith("how it decides: ") and "why_not" not in words
    assert "of the rest llm decides wherever it does not abstain; a person" in words
    assert "of the rest llm decides where it agrees with what the first leans to; a person" in words
    with speaking("zh"):
        words = setting_words(setting.name, setting.before, setting.after)
    assert words.startswith("判定方式：") and "decides" not in words
