"""What pages ask of a large project is counted where it is stored: nothing lists or pairs all its outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.models import Criterion, Output
from labelcore.stages import judging, projects
from labelcore.stages.judging import RunOrder
from labelcore.stages.reporting.comparing import GradedVersions, compare_versions, newest_versions
from labelcore.store import comparisons, confusion, outputs as output_table
from labelcore.workspace import Workspace
from tests.stages.measured import add_judge, decides, grade_all, tool

Add = Callable[..., list[Output]]
LENGTH = CodeSpec(detector="words", side="above", threshold=3).model_dump()


@pytest.mark.parametrize(("repeats", "expected"), [(1, (18 + 20, 12 + 10)), (2, (18 + 20 + 26, 12 + 10 + 4))])
@pytest.mark.usefixtures("mock")
def test_what_a_run_of_everything_would_take_is_what_it_would_take_of_each_output(
    workspace: Workspace, add_outputs: Add, criterion: Criterion, repeats: int, expected: tuple[int, int]
) -> None:
    outputs = add_outputs(*(f"text number {n}" for n in range(30)))
    version = tool(workspace, "short", kind="code", spec=LENGTH)
    decides(workspace, version.id, ((output.id, "pass") for output in outputs[:12]))
    asking = add_judge(workspace, "llm", make_spec(criterion, AskingOptions("mock"), ()))
    decides(workspace, asking.id, ((output.id, "pass") for output in outputs[:10]))
    decides(workspace, asking.id, ((output.id, "fail") for output in outputs[:4]), repeat=1)
    elsewhere = replace(workspace, project=projects.open_project(workspace.db, "elsewhere"))
    decides(elsewhere, version.id, [("an output that is gone", "pass")])
    everything = judging.estimate_run(workspace, order=RunOrder(repeats=repeats))
    each = judging.estimate_run(workspace, order=RunOrder(repeats=repeats, limit=1_000))
    assert (everything.decisions, everything.known) == (each.decisions, each.known) == expected
    one = judging.estimate_run(workspace, order=RunOrder(judge=version.id, repeats=repeats))
    assert (one.decisions, one.known) == (18, 12)


def test_what_a_run_of_everything_would_take_is_told_without_a_list_of_it(
    workspace: Workspace, add_outputs: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_outputs(*(f"text number {n}" for n in range(5)))
    tool(workspace, "short", kind="code", spec=LENGTH)
    monkeypatch.setattr(output_table, "ids", lambda *_: pytest.fail("all outputs were listed"))
    assert judging.estimate_run(workspace).decisions == 5


def test_some_outputs_are_always_the_same_and_each_stands_once(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = {output.id for output in add_outputs(*(f"text number {n}" for n in range(50)))}
    stored_twice(workspace)
    some = output_table.some_ids(workspace.db, workspace.project.id, 20)
    assert some == output_table.some_ids(workspace.db, workspace.project.id, 20)
    assert len(some) == len(set(some)) == 20 and set(some) <= made
    assert set(output_table.some_ids(workspace.db, workspace.project.id, 1_000)) == made


def stored_twice(workspace: Workspace) -> None:
    """As by two imports at one moment; what the later one says of them counts nowhere."""
    workspace.db.run(
        "INSERT INTO output SELECT * REPLACE (made_at + INTERVAL 1 SECOND AS made_at, 'later' AS batch_id, "
        '\'{"city": "Rome"}\' AS metadata) FROM output'
    )


def test_an_output_that_is_stored_twice_counts_once_in_a_slice(
    workspace: Workspace, add_outputs: Add
) -> None:
    outputs = [
        output for city in ("Ulm", "Bonn") for output in add_outputs(f"in {city}", metadata={"city": city})
    ]
    version = tool(workspace, "short", kind="code", spec=LENGTH)
    decides(workspace, version.id, zip([output.id for output in outputs], ("pass", "fail"), strict=True))
    stored_twice(workspace)
    pools = confusion.pools_of_slices(workspace.db, workspace.project.id, "city", [version.id])
    assert pools == {"Ulm": (1, 1, 0, 0), "Bonn": (1, 0, 1, 0)}


def answered(workspace: Workspace, inputs: Sequence[str]) -> list[Output]:
    """By two versions, first all by the one and then all by the other; the last ones by the second alone."""
    outputs = [
        Output(
            id=f"{version} {at}",
            project_id=workspace.project.id,
            text=f"answer {at} of {version}",
            input=text,
            group_key=None if text else f"group {at}",
            prompt_version=version,
            metadata={"created_at": f"2026-11-{day:02d}T10:00:00"},
        )
        for version, day in (("v1", 1), ("v2", 20))
        for at, text in enumerate(inputs)
    ]
    output_table.add(workspace.db, outputs)
    return outputs


@pytest.mark.parametrize("inputs", [[f"question {n}" for n in range(24)], [""] * 24])
def test_the_newest_versions_are_compared_as_all_versions_are_without_pairs_of_ungraded_outputs(
    workspace: Workspace, inputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = answered(workspace, inputs)
    graded = [*outputs[:16], *outputs[28:40]]
    grade_all(workspace, graded, ["fail", "pass", "pass"] * 9 + ["fail"])
    whole = compare_versions(workspace, "v1", "v2")
    monkeypatch.setattr(comparisons, "pairs", lambda *_: pytest.fail("all pairs were read"))
    short = newest_versions(workspace)
    assert short is not None and short.by_people.n == 12 < whole.pairs == 24
    assert short == GradedVersions(**{name: getattr(whole, name) for name in GradedVersions.model_fields})
    few = comparisons.pairs_among(workspace.db, workspace.project.id, ("v1", "v2"), ["v1 3", "v2 3", "v2 9"])
    assert sorted(few) == [("v1 3", "v2 3"), ("v1 9", "v2 9")]
