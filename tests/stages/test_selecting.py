"""The outputs of a project: listed by filters that name things as people do, and what becomes of a filter."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import Grade, JudgeVersion, Output, Role
from labelcore.operations import find_operation
from labelcore.stages import exporting, grading, importing, sampling, selecting
from labelcore.stages.selecting import Filters, Paging
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace
from tests.stages.measured import decides


@pytest.fixture
def outputs(workspace: Workspace, give: Callable[..., Grade], tmp_path: Path) -> dict[str, Output]:
    """Eight imported outputs, two of them graded, all judged; by the importer's ids."""
    rows = ["id,output,input,city"]
    rows += [
        f"{n},answer number {n},{'Refund' if n % 2 else 'ticket'} {n},{'Rome' if n < 3 else ''}"
        for n in range(8)
    ]
    file = tmp_path / "eight.csv"
    file.write_text("\n".join(rows) + "\n")
    importing.import_file(workspace, str(file))
    found = selecting.list_outputs(workspace).rows
    give(found[0].output, "pass", "kind words")
    give(found[1].output, "fail", "too <b>long</b>", "bo")
    judge = {
        "id": "jv",
        "judge_id": "judge_polite",
        "project_id": workspace.project.id,
        "name": "polite=yes",
        "kind": "code",
        "version": 1,
        "spec": {},
        "description": "",
        "criterion_id": None,
        "criterion_version": None,
    }
    judge_table.save(workspace.db, [JudgeVersion.model_validate(judge)])
    decides(
        workspace,
        "jv",
        ((row.output.id, "fail" if at < 2 else "pass") for at, row in enumerate(found[:6])),
        reason="because",
    )
    return {str(row.output.external_id): row.output for row in found}


def listed(workspace: Workspace, **filters: object) -> list[str]:
    found = selecting.list_outputs(workspace, filters=Filters.model_validate(filters))
    assert found.n == len(found.rows)
    return [str(row.output.external_id) for row in found.rows]


@pytest.mark.whole
def test_filters_name_things_as_people_do_and_all_must_hold(
    workspace: Workspace, outputs: dict[str, Output]
) -> None:
    assert listed(workspace, search="REFUND") == ["1", "3", "5", "7"]
    assert listed(workspace, search="<B>LONG") == ["1"]
    assert listed(workspace, where=("city=Rome",)) == ["0", "1", "2"]
    assert listed(workspace, where=("city=", "external_id=3", "external_id=0")) == ["3"]
    assert listed(workspace, grade="fail") == ["1"]
    assert listed(workspace, grade="fail", graded_by="ann") == []
    assert listed(workspace, graded_by="ann") == ["0"]
    assert listed(workspace, grade="none", search="refund") == ["3", "5", "7"]
    assert listed(workspace, verdict=("polite=yes=fail",)) == ["0", "1"]
    assert listed(workspace, verdict=("judge_polite=none",)) == ["6", "7"]
    assert listed(workspace, batch="eight.csv") == [str(n) for n in range(8)]
    splits = [listed(workspace, split=split) for split in ("train", "dev", "test")]
    assert sorted(itertools.chain.from_iterable(splits)) == [str(n) for n in range(8)]


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "filters",
    [
        {"where": ("town=Rome",)},
        {"where": ("city",)},
        {"verdict": ("polite=yes=perhaps",)},
        {"verdict": ("rude=fail",)},
        {"batch": "nine.csv"},
    ],
)
def test_what_is_not_known_is_refused_with_what_there_is(
    workspace: Workspace, outputs: dict[str, Output], filters: dict[str, object]
) -> None:
    with pytest.raises((BadInput, NotFound)) as refused:
        listed(workspace, **filters)
    assert refused.value.next_step
    with pytest.raises(BadInput, match="has a field"):
        selecting.list_outputs(workspace, paging=Paging(sort="-town"))


@pytest.mark.whole
def test_an_output_is_shown_with_everything_that_is_known_of_it(
    workspace: Workspace, outputs: dict[str, Output]
) -> None:
    sampling.draw_sample(workspace, n=8)
    grading.rule(workspace.by("lea"), outputs["1"].id, "pass", reason="short enough")
    workspace.db.run(
        "INSERT INTO signal (feedback_id, project_id, output_id, name, value, made_at, stored_at) "
        "VALUES ('f', ?, ?, 'thumbs', 'down', TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-01')",
        [workspace.project.id, outputs["1"].id],
    )
    document = find_operation("outputs show").call(workspace, {"output": "1"}).model_dump(mode="json")
    assert document["output"]["text"] == "answer number 1"
    assert document["batch"]["file_name"] == "eight.csv"
    assert [(grade["annotator"], grade["value"]) for grade in document["grades"]] == [("bo", "fail")]
    assert [(said["judge"], said["value"], said["reason"]) for said in document["verdicts"]] == [
        ("polite=yes", "fail", "because")
    ]
    assert [ruling["reason"] for ruling in document["rulings"]] == ["short enough"]
    assert [(event["signal"], event["value"]) for event in document["feedback"]] == [("thumbs", "down")]
    assert document["samples"] == []
    assert selecting.show_output(workspace, outputs["5"]).samples[0].rule == "mixture"


def test_who_only_grades_lists_nothing_and_sees_grades_of_others_after_the_own(
    workspace: Workspace, outputs: dict[str, Output], give: Callable[..., Grade]
) -> None:
    expert = Workspace(workspace.db, workspace.project, "ann", role=Role.EXPERT)
    with pytest.raises(NotAllowed):
        selecting.list_outputs(expert)
    ids = [outputs["0"].id, outputs["1"].id]
    assert [grade.annotator for grade in selecting.visible_grades(expert, ids)] == ["ann"]
    give(outputs["1"], "pass")
    assert [grade.annotator for grade in selecting.visible_grades(expert, ids)] == ["ann", "bo", "ann"]
    assert len(selecting.visible_grades(workspace, ids)) == 3


@pytest.mark.whole
def test_a_filter_becomes_a_review_list_a_sample_or_a_file(
    workspace: Workspace, outputs: dict[str, Output], tmp_path: Path
) -> None:
    refunds = Filters(search="refund")
    reviewed = grading.review(workspace, filters=refunds).review
    assert reviewed == tuple(outputs[n].id for n in "1357")
    with pytest.raises(BadInput, match="No output matches"):
        grading.review(workspace, filters=Filters(search="nothing like it"))

    pool = sampling.SamplePool(search="refund")
    drawn = sampling.draw_sample(workspace, rule="random", n=9, pool=pool)
    assert {pick.output_id for pick in drawn.picks} == {outputs[n].id for n in "357"}
    assert {pick.probability for pick in drawn.picks} == {None}
    assert sampling.samples(workspace)[0].parameters["filter"] == {"search": "refund"}
    assert "stand for those inside it only" in drawn.warnings[-1]

    for what, rows in {"outputs": 4, "verdicts": 3, "grades": 1}.items():
        out = tmp_path / f"{what}.csv"
        assert exporting.export_table(workspace, what, out=out, filters=refunds).rows == rows
        with out.open() as file:
            assert {row["external_id"] for row in csv.DictReader(file)} <= set("1357")
    with pytest.raises(BadInput, match="nothing of criteria"):
        exporting.export_table(workspace, "criteria", out=tmp_path / "c.csv", filters=refunds)


def test_values_are_counted_among_what_matches(workspace: Workspace, outputs: dict[str, Output]) -> None:
    found = selecting.list_values(workspace, "city", filters=Filters(search="refund"))
    assert [(counted.value, counted.n) for counted in found] == [("", 3), ("Rome", 1)]
