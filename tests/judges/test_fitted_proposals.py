"""What is proposed for a criterion measures what the criterion is about."""

from __future__ import annotations

import numpy as np
import pytest

from labelcore.judges.features import Graded, TrainingData
from labelcore.judges.fitted_proposals import Wanted, propose
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.models import Output

GIVEN = "The hall is closed in winter and the roof needs work."
GOOD = "The hall is closed in winter."
BAD = "The hall is closed. The roof needs work. The work is in winter. The hall needs work in winter."
LENGTHS = (" words", " sentences", " characters")


def names(wanted: Wanted, note: str, fails: int = 12) -> list[str]:
    """What is proposed where every failed output is longer than every passed one."""
    texts = [f"{BAD} {number}" for number in range(fails)] + [f"{GOOD} {number}" for number in range(20)]
    return proposed(texts, wanted, note, fails)


def proposed(texts: list[str], wanted: Wanted, note: str, fails: int) -> list[str]:
    """The names of what is proposed where the first texts fail."""
    outputs = [
        Output(id=f"o{at}", project_id="p", text=text, input=f"{GIVEN} {at}") for at, text in enumerate(texts)
    ]
    failed = np.arange(len(outputs)) < fails
    data = TrainingData.of(outputs, [note if bad else "" for bad in failed])
    return [proposal.name for proposal in propose(data, Graded(np.arange(len(outputs)), failed), wanted)]


@pytest.mark.parametrize("name", ["Invents what is not there", "编造内容"])
def test_length_is_no_check_of_inventions_though_it_goes_with_them(name: str) -> None:
    found = names(Wanted(name, kind="code", quotes=("invents a date",) * 12), "invents a date")
    assert not [judge for judge in found if judge.endswith(LENGTHS)]


@pytest.mark.parametrize(
    ("name", "note", "good_ones", "found"),
    [
        ("Shouts", "too many exclamation marks", 4, True),
        ("Shouts", "too many exclamation marks", 24, False),  # it would fail more than half of the good ones
        ("Invents what is not there", "invents a date", 4, False),  # it goes with what the criterion is about
    ],
)
def test_marks_are_a_check_of_what_is_about_them_that_spares_most_good_outputs(
    name: str, note: str, good_ones: int, found: bool
) -> None:
    marks = [True] * 40 + [at < good_ones for at in range(40)]
    texts = [f"{GOOD[:-1]}{'!' if marked else '.'} {at}" for at, marked in enumerate(marks)]
    judges = proposed(texts, Wanted(name, kind="code", quotes=(note,) * 40), note, 40)
    assert bool([judge for judge in judges if judge.endswith(" exclamations")]) is found


def test_length_is_a_check_where_notes_talk_about_it() -> None:
    found = names(Wanted("Not to the point", kind="code", quotes=("far too long",) * 12), "far too long")
    assert [judge for judge in found if judge.endswith(LENGTHS)]


def test_which_end_of_a_length_is_bad_is_told_by_notes_and_not_by_the_name() -> None:
    found = names(Wanted("Too short", kind="code", quotes=("nothing in it",) * 12), "poor")
    assert not [judge for judge in found if judge.endswith(LENGTHS)]


def test_wrong_says_that_it_fails_and_not_what_for() -> None:
    data = TrainingData.of([Output(id="o", project_id="p", text=GOOD, input=GIVEN)], [""])
    keys = [column.key for column in data.table.columns]
    about = dict(zip(keys, Wanted("Wrong format", quotes=()).about(data), strict=True))
    assert about["bullets"] and not about["new names"]


@pytest.mark.parametrize(("fails", "learned"), [(2, []), (3, ["Too long · learned"])])
def test_a_criterion_is_learned_from_three_notes_on(fails: int, learned: list[str]) -> None:
    wanted = Wanted("Too long", kind="learned", quotes=("far too long",) * fails)
    assert names(wanted, "far too long", fails) == learned


def test_one_quantity_is_proposed_once() -> None:
    found = names(Wanted("Not to the point", 50, "code", quotes=("far too long",) * 12), "far too long")
    assert len(found) == len(set(found))


def test_a_learned_judge_of_a_criterion_is_nearer_to_the_grades_than_the_share_of_fails() -> None:
    chance = np.random.default_rng(6)
    words = np.array("hall roof work winter stairs ladder garden window floor paint".split())
    texts = [" ".join(chance.choice(words, size=20)) for _ in range(60)]
    outputs = [Output(id=f"o{at}", project_id="p", text=text) for at, text in enumerate(texts)]
    for seed in range(6):
        failed = np.zeros(len(outputs), dtype=bool)
        failed[np.random.default_rng(seed).choice(len(outputs), 6, replace=False)] = True
        data = TrainingData.of(outputs, ["wrong order" if bad else "" for bad in failed])
        wanted = Wanted("In a wrong order", kind="learned", quotes=("wrong order",) * 6)
        for proposal in propose(data, Graded(np.arange(len(outputs)), failed), wanted):
            assert isinstance(proposal.judge, LearnedKind)
            found = proposal.judge.spec.reliability
            assert found is None or found.gain is None or found.gain > 0
