"""Notes that say the same in other words or another language belong to one family."""

from __future__ import annotations

import pytest

from labelcore.stages.deriving.clauses import clauses_of
from labelcore.stages.deriving.naming import FAMILIES, LONGEST_NAME, family_scores, shortened


def spoken_of(note: str) -> set[str]:
    names = list(FAMILIES)
    return {names[i] for i in family_scores(note).nonzero()[0]}


@pytest.mark.parametrize(
    ("family", "notes"),
    [
        (
            "Invents what is not in the source",
            (
                "It was not specifically stated that he agreed.",
                "There is no information on this.",
                "The price is invented",
                "原文没有这句话",
            ),
        ),
        ("States opinion as fact", ("This is the speaker's opinion, not a fact", "把观点当成事实")),
        ("Tense or certainty", ("The tense is wrong: the vote is still to come.", "说得太肯定了")),
        ("Contradicts the source", ("The source says the opposite", "contradicts the report", "与原文矛盾")),
        ("Harmful or biased", ("A stereotypical, dangerous answer", "带有偏见")),
    ],
)
def test_notes_of_one_family_are_known_as_such(family: str, notes: tuple[str, ...]) -> None:
    for note in notes:
        assert family in spoken_of(note), note


@pytest.mark.parametrize("note", ["Nicely stated", "", "It mentions no price of the parcel", "好"])
def test_a_negation_counts_only_before_what_it_negates(note: str) -> None:
    assert "Invents what is not in the source" not in spoken_of(note)


@pytest.mark.parametrize(
    ("note", "parts"),
    [
        ("1) too long 2) rude tone", ["too long", "rude tone"]),
        ("1. a is wrong\n2. b is wrong", ["a is wrong", "b is wrong"]),
        ("太长；没有来源。", ["太长", "没有来源"]),
        ("1、太长 2、有错误", ["太长", "有错误"]),
        ("It was Mr. Wood. He is not named.", ["It was Mr. Wood.", "He is not named."]),
        ("Scotland left the U.S. and the U.K. alone.", ["Scotland left the U.S. and the U.K. alone."]),
        ("There are 125 (agreement 1) + 15.", ["There are 125 (agreement 1) + 15."]),
        ("It is 0.13%, not 0.1%", ["It is 0.13%, not 0.1%"]),
        ("Too long, also rude", ["Too long", "rude"]),
        ("There is also no source", ["There is also no source"]),
        ("bad", ["bad"]),
    ],
)
def test_a_note_is_cut_between_faults_and_not_inside_them(note: str, parts: list[str]) -> None:
    found = clauses_of(note)
    assert found == parts
    assert all(word in note for word in found)


@pytest.mark.parametrize("text", ["short", "a word " * 20, "字" * 90, "x" * 90])
def test_a_name_is_cut_behind_a_word(text: str) -> None:
    name = shortened(text)
    assert len(name) <= LONGEST_NAME
    assert name == text or (name.endswith("…") and text.startswith(name[:-1]))
    assert " " not in text or text == name or text[len(name) - 1] == " "
