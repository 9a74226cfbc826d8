"""Criteria by hand, and what of a prompt becomes none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.stages import grading
from labelcore.stages.deriving import editing, prompting
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def test_a_criterion_by_hand_is_accepted_with_or_without_evidence(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output, other) = add_outputs("refund", "fine")
    grading.grade(workspace.by("ann"), output.id, "fail", note="promises a refund")
    bare = editing.add_criterion(workspace, "Polite", statement="It is polite.")
    assert (bare.status, bare.origin, bare.evidence) == ("accepted", "person", ())
    shown = editing.add_criterion(workspace, "No promises", statement="None.", evidence=[output.id])
    assert [quote.quote for quote in shown.evidence] == ["promises a refund"]
    with pytest.raises(BadInput, match="already"):
        editing.add_criterion(workspace, "polite", statement="Again.")
    with pytest.raises(BadInput, match="note"):
        editing.add_criterion(workspace, "Fine", statement="It is fine.", evidence=[other.id])
    with pytest.raises(BadInput, match="statement"):
        editing.add_criterion(workspace, "Empty", statement=" ")
    assert [known.name for known in editing.list_criteria(workspace)] == ["Polite", "No promises"]


@pytest.mark.whole
def test_every_sentence_of_a_prompt_is_a_criterion_or_is_named_with_why_not(workspace: Workspace) -> None:
    many = "\n".join(f"You must mention item number {n}." for n in range(25))
    prompt = (
        f"You are a helpful clerk.\n{{{{text}}}}\nNever promise a refund.\nNever promise a refund.\n"
        f"Must {'x' * 300}\n{many}"
    )
    first = prompting.propose_from_prompt(workspace, prompt=prompt)
    reasons = {left.text[:24]: left.why for left in first.left_out}
    assert reasons["You are a helpful clerk."].startswith("no word in it demands")
    assert reasons["{{text}}"] == "it is a place for a value"
    assert reasons["Never promise a refund."] == "the prompt says it twice"
    assert any("300" in why for why in reasons.values())
    assert sum("twenty" in left.why for left in first.left_out) == 6
    sentences = [part for part in prompt.splitlines() if part]
    assert len(first.proposed) + len(first.left_out) == len(sentences)
    again = prompting.propose_from_prompt(workspace, prompt=prompt)
    assert not again.proposed
    assert sum(left.why == "a criterion says it already" for left in again.left_out) == 20
