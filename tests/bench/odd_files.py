"""Import of 1,500 files that something happened to: no traceback, no hang, no row lost.

    python tests/bench/odd_files.py [--files 1500] [--first 0] [--seed 15] [--keep FOLDER]

Valid files of every container and tool are cut off, mixed up and renamed, beside files made odd on purpose.
Each is previewed and imported in a process beside this one, which is ended after ten silent seconds of the
processor, or five minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import multiprocessing
import os
import pickle
import random
import sqlite3
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from labelcore.errors import LabelcoreError
from labelcore.stages import importing, projects
from labelcore.stages.importing import Description
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.bench.valid_files import (
    CHANGES,
    KEYS,
    File,
    as_csv,
    as_lines,
    as_parquet,
    as_xlsx,
    seeds,
    workbook,
    zipped,
)

PATIENCE = 10.0


def large(chance: random.Random) -> Iterator[File]:
    """Deep nesting, huge cells, very many columns."""
    deep = chance.choice((500, 5_000, 100_000))
    opening, closing = chance.choice((("[", "]"), ('{"output":', "}"), ('{"a":[', "]}")))
    yield "deep.json", (opening * deep + "1" + closing * deep).encode()
    yield "deep.jsonl", b'{"output": "x"}\n{"output": ' + b"[" * deep + b"]" * deep + b"}\n"
    yield "deeper.json", b'[{"output": "x", "meta": ' + b"[" * deep + b"]" * deep + b"}]"
    yield (
        "chat.jsonl",
        b'{"messages": ' + b'[{"role":"user","content":' * deep + b'""' + b"}]" * deep + b"}\n",
    )
    yield (
        "cell.csv",
        b"id,output\n1," + b"x" * chance.choice((1_000_000, 17_000_000, 40_000_000)) + b"\n2,y\n",
    )
    yield (
        "cell.jsonl",
        b'{"output": "' + b"x" * chance.choice((17_000_000, 40_000_000)) + b'"}\n{"output": "y"}\n',
    )
    wide = chance.choice((1_999, 2_001, 100_000))
    yield (
        "wide.csv",
        b",".join(b"a" if at % 2 else b"output" for at in range(wide)) + b"\n" + b"x," * (wide - 1) + b"x\n",
    )
    yield "wide.jsonl", as_lines([{"output": "x", **{f"k{at}": at for at in range(wide)}}])
    yield "wide.json", json.dumps([{"output": "x", **{f"k{at}": at for at in range(wide)}}]).encode()
    yield "wide.parquet", as_parquet([{"output": "x", **{f"k{at}": at for at in range(min(wide, 3_000))}}])


def odd_keys(chance: random.Random) -> Iterator[File]:
    """Keys that are words elsewhere, values that are no numbers, rows that are none."""
    keys = chance.sample(KEYS, 6)
    yield "keys.csv", as_csv([{"output": "x", **{key: f"v{at}" for at, key in enumerate(keys)}}])
    yield "keys.jsonl", as_lines([{"output": "x", **{key: at for at, key in enumerate(keys)}}] * 3)
    yield "keys.parquet", as_parquet([{"output": "x", **{key: at for at, key in enumerate(keys)}}])
    yield "keys.xlsx", as_xlsx([{"output": "x", **{key: f"v{at}" for at, key in enumerate(keys)}}])
    yield "same.json", b'[{"output": "a", "output": "b", "id": 1, "id": 1}]'
    yield "same.csv", b"output,output,Output,\nx,y,z,\n"
    yield (
        "numbers.jsonl",
        b'{"output": "x", "a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}\n{"output": "y"}\n',
    )
    yield "numbers.json", b'[{"output": "x", "a": NaN, "b": 123456789012345678901234567890, "c": 1e-999}]'
    yield "surrogate.jsonl", b'{"output": "\\ud800 x", "\\udfff": 1}\n{"output": "y"}\n'
    yield "surrogate.json", b'{"rows": [{"output": "\\ud83d x"}, {"output": "y"}]}'
    yield "lists.json", json.dumps({"a": [{"output": "x"}] * 3, "b": [{"output": "y"}] * 4}).encode()
    yield "mixed.json", json.dumps([{"output": "x"}, 1, None, "text", [], {"output": "y"}]).encode()
    yield "mixed.jsonl", b'{"output": "x"}\n1\nnull\n"text"\n[]\n\n  \n{"output": "y"}\n{}\n'
    late = [{"output": f"x{at}"} for at in range(chance.choice((300, 3_000)))] + [
        {"output": "z", "grade": "pass"}
    ]
    yield "late.jsonl", as_lines(late)
    yield "late.json", json.dumps(late).encode()
    yield "formula.csv", b"output,input\n=HYPERLINK(\"x\"),=cmd|' /C calc'!A0\n+1+1,@SUM(A1)\n"


def packed(chance: random.Random) -> Iterator[File]:
    """Files that hold others, or more than they seem to."""
    yield "bomb.csv.gz", gzip.compress(b"output\n" + b"x" * 60_000_000)
    yield "bomb.zip", zipped({"a.csv": b"output\n" + b"x\n" * 300_000})
    yield "inner.zip", zipped({"a.zip": zipped({"a.csv": "output\nx\n"})})
    yield "inner.gz", gzip.compress(gzip.compress(b"output,id\nx,1\n"))
    yield "many.zip", zipped({f"{at}.csv": "output\nx\n" for at in range(5)})
    yield "up.zip", zipped({"../../a.csv": "output,id\nx,1\n"})
    yield "long.zip", zipped({"n" * 300 + ".csv": "output,id\nx,1\n"})
    yield (
        "far.xlsx",
        workbook(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
            '<c r="XFD1048576"><v>2</v></c></row></sheetData>'
        ),
    )
    yield "huge.xlsx", workbook("<sheetData>" + "<row><c><v>1</v></c></row>" * 100_000 + "</sheetData>")
    yield "log.eval", zipped({"header.json": "[" * 5_000, "samples/a.json": "{"})


def foreign(chance: random.Random) -> Iterator[File]:
    """Files of other programs, and tables with little in them."""
    yield "data.db", _sqlite()
    yield "data.pkl", pickle.dumps([{"output": "x"}], protocol=chance.choice((0, 1, 2, 3, 4, 5)))
    yield "random.csv", chance.randbytes(5_000)
    yield "text.csv", b"\x1b[31mred\x1b[0m,\x07\n" * 5
    yield f"{'n' * 245}.csv", "output,id\n\u00e9,1\n".encode("utf-16")
    yield "blank.csv", b"\n\n\noutput,id\n\nx,1\n\n\ny,2\n"
    yield "open.csv", b'output,id\nx,1\n"y,2\nz,3\n' + b"w,4\n" * 500
    yield "none.csv", b"output,id\n"
    yield "none.json", chance.choice((b"[]", b"{}", b"[{}]", b"null", b"[[]]", b'""', b"0", b'{"a": []}'))
    yield "nothing.csv", chance.choice((b"", b" ", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b",", b'"'))
    yield "python.jsonl", b"{'output': 'x', 'ok': True}\n{'output': 'y', 'ok': None}\n"
    yield "columns.json", json.dumps({"output": ["x", "y"], "id": [1]}).encode()
    yield (
        "split.json",
        json.dumps({"columns": ["output"], "data": [["x"], ["y", "z"], []], "index": [0, 1]}).encode(),
    )
    yield "split2.json", json.dumps({"columns": 5, "data": 3}).encode()
    yield "index.json", json.dumps({"output": {"0": "x", "1": "y"}, "id": {"1": 1, "0": 2}}).encode()


def odd(chance: random.Random) -> Iterator[File]:
    """Files that are made odd on purpose."""
    for kind in (large, odd_keys, packed, foreign):
        yield from kind(chance)


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/a.db")
        connection.execute("CREATE TABLE t (output)")
        connection.commit()
        connection.close()
        return Path(f"{folder}/a.db").read_bytes()


def files(number: int, seed: int) -> Iterator[File]:
    """So many files, the same ones for a seed: a third odd on purpose, the others changed on the way."""
    chance, made = random.Random(seed), 0
    while True:
        valid = seeds(chance)
        for file in odd(chance):
            yield file
            made += 1
            if made >= number:
                return
        for _ in range(100):
            name, data = chance.choice(valid)
            for change in chance.sample(CHANGES, chance.choice((1, 1, 2))):
                data = change(data, chance)
            if chance.random() < 0.15:
                name = Path(name).stem + chance.choice(
                    (".csv", ".json", ".jsonl", ".parquet", ".xlsx", ".arrow", "", ".zip")
                )
            yield name, data
            made += 1
            if made >= number:
                return


def no_files(folder: Path) -> Iterator[str]:
    """Paths at which there is no ordinary file."""
    os.mkfifo(folder / "fifo.csv")
    (folder / "link.csv").symlink_to(folder / "nowhere.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    duckdb.connect(str(folder / "a.duckdb")).close()
    for name in ("fifo.csv", "link.csv", "loop.csv", "a.duckdb", "x" * 5_000, "a\0b.csv", "[", "**/*", "."):
        yield f"{folder}/{name}"
    yield from ("/dev/null", "/dev/zero", "/dev/stdin", "", "~nobody/x", "/proc/self/mem")


def told(path: str) -> int | None:
    """How many rows a file holds, counted without labelcore, where that is not in question."""
    data = Path(path).read_bytes()
    try:
        text = data.decode()
        if "\r" in text or "\0" in text or data[:3] == b"\xef\xbb\xbf":
            return None
        if path.endswith(".jsonl") and Path(path).name in {
            "mixed.jsonl",
            "late.jsonl",
            "numbers.jsonl",
            "keys.jsonl",
        }:
            return sum(bool(line.strip()) for line in text.split("\n"))
        if path.endswith(".json") and Path(path).name in {"mixed.json", "late.json", "numbers.json"}:
            return len(json.loads(text))
    except ValueError:
        return None
    return None


def trial(workspace: Workspace, path: str, tell: Callable[[str], None]) -> str:
    """Preview and import one file; a word for how it ended, or what is wrong."""
    with contextlib.suppress(LabelcoreError):
        importing.preview(workspace, path)
    tell("")
    try:
        result = importing.import_file(workspace, path)
    except LabelcoreError as trouble:
        tell("")
        try:
            importing.import_file(workspace, path, described=Description(columns={"output": "output"}))
        except LabelcoreError:
            return f"refused: {type(trouble).__name__}"
        return "imported"
    batch = result.batch
    counted = batch.outputs_new + batch.outputs_known + batch.duplicates + batch.rows_rejected
    if batch.rows_read != counted:
        return f"WRONG: {batch.rows_read} read, {counted} counted"
    stored = workspace.db.rows("SELECT count(*) FROM output WHERE batch_id = ?", [batch.id])
    if stored[0][0] != batch.outputs_new:
        return f"WRONG: {batch.outputs_new} new, {stored[0][0]} stored"
    expected = told(path) if Path(path).is_file() else None
    if expected is not None and expected != batch.rows_read:
        return f"WRONG: {expected} rows in the file, {batch.rows_read} read"
    return "imported"


def work(line: Connection) -> None:
    """Try the files whose paths come in."""
    db = open_database(None)
    number = 0
    while (path := line.recv()) is not None:
        number += 1
        try:
            line.send(trial(Workspace(db, projects.open_project(db, f"p{number}")), path, line.send))
        except BaseException:  # noqa: BLE001 - that is what is looked for
            line.send("TRACEBACK: " + traceback.format_exc())


class Worker:
    """A process that tries files, and is replaced where one hangs or kills it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        processes = multiprocessing.get_context("spawn")
        self.line, other = processes.Pipe()
        self.process = processes.Process(target=work, args=(other,), daemon=True)
        self.process.start()
        other.close()
        self.tried = 0

    def trial(self, path: str) -> str:
        if self.tried >= 150:
            self.end()
            self.begin()
        self.tried += 1
        self.line.send(path)
        try:
            while self.answers():
                if word := self.line.recv():
                    return str(word)
            word = "HANG"
        except EOFError:
            word = "KILLED"
        self.end()
        self.begin()
        return word

    def answers(self) -> bool:
        """Whether something comes before ten seconds of the processor, or five minutes, are over."""
        began, until = self.worked(), time.monotonic() + 30 * PATIENCE
        while not self.line.poll(0.2):
            if self.worked() - began > PATIENCE or time.monotonic() > until:
                return False
        return True

    def worked(self) -> float:
        """Seconds of the processor that the process took; others may work on the same machine."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def main() -> None:
    """Make the files, try each, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_500)
    parser.add_argument("--first", type=int, default=0, help="the file to go on with")
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    words: Counter[str] = Counter()
    worker, slowest = Worker(), (0.0, "")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)

        def attempt(path: str, label: str) -> None:
            nonlocal slowest
            started = time.perf_counter()
            word = worker.trial(path)
            slowest = max(slowest, (time.perf_counter() - started, label))
            words[word.split(":")[0]] += 1
            if word[0].isupper():
                print(f"{label}: {word}", flush=True)
                if chosen.keep and Path(path).is_file():
                    chosen.keep.mkdir(parents=True, exist_ok=True)
                    (chosen.keep / label).write_bytes(Path(path).read_bytes())

        for at, (name, data) in enumerate(files(chosen.files, chosen.seed)):
            if at < chosen.first:
                continue
            if at % 100 == 0:
                print(f"{at:,} files: {dict(words)}", flush=True)
            path = folder / name
            path.write_bytes(data)
            attempt(str(path), f"{at}_{name[-40:]}")
            path.unlink()
        (folder / "odd").mkdir()
        for place in no_files(folder / "odd"):
            attempt(place, place[-60:].replace("/", "|"))
    worker.end()
    print(
        ", ".join(f"{n:,} {word}" for word, n in words.most_common()),
        f"; slowest {slowest[0]:.1f} s {slowest[1]}",
    )


if __name__ == "__main__":
    main()
