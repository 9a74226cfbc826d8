"""A report can be made again as of any past moment, whatever happened since."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from labelcore.errors import BadInput, NotFound
from labelcore.models import Criterion, Decision, Grade, JudgeVersion, Output, Ruling, Verdict, new_id, now
from labelcore.stages import aligning, grading, projects, sampling
from labelcore.stages.aligning.moments import at_moment, parse_moment
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.deriving import editing, glossary
from labelcore.store import (
    Database,
    audit,
    criteria as criterion_table,
    grades as grade_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
    past,
    verdicts,
)
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole

ACTS = (
    "grade",
    "undo",
    "edit",
    "merge",
    "rule",
    "withdraw",
    "judge",
    "verdicts",
    "choose",
    "import",
    "sample",
    "term",
    "look",
)


class World:
    """A small project on which anything can happen, by the number of the act."""

    def __init__(self) -> None:
        self.db = open_database(None)
        self.project = projects.open_project(self.db, "test")
        self.add(6)
        criterion_table.save(self.db, [self.criterion(name) for name in ("Short", "True")])
        for at in range(3):
            self.judge(at)

    def add(self, many: int) -> None:
        known = output_table.count(self.db, self.project.id)
        output_table.add(
            self.db,
            [
                Output(id=f"o{at}", project_id=self.project.id, text=f"text {at}")
                for at in range(known, known + many)
            ],
        )

    def criterion(self, name: str) -> Criterion:
        return Criterion(
            id=f"c_{name}",
            project_id=self.project.id,
            version=1,
            name=name,
            statement=f"Is it {name}?",
            status="accepted",
        )

    def judge(self, n: int) -> None:
        self.decide(self._made(n), n)

    def _made(self, n: int) -> str:
        known = judge_table.current(self.db, self.project.id)
        judge = JudgeVersion(
            id=new_id("version"),
            judge_id=f"j{n % 3}",
            project_id=self.project.id,
            name=f"judge {n % 3}",
            kind="code",
            version=len(known) + 1,
            criterion_id="c_Short" if n % 2 else None,
            criterion_version=1 if n % 2 else None,
            spec={"n": n},
        )
        judge_table.save(self.db, [judge])
        return judge.id

    def decide(self, judge: str, n: int) -> None:
        ids = output_table.ids(self.db, self.project.id)
        verdicts.record(
            self.db,
            [
                Verdict(
                    output_id=output_id,
                    judge_version_id=judge,
                    project_id=self.project.id,
                    run_id="r",
                    decision=Decision(value="fail" if (at + n) % 3 else "pass"),
                )
                for at, output_id in enumerate(ids)
                if (at + n) % 5
            ],
        )

    def act(self, what: str, n: int) -> None:
        db, project = self.db, self.project
        ids = output_table.ids(db, project.id)
        judges = judge_table.current(db, project.id)
        if what == "grade":
            value = ("pass", "fail", "unsure", "skipped")[n % 4]
            grading.record(
                Workspace(db, project),
                [
                    Grade(
                        id=new_id("g"),
                        project_id=project.id,
                        output_id=ids[n % len(ids)],
                        annotator=("ann", "bob")[n % 2],
                        value=value,
                        note="too long" if n % 3 else "",
                    )
                ],
            )
        elif what == "undo":
            for grade in grade_table.current(db, project.id)[:1]:
                grading.undo(Workspace(db, project, grade.annotator), grade.id)
        elif what == "edit":
            editing.edit(
                Workspace(db, project), "c_Short", statement=f"No more than {now()} words.", why="drift"
            )
        elif what == "merge":
            if all(
                criterion.status == "accepted" for criterion in editing.list_criteria(Workspace(db, project))
            ):
                editing.merge(
                    Workspace(db, project), ["c_Short", "c_True"], name=f"Both {n}", statement="Both."
                )
        elif what in {"rule", "withdraw"}:
            value = "withdrawn" if what == "withdraw" else ("pass", "fail")[n % 2]
            rulings.save(
                db,
                Ruling(
                    id=new_id("ruling"),
                    project_id=project.id,
                    output_id=ids[n % len(ids)],
                    value=value,
                    reason="seen again",
                    author="lead",
                ),
            )
        elif what == "judge":
            self.judge(n)
        elif what == "verdicts":
            self.decide(judges[n % len(judges)].id, n)
        elif what == "choose":
            judge_table.save_choice(
                db,
                project.id,
                [judge.id for judge in judges[: 1 + n % 2]],
                {},
                {"held_out": {"alignment": n / 40}},
            )
        elif what == "import":
            self.add(1 + n % 3)
        elif what == "sample":
            sampling.draw_sample(Workspace(db, project), rule="random", n=min(3, len(ids)), seed=n)
        elif what == "term":
            glossary.set_term(Workspace(db, project).by("ann"), f"t{n}", "a meaning")
        elif what == "look":
            grading.open_test(Workspace(db, project).by("ann"), purpose="look", seen=[str(n)])

    def report(self, as_of: datetime | None = None, **more: object) -> AlignmentReport:
        return aligning.align(Workspace(self.db, self.project), as_of=as_of, **more)


@pytest.mark.slow
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), min_size=2, max_size=14))
def test_a_report_as_of_a_moment_is_the_report_that_was_made_then(acts: list[tuple[str, int]]) -> None:
    world = World()
    made = []
    for what, n in [("grade", 0), ("grade", 1), ("choose", 1), *acts]:
        world.act(what, n)
        shown = world.report()
        made.append((now(), shown))
    for moment, shown in made:
        again = world.report(moment)
        assert again.as_of == moment
        assert again.model_copy(update={"as_of": None}) == shown
    assert world.report() == made[-1][1]  # and looking back changed nothing
    world.db.close()


def test_it_names_the_versions_that_it_rests_on() -> None:
    world = World()
    world.act("grade", 1)
    world.act("choose", 0)
    before = now()
    world.act("edit", 9)
    world.act("judge", 1)
    world.act("choose", 1)
    old, new = world.report(before).basis, world.report().basis
    versions = [{criterion.name: criterion.version for criterion in basis.criteria} for basis in (old, new)]
    assert versions == [{"Short": 1, "True": 1}, {"Short": 2, "True": 1}]
    assert old.grades == new.grades == 1
    assert old.choice != new.choice
    assert {judge.name: judge.judge_version_id for judge in old.judges}["judge 1"] not in {
        judge.judge_version_id for judge in new.judges if judge.name == "judge 1"
    }
    document = world.report(before).document()
    assert document["as_of"] == before.isoformat()
    assert document["rests_on"]["judges"][0]["judge_version_id"]


def test_the_show_outputs_a_number_are_those_of_the_moment() -> None:
    world = World()
    for n in range(6):
        world.act("grade", 4 * n + n % 2)
    moment, report = now(), world.report()
    cells = ("true_pass", "false_pass", "true_fail", "false_fail")
    for n in range(6):
        world.act("grade", 4 * n + 1 - n % 2)
    for judge in report.judges:
        for cell in cells:
            shown = aligning.behind(
                Workspace(world.db, world.project), judge.judge_version_id, cell, as_of=moment
            )
            assert len(shown) == getattr(judge.counts, cell)


def test_the_present_goes_on_while_the_past_is_read(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    outputs = add_outputs("one", "two")
    give(outputs[0], "pass")
    editing.list_criteria(workspace)  # the present's memory is filled
    moment = now()
    with at_moment(workspace, moment) as then:
        give(outputs[1], "fail")
        criterion_table.save(
            workspace.db,
            [Criterion(id="c", project_id=workspace.project.id, version=1, name="c", statement="s")],
        )
        assert grading.human_labels(then).value == {outputs[0].id: True}
        assert not editing.list_criteria(then)
        assert len(grading.human_labels(workspace).value) == 2
        assert [criterion.id for criterion in editing.list_criteria(workspace)] == ["c"]
    assert not [
        name
        for (name,) in workspace.db.rows("SELECT database_name FROM duckdb_databases()")
        if name.startswith("past")
    ]


def test_the_past_cannot_be_written(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    grade = give(add_outputs("one")[0], "pass")
    with at_moment(workspace, now()) as then:
        for write in (
            lambda: grading.undo(then.by("ann"), grade.id),
            lambda: audit.note(then.db, then.project.id, "ann", "act", "subject"),
            lambda: then.db.run("DELETE FROM grade"),
        ):
            with pytest.raises(BadInput, match="can be read, not changed"):
                write()
        with pytest.raises(BadInput), past.as_of(then.db, now()):
            pass
    assert len(grade_table.current(workspace.db, workspace.project.id)) == 1


def test_a_seal_is_worked_out_and_not_recorded_by_looking_back(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    give_all(add_outputs(*(f"text {n}" for n in range(160))), ["pass", "fail"] * 80)
    with at_moment(workspace, now()) as then:
        assert grading.sealed_splits(then) == {"test"}
    assert not audit.happened(workspace.db, workspace.project.id, "seal test")


def test_a_look_at_the_test_is_logged_whatever_moment_it_shows(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    outputs = add_outputs(*(f"text {n}" for n in range(160)))
    give_all(outputs[:130], ["pass", "fail"] * 65)
    give_all(outputs[130:], ["pass", "fail"] * 15)
    shown = aligning.align(workspace.by("ann"), split="test")
    moment = now()
    assert (shown.openings, grading.looks_at_test(workspace)) == (1, 1)
    give_all(outputs, ["pass"] * 160, annotator="bob")
    again = aligning.align(workspace.by("ann"), split="test", as_of=moment)
    assert again.model_copy(update={"as_of": None}) == shown
    assert grading.looks_at_test(workspace) == 1  # nothing that had not been seen
    with pytest.raises(BadInput, match="named person"):
        aligning.align(workspace, split="test", as_of=moment)
    before = next(grade for grade in grade_table.history(workspace.db, workspace.project.id)[130:]).at
    aligning.align(workspace.by("ann"), split="test", as_of=before)
    assert grading.looks_at_test(workspace) == 2


def test_moments_that_cannot_be_shown_are_refused(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="still to come"):
        aligning.align(workspace, as_of=now() + timedelta(minutes=5))
    with pytest.raises(NotFound, match="no project 'test' at"):
        aligning.align(workspace, as_of=workspace.project.at - timedelta(days=1))


def test_a_moment_is_told_in_utc_wherever_the_server_stands(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "CST-8")
        time.tzset()
        with pytest.raises(BadInput, match="2931-01-01 04:00 UTC is still to come"):
            aligning.align(workspace, as_of=parse_moment("2931-01-01T12:00"))
        with pytest.raises(NotFound, match="at 1999-12-31 16:00 UTC"):
            aligning.align(workspace, as_of=parse_moment("2000-01-01T00:00"))
    time.tzset()


def test_a_moment_is_read_in_its_zone() -> None:
    eight = timezone(timedelta(hours=8))
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert parse_moment("2026-03-02T12:00", eight) == noon
    assert parse_moment("2026-03-02T04:00Z", eight) == noon
    assert parse_moment("2026-03-02T12:00") == datetime(2026, 3, 2, 12).astimezone()
    assert parse_moment("2026-03-02", eight) == datetime(2026, 3, 2, 23, 59, 59, 999999, eight)
    today = f"{now():%Y-%m-%d}"
    assert parse_moment(today, UTC) <= now()
    assert parse_moment(f"{now() + timedelta(days=3):%Y-%m-%d}", UTC) > now()
    for word in ("", "yesterday", "2026-13-01", "12", "0001-01-01", "0001-01-01T00:00+08:00"):
        with pytest.raises(BadInput):
            parse_moment(word)


def test_every_table_says_when_its_rows_came_in(db: Database) -> None:
    tables = {row[0] for row in db.rows("SELECT table_name FROM duckdb_tables()")}
    assert set(past.filters(db)) == tables
