"""What a prompt's lint points out, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from labelcore.judges.prompt_lint import PromptDraft, lint
from labelcore.judges.templates import DEFAULT, Template
from labelcore.messages import sentence
from labelcore.text.demands import listed

PROMPT = Template(
    system="You decide whether one reply meets one criterion. Answer pass or fail.",
    user="{{criterion}}\n\n{{statement}}\n\n{{examples}}\n\n{{input}}\n\n{{output}}",
)
GOOD = PromptDraft(
    PROMPT,
    statement="The reply never promises a refund.",
    others=("Polite", "Cites the policy"),
    splits={"o1": "train", "o2": "train"},
    tokens=900,
    window=8_000,
)


def changed(**change: Any) -> PromptDraft:
    """The good prompt with other words, or with other things known of it."""
    words = {name: value for name, value in change.items() if name in Template.model_fields}
    rest = {name: value for name, value in change.items() if name not in words}
    return replace(GOOD, template=PROMPT.model_copy(update=words), **rest)


def kinds(draft: PromptDraft) -> list[tuple[str, bool]]:
    return [(finding.kind, finding.stops) for finding in lint(draft)]


def test_a_good_prompt_and_the_default_one_have_no_findings() -> None:
    assert lint(GOOD) == []
    assert lint(replace(GOOD, template=DEFAULT)) == []


@pytest.mark.parametrize(
    ("change", "kind", "stops", "words"),
    [
        ({"user": "{{input}}"}, "no output", True, "put {{output}} where"),
        ({"user": "{{output}} {{answer}}"}, "unknown slot", True, "no slot “answer”"),
        ({"user": "{{output}} {{metadata.}}"}, "unknown slot", True, "metadata."),
        ({"user": "{{output}}\n{{input\n"}, "open slot", True, "“{{input” is not closed"),
        ({"user": "{{output}} {input}"}, "single braces", False, "“input” stands in single braces"),
        ({"splits": {"o1": "train", "o2": "dev"}}, "not train", True, "One example is an output of dev"),
        ({"splits": {"o1": "test", "o2": "test"}}, "not train", True, "2 examples are outputs of the sealed"),
        ({"tokens": 9_000}, "too long", True, "about 9,000 tokens"),
        ({"tokens": 7_500}, "too long", False, "7,500 of the 8,000"),
        ({"system": "Pass replies that promise a refund."}, "opposed", False, "opposite of “The reply never"),
        ({"system": "It cites the policy, too."}, "several", False, "(Cites the policy)"),
        ({"system": "Criteria:\n1. No refund\n2. No rudeness"}, "several", False, "lists 2 criteria"),
        (
            {"system": "Consider factors such as the helpfulness, relevance, and depth of the reply."},
            "several",
            False,
            "lists 3 criteria",
        ),
        (
            {"system": "The answer must cite a source, and must name a date."},
            "several",
            False,
            "lists 2 criteria",
        ),
        (
            {"system": "Also check the following: 1. It is friendly. 2. It is short. 3. It cites v2.1."},
            "several",
            False,
            "lists 3 criteria (It is friendly",
        ),
        ({"system": "请检查以下内容：\n①礼貌\n②简短"}, "several", False, "lists 2 criteria"),
        ({"system": "回复必须礼貌，必须简短，而且不得含糊。"}, "several", False, "lists 3 criteria"),
        ({"statement": "It names the price and gives the date."}, "several", False, "asks for two things"),
        ({"marked": False}, "unmarked", False, "input, output stands in the prompt without marks"),
    ],
)
def test_each_weakness_is_named(change: dict[str, object], kind: str, stops: bool, words: str) -> None:
    (found,) = lint(changed(**change))
    assert (found.kind, found.stops) == (kind, stops)
    assert words in sentence(found.says)


@pytest.mark.parametrize(
    "system",
    [
        "The reply must be short and clear.",
        "It must be quoted as it stands, and then judged.",
        "You must read the reply, and you must quote what decides.",
        "Evaluate the following reply: 1. Read it. 2. Decide.",
        "Assess the following summary: 1) it is here\n2) it is there",
        "Consider the following two replies: 1. A is long 2. B is short",
        "Look at these facts: 1. The sky is blue. 2. Water is wet.",
        "Evaluate the following ticket: 1. printer broken 2. screen black",
        "请判断以下内容是否正确：1. 天是蓝的 2. 水是湿的",
        "评估以下两个答案：1. 天是蓝的 2. 水是湿的",
        "Do these steps: 1. Read the reply. 2. Decide.",
    ],
)
def test_one_demand_in_many_words_is_one(system: str) -> None:
    assert lint(changed(system=system)) == []


@pytest.mark.parametrize(
    "slots", [("{output}", "{input}"), ("{{output}}", "{{input}}"), ("$output", "$input")]
)
def test_places_for_what_is_judged_are_no_criteria(slots: tuple[str, str]) -> None:
    assert listed("Check the following: 1) {}\n2) {}".format(*slots)) == []


def test_what_stops_it_comes_first() -> None:
    assert kinds(changed(user="{{criterion}}", system="Criteria:\n- short\n- friendly")) == [
        ("no output", True),
        ("several", False),
    ]


def test_fields_of_an_output_are_slots_whatever_they_are_called() -> None:
    assert lint(changed(user="{{ output }} {{metadata.订单号}}")) == []


def test_an_unknown_window_is_no_reason_to_warn() -> None:
    assert lint(changed(tokens=10**6, window=None)) == []


@pytest.mark.parametrize("text", ["{" * 5_000, "{{" * 3_000 + "}}", "1. a\n" * 3_000, "criteria:" * 2_000])
def test_odd_texts_are_read_in_no_time(text: str) -> None:
    lint(changed(system=text))


def test_a_chinese_prompt_is_read_too() -> None:
    found = lint(
        changed(
            system="请从准确性、完整性、语气等方面评分。回复必须承诺退款。", statement="回复不得承诺退款。"
        )
    )
    assert [finding.kind for finding in found] == ["opposed", "several"]


@pytest.mark.parametrize(
    "statement",
    [
        "Anything that the source does not say fails; passes when each statement can be found there.",
        "编造内容的不通过；每句话都有出处的通过。",
    ],
)
def test_what_fails_and_what_passes_are_one_demand(statement: str) -> None:
    assert lint(changed(statement=statement)) == []
