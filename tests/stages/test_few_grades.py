"""What is proposed from few grades, and what is said where they cannot tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labelcore.messages import sentence, sentences, speaking
from labelcore.messages.results import lines_of
from labelcore.models import Grade, Output
from labelcore.operations import find_operation
from labelcore.stages import judging
from labelcore.stages.deriving import derivation
from labelcore.stages.judging.proposing import retraining
from labelcore.stages.judging.testing.suspecting import ProposedJudges, propose_judges
from labelcore.workspace import Workspace
from tests.stages.lengths import WORDS

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("no_embeddings")]
LEARNED = judging.ProposalOrder(criterion="overall", kind="learned", offline=True)
GiveAll = Callable[..., list[Grade]]


@pytest.fixture
def outputs(add_outputs: Callable[..., list[Output]]) -> list[Output]:
    """Fifteen texts that say nothing."""
    chance = np.random.default_rng(3)
    return add_outputs(*(" ".join(chance.choice(WORDS, size=20)) + "." for _ in range(15)))


def proposed(workspace: Workspace, order: judging.ProposalOrder = LEARNED) -> ProposedJudges:
    return propose_judges(workspace, order=order, examined=False)


def test_a_learned_judge_that_held_out_grades_refute_is_not_proposed_and_an_open_one_says_so(
    workspace: Workspace, outputs: list[Output], give_all: GiveAll
) -> None:
    refuted = left_open = 0
    for seed in range(12):
        give_all(outputs, np.random.default_rng(seed).permutation(["fail"] * 7 + ["pass"] * 8))
        found = proposed(workspace)
        codes = [told.code for told in found.nothing]
        if not found.judges:
            refuted += 1
            assert codes == ["nothing_holds_up"]
            continue
        (counts,) = found.held_out.values()
        assert counts.holds_up() or counts.is_open
        assert codes == ([] if counts.holds_up() else ["not_measurable_yet"])
        left_open += bool(codes)
    assert refuted and left_open


def test_what_few_grades_cannot_tell_is_said_in_both_languages(
    workspace: Workspace, outputs: list[Output], give_all: GiveAll
) -> None:
    for seed in range(8):
        give_all(outputs, np.random.default_rng(seed).permutation(["fail"] * 7 + ["pass"] * 8))
        found = proposed(workspace)
        if [told.code for told in found.nothing] == ["not_measurable_yet"]:
            break
    (counts,) = found.held_out.values()
    words = f"catches {counts.caught} of 7 bad outputs and wrongly fails {counts.wrong} of 8 good ones"
    said = "\n".join(lines_of(find_operation("judge propose"), workspace, found))
    assert said.count(words) == 2
    assert "not measurable with 15 grades" in said and "about 25 more grades" in said
    with speaking("zh"):
        said = "\n".join(lines_of(find_operation("judge propose"), workspace, found))
    assert "“整体”：只有 15 条评分，还无法衡量" in said and "建议再评约 25 条" in said
    words = f"它找出了 7 条不好的输出中的 {counts.caught} 条，误判了 8 条好的输出中的 {counts.wrong} 条"
    assert said.count(words) == 2


def test_grades_of_one_kind_ask_for_the_other(
    workspace: Workspace, outputs: list[Output], give_all: GiveAll
) -> None:
    give_all(outputs, ["fail"] * 15)
    found = proposed(workspace)
    assert not found.judges and "all 15 graded outputs fail it" in sentence(found.nothing)
    give_all(outputs, ["pass"] * 15)
    assert "fewer than three failed outputs speak of it: “overall”." in sentence(proposed(workspace).nothing)


def test_criteria_of_next_to_no_fails_are_told_in_one_sentence(
    workspace: Workspace, outputs: list[Output], give_all: GiveAll
) -> None:
    notes = ["far too long", "the tone is rude", "invents a price"]
    give_all(outputs, ["fail"] * 3 + ["pass"] * 12, [*notes, *[""] * 12])
    derivation.derive(workspace, offline=True, accept_all=True)
    found = proposed(workspace, judging.ProposalOrder(offline=True))
    (together,) = [told for told in sentences(found.nothing) if "fewer than three" in told]
    for name in ("Too long", "Wrong tone", "Invents what is not in the source"):
        assert name in together
    with speaking("zh"):
        assert "“太长”" in sentence(found.nothing)


def test_a_judge_that_more_grades_refute_stays_and_says_why(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: GiveAll
) -> None:
    chance = np.random.default_rng(5)
    short, long = (
        add_outputs(*(" ".join(chance.choice(WORDS, size=size)) + "." for _ in range(10))) for size in (8, 60)
    )
    give_all([*short, *long], ["pass"] * 10 + ["fail"] * 10)
    (first,) = proposed(workspace).judges
    give_all([*short, *long], chance.permutation(["pass"] * 10 + ["fail"] * 10))
    for _ in range(20):
        if not proposed(workspace).judges:
            break
        give_all([*short, *long], chance.permutation(["pass"] * 10 + ["fail"] * 10))
    (again,) = retraining.retrain(workspace)
    assert not again.new and again.version.judge_id == first.judge_id
    assert "stays as it is: made from the grades as they are" in sentence(again.says)
