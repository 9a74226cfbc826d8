"""A disk without room: each write says so, nothing half written stays, and what was stored stays stored."""

import subprocess
import sys
from pathlib import Path

import pytest

from labelcore import files
from labelcore.errors import BadInput
from labelcore.stages import upkeep
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.databases import empty_file

_GRADES = """
import os, resource, signal, sys
import pandas  # as all that follows: loaded once, before the processes part
from pathlib import Path
from labelcore.errors import LabelcoreError
from labelcore.models import Output
from labelcore.stages import grading, projects, upkeep
from labelcore.store import close_database, exports, open_database, outputs as output_table
from labelcore.workspace import Workspace

def fill(place, room):
    db = open_database(place)
    workspace = Workspace(db, projects.open_project(db, "test"), "Ana")
    made = [
        Output(id=f"output_{n}", project_id=workspace.project.id, text=str(n))
        for n in range(40)
    ]
    output_table.add(db, made)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    written = place.with_name(place.name + ".wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + room, -1))
    told = 0
    for output in made:
        try:
            grading.grade(workspace, output.id, "fail", note="x" * 2000)
            print(room, "kept", output.id, flush=True)
        except LabelcoreError as trouble:
            told += type(trouble).__name__ == "StoreFull"
    for act in (
        lambda: upkeep.backup(workspace, place.with_name("copy.duckdb")),
        lambda: exports.write(db, workspace.project.id, "grades", place.with_name("grades.csv")),
    ):
        try:
            act()
        except LabelcoreError as trouble:
            print(room, "refused", flush=True)
    print(room, "told", told, flush=True)

for room in sys.argv[2:]:
    if child := os.fork():
        os.waitpid(child, 0)
    else:  # each has a limit of its process, and ends without a last word to the file
        fill(Path(sys.argv[1]) / room / "full.duckdb", int(room))
        sys.exit()
"""
ROOMS = [1_000 + 3_500 * step for step in range(20)]


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_the_disk_ran_full(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / str(room)).mkdir()
        empty_file(tmp_path / str(room) / "full.duckdb")
    ended = subprocess.run(
        [sys.executable, "-c", _GRADES, str(tmp_path), *map(str, ROOMS)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    for room in ROOMS:
        check_disk(
            tmp_path / str(room) / "full.duckdb", [words[1:] for words in lines if words[0] == str(room)]
        )


def check_disk(place: Path, lines: list[list[str]]) -> None:
    kept = [words[1] for words in lines if words[0] == "kept"]
    told = next(int(words[1]) for words in lines if words[0] == "told")
    assert len(kept) + told == 40, place
    db = open_database(place)
    stored = [row[0] for row in db.rows("SELECT output_id FROM grade ORDER BY stored_at")]
    close_database(place)
    assert stored == kept, place
    left = {file.name for file in place.parent.iterdir()} - {place.name, f"{place.name}.wal"}
    assert not [name for name in left if name.endswith(".part")], place


def test_a_file_that_cannot_be_written_whole_leaves_what_stood_there(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("before")

    def fail() -> None:
        with files.whole(out) as partial:
            partial.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(BadInput, match="No space left on device"):
        fail()
    assert out.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_backup_is_whole_and_never_takes_the_place_of_another(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "copy.duckdb"
    assert upkeep.backup(workspace, out).bytes == out.stat().st_size
    with pytest.raises(BadInput, match="exists already"):
        upkeep.backup(workspace, out)
    db = open_database(out)
    assert db.rows("SELECT count(*) FROM project") == [(1,)]
    close_database(out)
