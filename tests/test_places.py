"""Who is not at this machine names no file but in the settings' folders, and nobody names labelcore's."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from labelcore import api, places
from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotAllowed
from labelcore.operations import WRITTEN, FileText, find_operation, names_files
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.databases import empty_file

ROWS = "answer\nwhat is said\n"
READERS = {"team merge", "import", "preview", "redact restore", "local-model start", "library load"}
WRITERS = {
    "audit": "out",
    "backup": "out",
    "card": "out",
    "export": "out",
    "import": "redact_key",
    "judge prompt show": "out",
    "library save": "out",
    "preview": "redact_key",
    "probe export": "out",
    "redact restore": "out",
    "redact scan": "redact_key",
    "report": "out",
    "team digest": "out",
    "team pack": "out",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A database with an app on it, and an open and a closed folder."""
    for folder in ("open", "closed"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text(ROWS)
    (tmp_path / "open" / "link.csv").symlink_to(tmp_path / "closed" / "a.csv")
    monkeypatch.setenv("LABELCORE_FOLDERS", str(tmp_path / "open"))
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "work.duckdb"))
    settings.cache_clear()
    db = open_database(empty_file(tmp_path / "work.duckdb"))
    (tmp_path / "work.duckdb.door").write_text(json.dumps({"token": "secret"}))
    yield Workspace(db, projects.open_project(db, "shop"))
    close_database(tmp_path / "work.duckdb")
    settings.cache_clear()


def run(workspace: Workspace, operation: str, *, here: bool, **arguments: object) -> None:
    wanted = Request(operation=operation, project="shop", arguments=arguments)
    execute(workspace.db, wanted, here=here)


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "place",
    [
        "closed/a.csv",
        "closed",
        "closed/*.csv",
        "open/../closed/a.csv",
        "open/*/../../closed/a.csv",
        "open/link.csv",
        "nowhere/b.csv",
        "*/a.csv",
        "work.duckdb",
        "work.duckdb.door",
    ],
)
def test_from_elsewhere_no_other_file_is_read_nor_told_of(
    here: Workspace, tmp_path: Path, place: str
) -> None:
    for operation in ("import", "preview"):
        with pytest.raises(NotAllowed) as refused:
            run(here, operation, here=False, file=str(tmp_path / place))
        assert "a.csv" not in str(refused.value)


@pytest.mark.parametrize("place", ["a\0b.csv", "~nobody-of-this-name/a.csv", "x" * 5_000])
@pytest.mark.parametrize("sits_here", [True, False])
def test_what_is_no_path_is_a_sentence(here: Workspace, place: str, sits_here: bool) -> None:
    with pytest.raises((BadInput, NotAllowed)):
        run(here, "preview", here=sits_here, file=place)


def test_from_elsewhere_files_of_the_named_folders_come_in_and_nothing_is_written(
    here: Workspace, tmp_path: Path
) -> None:
    run(here, "import", here=False, file=str(tmp_path / "open" / "a.csv"))
    before = sorted(tmp_path.rglob("*"))
    for name, written in WRITERS.items():
        needed = {
            field: str(tmp_path / "open" / "a.csv")
            for field, told in find_operation(name).fields.items()
            if told.default is inspect.Parameter.empty
        }
        for folder in ("open", "closed", "."):
            with pytest.raises(NotAllowed, match="no file of this machine is written"):
                run(here, name, here=False, **needed | {written: str(tmp_path / folder / "out.csv")})
    assert sorted(tmp_path.rglob("*")) == before


def test_what_lies_beside_the_database_is_closed_even_in_a_named_folder(
    here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_FOLDERS", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "work.duckdb.shop.key").write_text("answer\nsecret\n")
    for name in ("work.duckdb", "work.duckdb.door", "work.duckdb.wal", "work.duckdb.shop.key", "work*"):
        with pytest.raises(NotAllowed):
            run(here, "preview", here=False, file=str(tmp_path / name))


@pytest.mark.parametrize(
    "name", ["work.duckdb", "work.duckdb.door", "work.duckdb.wal", "work.duckdb*", "link"]
)
def test_nobody_reads_or_overwrites_what_labelcore_keeps_for_itself(
    here: Workspace, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "work.duckdb.door")
    with pytest.raises(NotAllowed):
        run(here, "import", here=True, file=str(tmp_path / name))
    if "*" not in name:
        with pytest.raises(NotAllowed):
            run(here, "backup", here=True, out=str(tmp_path / name))


def _is_text(annotation: Any) -> bool:
    """Whether the caller reads the file, so that its text is what arrives."""
    return isinstance(annotation, FileText) or any(map(_is_text, get_args(annotation)))


def test_every_operation_that_takes_a_path_is_known_as_a_reader_or_a_writer() -> None:
    """A new operation with a path says so here; a name of a file that is plain text is no Path."""
    readers: set[str] = set()
    writers: dict[str, str] = {}
    for name in catalogue():
        fields = find_operation(name).fields
        checked = {field for field, told in fields.items() if names_files(told.annotation)}
        texts = {field for field, told in fields.items() if _is_text(told.annotation)}
        assert not {"file", "path", "out", "folder"} & fields.keys() - checked - texts, name
        readers |= {name} if checked - WRITTEN else set()
        if found := checked & WRITTEN:
            writers[name] = "".join(found)
    assert readers == READERS and writers == WRITERS


@pytest.mark.parametrize(
    ("address", "headers", "told"),
    [
        ("127.0.0.1", {"Host": "localhost:8501"}, True),
        ("::1", {"Host": "[::1]:8501", "Origin": "http://[::1]:8501"}, True),
        (None, {}, True),
        ("10.0.0.7", {"Host": "localhost:8501"}, False),
        ("127.0.0.1", {"Host": "localhost", "X-Forwarded-For": "10.0.0.7"}, False),
        ("127.0.0.1", {"Host": "localhost", "Via": "1.1 proxy"}, False),
        ("127.0.0.1", {"Host": "evil.example:8501"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "https://labels.example"}, False),
        ("nonsense", {}, False),
    ],
)
def test_who_sits_at_this_machine(address: str | None, headers: dict[str, str], told: bool) -> None:
    assert places.sits_here(address, headers) is told


def test_the_route_lets_no_caller_from_elsewhere_name_a_file(here: Workspace, tmp_path: Path) -> None:
    app = Starlette(routes=api.routes)
    wanted = {
        "operation": "preview",
        "project": "shop",
        "arguments": {"file": str(tmp_path / "closed" / "a.csv")},
    }
    head = {"Authorization": f"Bearer {api.TOKEN}", "Host": "localhost"}
    for address, more, refused in (
        ("127.0.0.1", {}, False),
        ("10.0.0.7", {}, True),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}, True),
    ):
        client = TestClient(app, client=(address, 5000))
        answer = client.post("/labelcore/operations", json=wanted, headers=head | more).text
        assert ("LABELCORE_FOLDERS" in answer) is refused, answer
