"""LLM judges and panels: what they are shown, what counts as a verdict, and what votes become."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, strategies as st

from labelcore.errors import ModelTrouble
from labelcore.judges.judge_prompt import AskingOptions, Prompt, TrainExample, make_spec
from labelcore.judges.kinds import fault, judge_of, panel
from labelcore.judges.kinds.llm import AskingKind, LlmKind, value_at
from labelcore.judges.kinds.panel import PanelKind
from labelcore.llm import Answerer, ModelAnswer, WordOdds
from labelcore.llm.protocol import refuses
from labelcore.messages import speaking
from labelcore.messages.verdicts import reason_words
from labelcore.models import Criterion, Decision, JudgeVersion, Output

CRITERION = Criterion(id="c", project_id="p", version=1, name="Short", statement="It is short.")
VALUES = st.sampled_from(["pass", "fail", "abstain"])


@dataclass
class Model:
    """A model that says one thing; with ``weights`` it has log-probabilities."""

    verdict: str = "pass"
    reason: str = "because"
    weights: dict[str, float] | None = None
    asked: list[str] = field(default_factory=list)
    others: dict[str, Model] = field(default_factory=dict)
    model: str = "m"
    weigh_trouble: ModelTrouble | None = None

    async def answer(
        self, messages: Sequence[Any], schema: type[Any], *, most_tokens: int = 800
    ) -> ModelAnswer[Any]:
        self.asked.append(messages[1]["content"])
        parsed = schema(reason=self.reason, verdict=self.verdict)
        return ModelAnswer(
            parsed=parsed, text="{}", model=self.model, tokens_in=10, tokens_out=5, cost_usd=1.0
        )

    async def weigh(self, messages: Sequence[Any], words: Sequence[str]) -> WordOdds | None:
        self.asked.append(messages[1]["content"])
        if self.weigh_trouble:
            raise self.weigh_trouble
        if not self.weights:
            return None
        return WordOdds(probabilities=self.weights, model="m", tokens_in=3, tokens_out=1, cost_usd=0.5)

    def named(self, answerer: Answerer) -> Model:
        return self.others.get(answerer.endpoint or answerer.model, self)

    async def close(self) -> None: ...


def output(text: str = "some text", key: str = "o", **more: Any) -> Output:
    return Output(id=key, project_id="p", text=text, **more)


def decide(spec: dict[str, Any], model: Any, judged: Output | None = None) -> tuple[Decision, int]:
    judge = judge_of("llm", spec)
    assert isinstance(judge, AskingKind)
    return asyncio.run(judge.ask(judged or output(), model))


def teaching(n: int, verdict: str = "fail", **more: str) -> TrainExample:
    fields = {
        "text": f"{verdict} example {n}",
        "output_id": f"{verdict}{n}",
        "group": f"g{verdict}{n}",
        "note": f"note {n}" if verdict == "fail" else "",
    }
    return TrainExample.model_validate(fields | {"verdict": verdict} | more)


def taught(**more: Any) -> dict[str, Any]:
    every = [teaching(n, verdict) for verdict in ("pass", "fail") for n in range(4)]
    return make_spec(CRITERION, AskingOptions("m", **more), (), every)


def test_fails_come_with_the_experts_note_and_only_so_many_are_shown() -> None:
    model = Model()
    decide(taught(), model)
    prompt = model.asked[0]
    assert "fail example 0" in prompt and "fail example 1" in prompt and "example 2" not in prompt
    assert prompt.index("pass example 1") < prompt.index("fail example 0") < prompt.index("note 0")


@pytest.mark.parametrize(
    "related",
    [
        output(key="fail0"),
        output(group_key="gfail0"),
        output("fail example 0"),
        output("fail example 0 and what followed it"),
    ],
)
def test_an_example_of_the_judged_output_or_its_group_is_left_out_and_another_stands_in(
    related: Output,
) -> None:
    shown = [one.text for one in Prompt(taught()).shown_with(related)]
    assert shown == ["pass example 0", "pass example 1", "fail example 1", "fail example 2"]


def test_older_specs_work_and_leave_out_the_same_text() -> None:
    criterion = CRITERION.model_copy(update={"pass_examples": ("some text", ""), "fail_examples": ("b",)})
    spec = make_spec(criterion, AskingOptions("m"), ())
    assert "examples" not in spec and "shown" not in spec
    assert [one.text for one in Prompt(spec).shown_with(output())] == ["", "b"]


def test_turned_prompts_hold_the_same_with_fails_first() -> None:
    plain = Prompt(taught()).shown_with(output())
    turned = Prompt(taught() | {"fail_examples_first": True}).shown_with(output())
    assert plain != turned and sorted(plain) == sorted(turned)
    assert decide(taught() | {"fail_option_first": True}, Model("fail"))[0].value == "fail"


def test_the_probability_is_that_of_pass_and_costs_one_more_call() -> None:
    model = Model(weights={"pass": 0.25, "fail": 0.75})
    decision, requests = decide(taught(probability=True), model)
    assert (decision.probability, requests) == (0.25, 2)
    assert (decision.tokens_in, decision.cost_usd) == (13, 1.5)
    assert model.asked[1].endswith("Answer with one word: pass or fail.")


def test_without_log_probabilities_it_says_so() -> None:
    decision, _ = decide(taught(probability=True), Model())
    assert decision.probability is None
    assert "No probability: the endpoint gives no log-probabilities." in decision.reason
    assert "No probability" not in decide(taught(), Model())[0].reason


REFUSALS = (
    "I'm sorry, but I can't assist with that.",
    "I cannot help with this request.",
    "抱歉，我无法协助处理这个请求。",
    "As an AI, I am unable to comply.",
    "Sorry, I can’t provide an assessment.",
    "作为一个人工智能助手，我不能回答。",
)
REASONS = (
    "I cannot find a source in the output.",
    "The output says 'I'm sorry, I can't help'.",
    "输出中说“我无法帮助”，没有回答问题。",
    "It can't assist a reader who knows no French.",
    "我认为输出符合标准。",
    "",
    "Sorry to say, the output is too long.",
)


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_refusal_is_an_error_of_its_own_and_no_verdict(reason: str) -> None:
    with pytest.raises(ModelTrouble) as trouble:
        decide(taught(), Model("abstain", reason))
    assert trouble.value.kind == "refusal" and not trouble.value.fatal


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_about_refusing_is_no_refusal(reason: str) -> None:
    assert not refuses(reason)


def test_abstaining_is_a_verdict() -> None:
    assert decide(taught(), Model("abstain", "There is no context."))[0].value == "abstain"


def test_the_probability_of_a_fields_judge_is_about_the_field_alone() -> None:
    model, judged = (Model(weights={"pass": 0.5, "fail": 0.5}), output('{"title": "One", "body": "Two"}'))
    decide(taught(probability=True) | {"field": "/title"}, model, judged)
    assert len(model.asked) == 2 and all("Two" not in asked for asked in model.asked)


def test_a_quota_that_ends_at_the_probability_pauses_and_loses_no_probability() -> None:
    with pytest.raises(ModelTrouble, match="used up"):
        decide(taught(probability=True), Model(weigh_trouble=ModelTrouble("used up", fatal=True)))
    other = Model(weigh_trouble=ModelTrouble("late", kind="timeout"))
    assert "No probability: late." in decide(taught(probability=True), other)[0].reason


def test_a_judge_of_a_field_travels_with_its_field() -> None:
    leaves = LlmKind(taught() | {"field": "/title"}).leaving()
    assert LlmKind.checked(leaves)["field"] == "/title"
    assert "field" not in LlmKind.checked(LlmKind(taught()).leaving())


# Panels ----------------------------------------------------------------------------------------


@given(st.lists(VALUES, min_size=1, max_size=7))
def test_votes_do_not_depend_on_their_order(votes: list[Any]) -> None:
    for rule in panel.RULES:
        found = {panel.value_of(order, rule) for order in itertools.islice(itertools.permutations(votes), 50)}
        assert len(found) == 1


@given(st.lists(VALUES, min_size=1, max_size=7))
def test_a_majority_wins_and_a_tie_abstains(votes: list[Any]) -> None:
    margin = votes.count("pass") - votes.count("fail")
    expected = "pass" if margin > 0 else "fail" if margin < 0 else "abstain"
    assert panel.value_of(votes, "majority") == expected
    same = len(set(votes)) == 1
    assert panel.value_of(votes, "unanimous") == (votes[0] if same else "abstain")


def test_a_panel_keeps_every_vote() -> None:
    others = {
        "big": Model("fail", "too long", {"pass": 0.2}),
        "far": Model("fail", "far too long", {"pass": 0.1}),
    }
    first = Model("pass", "fine", {"pass": 0.9}, others=others)
    members = {
        "a": taught(probability=True),
        "b": taught(probability=True, endpoint="big"),
        "c": taught(probability=True, endpoint="far"),
    }
    decision, requests = decide(panel.make_spec(members, "majority"), first)
    assert (decision.value, requests, decision.cost_usd) == ("fail", 6, 4.5)
    assert decision.probability == pytest.approx(0.4)
    assert decide(panel.make_spec(members, "all"), first)[0].probability == pytest.approx(0.1)
    assert decision.reason.startswith("1 pass, 2 fail (majority).\na: pass. fine\nb: fail. too long")
    votes = json.loads(decision.raw)
    assert [(vote["member"], vote["value"]) for vote in votes] == [
        ("a", "pass"),
        ("b", "fail"),
        ("c", "fail"),
    ]


@pytest.mark.parametrize("rule", ["majority", "unanimous", "all"])
def test_a_panel_s_reason_is_said_in_the_language_spoken(rule: panel.Rule) -> None:
    names = ("a", "a.b", "c")
    votes = [
        Decision(value="pass", reason="fine\nb: fail. no vote"),
        Decision(value="fail", reason="a: pass. said"),
        Decision(value="abstain", reason=""),
    ]
    made = panel.make_spec({name: taught() for name in names}, rule)
    version = JudgeVersion(
        id="v",
        judge_id="j",
        project_id="p",
        name="panel",
        kind="llm",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec=made,
    )
    reason, output = panel.joined(names, votes, rule).reason, Output(id="o", project_id="p", text="t")
    assert reason_words(version, output, reason) == reason
    with speaking("zh"):
        head, *told = reason_words(version, output, reason).split("\n")
        assert head.startswith("1 票通过") and "1 票不通过" in head and "1 票弃权" in head
        assert told == ["a：通过。fine", "b: fail. no vote", "a.b：不通过。a: pass. said", "c：弃权。"]
        assert reason_words(version, output, "as it was put before") == "as it was put before"


def test_members_on_one_endpoint_ask_the_models_that_they_are_pinned_to() -> None:
    first = Model("pass", others={"big": Model("fail", model="big")})
    spec = panel.make_spec({"a": taught(), "b": taught() | {"model": "big"}}, "majority")
    decision, _ = decide(spec, first)
    assert (decision.value, decision.model) == ("abstain", "m, big")


def test_a_panel_without_a_member_gives_no_verdict() -> None:
    spec = panel.make_spec({"a": taught(), "b": taught(endpoint="gone")}, "majority")
    lonely = type("Lonely", (), {"answer": Model().answer, "model": "m"})()
    with pytest.raises(ModelTrouble, match="'gone'"):
        decide(spec, lonely)
    refusing = panel.make_spec({"a": taught(), "b": taught()}, "majority")
    with pytest.raises(ModelTrouble, match="refuses"):
        decide(refusing, Model("pass", "I'm sorry, I can't assist with that."))


def test_judges_travel_without_ids_and_notes() -> None:
    single = taught(probability=True, endpoint="dear") | {"address": "http://secret-place"}
    for spec in (single, panel.make_spec({"a": single, "b": single | {"variant": "strict"}}, "majority")):
        judge = judge_of("llm", spec)
        leaves = judge.leaving()
        text = json.dumps(leaves)
        assert "fail example 1" in text and "fail example 2" not in text
        for secret in ("note 0", "gfail0", "output_id", "secret-place"):
            assert secret not in text
        assert fault(judge.stored, leaves) is None
        assert judge.checked(leaves) == leaves | ({"glossary": {}} if "glossary" in leaves else {})
        bare = json.dumps(judge.leaving_bare())
        assert "example 0" not in bare and judge.prompts[0].example_texts
    assert fault(PanelKind.stored, leaves | {"rule": "loudest"}) is not None


def test_a_part_of_the_criterion_is_asked_until_its_wording_changes() -> None:
    criterion = CRITERION.model_copy(update={"statement": "True and short."})
    prompt = Prompt(make_spec(criterion, AskingOptions("m")) | {"question": "Is it true?"})
    asked = prompt.messages_for(output())[1]["content"]
    assert "Is it true?" in asked and "True and short." not in asked
    assert Prompt(prompt.present(criterion, [])).spec.asked == "Is it true?"
    reworded = criterion.model_copy(update={"statement": "True and polite."})
    assert Prompt(prompt.present(reworded, [])).spec.asked == "True and polite."


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        (("pass", "pass"), "pass"),
        (("pass", "fail"), "fail"),
        (("abstain", "fail"), "fail"),
        (("pass", "abstain"), "abstain"),
    ],
)
def test_a_panel_of_parts_fails_where_one_does(votes: Sequence[Any], expected: str) -> None:
    assert panel.value_of(votes, "all") == expected


@given(share=st.floats(0, 1), pass_from=st.floats(0, 1), said=VALUES)
def test_a_threshold_of_the_probability_decides_whatever_was_said_but_an_abstention(
    share: float, pass_from: float, said: Any
) -> None:
    by_share = "pass" if share >= pass_from else "fail"
    assert value_at(said, share, pass_from) == ("abstain" if said == "abstain" else by_share)
    assert value_at(said, share, None) == said
    assert value_at(said, None, pass_from) == "abstain"
