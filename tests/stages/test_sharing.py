"""A rubric as a file: everything travels but people's secrets, and it shows how well it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotFound
from labelcore.judges.kinds import RESERVED
from labelcore.messages import sentence
from labelcore.models import Criterion, Output, Project
from labelcore.stages import aligning, grading, judging, sharing
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import editing
from labelcore.store import (
    Database,
    criteria as criterion_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from tests.stages.shared_rubric import SECRET, plant, text_of

pytestmark = pytest.mark.whole

Add = Callable[..., list[Output]]


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Database, Project]]:
    """Tests must not change it."""
    db = open_database(None)
    yield db, plant(db)
    db.close()


@pytest.fixture
def file(home: tuple[Database, Project], tmp_path: Path) -> Path:
    out = tmp_path / "rubric.yaml"
    sharing.save_rubric(Workspace(*home), out=out)
    return out


def counts(workspace: Workspace) -> tuple[int, int]:
    return len(editing.list_criteria(workspace)), len(judge_table.current(workspace.db, workspace.project.id))


def test_a_round_trip_keeps_every_field(
    home: tuple[Database, Project], file: Path, workspace: Workspace, tmp_path: Path
) -> None:
    saved = sharing.save_rubric(Workspace(*home), out=tmp_path / "again.yaml")
    assert saved.criteria == sharing.loading.read_rubric(file).criteria
    short = saved.criteria[1]
    assert (short.name, short.evidence, short.annotators, short.version) == ("Short", 22, 2, 3)
    assert {judge.kind for judge in short.judges} == {"code", "learned", "llm"}
    loaded = sharing.load_rubric(workspace.by("lea"), file)
    assert not loaded.refused and not loaded.known
    for shared, criterion in zip(saved.criteria, loaded.criteria, strict=True):
        assert (criterion.status, criterion.origin, criterion.version, criterion.author) == (
            "accepted",
            "library",
            1,
            "lea",
        )
        for name in (
            "name",
            "statement",
            "severity",
            "max_false_failure_rate",
            "keywords",
            "pass_examples",
            "fail_examples",
        ):
            assert getattr(criterion, name) == getattr(shared, name)
    stored = {judge.name: judge for judge in judge_table.current(workspace.db, workspace.project.id)}
    assert len(stored) == sum(len(criterion.judges) for criterion in saved.criteria)
    for judge in short.judges:
        library_judge = stored[f"{judge.name} (library)"]
        came = library_judge.spec.pop(RESERVED)
        assert library_judge.spec == judge.spec and library_judge.fitted_on == ()
        assert came["figures"] == judge.figures.model_dump() and came["project"] == "home"
        assert library_judge.description.startswith(f"{judge.description} From the rubric of 'home'")
    back = sharing.save_rubric(workspace, out=tmp_path / "back.yaml").criteria
    local = {"origin", "version", "evidence", "annotators", "judges"}
    assert [criterion.model_dump(exclude=local) for criterion in back] == [
        criterion.model_dump(exclude=local) for criterion in saved.criteria
    ]
    figures = {"figures"}
    assert [j.model_dump(exclude=figures) for c in back for j in c.judges] == [
        j.model_dump(exclude=figures) for c in saved.criteria for j in c.judges
    ]


def test_a_judge_decides_here_as_it_did_there(
    home: tuple[Database, Project], file: Path, workspace: Workspace, add_outputs: Add
) -> None:
    sharing.load_rubric(workspace.by("lea"), file)
    add_outputs(*(f"fresh {text_of(i)}" for i in range(6)))
    done = [judging.run_judges(workspace, kind=kind) for kind in ("code", "learned")]
    assert all(run.errors == 0 and run.verdicts_new for run in done)
    words = aligning.measuring.votes_on(workspace.db, judge_table.current(workspace.db, workspace.project.id))
    learned = next(
        judge for judge in judge_table.current(workspace.db, workspace.project.id) if judge.kind == "learned"
    )
    assert sorted(words[learned.id]) == ["fail"] * 3 + ["pass"] * 3


def test_the_file_is_readable_and_holds_no_secrets(home: tuple[Database, Project], file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("# A rubric of labelcore.")
    assert "    Answers are short.\n    At most forty words – 太长不行 😀.\n" in text
    ids = output_table.ids(home[0], home[1].id)
    for secret in (SECRET, "internal.example", "far too long", "&id", "!!", *ids):
        assert secret not in text
    assert text.index("format:") < text.index("version:") < text.index("criteria:")


def test_without_examples_no_text_of_an_output_leaves(home: tuple[Database, Project], tmp_path: Path) -> None:
    out = tmp_path / "plain.yaml"
    saved = sharing.save_rubric(Workspace(*home), out=out, with_examples=False)
    text = out.read_text("utf-8")
    assert "word word" not in text and "number 1" not in text
    assert not any(criterion.pass_examples or criterion.fail_examples for criterion in saved.criteria)
    llm = next(judge for criterion in saved.criteria for judge in criterion.judges if judge.kind == "llm")
    assert llm.note == "Measured with examples that this file leaves out."
    assert sharing.loading.read_rubric(out).criteria == saved.criteria


def test_some_criteria_only_and_no_file_is_overwritten(
    home: tuple[Database, Project], workspace: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "one.yaml"
    assert [c.name for c in sharing.save_rubric(Workspace(*home), out=out, criteria=["Polite"]).criteria] == [
        "Polite"
    ]
    with pytest.raises(BadInput, match="exists already"):
        sharing.save_rubric(Workspace(*home), out=out)
    with pytest.raises(BadInput, match="cannot be written"):
        sharing.save_rubric(Workspace(*home), out=tmp_path / "no" / "folder.yaml")
    with pytest.raises(NotFound):
        sharing.save_rubric(Workspace(*home), out=tmp_path / "x.yaml", criteria=["Wordy"])
    with pytest.raises(BadInput, match="no accepted criterion"):
        sharing.save_rubric(workspace, out=tmp_path / "x.yaml")


def test_the_same_file_twice_changes_nothing(file: Path, workspace: Workspace) -> None:
    first = sharing.load_rubric(workspace.by("lea"), file)
    before = counts(workspace)
    again = sharing.load_rubric(workspace.by("lea"), file)
    assert (again.criteria, again.judges) == ((), ())
    assert set(again.known) == {"Short", "Polite"} and counts(workspace) == before
    editing.edit(workspace, first.criteria[0].id, statement="Reworded here.")
    assert not sharing.load_rubric(workspace.by("lea"), file).criteria


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[tuple[Database, Project, Path]]:
    """A project with judges of the overall grade, one that was imported, and one of another prompt."""
    db = open_database(None)
    project = plant(db)
    judging.propose(Workspace(db, project), judging.ProposalOrder(criterion="overall", offline=True))
    mine = judge_table.current(db, project.id)
    overall = [judge for judge in mine if judge.criterion_id is None]
    assert {judge.kind for judge in overall} == {"code", "learned"}
    llm = next(judge for judge in mine if judge.kind == "llm")
    changed = {
        "judge_id": "j-import",
        "id": "v-import",
        "name": "other tool",
        "kind": "imported",
        "criterion_id": None,
        "criterion_version": None,
        "spec": {"column": "score"},
    }
    old = {
        "judge_id": "j-old",
        "id": "v-old",
        "name": "old prompt",
        "spec": llm.spec | {"prompt_version": "judge-v0"},
    }
    judge_table.save(db, [llm.model_copy(update=changed), llm.model_copy(update=old)])
    yield db, project, tmp_path / "whole.yaml"
    db.close()


@pytest.mark.slow
def test_judges_of_the_overall_grade_travel_with_the_rubric(
    whole: tuple[Database, Project, Path], workspace: Workspace, tmp_path: Path
) -> None:
    saved = sharing.save_rubric(Workspace(*whole[:2]), out=whole[2])
    assert {judge.kind for judge in saved.overall} == {"code", "learned"}
    loaded = sharing.load_rubric(workspace.by("lea"), whole[2])
    came = [
        judge
        for judge in judge_table.current(workspace.db, workspace.project.id)
        if judge.criterion_id is None
    ]
    assert {judge.name for judge in came} == {f"{judge.name} (library)" for judge in saved.overall}
    assert {judge.id for judge in came} <= {judge.id for judge in loaded.judges}
    for shared in saved.overall:
        there = next(imported for imported in came if imported.name == f"{shared.name} (library)")
        assert {k: v for k, v in there.spec.items() if k != RESERVED} == shared.spec
    state = next(transfer for transfer in sharing.transfer(workspace) if transfer.criterion_id is None)
    assert (state.criterion, state.state) == ("overall", "not yet aligned here")
    before = counts(workspace)
    assert not sharing.load_rubric(workspace.by("lea"), whole[2]).judges
    again = tmp_path / "later.yaml"  # the same judges, saved at another time
    again.write_text(
        whole[2].read_text("utf-8").replace(f"{saved.exported_at:%Y-%m-%d}", "2020-01-01"), "utf-8"
    )
    assert not sharing.load_rubric(workspace.by("lea"), again).judges
    assert not sharing.load_rubric(Workspace(whole[0], whole[1]).by("lea"), whole[2]).judges  # at home
    assert counts(workspace) == before


def test_judges_that_cannot_run_elsewhere_are_named_with_the_reason(
    whole: tuple[Database, Project, Path], workspace: Workspace
) -> None:
    saved = sharing.save_rubric(Workspace(*whole[:2]), out=whole[2])
    named = {(refusal.judge, refusal.criterion): refusal.reason for refusal in saved.not_portable}
    assert named.keys() == {("other tool", "overall"), ("old prompt", "Short")}
    assert "imported from another tool" in named["other tool", "overall"]
    assert "prompt 'judge-v0'" in named["old prompt", "Short"]
    assert "other tool" in whole[2].read_text("utf-8")
    request = Request(operation="library load", project="test", arguments={"file": str(whole[2])})
    done = execute(workspace.db, request)
    assert {refusal["judge"] for refusal in done.document["not_portable"]} == {"other tool", "old prompt"}
    assert any("not portable: other tool (imported) of “overall”" in line for line in done.lines)
    assert not {"other tool", "old prompt"} & {
        judge.name for judge in judge_table.current(workspace.db, workspace.project.id)
    }


def test_judges_of_the_overall_grade_stay_when_single_criteria_are_saved(
    whole: tuple[Database, Project, Path],
) -> None:
    db, project, out = whole
    assert not sharing.save_rubric(Workspace(db, project), out=out, criteria=["Polite"]).overall
    alone = sharing.save_rubric(Workspace(db, project), out=out.with_name("alone.yaml"), criteria=["overall"])
    assert alone.overall and not alone.criteria


def test_a_name_that_is_taken_gets_an_ending(file: Path, workspace: Workspace) -> None:
    criterion_table.save(
        workspace.db,
        [Criterion(id="c1", project_id=workspace.project.id, version=1, name="short", statement="Else.")],
    )
    loaded = sharing.load_rubric(workspace.by("lea"), file)
    assert loaded.renamed == ("Short (library)",)
    file.write_text(file.read_text("utf-8").replace("Answers are short.", "Answers are brief."), "utf-8")
    assert sharing.load_rubric(workspace.by("lea"), file).renamed == ("Short (library 2)",)
    assert set(sharing.load_rubric(workspace.by("lea"), file).known) == {"Short", "Polite"}


ONE = (
    "format: labelcore-rubric\nversion: 1\nproject: p\nexported_at: 2026-11-21T10:00:00Z\n"
    "criteria:\n- name: Short\n  statement: It is short.\n"
)


def graded_here(workspace: Workspace, add_outputs: Add, passes: int, fails: int) -> None:
    made = add_outputs(*(f"here {text_of(2 * i)}" for i in range(passes)))
    made += add_outputs(*(f"here {text_of(2 * i + 1)}" for i in range(fails)))
    for i, output in enumerate(made):
        grading.grade(workspace.by("cy"), output.id, "pass" if i < passes else "fail")


def only_code(file: Path, figures: str = "") -> None:
    file.write_text(
        f"{ONE}  judges:\n  - name: J\n    kind: code\n"
        f"    spec: {{detector: words, side: above, threshold: 40}}\n{figures}",
        "utf-8",
    )


KNOWN = (
    "    figures: {tpr: {value: 0.9, low: 0.8, high: 0.95, n: 80}, tnr: {value: 0.9, low: 0.8, high: "
    "0.95, n: 80}}\n"
)


def test_a_criterion_is_not_aligned_here_until_enough_grades_exist(
    workspace: Workspace, add_outputs: Add, tmp_path: Path
) -> None:
    assert sharing.transfer(workspace) == []
    file = tmp_path / "r.yaml"
    only_code(file, KNOWN)
    sharing.load_rubric(workspace.by("lea"), file)
    (transfer,) = sharing.transfer(workspace)
    assert transfer.state == "not yet aligned here" and "Grade on" in sentence(transfer.says)
    graded_here(workspace, add_outputs, sharing.NEEDED_PASSES, sharing.NEEDED_FAILS - 1)
    judging.run_judges(workspace)
    (transfer,) = sharing.transfer(workspace)
    (judge,) = transfer.judges
    assert (transfer.state, judge.passes, judge.fails) == ("not yet aligned here", 10, 9)
    assert judge.tpr.value is None and judge.result is None
    assert judge.there.tpr.value == 0.9
    (output,) = add_outputs("one more " * 50)
    grading.grade(workspace.by("cy"), output.id, "fail")
    (transfer,) = sharing.transfer(workspace)
    assert transfer.state == "not yet aligned here" and "Run them" in sentence(transfer.says)
    judging.run_judges(workspace)
    (transfer,) = sharing.transfer(workspace)
    (judge,) = transfer.judges
    assert transfer.state == judge.state == "aligned here"
    assert (judge.tpr.value, judge.tpr.n, judge.tnr.value) == (1.0, 10, 1.0)
    assert judge.tpr_change.value == pytest.approx(0.1) and judge.result == "not clear"
    assert "is not ruled out: grade on" in sentence(judge.says)
    editing.drop(workspace, transfer.criterion_id)
    assert sharing.transfer(workspace) == []


def test_a_judge_that_does_worse_here_is_said_to(
    workspace: Workspace, add_outputs: Add, tmp_path: Path
) -> None:
    file = tmp_path / "r.yaml"
    only_code(file, KNOWN)
    sharing.load_rubric(workspace.by("lea"), file)
    for i, output in enumerate(add_outputs(*(f"short {i}" for i in range(40)))):
        grading.grade(workspace.by("cy"), output.id, "fail" if i % 2 else "pass")
    judging.run_judges(workspace)
    (transfer,) = sharing.transfer(workspace)
    assert transfer.judges[0].result == "worse" and transfer.judges[0].tnr.value == 0
    assert "catches fewer bad outputs here than there" in sentence(transfer.judges[0].says)
    assert "1 does worse" in sentence(transfer.says)


def test_a_judge_that_holds_and_one_without_figures(
    workspace: Workspace, add_outputs: Add, tmp_path: Path
) -> None:
    file = tmp_path / "r.yaml"
    only_code(file, KNOWN)
    sharing.load_rubric(workspace.by("lea"), file)
    only_code(file)
    file.write_text(file.read_text("utf-8").replace("Short", "Brief"), "utf-8")
    sharing.load_rubric(workspace.by("lea"), file)
    graded_here(workspace, add_outputs, 40, 40)
    judging.run_judges(workspace)
    found = {transfer.criterion: transfer.judges[0].result for transfer in sharing.transfer(workspace)}
    assert found == {"Short": "holds", "Brief": "nothing to compare with"}


def test_a_set_can_be_chosen_from_judges_that_came(
    file: Path, workspace: Workspace, add_outputs: Add
) -> None:
    sharing.load_rubric(workspace.by("lea"), file)
    graded_here(workspace, add_outputs, 20, 20)
    for kind in ("code", "learned"):
        judging.run_judges(workspace, kind=kind)
    chosen = choosing_set.choose(workspace)
    assert chosen.held_out["alignment"] > 0.9
    assert all(name.endswith("(library)") for name in chosen.judges)


def test_the_operations_say_what_they_did(
    home: tuple[Database, Project], db: Database, tmp_path: Path
) -> None:
    out = str(tmp_path / "rubric.yaml")
    saved = execute(
        home[0],
        Request(operation="library save", project="home", arguments={"out": out, "with_examples": False}),
    )
    assert saved.document["criteria"] == ["Polite", "Short"] and "without examples" in saved.lines[0]
    came = execute(db, Request(operation="library load", project="there", arguments={"file": out}))
    assert len(came.document["criteria"]) == 2 and "not yet aligned here" in came.lines[-1]
    seen = execute(db, Request(operation="library transfer", project="there"))
    assert {criterion["state"] for criterion in seen.document["criteria"]} == {"not yet aligned here"}
    schema = execute(db, Request(operation="library schema", project="there")).document
    assert schema["required"] == ["format", "version", "project", "exported_at", "criteria"]
    listed = execute(db, Request(operation="criteria list", project="there")).document["criteria"]
    assert {judge["kind"] for judge in listed} == {"library"}
