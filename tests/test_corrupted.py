"""A damaged database is said, with what to do; a backup takes its place. tests/bench/corrupted.py has 50."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from labelcore import api, cli
from labelcore.errors import StoreDamaged
from labelcore.settings import settings
from labelcore.store import backups, close_database, open_database
from tests.bench import corrupted
from tests.bench.corrupted import Damage, Ended, Sound


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return corrupted.make(tmp_path_factory.mktemp("sound"))


@pytest.mark.whole
@pytest.mark.parametrize(
    "damage", [corrupted.cut, corrupted.scrambled, corrupted.wrong_beginning, corrupted.turned_log]
)
def test_each_command_says_what_is_wrong_and_what_to_do(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], sound: Sound, damage: Damage
) -> None:
    def run(_folder: Path, *arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        return Ended(int(ended.value.code or 0), "".join(capfd.readouterr()))

    told = corrupted.try_on(tmp_path, sound, damage, 1, run)
    assert not {name: ended for name, ended in told.items() if ended.fault}
    assert told["doctor"].code == 2


def read_all(place: Path) -> None:
    """Every row of every table."""
    db = open_database(place)
    for (table,) in db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal"):
        db.rows(f'SELECT * FROM "{table}"')


@pytest.mark.whole
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.98])
def test_a_file_whose_end_is_missing_is_said_wherever_it_was_cut(
    tmp_path: Path, sound: Sound, share: float
) -> None:
    place = tmp_path / "work.duckdb"
    place.write_bytes(sound.file[: int(len(sound.file) * share)])
    with pytest.raises(StoreDamaged, match="restore a backup"):
        read_all(place)
    close_database(place)


def blocks_of_rows(place: Path) -> set[int]:
    """Every block that holds rows of a table; what says which tables there are stands in others."""
    db = open_database(place)
    tables = db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    found = {
        int(block)
        for (table,) in tables
        for (block,) in db.rows(f"SELECT block_id FROM pragma_storage_info('{table}') WHERE persistent")
    }
    close_database(place)
    return found


def tear(place: Path, *blocks: int) -> None:
    """Turn a byte of each of these blocks over."""
    torn = bytearray(place.read_bytes())
    for block in blocks:
        torn[3 * corrupted.PAGE + block * corrupted.BLOCK + 100] ^= 255
    place.write_bytes(torn)


def test_an_app_whose_rows_are_damaged_starts_and_says_so(
    tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "work.duckdb"
    place.write_bytes(sound.backup.read_bytes())
    tear(place, *blocks_of_rows(place))
    monkeypatch.setenv("LABELCORE_DB", str(place))
    settings.cache_clear()
    app = Starlette(routes=api.routes, lifespan=api.lifespan)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 4000)) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "rows are damaged"})
        assert "labelcore_database_ready 0.0" in client.get("/metrics").text
    close_database(place)
    settings.cache_clear()
    assert "restore a backup" in capsys.readouterr().err


def test_a_block_that_is_met_damaged_while_the_app_runs_is_said_by_its_health(
    tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "work.duckdb"
    place.write_bytes(sound.backup.read_bytes())
    db = open_database(place)
    db.run("CREATE TABLE far AS SELECT md5(range::VARCHAR) AS text FROM range(200_000)")
    db.run("CHECKPOINT")
    [(block,)] = db.rows(
        "SELECT max(block_id) FROM pragma_storage_info('far') WHERE persistent AND column_name = 'text'"
    )
    close_database(place)
    tear(place, int(block))
    monkeypatch.setenv("LABELCORE_DB", str(place))
    settings.cache_clear()
    with TestClient(Starlette(routes=api.routes, lifespan=api.lifespan)) as client:
        assert client.get("/readyz").json() == {"status": "ready"}  # nobody has read it yet
        with pytest.raises(StoreDamaged):
            backups.read_whole(open_database(place))
        assert client.get("/readyz").json() == {"status": "rows are damaged"}
    close_database(place)
    settings.cache_clear()
