"""Guidelines: versions by language, examples from outputs, and what the card is told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import Output, Role
from labelcore.stages import grading
from labelcore.stages.grading.card import CardNews
from labelcore.stages.grading.presses import setting_of
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def test_each_version_is_kept_and_the_newest_of_each_language_is_shown(workspace: Workspace) -> None:
    grading.set_guidelines(workspace, text="# Good\n")
    grading.set_guidelines(workspace, text="# 好", language="zh", why="two read Chinese")
    grading.set_guidelines(workspace, text="# Better", why="clearer")
    told = {text.language: (text.version, text.text) for text in grading.show_guidelines(workspace).texts}
    assert told == {"en": (3, "# Better"), "zh": (2, "# 好")}
    history = grading.guidelines_history(workspace)
    assert [(text.version, text.text) for text in history] == [(1, "# Good"), (2, "# 好"), (3, "# Better")]
    with pytest.raises(BadInput, match="Nothing would change"):
        grading.set_guidelines(workspace, text="# Better\n")
    with pytest.raises(BadInput, match="characters"):
        grading.set_guidelines(workspace, text="x" * 20_001)
    grading.set_guidelines(workspace, text=" ")
    assert [text.language for text in grading.show_guidelines(workspace).texts] == ["zh"]


def test_an_example_is_an_output_with_a_reason_and_can_be_withdrawn(
    workspace: Workspace, add_outputs: Add
) -> None:
    good, bad = add_outputs("good", "bad")
    with pytest.raises(BadInput, match="reason"):
        grading.set_example(workspace, bad.id, "fail", why=" ")
    with pytest.raises(NotFound):
        grading.set_example(workspace, bad.id, "withdrawn")
    grading.set_example(workspace, bad.id, "pass", why="first thought")
    grading.set_example(workspace, bad.id, "fail", why="promises a refund")
    grading.set_example(workspace, good.id, "pass", why="names the clause")
    found = grading.show_guidelines(workspace)
    assert [(example.value, example.why) for example in found.examples] == [
        ("pass", "names the clause"),
        ("fail", "promises a refund"),
    ]
    grading.set_example(workspace, bad.id, "withdrawn")
    assert [example.output_id for example in grading.show_guidelines(workspace).examples] == [good.id]


def test_an_expert_reads_them_and_writes_none(workspace: Workspace) -> None:
    expert = replace(workspace, role=Role.EXPERT)
    assert grading.show_guidelines(expert).texts == ()
    with pytest.raises(NotAllowed):
        grading.set_guidelines(expert, text="mine")


def test_the_card_is_told_once_and_again_after_a_change(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("x" * 3_000)
    grading.set_guidelines(workspace, text="# Good")

    def told(have: set[str]) -> dict[str, object] | None:
        setting = setting_of(workspace, "en", None)
        data = CardNews(items=(), setting=setting, place=1, total=0).as_data({}, have)
        guideline: dict[str, object] | None = data["guideline"]
        return guideline

    first = told(set())
    assert first is not None
    assert first["texts"] == {"en": "# Good"} and first["versions"] == {"en": 1}
    assert told({str(first["key"])}) is None
    grading.set_example(workspace, output.id, "fail", why="too long")
    second = told({str(first["key"])})
    assert second is not None
    assert second["examples"] == [{"value": "fail", "why": "too long", "text": "x" * 1_500}]


def test_what_somebody_was_told_on_one_device_is_not_told_again_on_another(
    workspace: Workspace, add_outputs: Add
) -> None:
    first, second = add_outputs("one", "two")
    ann = workspace.by("ann")
    grading.grade(ann, first.id, "pass")
    grading.set_guidelines(workspace, text="# Good")
    assert setting_of(ann, "en", ()).guideline_seen == 0  # graded before it was written
    grading.grade(ann, second.id, "pass")
    assert setting_of(ann, "en", ()).guideline_seen == 1
    assert setting_of(workspace.by("bo"), "en", ()).guideline_seen == 0
    grading.set_guidelines(workspace, text="# Better")
    assert setting_of(ann, "en", ()).guideline_seen == 1
