"""Counts over large tables are kept in memory, and no answer is older than the rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labelcore.models import Output
from labelcore.stages import importing, judging, projects
from labelcore.store import comparisons, confusion, judges as judge_table, outputs as output_table
from labelcore.store.lookups import remembered_of, written
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

Add = Callable[..., list[Output]]


def test_what_is_asked_again_is_not_read_again_until_rows_come_or_go(
    workspace: Workspace, add_outputs: Add
) -> None:
    read: list[int] = []

    def find() -> int:
        read.append(1)
        return 7

    def ask() -> int:
        return remembered_of(workspace.db, ["output", "verdict"], "a question", find)

    assert (ask(), ask(), len(read)) == (7, 7, 1)
    add_outputs("one")
    assert (ask(), ask(), len(read)) == (7, 7, 2)
    workspace.db.run("DELETE FROM output")  # without a word
    assert (ask(), len(read)) == (7, 3)
    written(workspace.db, "verdict")
    assert (ask(), len(read)) == (7, 4)
    with workspace.db.transaction():
        assert (ask(), ask(), len(read)) == (7, 7, 6)


def test_an_answer_that_is_long_is_not_kept(workspace: Workspace) -> None:
    before = len(workspace.db.memory)
    assert len(remembered_of(workspace.db, ["output"], "long", lambda: [0] * 30_000)) == 30_000
    assert len(workspace.db.memory) == before


def test_figures_of_the_set_and_of_the_project_follow_every_verdict(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {n}" for n in range(4)))
    version = tool(workspace, "overall · a")

    def seen() -> tuple[int, tuple[int, int, int], int]:
        pool = confusion.pool_of_set(workspace.db, [version.id])
        return (
            projects.overview(workspace).verdicts,
            pool,
            output_table.count(workspace.db, made[0].project_id),
        )

    assert seen() == (0, (0, 0, 0), 4)
    decides(workspace, version.id, [(made[0].id, "pass"), (made[1].id, "fail")])
    assert seen() == (2, (1, 1, 0), 4)
    decides(workspace, version.id, [(made[2].id, "fail")])
    assert seen() == (3, (1, 2, 0), 4)
    add_outputs("another")
    assert seen() == (3, (1, 2, 0), 5)
    assert judging.list_judges(workspace, [version])


def test_sizes_of_slices_follow_outputs_and_verdicts(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs("a text", "another")
    version = tool(workspace, "overall · a")

    def seen() -> dict[str, tuple[int, int, int, int]]:
        return confusion.pools_of_slices(workspace.db, workspace.project.id, "model", [version.id])

    assert list(seen().values()) == [(2, 0, 0, 0)]
    decides(workspace, version.id, [(made[0].id, "fail")])
    assert list(seen().values()) == [(2, 0, 1, 0)]
    add_outputs("a third")
    assert list(seen().values()) == [(3, 0, 1, 0)]


@pytest.mark.whole
def test_what_an_import_brings_and_its_undo_takes_is_counted_at_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    def imported(name: str, *rows: dict[str, object]) -> str:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        told = importing.Description(feedback={"thumbs": "thumb"})
        return importing.import_file(workspace, str(path), described=told).batch.id

    def seen() -> tuple[int, int, tuple[int, int, int], int]:
        judges = [version.id for version in judge_table.current(workspace.db, workspace.project.id)]
        return (
            output_table.count(workspace.db, workspace.project.id),
            projects.overview(workspace).verdicts,
            confusion.pool_of_set(workspace.db, judges),
            len(comparisons.pairs(workspace.db, workspace.project.id, "v1", "v2")),
        )

    def row(version: str, ask: str, thumb: int) -> dict[str, object]:
        return {"output": f"{version} to {ask}", "input": ask, "prompt_version": version, "thumb": thumb}

    imported("first", row("v1", "One?", 1))
    assert seen() == (1, 1, (1, 0, 0), 0)
    second = imported("second", row("v2", "one?", 0), {"output": "alone", "group": "g", "thumb": 1})
    assert seen() == (3, 3, (2, 1, 0), 1), "a row without an input changes nothing of the others"
    importing.undo(workspace, second)
    assert seen() == (1, 1, (1, 0, 0), 0)
    imported("third", row("v1", "One?", 0))
    assert seen() == (1, 1, (0, 1, 0), 0), "as many verdicts as before, and another one"


def test_outputs_without_an_input_are_pairs_by_their_group(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        {"output": f"{version} on {ask or group}", "input": ask, "group": group, "prompt_version": version}
        for version in ("v1", "v2")
        for ask, group in (("", "a"), ("", "b"), ("One?", "c"))
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    importing.import_file(workspace, str(path))
    found = output_table.many(workspace.db, output_table.ids(workspace.db, workspace.project.id))
    pairs = comparisons.pairs(workspace.db, workspace.project.id, "v1", "v2")
    assert sorted((found[first].text, found[second].text) for first, second in pairs) == [
        (f"v1 on {case}", f"v2 on {case}") for case in ("One?", "a", "b")
    ]
