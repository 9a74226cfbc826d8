"""The command line, with real processes: on the file itself, through the app, and after kill -9."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest

from labelcore.cli import command_tree, main, sending
from labelcore.cli.tree import Commands, summaries
from labelcore.dispatch import Outcome
from tests.app_server import serving

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "labelcore"]


def labelcore(*arguments: str, db: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments, "--db", str(db)], capture_output=True, text=True, timeout=600, cwd=db.parent
    )


def here(*arguments: str, db: Path) -> subprocess.CompletedProcess[str]:
    """The same within this process, where what is tried is the command."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(db.parent), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([*arguments, "--db", str(db)])
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def db(tmp_path: Path) -> Path:
    rows = ["id,input,output,grade,note"]
    for i in range(30):
        long = i % 3 == 0
        text = " ".join(["word"] * (70 if long else 8 + i % 5)) + f" {i}"
        rows.append(f"{i},q{i},{text},{'fail' if long else 'pass'},{'too long' if long else ''}")
    (tmp_path / "outputs.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "cli.duckdb"


@pytest.fixture
def app(db: Path) -> Iterator[str]:
    """The app on this database, as a separate process."""
    with serving(db, "default") as url:
        yield url


@pytest.mark.slow
def test_the_loop_in_json(db: Path) -> None:
    came = document(here("import", str(db.parent / "outputs.csv"), "--json", db=db))
    assert {
        name: came[name]
        for name in (
            "rows_read",
            "outputs_new",
            "outputs_known",
            "duplicates",
            "rows_rejected",
            "grades_new",
            "verdicts_new",
            "rejected",
        )
    } == {
        "rows_read": 30,
        "outputs_new": 30,
        "outputs_known": 0,
        "duplicates": 0,
        "rows_rejected": 0,
        "grades_new": 30,
        "verdicts_new": 0,
        "rejected": [],
    }
    derived = document(here("derive", "--offline", "--accept-all", "--json", db=db))
    assert {"id", "version", "name", "statement", "kind", "evidence"} <= derived["criteria"][0].keys()
    proposed = document(here("judge", "propose", "--offline", "--json", db=db))
    assert proposed["judges"]
    run = document(here("judge", "run", "--json", db=db))
    assert {
        "run",
        "verdicts_new",
        "verdicts_cached",
        "errors",
        "seconds",
        "cost_usd",
        "requests",
    } <= run.keys()
    document(labelcore("choose", "--json", db=db))
    aligned = document(here("align", "--json", db=db))
    assert {"split", "n_grades", "judges", "set", "pass_rate", "agreement"} <= aligned.keys()
    assert aligned["set"]["coverage"] == 1.0
    out = db.parent / "verdicts.jsonl"
    assert (
        document(here("export", "verdicts", "--out", str(out), "--json", db=db))["rows"]
        == run["verdicts_new"]
    )
    assert {"output_id", "external_id", "judge", "value"} <= json.loads(
        out.read_text().splitlines()[0]
    ).keys()


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["--db", "x.duckdb", "import", "my file.csv"], "labelcore import 'my file.csv' --db x.duckdb"),
        (["--json", "--project=p", "status"], "labelcore status --json --project=p"),
        (["judge", "--db", "x", "run", "--limit", "3"], "labelcore judge run --limit 3 --db x"),
        (["--db", "x"], "labelcore COMMAND --db x"),
    ],
)
def test_an_option_before_the_command_is_told_where_it_belongs(
    line: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told == (
        f"labelcore: {line[0] if line[0] != 'judge' else '--db'} stands before the command; options "
        f"come after it. Write: {meant}\n"
    )


def test_people_get_a_screenful_and_all_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(document={}, lines=tuple(f"line {number}" for number in range(300)))
    sending.show(outcome, as_json=False)
    cut = capsys.readouterr().out.splitlines()
    assert len(cut) == 40
    assert cut[-1] == "… 261 more lines: --all shows them."
    sending.EVERYTHING.set(True)
    sending.show(outcome, as_json=True)
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 300
    assert shown.out == "{}\n"
    sending.EVERYTHING.set(False)


@pytest.mark.parametrize("line", [["--help"], ["judge", "--help"], ["status", "--help"]])
def test_help_may_stand_anywhere(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 0
    assert "Usage" in capsys.readouterr().out


def test_the_version_is_the_one_that_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"labelcore {metadata.version('labelcore')}\n"


def test_a_mistyped_kind_of_export_is_told_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "a.duckdb")
    (tmp_path / "a.csv").write_text("output\none\none\n")
    main_quietly(["import", str(tmp_path / "a.csv"), "--db", place])
    assert "2 rows: 1 new output, 1 repeated within the file, 0 rows kept apart." in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["export", "gradse", "--out", str(tmp_path / "x.csv"), "--db", place])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "'gradse' cannot be exported. Did you mean 'grades'?" in told
    assert "outputs, grades, comparisons, verdicts, feedback, criteria" in told


