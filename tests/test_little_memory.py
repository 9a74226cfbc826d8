"""Where memory does not suffice, people learn so and what to do, and what was stored before stays."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labelcore.cli import main
from labelcore.errors import MemoryFull, StoreFull
from labelcore.settings import settings
from labelcore.stages import importing
from labelcore.store import close_database, outputs, querying
from labelcore.store.formats import tables
from labelcore.store.shortages import shortage
from labelcore.workspace import Workspace

_LITTLE = "24MB"
_SORTED = "SELECT list(hash(a.range) ORDER BY hash(a.range + b.range)) FROM range(3000) a, range(3000) b"


@pytest.fixture
def narrow(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace whose database may take next to no memory."""
    workspace.db.run(f"SET memory_limit = '{_LITTLE}'")
    yield workspace
    workspace.db.run("SET memory_limit = '1600MB'")


def _file(folder: Path, form: str) -> Path:
    """Some megabytes of outputs that are all different."""
    path = folder / f"answers.{form}"
    texts = [f"{n} " + " ".join(str(hash((n, m)) % 100_000) for m in range(300)) for n in range(20_000)]
    if form == "jsonl":
        path.write_text("".join(f'{{"output": "{text}"}}\n' for text in texts))
    else:
        path.write_text("output\n" + "".join(f"{text}\n" for text in texts))
    return path


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_import_says_that_memory_lacks_and_stores_nothing(
    narrow: Workspace, tmp_path: Path, form: str
) -> None:
    path = _file(tmp_path, form)
    for act in (importing.import_file, importing.preview):
        with pytest.raises(MemoryFull, match="needs more memory") as caught:
            act(narrow, str(path))
        assert "LABELCORE_MEMORY_LIMIT" in str(caught.value.next_step)
    assert outputs.count(narrow.db, narrow.project.id) == 0


def test_after_it_a_smaller_file_comes_in(narrow: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MemoryFull):
        importing.import_file(narrow, str(_file(tmp_path, "csv")))
    narrow.db.run("SET memory_limit = '1600MB'")
    small = tmp_path / "small.csv"
    small.write_text("output\nParis\nRome\n")
    assert importing.import_file(narrow, str(small)).batch.outputs_new == 2


def test_every_query_says_so(narrow: Workspace) -> None:
    for ask in (narrow.db.rows, narrow.db.frame, narrow.db.arrays, narrow.db.run):
        with pytest.raises(MemoryFull, match=r"needs more memory than labelcore may use \(\d"):
            ask(_SORTED)


def test_a_question_in_sql_says_so_in_place_of_being_called_wrong(narrow: Workspace) -> None:
    with pytest.raises(MemoryFull, match="needs more memory"):
        querying.query(narrow.db, _SORTED, seconds=600)


def test_the_command_line_says_it_in_one_sentence_and_ends_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    db = tmp_path / "bench.duckdb"
    monkeypatch.setenv("LABELCORE_MEMORY_LIMIT", _LITTLE)
    settings.cache_clear()
    try:
        with pytest.raises(SystemExit) as end:
            main(["import", str(_file(tmp_path, "csv")), "--db", str(db)])
    finally:
        close_database(db)
        monkeypatch.undo()
        settings.cache_clear()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("labelcore: This needs more memory")
    assert "Traceback" not in said


def test_where_nothing_can_be_put_aside_the_disk_is_named() -> None:
    trouble = duckdb.OutOfMemoryException(
        "Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\n"
        "This limit was set by the 'max_temp_directory_size' setting."
    )
    told = shortage(trouble, Path("/data/labelcore.duckdb"))
    assert isinstance(told, MemoryFull)
    assert "/data/labelcore.duckdb" in str(told)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (duckdb.IOException("IO Error: No space left on device"), StoreFull),
        (duckdb.OutOfMemoryException("Failed to allocate block of 2048 bytes (bad allocation)"), MemoryFull),
        (duckdb.TransactionException("Failed to commit: Could not offload block"), MemoryFull),
        (duckdb.FatalException("Failed: database has been invalidated: Out of Memory Error"), MemoryFull),
        (duckdb.BinderException("no column memory"), type(None)),
        (duckdb.ConversionException("Could not convert string 'CUDA Out of Memory' to INT32"), type(None)),
    ],
    ids=str,
)
def test_a_shortage_is_told_by_its_kind_and_words(trouble: duckdb.Error, kind: type) -> None:
    assert isinstance(shortage(trouble, None), kind)


@pytest.mark.parametrize("trouble", [duckdb.IOException("No space left on device"), pa.ArrowMemoryError("x")])
def test_no_file_is_called_unreadable_for_it(
    narrow: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table({"output": ["Paris", "Rome"]}), path)

    def lacking(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(tables, "_renamed", lacking)
    with pytest.raises((StoreFull, MemoryFull)):
        importing.import_file(narrow, str(path))
