"""What is proposed for a criterion measures what the criterion is about."""

from __future__ import annotations

import random

import numpy as np
import pytest

from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import GradedRows, TrainingData
from labelcore.judges.fitted_proposals import (
    CandidateOrder,
    HeldOutCounts,
    JudgeProposal,
    distinct,
    propose,
    unbeaten,
)
from labelcore.judges.kinds.code import CodeKind
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.models import Output

GIVEN = "The hall is closed in winter and the roof needs work."
GOOD = "The hall is closed in winter."
BAD = "The hall is closed. The roof needs work. The work is in winter. The hall needs work in winter."
LENGTH_OF = {True: (30, 60), False: (5, 29)}  # words of what fails, and of what passes
LENGTHS = (" words", " sentences", " characters")


def names(wanted: CandidateOrder, note: str, fails: int = 12) -> list[str]:
    """What is proposed where every failed output is longer than every passed one."""
    texts = [f"{BAD} {number}" for number in range(fails)] + [f"{GOOD} {number}" for number in range(20)]
    return proposed(texts, wanted, note, fails)


def proposed(texts: list[str], wanted: CandidateOrder, note: str, fails: int) -> list[str]:
    """The names of what is proposed where the first texts fail."""
    outputs = [
        Output(id=f"o{at}", project_id="p", text=text, input=f"{GIVEN} {at}") for at, text in enumerate(texts)
    ]
    failed = np.arange(len(outputs)) < fails
    data = TrainingData.of(outputs, [note if bad else "" for bad in failed])
    return [proposal.name for proposal in propose(data, GradedRows(np.arange(len(outputs)), failed), wanted)]


@pytest.mark.parametrize("name", ["Invents what is not there", "编造内容"])
def test_length_is_no_check_of_inventions_though_it_goes_with_them(name: str) -> None:
    found = names(CandidateOrder(name, kind="code", quotes=("invents a date",) * 12), "invents a date")
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
    judges = proposed(texts, CandidateOrder(name, kind="code", quotes=(note,) * 40), note, 40)
    assert bool([judge for judge in judges if judge.endswith(" exclamations")]) is found


def test_length_is_a_check_where_notes_talk_about_it() -> None:
    found = names(
        CandidateOrder("Not to the point", kind="code", quotes=("far too long",) * 12), "far too long"
    )
    assert [judge for judge in found if judge.endswith(LENGTHS)]


def test_which_end_of_a_length_is_bad_is_told_by_notes_and_not_by_the_name() -> None:
    found = names(CandidateOrder("Too short", kind="code", quotes=("nothing in it",) * 12), "poor")
    assert not [judge for judge in found if judge.endswith(LENGTHS)]


def test_wrong_says_that_it_fails_and_not_what_for() -> None:
    data = TrainingData.of([Output(id="o", project_id="p", text=GOOD, input=GIVEN)], [""])
    about = {column.key for column in CandidateOrder("Wrong format", quotes=()).about(data).table.columns}
    assert "bullets" in about and "new names" not in about


@pytest.mark.parametrize(("fails", "learned"), [(2, []), (3, ["Too long · learned"])])
def test_a_criterion_is_learned_from_three_notes_on(fails: int, learned: list[str]) -> None:
    wanted = CandidateOrder("Too long", kind="learned", quotes=("far too long",) * fails)
    assert names(wanted, "far too long", fails) == learned


def dates(fails: int = 12) -> tuple[TrainingData, GradedRows]:
    """Outputs that invent a date, which are longer than the others."""
    texts = [f"{BAD} It opens on {at + 1} May." for at in range(fails)] + [f"{GOOD} {at}" for at in range(20)]
    outputs = [Output(id=f"o{at}", project_id="p", text=text, input=GIVEN) for at, text in enumerate(texts)]
    failed = np.arange(len(outputs)) < fails
    data = TrainingData.of(outputs, ["invents a date" if bad else "" for bad in failed])
    return data, GradedRows(np.arange(len(outputs)), failed)


def test_a_learned_judge_of_a_criterion_looks_only_at_what_the_criterion_is_about() -> None:
    wanted = CandidateOrder("Invents what is not there", kind="learned", quotes=("invents a date",) * 12)
    (learned,) = propose(*dates(), wanted)
    assert isinstance(learned.judge, LearnedKind)
    keys = {column.key for column in learned.judge.columns}
    assert "new days" in keys and keys.isdisjoint(length.strip() for length in LENGTHS)
    whole = propose(*dates(), CandidateOrder(kind="learned"))[0].judge
    assert isinstance(whole, LearnedKind) and "words" in {column.key for column in whole.columns}


