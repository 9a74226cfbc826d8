"""The connection to the one DuckDB file, which DuckDB gives to one process; safe to share between threads.

Every call takes a cursor for itself, or that of the transaction which its thread is in: a connection shared
without that silently returns another thread's rows (measured). Appends never conflict: there is no lock.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from labelcore.errors import BadInput, StoreBusy, StoreDamaged
from labelcore.store.readings import Readings, Report
from labelcore.store.shortages import shortage
from labelcore.store.tables_read import table_stored_to
from labelcore.store.transactions import Feed, Transaction
from labelcore.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa


Parameters = Sequence[Any] | dict[str, Any] | None

_HOLDER = re.compile(r"\(PID (\d+)\)")
_READABLE_SINCE = "v1.2.0"  # so that DuckDB 1.5 opens the files that 2.0 creates
_SHUT: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
"""What is needed is inside DuckDB's wheel: a query neither fetches code nor sees Python's variables."""
_SQLITE = b"SQLite format 3\0"
_DAMAGED = re.compile(r"Corrupt database file|database has been invalidated")
damaged: set[Path] = set()
"""Files of which this process has read a block that is not as it was written; health tells until it ends."""
_LAST_ANSWERS = 60.0  # seconds that a close waits for what is being read or stored just then
_FEW = 32  # up to here executemany is as fast as building an Arrow table


def _is_damage(path: Path, words: str) -> bool:
    """Whether DuckDB says that a block is not as it was written, or lies behind the end of a file cut off."""
    is_cut = "Could not read enough bytes" in words and f'"{path}"' in words
    return is_cut or bool(_DAMAGED.search(words))


class Database:
    """An open database. Use :func:`labelcore.store.open_database`, which migrates it too."""

    def __init__(
        self, path: Path | None, connection: duckdb.DuckDBPyConnection, catalogue: str | None = None
    ) -> None:
        self.path = path
        self.memory: dict[Any, Any] = {}
        """What store modules keep of unchanging or followed rows; it ends with the database."""
        self.feed = Feed()
        """What was stored since it was opened, for those who keep something in memory."""
        self._connection = connection
        self._catalogue = catalogue
        self._readings = Readings()

    @property
    def is_past(self) -> bool:
        """Whether this shows an earlier moment, which can be read and not changed."""
        return self._catalogue is not None

    def looking_at(self, catalogue: str) -> Database:
        """The same connection with a separate memory, reading from another catalogue."""
        return Database(self.path, self._connection, catalogue)

    def outside(self) -> Database:
        """The same outside this thread's transaction, with a separate memory: what is stored for good."""
        return Database(self.path, self._connection, self._catalogue)

    @property
    def here(self) -> Transaction | None:
        """The transaction that this thread is in."""
        return Transaction.of(self)

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call this once what the transaction wrote is stored; at once where there is none."""
        if transaction := self.here:
            transaction.after_commit.append(callback)
        else:
            callback()

    def after_storing(self, tell: Callable[[], object]) -> None:
        """Tell those who keep something in memory of it; no report that was made before they knew is kept."""

        def whole() -> None:
            tell()
            self._readings.forget(())

        self.after_commit(whole)

    def after_rollback(self, callback: Callable[[], object]) -> None:
        """Call this when the transaction that this thread is in is taken back."""
        if transaction := self.here:
            transaction.after_rollback.append(callback)

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._telling_troubles():
            if transaction := self.here:
                yield transaction.cursor
                return
            with self._fresh_cursor() as cursor:
                yield cursor

    @contextlib.contextmanager
    def _telling_troubles(self) -> Iterator[None]:
        """What a person can act on as such; what could not be written is taken back by DuckDB."""
        try:
            yield
        except duckdb.Error as trouble:
            if self.path and _is_damage(self.path, str(trouble)):
                damaged.add(self.path)
                raise _explain(self.path, trouble) from trouble
            if isinstance(trouble, duckdb.InvalidInputException) and "surrogate" in str(trouble):
                raise BadInput(
                    "A text has bytes that are no UTF-8: it cannot be stored.",
                    next_step="Write it again, or save it as UTF-8.",
                ) from None
            if lacking := shortage(trouble, self.path):
                raise lacking from trouble
            raise

    def _fresh_cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._connection.cursor()
        if self._catalogue:
            cursor.execute(f"USE {self._catalogue}")
        return cursor

    def _check_present(self) -> None:
        if self.is_past:
            raise BadInput(
                "The past can be read, not changed.", next_step="Leave the moment out to act on the present."
            )

    def rows(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """All rows of a query, which changes nothing; read anew once its tables were stored to."""
        if self.here:
            return self._rows(sql, parameters)
        return self._readings.rows(sql, parameters, lambda: self._rows(sql, parameters))

    def report(self, about: Hashable, make: Callable[[], Report]) -> Report:
        """What ``make`` gives, or gave since something was last stored; it is the same object for all."""
        return make() if self.here else self._readings.report(about, make)

    def _rows(self, sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def frame(self, sql: str, parameters: Parameters = None) -> Any:
        """The rows of a query as a pandas DataFrame."""
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters).df()

    def arrays(self, sql: str, **tables: pa.Table) -> dict[str, Any]:
        """The columns of a query as numpy arrays; it may name the given tables beside the stored."""
        with self._cursor() as cursor:
            for name, rows in tables.items():
                cursor.register(name, rows)
            try:
                return cursor.execute(sql).fetchnumpy()
            finally:
                for name in tables:
                    cursor.unregister(name)

    def run(self, sql: str, parameters: Parameters = None) -> None:
        """One statement; durable when this returns, or with the transaction that this thread is in."""
        self._check_present()
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
        table = table_stored_to(sql)
        if self.here:
            self.here.stores_to(table)
        else:
            self._readings.forget(None if table is None else {table})

    def forget_readings(self) -> None:
        """Read anew what is asked for next: call this where something was stored by another handle."""
        self._readings.forget()

    @contextlib.contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction with its cursor: nobody knows what is stored by it, so all is read anew after it."""
        with self.transaction() as transaction:
            transaction.stores_to(None)
            yield transaction.cursor

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """What this thread reads and writes inside is stored together, or not at all; one inside joins it.

        Other threads take no part and see nothing of it before the end, so work that is handed to
        threads, such as a run of judges, does not belong inside.

        Raises:
            RuntimeError: a transaction inside failed, and its error was not passed on.
        """
        self._check_present()
        if transaction := self.here:
            with transaction.joined():
                yield transaction
            return
        with self._telling_troubles(), self._fresh_cursor() as cursor:
            transaction = Transaction(self, cursor, self.feed.cursors())
            transaction.after_commit.append(lambda: self._readings.forget(transaction.tables))
            with transaction.opened():
                yield transaction

    @contextlib.contextmanager
    def scratch(self, mode: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for temporary tables; whatever it does to the database is taken back."""
        with self._telling_troubles(), self._fresh_cursor() as cursor:
            cursor.execute(f"BEGIN TRANSACTION {mode}")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")

    def reading(self) -> contextlib.AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A cursor with which nothing of the database can be changed."""
        return self.scratch("READ ONLY")

    def append(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows in one transaction; durable when this returns, or with the one around it."""
        if not rows:
            return
        if len(rows) == 1:  # a separate transaction, without the cost of opening one
            self.run(_insertion(table, columns), rows[0])
            return
        with self.transaction() as transaction:
            transaction.stores_to(table)
            append_rows(transaction.cursor, table, columns, rows)

    def close(self) -> None:
        """Give the file back, once what is being read or stored just now has ended: DuckDB refuses before."""
        end = time.monotonic() + _LAST_ANSWERS
        while True:
            try:
                return self._connection.close()
            except duckdb.ResourceInUseException:
                if time.monotonic() > end:
                    raise
            time.sleep(0.02)


def append_rows(
    cursor: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows through an open transaction, by Arrow when there are many."""
    import pyarrow as pa

    if len(rows) <= _FEW:
        cursor.executemany(_insertion(table, columns), rows)
        return
    names = ", ".join(columns)
    cursor.register("incoming_rows", pa.table(list(map(list, zip(*rows, strict=True))), names=list(columns)))
    try:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming_rows")
    finally:
        cursor.unregister("incoming_rows")


def _insertion(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def connect(path: Path | None, memory_limit: str) -> Database:
    """Open a file, or a database in memory for ``None``, without migrating it.

    Raises:
        StoreBusy: another process holds the file.
        StoreDamaged: the file is not a DuckDB database, or is damaged.
    """
    config = _SHUT | {"memory_limit": memory_limit}
    if path is None:
        return Database(None, duckdb.connect(":memory:", config=config))
    config["storage_compatibility_version"] = _READABLE_SINCE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Database(path, duckdb.connect(str(path), config=config))
    except duckdb.Error as trouble:  # a checksum that does not fit is no IOException
        raise _explain(path, trouble) from trouble
    except OSError as trouble:
        raise StoreDamaged(
            "{path} cannot be opened: {reason}.",
            next_step="Name another file with --db.",
            path=path,
            reason=trouble.strerror,
        ) from trouble


def _explain(path: Path, trouble: duckdb.Error) -> StoreBusy | StoreDamaged:
    text = str(trouble)
    if re.search(r"\block\b", text):  # and not a "block" whose checksum does not fit
        holder = _HOLDER.search(text)
        who = Wording("process {pid}", pid=holder[1]) if holder else Wording("another process")
        return StoreBusy(
            "{path} is held by {who}, and DuckDB gives a file to one process at a time.",
            next_step="Close that program (or use the running labelcore app), then try again.",
            path=path,
            who=who,
        )
    if _begins_as_sqlite(path):
        return StoreDamaged(
            "{path} is a SQLite file, and labelcore keeps its data in a DuckDB file.",
            next_step="Name another file with --db; import takes its tables as CSV.",
            path=path,
        )
    reason = text.splitlines()[0].rstrip(". ")
    if "WAL" in reason:
        return StoreDamaged(
            "The log of {path} is damaged: {reason}.",
            next_step="Restore a backup; or move {path}.wal away and open it without what was stored last.",
            path=path,
            reason=reason,
        )
    return StoreDamaged(
        "{path} cannot be opened as a labelcore database: {reason}.",
        next_step="Name another file with --db, or restore a backup.",
        path=path,
        reason=reason,
    )


def _begins_as_sqlite(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE
    return False


def utc(moment: datetime) -> datetime:
    """A moment as the naive UTC time that the tables hold."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    """A stored naive UTC time as a timezone-aware moment."""
    return moment.replace(tzinfo=UTC)


def to_json(value: Any) -> str:
    """A value for a JSON column."""
    return json.dumps(value, ensure_ascii=False, default=str)


def from_json(value: str | None) -> Any:
    """A JSON column's value."""
    return json.loads(value) if value else None
