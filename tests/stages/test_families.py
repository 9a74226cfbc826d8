"""Notes that say the same in other words or another language belong to one family."""

from __future__ import annotations

import pytest

from labelcore.stages.deriving.families import FAMILIES, family_scores


def spoken_of(note: str) -> set[str]:
    names = list(FAMILIES)
    return {names[i] for i in family_scores(note).nonzero()[0]}


@pytest.mark.parametrize(
    ("family", "notes"),
    [
        ("Invents what is not in the source", (
            "It was not specifically stated that he agreed.", "There is no information on this.",
            "The price is invented", "原文没有这句话",
        )),
        ("States opinion as fact", ("This is the speaker's opinion, not a fact", "把观点当成事实")),
        ("Tense or certainty", ("The tense is wrong: the vote is still to come.", "说得太肯定了")),
        ("Contradicts the source", ("The source says the opposite", "contradicts the report", "与原文矛盾")),
        ("Harmful or biased", ("A stereotypical, dangerous answer", "带有偏见")),
    ],
)  # fmt: skip
def test_notes_of_one_family_are_known_as_such(family: str, notes: tuple[str, ...]) -> None:
    for note in notes:
        assert family in spoken_of(note), note


@pytest.mark.parametrize("note", ["Nicely stated", "", "It mentions no price of the parcel", "好"])
def test_a_negation_counts_only_before_what_it_negates(note: str) -> None:
    assert "Invents what is not in the source" not in spoken_of(note)
