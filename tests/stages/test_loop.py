"""From grades and notes to criteria, judges, a chosen set and an alignment, without any model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from labelcore.errors import BadInput
from labelcore.models import Criterion, Grade, Output, Project
from labelcore.stages import aligning, exporting, finding, grading, judging, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation, editing
from labelcore.store import Database, open_database, outputs as output_table, verdicts
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole

LONG = ("far too long", "much too long, cut it", "太长了", "太长，没人会看完", "too verbose")
INVENTED = (
    "invents a discount of 40",
    "makes up a refund that nobody offered",
    "编造了一个折扣",
    "not mentioned in the source",
    "资料里没有提到这个价格",
)
WORDS = ["order", "parcel", "window", "colour", "shop", "street", "paper", "garden", "bottle", "light"]


def plant(workspace: Workspace) -> list[Output]:
    """Forty graded outputs: twenty-four good, eight too long, eight with an invented number."""
    chance = random.Random(3)

    def sentence(size: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(size)) + "."

    made = []
    for i in range(40):
        kind = "long" if i % 5 == 3 else "invented" if i % 5 == 4 else "good"
        text = sentence(chance.randint(80, 110) if kind == "long" else chance.randint(10, 25))
        text = f"{text} It costs {chance.randint(200, 900)}." if kind == "invented" else text
        asked = f"What about order {i}?"
        output = Output(
            id=output_table.content_id(workspace.project.id, text, input=asked),
            project_id=workspace.project.id,
            text=text,
            input=asked,
        )
        notes = {"long": LONG, "invented": INVENTED}.get(kind)
        output_table.add(workspace.db, [output])
        grading.record(
            workspace,
            [
                Grade(
                    id=f"g{i}",
                    project_id=workspace.project.id,
                    output_id=output.id,
                    annotator="ann",
                    value="fail" if notes else "pass",
                    note=chance.choice(notes) if notes else "",
                )
            ],
        )
        made.append(output)
    return made


@pytest.fixture
def graded(workspace: Workspace) -> list[Output]:
    return plant(workspace)


@pytest.fixture(scope="module")
def worked() -> Iterator[tuple[Database, Project]]:
    """The planted project after the loop up to the verdicts; tests must not change it."""
    db = open_database(None)
    project = projects.open_project(db, "worked")
    plant(Workspace(db, project))
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judging.propose(Workspace(db, project))
    judging.run_judges(Workspace(db, project))
    yield db, project
    db.close()


def families(criteria: tuple[Criterion, ...]) -> list[set[str]]:
    kinds = {**dict.fromkeys(LONG, "long"), **dict.fromkeys(INVENTED, "invented")}
    return [
        {kind for item in criterion.evidence for note, kind in kinds.items() if item.quote in note}
        for criterion in criteria
    ]


def test_notes_in_two_languages_land_together(workspace: Workspace, graded: list[Output]) -> None:
    found = derivation.derive(workspace, offline=True)
    assert 2 <= len(found.criteria) <= 6
    assert all(len(kinds) == 1 for kinds in families(found.criteria))
    assert found.uncovered_fails == 0
    notes = [note for written in grading.human_labels(workspace).notes.values() for note in written]
    for criterion in found.criteria:
        assert all(any(item.quote in note for note in notes) for item in criterion.evidence)


def test_deriving_again_adds_nothing_and_keeps_decisions(workspace: Workspace, graded: list[Output]) -> None:
    first = derivation.derive(workspace, offline=True)
    editing.reject(workspace, first.criteria[0].id)
    editing.accept(workspace, first.criteria[1].id)
    again = derivation.derive(workspace, offline=True)
    assert {criterion.id for criterion in again.criteria} == {
        criterion.id for criterion in first.criteria[1:]
    }
    assert finding.find_criterion(workspace, first.criteria[0].id).status == "rejected"
    assert again.uncovered_fails > 0


def test_edits_keep_every_version_and_merges_keep_the_evidence(
    workspace: Workspace, graded: list[Output]
) -> None:
    first, two, *_ = derivation.derive(workspace, offline=True).criteria
    changed = editing.edit(workspace.by("ann"), first.id, name="Short", why="clearer")
    assert [version.name for version in editing.history(workspace, first.id)] == [first.name, "Short"]
    assert changed.version == first.version + 1
    with pytest.raises(BadInput, match="Nothing would change"):
        editing.edit(workspace, first.id, name="Short")
    merged = editing.merge(workspace, [first.id, two.id], name="Both")
    assert set(merged.evidence) == set(first.evidence) | set(two.evidence)
    assert merged.parents == (first.id, two.id)
    assert finding.find_criterion(workspace, two.id).status == "dropped"


def test_the_whole_loop_finds_what_was_planted(worked: tuple[Database, Project]) -> None:
    db, project = worked
    assert {judge.kind for judge in judging.list_judges(Workspace(db, project))} == {"code", "learned"}
    report = choosing_set.choose(Workspace(db, project))
    assert report.held_out["alignment"] > 0.75
    assert report.held_out["low"] < report.held_out["alignment"] <= report.held_out["high"]
    aligned = aligning.align(Workspace(db, project))
    assert aligned.chosen is not None
    assert aligned.chosen.counts.n == 40
    assert aligned.agreement.why_not == "agreement needs a second annotator"
    document = aligned.document()
    judge = document["judges"][0]
    assert judge["n"] == judge["true_pass"] + judge["false_pass"] + judge["true_fail"] + judge["false_fail"]
    assert judge["tpr_low"] <= judge["tpr"] <= judge["tpr_high"]


@pytest.mark.slow
def test_running_again_asks_nothing_and_every_key_is_there_once(worked: tuple[Database, Project]) -> None:
    db, project = worked
    judges = judging.list_judges(Workspace(db, project))
    again = judging.run_judges(Workspace(db, project))
    assert (again.verdicts_new, again.verdicts_cached) == (0, 40 * len(judges))
    assert (again.errors, again.state) == (0, "finished")
    counts = verdicts.counts(db, project.id).values()
    assert sum(sum(count.values()) for count in counts) == 40 * len(judges)
    assert judging.propose(Workspace(db, project)) == judging.propose(Workspace(db, project))
    assert judging.list_judges(Workspace(db, project)) == judges


def test_counts_open_the_show_outputs_them(worked: tuple[Database, Project]) -> None:
    db, project = worked
    for judge in aligning.align(Workspace(db, project)).judges[::6]:
        for cell in ("true_pass", "false_pass", "true_fail", "false_fail"):
            behind = aligning.behind(Workspace(db, project), judge.judge_version_id, cell)
            assert len(behind) == getattr(judge.counts, cell)


def test_few_grades_one_class_and_no_notes_say_what_is_missing(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., object]
) -> None:
    assert "grade some first" in derivation.derive(workspace, offline=True).warnings[0]
    first, two = add_outputs("one", "two")
    give(first, "pass")
    assert "No output has been failed yet" in derivation.derive(workspace, offline=True).warnings[0]
    with pytest.raises(BadInput, match="failed yet"):
        choosing_set.choose(workspace)
    give(two, "fail")
    assert "No failed output has a note" in derivation.derive(workspace, offline=True).warnings[0]
    with pytest.raises(BadInput, match="no judge to run"):
        judging.run_judges(workspace)
    report = aligning.align(workspace)
    assert report.pass_rate.corrected.value is None
    assert report.pass_rate.corrected.why_not == "no judge set is chosen yet"


def test_the_test_split_is_sealed_from_enough_grades_on(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., object]
) -> None:
    made = add_outputs(*(f"text number {i}" for i in range(150)))
    give_all(made, ["fail", "pass", "pass"] * 50, ["wrong", "", ""] * 50)
    everything, seen = grading.human_labels(workspace), grading.fitting_labels(workspace)
    assert len(everything.value) == 150
    assert 80 < len(seen.value) < 130
    assert grading.fitting_splits(workspace) == ("train", "dev")
    before = grading.looks_at_test(workspace)
    report = aligning.align(workspace.by("ann"), split="test")
    assert report.n_grades == 150 - len(seen.value)
    assert grading.looks_at_test(workspace) == before + 1


def test_tables_are_exported_with_both_ids(
    workspace: Workspace, graded: list[Output], tmp_path: object
) -> None:
    from pathlib import Path

    import pandas as pd

    out = Path(str(tmp_path)) / "grades.csv"
    assert exporting.export_table(workspace, "grades", out=out).rows == 40
    assert {"output_id", "external_id", "annotator", "value", "note"} <= set(pd.read_csv(out).columns)
    with pytest.raises(BadInput, match="which format"):
        exporting.export_table(workspace, "grades", out=out.with_suffix(".xyz"))