def test_a_refusal_counts_one_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("question,answer,grade\nQ,A,pass\nQ,A,fail\n")
    with pytest.raises(SystemExit):
        main(
            [
                "import",
                str(tmp_path / "a.csv"),
                "--grades",
                "overall=grade",
                "--db",
                str(tmp_path / "a.duckdb"),
            ]
        )
    assert "labelcore: 1 output has several different grades" in capsys.readouterr().err


def main_quietly(line: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 0


@pytest.mark.slow
def test_bad_usage_ends_with_2_and_one_sentence(db: Path) -> None:
    for arguments in (
        ("import", "nothing.csv"),
        ("grade", "x", "great"),
        ("choose",),
        ("export", "grades", "--out", "x.doc"),
    ):
        done = labelcore(*arguments, db=db)
        assert done.returncode == 2, done.stdout
        assert done.stderr.startswith("labelcore: ")
        assert "Traceback" not in done.stderr
    done = labelcore("align", "--split", "half", db=db)
    assert done.returncode == 2, done.stdout
    assert done.stderr.endswith("'--split': 'half' is not one of 'train', 'dev', 'test', 'all'.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_commands_go_through_the_app_that_holds_the_file(db: Path, app: str) -> None:
    came = document(labelcore("import", str(db.parent / "outputs.csv"), "--json", db=db))
    assert came["outputs_new"] == 30
    status = document(labelcore("status", "--json", db=db))
    assert status["graded"] == 30
    refused = labelcore("grade", "nobody", "pass", db=db)
    assert (refused.returncode, "No single output" in refused.stderr) == (2, True)
    again = labelcore("serve", db=db)
    assert (again.returncode, app in again.stderr) == (2, True)
    with pytest.raises(urllib.error.HTTPError) as denied:
        urllib.request.urlopen(urllib.request.Request(f"{app}/labelcore/operations", data=b"{}"))
    assert denied.value.code == 401
    assert (Path(f"{db}.door").stat().st_mode & 0o777) == 0o600


@pytest.mark.slow
def test_a_question_is_answered_alike_through_the_app_and_on_the_file(db: Path) -> None:
    question = "SELECT annotator, value, count(*) AS n FROM grades GROUP BY ALL ORDER BY value"
    assert here("import", str(db.parent / "outputs.csv"), db=db).returncode == 0
    on_the_file = document(labelcore("sql", question, "--json", db=db))
    with serving(db, "p"):
        through_the_app = document(labelcore("sql", question, "--json", db=db))
        refused = [
            labelcore("sql", attempt, db=db)
            for attempt in ("DELETE FROM grade", f"FROM '{db.parent / 'outputs.csv'}'", "SELECT 1; COMMIT")
        ]
    assert on_the_file == through_the_app
    assert on_the_file["columns"] == ["annotator", "value", "n"]
    assert [row[1:] for row in on_the_file["rows"]] == [["fail", 10], ["pass", 20]]
    assert {done.returncode for done in refused} == {2}
    assert all(done.stderr.startswith("labelcore: ") and done.stderr.count("\n") <= 2 for done in refused)


@pytest.mark.slow
def test_another_process_that_holds_the_file_is_named(db: Path) -> None:
    code = f"import duckdb, time; c = duckdb.connect({str(db)!r}); print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    done = labelcore("status", db=db)
    holder.kill()
    holder.wait()
    assert done.returncode == 2
    assert f"is held by process {holder.pid}" in done.stderr
    assert "Close that program" in done.stderr


GRADER = """
import sys
from labelcore.models import Grade
from labelcore.stages import grading, projects
from labelcore.store import open_database, outputs
from labelcore.workspace import Workspace
db = open_database(sys.argv[1])
project = projects.open_project(db, "default")
ids = outputs.ids(db, project.id)
for number in range(100_000):
    event = Grade(id=f"press-{number}", project_id=project.id, output_id=ids[number % len(ids)],
                  annotator="ann", value="pass")
    print(grading.record(Workspace(db, project), [event])[0], flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seen", [1, 30, 150])
def test_kill_9_loses_no_acknowledged_grade(db: Path, seen: int) -> None:
    document(here("import", str(db.parent / "outputs.csv"), "--map", "output=output", "--json", db=db))
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, str(db)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert grader.stdout is not None
    acknowledged = [grader.stdout.readline().strip() for _ in range(seen)]
    os.kill(grader.pid, signal.SIGKILL)
    acknowledged += grader.stdout.read().split()
    grader.wait()
    out = db.parent / "events.txt"
    code = (
        "import sys; from labelcore.store import open_database\n"
        "rows = open_database(sys.argv[1]).rows('SELECT grade_id FROM grade_unique')\n"
        "open(sys.argv[2], 'w').write('\\n'.join(r[0] for r in rows))"
    )
    subprocess.run([sys.executable, "-c", code, str(db), str(out)], check=True, cwd=ROOT)
    stored = set(out.read_text().split())
    assert len(acknowledged) >= seen
    assert set(acknowledged) <= stored
    assert len(stored) <= len(acknowledged) + 1


@pytest.mark.slow
def test_a_backup_is_restored_and_what_stood_there_is_kept(db: Path) -> None:
    assert here("import", "outputs.csv", db=db).returncode == 0
    saved = db.parent / "saved.duckdb"
    assert here("backup", str(saved), db=db).returncode == 0
    more = db.parent / "more.csv"
    more.write_text("output\nanother text\n")
    assert here("import", str(more), db=db).returncode == 0
    found = document(labelcore("restore", str(saved), "--json", db=db))
    assert document(here("status", "--json", db=db))["outputs"] == 30
    assert document(here("status", "--json", db=Path(str(found["kept"]))))["outputs"] == 31
    assert document(here("vacuum", "--json", db=db))["bytes_after"] > 0
    db.write_text("damaged")
    assert labelcore("restore", str(saved), db=db).returncode == 0
    assert document(here("status", "--json", db=db))["outputs"] == 30
    refused = labelcore("restore", "outputs.csv", db=db)
    assert refused.returncode == 2
    assert "not a labelcore backup" in refused.stderr


@pytest.mark.slow
def test_nothing_is_restored_under_a_running_app(db: Path, app: str) -> None:
    refused = labelcore("restore", "outputs.csv", db=db)
    assert refused.returncode == 2
    assert "Stop the app" in refused.stderr


@pytest.mark.slow
def test_a_rubric_goes_from_one_project_to_another(db: Path) -> None:
    assert here("import", "outputs.csv", db=db).returncode == 0
    assert here("derive", "--offline", "--accept-all", db=db).returncode == 0
    assert here("judge", "propose", "--offline", db=db).returncode == 0
    assert here("judge", "run", db=db).returncode == 0
    saved = document(here("library", "save", "--out", "r.yaml", "--no-examples", "--json", db=db))
    assert saved["criteria"] and "word word" not in (db.parent / "r.yaml").read_text("utf-8")
    there = ("--project", "there", "--json")
    came = document(here("library", "load", "r.yaml", *there, db=db))
    assert [criterion["name"] for criterion in came["criteria"]] == saved["criteria"]
    again = document(here("library", "load", "r.yaml", *there, db=db))
    assert (again["criteria"], again["known"]) == ([], saved["criteria"])
    seen = document(here("library", "transfer", *there, db=db))
    assert seen["criteria"][0]["state"] == "not yet aligned here"
    assert document(here("library", "schema", "--json", db=db))["properties"]
    (db.parent / "bad.yaml").write_text("a: !!python/name:os.system")
    for arguments in (("save", "--out", "r.yaml"), ("load", "bad.yaml"), ("load", "none.yaml")):
        done = here("library", *arguments, db=db)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_every_command_and_group_of_commands_says_what_it_does() -> None:
    groups = {" ".join(name.split()[:count]) for name in summaries() for count in range(1, len(name.split()))}
    said = {name: Commands(name).below() for name in ("", *groups)}
    assert [
        f"{name} {word}" for name, below in said.items() for word, what in below.items() if not what
    ] == []


def test_help_is_for_people_and_names_options_types_and_defaults_as_they_are_written() -> None:
    texts = {name: help_of(name) for name in summaries()}
    assert not [name for name, text in texts.items() if "``" in text or "default: (" in text]
    assert "--limit INTEGER" in texts["sql"]
    assert "[default: 1000]" in texts["sql"]
    assert "Without --min-coverage," in texts["choose"]


def help_of(name: str) -> str:
    command: click.Command = command_tree()
    context = click.Context(command)
    for word in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found
        command = found
    return command.get_help(click.Context(command))
