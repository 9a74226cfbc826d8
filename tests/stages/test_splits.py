"""The sealed test: who looked, when it is spent, how a fresh one grows, and what leaks into it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from labelcore.errors import BadInput
from labelcore.models import JudgeVersion, Output
from labelcore.stages import aligning, grading, projects
from labelcore.stages.aligning import leaking
from labelcore.stats.splits import Splits, split_of
from labelcore.store import judges as judge_table, splits
from labelcore.text.near import near_pairs
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]
Give = Callable[..., object]
LONG = "The parcel of {} left the warehouse on a rainy day and came back to the shop unopened."


@pytest.fixture
def sealed(add_outputs: Add, give: Give) -> list[Output]:
    """150 graded outputs, a third failed: enough to seal the test."""
    outputs = add_outputs(*(LONG.format(f"customer number {i} {i * i}") for i in range(150)))
    for i, output in enumerate(outputs):
        give(output, "fail" if i % 3 == 0 else "pass", "wrong" if i % 3 == 0 else "")
    return outputs


@pytest.mark.whole
def test_the_same_figures_are_one_look_and_each_person_is_logged(
    workspace: Workspace, sealed: list[Output], give: Give
) -> None:
    for author in ("ann", "ann", "bo"):
        aligning.align(workspace.by(author), split="test")
    report = grading.split_report(workspace)
    assert report.looks == 1
    assert [opening.author for opening in report.openings] == ["ann", "bo"]
    of_test = next(o for o in sealed if split_of(workspace.project.id, o.group) == "test")
    give(of_test, "unsure", annotator="ann")
    aligning.align(workspace.by("ann"), split="test")
    assert grading.looks_at_test(workspace) == 2


@pytest.mark.whole
def test_nobody_opens_the_sealed_test_without_a_name(workspace: Workspace, sealed: list[Output]) -> None:
    with pytest.raises(BadInput, match="named person"):
        aligning.align(workspace, split="test")
    assert grading.looks_at_test(workspace) == 0


@pytest.mark.whole
def test_a_test_is_spent_at_the_limit_and_a_fresh_one_takes_only_new_sources(
    workspace: Workspace, sealed: list[Output], add_outputs: Add, give: Give
) -> None:
    grading.set_looks_limit(workspace, 1)
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    aligning.align(workspace.by("ann"), split="test")
    assert grading.split_report(workspace).spent
    before = {output.id: split_of(workspace.project.id, output.group) for output in sealed}
    report = grading.renew_test(workspace.by("ann"), why="looked at too often")
    assert (report.round, report.looks, report.spent) == (1, 0, False)
    assert next(size for size in report.sizes if size.split == "test").graded == 0
    dealt = splits.dealt(workspace.db, workspace.project.id)
    moved = {"train": "train", "dev": "dev", "test": "dev"}
    assert all(dealt.of(output.group) == moved[before[output.id]] for output in sealed)
    assert len(grading.fitting_labels(workspace).value) == 150
    fresh = add_outputs(*(LONG.format(f"guest {i} {i * 7}") for i in range(60)))
    sizes = {size.split: (size.outputs, size.groups) for size in grading.split_report(workspace).sizes}
    for name in ("train", "dev", "test"):
        held = [output.group for output in (*sealed, *fresh) if dealt.of(output.group) == name]
        assert sizes[name] == (len(held), len(set(held)))
    for output in fresh:
        give(output, "fail", "wrong")
    kept = grading.fitting_labels(workspace).value
    in_test = {output.id for output in fresh if dealt.of(output.group) == "test"}
    assert 8 <= len(in_test) <= 30
    assert not in_test & kept.keys()


def test_a_test_that_is_not_sealed_cannot_be_given_up(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="No test is sealed"):
        grading.renew_test(workspace.by("ann"), why="x")


def test_near_duplicates_across_splits_and_examples_of_dev_are_found(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    chance = random.Random(1)
    texts = [" ".join(str(chance.randrange(10_000)) for _ in range(30)) for _ in range(60)]
    outputs = add_outputs(*texts)
    for output in outputs:
        give(output, "pass")
    assert leaking.leakage(workspace).total == 0
    test = next(output for output in outputs if split_of(workspace.project.id, output.group) == "test")
    twin = next(
        copy
        for i in range(50)
        for copy in add_outputs(test.text + "!" * (i + 1))
        if split_of(workspace.project.id, copy.group) == "train"
    )
    give(twin, "pass")
    judge_table.save(
        workspace.db,
        [
            JudgeVersion(
                id="j1",
                judge_id="j",
                project_id=workspace.project.id,
                name="asks",
                kind="llm",
                version=1,
                criterion_id=None,
                criterion_version=None,
                spec={"name": "asks", "statement": "It answers.", "pass_examples": [test.text[:60]]},
            )
        ],
    )
    found = leaking.leakage(workspace)
    assert {leak.kind for leak in found.leaks} == {"output", "example"}
    assert all(test.id in {leak.output_id, leak.other_id} for leak in found.leaks)
    assert found.test_share
    assert found.leaks[0].similarity >= 0.8


@given(st.lists(st.text(max_size=60), max_size=12))
def test_equal_texts_are_near_and_pairs_are_ordered(texts: list[str]) -> None:
    found = near_pairs([*texts, *texts])
    same = {(i, len(texts) + i) for i in range(len(texts))}
    pairs = {(i, j) for i, j, _ in found}
    assert all(i < j for i, j in pairs)
    assert same <= pairs
    assert all(0.8 <= index <= 1 for _, _, index in found)


@given(st.text(), st.integers(0, 5))
def test_a_settled_group_stays_and_others_follow_the_hash(group: str, round_: int) -> None:
    assert Splits("p", round_, {group: "dev"}).of(group) == "dev"
    assert Splits("p", round_).of(group) == split_of("p", group, round_)
    assert Splits("p").of(group) == split_of("p", group)