def test_a_learned_judge_of_a_criterion_never_counts_less_of_what_is_bad_as_worse() -> None:
    wanted = CandidateOrder("Invents what is not there", kind="learned", quotes=("invents a date",) * 12)
    data, graded = dates()
    fewer = GradedRows(graded.rows, ~graded.fails)  # the outputs that invent nothing are those that fail
    for proposal in propose(data, fewer, wanted) + propose(data, graded, wanted):
        assert isinstance(proposal.judge, LearnedKind)
        ends = {column.key: REGISTRY[column.detector].bad for column in proposal.judge.columns}
        slopes = zip(ends, proposal.judge.learned.whole.slopes, strict=False)
        against = {"high": -1, "low": 1, "either": 0}
        assert all(slope * against[ends[key]] <= 0 for key, slope in slopes)


def proposal(measure: str, caught: int, wrong: int = 0, *, guided: bool = False) -> JudgeProposal:
    """A check with what it does on held-out grades, 9 fails and 20 passes."""
    spec = {"detector": measure, "threshold": 1.0, "side": "above", "guided": guided}
    counts = HeldOutCounts(caught=caught, fails=9, wrong=wrong, passes=20)
    return JudgeProposal(measure, CodeKind(spec), "", counts)


def test_a_learned_judge_that_a_check_beats_is_not_proposed() -> None:
    learned = proposal("learned", 7, 2)
    assert unbeaten([learned], [proposal("words", 7, 2), proposal("names", 9, 3)]) == [learned]
    assert (
        unbeaten([learned], [proposal("words", 7, 1)]) == unbeaten([learned], [proposal("words", 8, 2)]) == []
    )


def test_where_a_check_beats_the_learned_judge_only_the_check_is_proposed() -> None:
    draw = random.Random(10)
    texts = []
    for at in range(32):
        words = draw.choices(["a", "winter", "hall", "maintenance"], k=draw.randint(*LENGTH_OF[at < 12]))
        for end in draw.sample(range(len(words) - 1), draw.randint(0, 4)):
            words[end] += "."
        texts.append(f"{' '.join(words)} {at}.")
    quotes = ("far too long",) * 12
    (learned,) = proposed(texts, CandidateOrder("Too long", kind="learned", quotes=quotes), quotes[0], 12)
    best, *others = proposed(texts, CandidateOrder("Too long", quotes=quotes), quotes[0], 12)
    assert learned not in {best, *others} and best == "Too long · words"


@pytest.mark.parametrize(
    ("caught", "fails", "wrong", "passes", "holds_up", "is_open"),
    [
        (
            3,
            11,
            3,
            4,
            False,
            False,
        ),  # agrees with 4 of 15 grades where a constant answer has 11: clearly worse
        (1, 4, 8, 11, False, False),
        (6, 9, 3, 6, False, True),  # better or not: so few grades cannot tell
        (2, 4, 6, 11, False, True),
        (4, 9, 3, 6, False, True),
        (8, 9, 1, 6, True, False),
        (0, 9, 0, 6, False, False),  # a constant answer itself
        (9, 9, 6, 6, False, False),
        (15, 30, 12, 30, False, False),  # enough grades to tell
        (25, 30, 10, 30, True, False),
    ],
)
def test_few_grades_tell_a_judge_that_is_clearly_worse_than_a_constant_and_leave_others_open(
    caught: int, fails: int, wrong: int, passes: int, holds_up: bool, is_open: bool
) -> None:
    counts = HeldOutCounts(caught=caught, fails=fails, wrong=wrong, passes=passes)
    assert (counts.holds_up(), counts.is_open) == (holds_up, is_open)


def test_one_quantity_is_proposed_once() -> None:
    found = names(
        CandidateOrder("Not to the point", 50, "code", quotes=("far too long",) * 12), "far too long"
    )
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
        wanted = CandidateOrder("In a wrong order", kind="learned", quotes=("wrong order",) * 6)
        for proposal in propose(data, GradedRows(np.arange(len(outputs)), failed), wanted):
            assert isinstance(proposal.judge, LearnedKind)
            found = proposal.judge.spec.reliability
            assert found is None or found.gain is None or found.gain > 0


def test_a_measure_is_proposed_for_the_criterion_that_it_decides_best_unless_notes_ask_for_it() -> None:
    many, few = proposal("words", 7), proposal("words", 2)
    told, alone = proposal("words", 1, guided=True), proposal("sentences", 1)
    assert distinct([[many], [few, alone]]) == [[many], [alone]]
    assert distinct([[many], [few]]) == [[many], [few]], "each criterion keeps one"
    assert distinct([[many, alone], [told]]) == [[alone], [told]], "what notes ask for comes first"
    assert distinct([[many], [many]]) == [[many], [many]]
