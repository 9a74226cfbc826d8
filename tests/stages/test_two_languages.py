"""Notes that say the same in other words or in another language become one, and their opposites never."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.models import Criterion, Evidence, Grade, Output
from labelcore.progress import silent
from labelcore.stages.deriving import coding, derivation, editing, grouping, same
from labelcore.stages.deriving.grouping import sayings
from labelcore.store import criteria as criterion_table
from labelcore.text.embedding import SentenceEncoder
from labelcore.text.reading import han_share
from labelcore.workspace import Workspace
from tests.bench.two_languages import MEASURED_ON, OPPOSITES


def numbers_of(texts: list[str]) -> list[int]:
    return list(sayings(texts, SentenceEncoder().encode(texts).astype(float)))


def test_notes_of_forty_topics_meet_across_languages_on_no_other_topic() -> None:
    topic = {note: at for at, both in enumerate(MEASURED_ON) for notes in both for note in notes}
    texts = list(topic)
    said = dict(zip(texts, numbers_of(texts), strict=True))
    groups = [{text for text in texts if said[text] == number} for number in set(said.values())]
    assert all(len({topic[text] for text in group}) == 1 for group in groups)
    across = [group for group in groups if len({han_share(text) > 0.5 for text in group}) == 2]
    assert len(across) >= 15


@pytest.mark.parametrize(("english", "chinese"), OPPOSITES)
def test_a_note_and_its_opposite_never_say_the_same(english: str, chinese: str) -> None:
    first, other = numbers_of([english, chinese])
    assert first != other


def test_what_names_two_kinds_of_failure_stays_apart_however_alike_it_sounds() -> None:
    said = numbers_of(["too long", "太短", "too long", "太长"])
    assert said[0] == said[2] != said[1]


def test_nothing_and_one_note_say_what_they_say() -> None:
    assert numbers_of([]) == []
    assert numbers_of(["blames the customer"]) == [0]
    assert numbers_of(["盐放太多 " * 30, "far too salty " * 30]) == [0, 1]


def test_notes_that_say_the_same_have_one_point(workspace: Workspace) -> None:
    texts = ["describes violence", "描写暴力", "gives legal advice"]
    points = grouping.points_of(workspace.db, texts, silent)
    assert points[0].tobytes() == points[1].tobytes() != points[2].tobytes()
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)


def test_a_topic_that_no_family_names_is_one_criterion_in_two_languages(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    notes = ["describes violence", "描写暴力", "the chorus is weak", "副歌太弱"]
    give_all(add_outputs("a", "b", "c", "d"), ["fail"] * 4, notes)
    found = derivation.derive(workspace, offline=True)
    groups = [{item.quote for item in criterion.evidence} for criterion in found.criteria]
    assert set(notes[:2]) in groups
    assert set(notes[2:4]) in groups
    codes = [{quote.text for quote in coded.quotes} for coded in coding.list_codes(workspace)]
    assert set(notes[:2]) in codes


def test_a_later_note_in_the_other_language_joins_the_criterion_that_says_it(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    give_all(add_outputs("a", "b"), ["fail"] * 2, ["gives legal advice", "blames the customer"])
    derivation.derive(workspace, offline=True)
    give_all(add_outputs("c"), ["fail"], ["给出法律意见"])
    found = derivation.derive(workspace, offline=True)
    homes = [
        criterion for criterion in found.criteria if "给出法律意见" in {e.quote for e in criterion.evidence}
    ]
    assert "gives legal advice" in {item.quote for item in homes[0].evidence}


def criterion_of(workspace: Workspace, name: str, notes: Sequence[str]) -> Criterion:
    made = editing.new_criterion(workspace, name, f"{name} fails.")
    evidence = tuple(
        Evidence(output_id=f"{name} {at}", quote=note, grade_id=f"g{at}") for at, note in enumerate(notes)
    )
    made = made.model_copy(update={"evidence": evidence, "status": "proposed"})
    criterion_table.save(workspace.db, [made])
    return made


def test_criteria_that_mean_the_same_in_two_languages_are_asked_about(workspace: Workspace) -> None:
    cold = criterion_of(workspace, "Not friendly", ["no apology", "does not say sorry", "cold, no sorry"])
    tone = criterion_of(workspace, "语气不对", ["没有道歉", "一句抱歉都没有"])
    criterion_of(workspace, "Too long", ["too long", "much too wordy"])
    criterion_of(workspace, "Too short", ["too short", "far too brief"])
    (pair,) = same.alike_criteria(workspace)
    assert (pair.first_id, pair.second_id) == (cold.id, tone.id) and pair.likeness >= same.LEAST
    assert set(pair.quotes) <= {evidence.quote for made in (cold, tone) for evidence in made.evidence}
    assert same.likest(workspace, tone) == pair
    same.keep_apart(workspace.by("ann"), [tone, cold])
    assert same.alike_criteria(workspace) == [] and same.likest(workspace.by("ben"), tone) is None
    with pytest.raises(BadInput):
        same.keep_apart(workspace, [tone, tone])


def test_merged_criteria_are_not_asked_about(workspace: Workspace) -> None:
    cold = criterion_of(workspace, "Not friendly", ["no apology", "does not say sorry", "cold, no sorry"])
    tone = criterion_of(workspace, "语气不对", ["没有道歉", "一句抱歉都没有"])
    both = editing.merge(workspace, [cold, tone], name="Not friendly")
    assert same.alike_criteria(workspace) == [] and same.likest(workspace, both) is None


def test_of_forty_topics_most_are_asked_about_and_hardly_two_different_ones(workspace: Workspace) -> None:
    for at, (english, chinese) in enumerate(MEASURED_ON):
        criterion_of(workspace, f"e{at}", english)
        criterion_of(workspace, f"z{at}", chinese)
    pairs = [pair for pair in same.alike_criteria(workspace) if {pair.first[0], pair.second[0]} == {"e", "z"}]
    right = [pair for pair in pairs if pair.first[1:] == pair.second[1:]]
    assert len(right) >= 28 and len(pairs) - len(right) <= 4
