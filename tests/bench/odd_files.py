"""Import of 1,500 files that something happened to: no traceback, no hang, no row lost.

    python tests/bench/odd_files.py [--files 1500] [--seed 15] [--keep FOLDER]

Valid files of every container and tool are cut off, mixed up and renamed, beside files made odd on purpose.
Each is previewed and imported in a process of its own kind, which is ended after ten seconds.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import io
import json
import multiprocessing
import os
import pickle
import random
import sqlite3
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from labelcore.errors import LabelcoreError
from labelcore.stages import importing, projects
from labelcore.stages.importing import Description
from labelcore.store import open_database, outputs
from labelcore.workspace import Workspace

CASES = Path(__file__).parent.parent / "cases"
PATIENCE = 10.0
KEYS = ("", " ", '"', "'", "a.b", "a[0]", "$", "/", "~", "_row", "rowid", "c1", "line", "Output", "OUTPUT")
File = tuple[str, bytes]


def rows(n: int, chance: random.Random) -> list[dict[str, str]]:
    """Outputs with inputs and grades; some texts over several lines, with quotes, or not Latin."""
    texts = ("plain", 'with "quotes"', "two\nlines", "a, b; c\td", "北京很好", "naïve – 5 €", "=1+1")
    return [
        {
            "id": f"r{at}",
            "input": f"question {at}",
            "output": f"{chance.choice(texts)} {at}",
            "grade": chance.choice(("pass", "fail")),
        }
        for at in range(n)
    ]


def as_csv(found: list[dict[str, Any]], mark: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in found for key in row)), delimiter=mark)
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().encode()


def as_lines(found: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()


def as_parquet(found: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(found), sink)
    return sink.getvalue()


def as_arrow(found: list[dict[str, Any]], kind: Callable[..., Any] = pa.ipc.new_file) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pylist(found)
    with kind(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def as_xlsx(found: list[dict[str, Any]]) -> bytes:
    """A workbook, written by hand so that no library's care stands between."""
    cells = [list(found[0]), *(list(row.values()) for row in found)]
    lines = "".join(
        f'<row r="{at}">'
        + "".join(f'<c r="{chr(65 + n)}{at}" t="inlineStr"><is><t>{_xml(c)}</t></is></c>' for n, c in enumerate(row))
        + "</row>"
        for at, row in enumerate(cells, 1)
    )
    return workbook(f"<sheetData>{lines}</sheetData>")


def _xml(text: Any) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;")


def workbook(sheet: str) -> bytes:
    names = "http://schemas.openxmlformats.org"
    main, links = f"{names}/spreadsheetml/2006/main", f"{names}/officeDocument/2006/relationships"
    kinds, package = f"{names}/package/2006/content-types", f"{names}/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{kinds}"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="a" Target="xl/workbook.xml" '
            f'Type="{links}/officeDocument"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="S" '
            'sheetId="1" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="a" '
            f'Target="worksheets/sheet1.xml" Type="{links}/worksheet"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>',
        }
    )


def zipped(files: dict[str, str | bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def seeds(chance: random.Random) -> list[File]:
    """A valid file of every container, and those of the tools that stand with the tests."""
    found = rows(chance.choice((3, 40)), chance)
    nested = [{"messages": [{"role": "user", "content": r["input"]}, {"role": "assistant", "content": r["output"]}]} for r in found]
    known = [(path.name, path.read_bytes()) for path in sorted(CASES.iterdir()) if path.is_file()]
    return [
        *known,
        ("a.csv", as_csv(found)),
        ("a.tsv", as_csv(found, "\t")),
        ("b.csv", as_csv(found, ";").replace(b"\r\n", b"\r")),
        ("a.jsonl", as_lines(found)),
        ("a.json", json.dumps(found, indent=1).encode()),
        ("b.json", json.dumps({"meta": {"n": 1}, "data": found}).encode()),
        ("c.json", json.dumps(nested).encode()),
        ("chats.jsonl", as_lines(nested)),
        ("a.parquet", as_parquet(found)),
        ("a.arrow", as_arrow(found)),
        ("a.arrows", as_arrow(found, pa.ipc.new_stream)),
        ("a.xlsx", as_xlsx(found)),
        ("a.csv.gz", gzip.compress(as_csv(found))),
        ("a.jsonl.bz2", bz2.compress(as_lines(found))),
        ("a.zip", zipped({"a.csv": as_csv(found)})),
        ("log.eval", zipped({"header.json": '{"eval": {"model": "m"}}', "samples/a.json": '{"id": 1, "epoch": 1, "input": "q", "output": {"completion": "x"}}'})),
        *tools(found),
    ]


def tools(found: list[dict[str, Any]]) -> list[File]:
    """Small files of the tools' shapes."""
    attributes = [{"key": "gen_ai.completion.0.content", "value": {"stringValue": r["output"]}} for r in found[:1]]
    spans = [{"spanId": r["id"], "traceId": "t", "attributes": attributes} for r in found]
    documents: dict[str, Any] = {
        "otlp.json": {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]},
        "langfuse.json": [{"id": r["id"], "input": r["input"], "output": r["output"], "observations": [], "scores": [{"name": "ok", "value": 1, "dataType": "BOOLEAN", "source": "EVAL"}]} for r in found],
        "langsmith.json": [{"id": r["id"], "run_type": "llm", "dotted_order": "1", "trace_id": "t", "inputs": {"q": r["input"]}, "outputs": {"output": r["output"]}} for r in found],
        "mlflow.json": [{"trace_id": r["id"], "request": r["input"], "response": r["output"], "assessments": []} for r in found],
        "deepeval.json": {"testCases": [{"name": r["id"], "input": r["input"], "actualOutput": r["output"], "metricsData": [{"name": "m", "success": True, "score": 1}]} for r in found]},
        "ragas.json": [{"user_input": r["input"], "response": r["output"], "retrieved_contexts": ["c"]} for r in found],
        "labelstudio.json": [{"id": at, "data": {"text": r["output"]}, "annotations": [{"result": [{"from_name": "ok", "type": "choices", "value": {"choices": ["pass"]}}]}]} for at, r in enumerate(found)],
        "inspect.json": {"eval": {"model": "m"}, "samples": [{"id": r["id"], "epoch": 1, "input": r["input"], "output": {"completion": r["output"]}, "scores": {"s": {"value": "C"}}} for r in found]},
    }
    lines: dict[str, Any] = {
        "sharegpt.jsonl": [{"conversations": [{"from": "human", "value": r["input"]}, {"from": "gpt", "value": r["output"]}]} for r in found],
        "prodigy.jsonl": [{"text": r["output"], "answer": "accept", "_input_hash": 1, "_task_hash": at} for at, r in enumerate(found)],
        "doccano.jsonl": [{"id": at, "text": r["output"], "label": ["good"], "Comments": []} for at, r in enumerate(found)],
        "argilla.jsonl": [{"id": r["id"], "fields": {"output": r["output"]}, "responses": {"q": [{"value": "yes", "user_id": "u"}]}} for r in found],
        "batch.jsonl": [{"custom_id": r["id"], "response": {"status_code": 200, "body": {"choices": [{"message": {"role": "assistant", "content": r["output"]}}]}}} for r in found],
        "phoenix.jsonl": [{"context.span_id": r["id"], "span_kind": "LLM", "attributes.input.value": r["input"], "attributes.output.value": r["output"]} for r in found],
    }
    whole = [(name, json.dumps(value).encode()) for name, value in documents.items()]
    return whole + [(name, as_lines(value)) for name, value in lines.items()]


# What happens to a file on its way.
def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 5, 50))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def inserted(data: bytes, chance: random.Random) -> bytes:
    odd = (b"\0", b"\xff", b"\xe4", b"\r", b"\n", b"\n\n", b'"', b"{", b"]", b",", b"\x01", b"\xed\xa0\x80",
           b"\xe2\x80\xa8", b"\x1a", b"\\ud800", b"NaN", b"\xef\xbb\xbf")  # fmt: skip
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.choice(odd) + data[place:]
    return data


def mixed(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines[: chance.randrange(len(lines) + 1)] + lines[: chance.randrange(4)])


def ragged(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    for _ in range(3):
        if lines:
            at = chance.randrange(len(lines))
            lines[at] = chance.choice((b",,,\n", b"one\n", b"\n", b'"\n', b"{}\n", b"null\n", b'[1]\n', lines[at] * 2))
    return b"".join(lines)


def other_encoding(data: bytes, chance: random.Random) -> bytes:
    names = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp1252", "latin-1", "utf-8-sig", "shift_jis")
    text = data.decode("utf-8", "replace")
    half = chance.randrange(len(text) + 1) if chance.random() < 0.4 else len(text)
    return text[:half].encode(chance.choice(names), "replace") + text[half:].encode()


def returns(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\r", b"\n\n", b"\x0b")))


def twice(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"", b"\n", b",", b"\0")) + data


def renamed_keys(data: bytes, chance: random.Random) -> bytes:
    for word in (b"output", b"input", b"id"):
        data = data.replace(word, chance.choice(KEYS).replace('"', '\\"').encode(), chance.choice((1, -1)))
    return data


CHANGES = (cut, flipped, inserted, mixed, ragged, other_encoding, returns, twice, renamed_keys)


def odd(chance: random.Random) -> Iterator[File]:
    """Files that are made odd on purpose."""
    deep = chance.choice((500, 5_000, 100_000))
    opening, closing = chance.choice((("[", "]"), ('{"output":', "}"), ('{"a":[', "]}")))
    yield "deep.json", (opening * deep + "1" + closing * deep).encode()
    yield "deep.jsonl", b'{"output": "x"}\n{"output": ' + b"[" * deep + b"]" * deep + b"}\n"
    yield "deeper.json", b'[{"output": "x", "meta": ' + b"[" * deep + b"]" * deep + b"}]"
    yield "chat.jsonl", b'{"messages": ' + b'[{"role":"user","content":' * deep + b'""' + b"}]" * deep + b"}\n"
    yield "cell.csv", b"id,output\n1," + b"x" * chance.choice((1_000_000, 17_000_000, 40_000_000)) + b"\n2,y\n"
    yield "cell.jsonl", b'{"output": "' + b"x" * chance.choice((17_000_000, 40_000_000)) + b'"}\n{"output": "y"}\n'
    wide = chance.choice((1_999, 2_001, 100_000))
    yield "wide.csv", b",".join(b"a" if at % 2 else b"output" for at in range(wide)) + b"\n" + b"x," * (wide - 1) + b"x\n"
    yield "wide.jsonl", as_lines([{"output": "x", **{f"k{at}": at for at in range(wide)}}])
    yield "wide.json", json.dumps([{"output": "x", **{f"k{at}": at for at in range(wide)}}]).encode()
    yield "wide.parquet", as_parquet([{"output": "x", **{f"k{at}": at for at in range(min(wide, 3_000))}}])
    keys = chance.sample(KEYS, 6)
    yield "keys.csv", as_csv([{"output": "x", **{key: f"v{at}" for at, key in enumerate(keys)}}])
    yield "keys.jsonl", as_lines([{"output": "x", **{key: at for at, key in enumerate(keys)}}] * 3)
    yield "keys.parquet", as_parquet([{"output": "x", **{key: at for at, key in enumerate(keys)}}])
    yield "keys.xlsx", as_xlsx([{"output": "x", **{key: f"v{at}" for at, key in enumerate(keys)}}])
    yield "same.json", b'[{"output": "a", "output": "b", "id": 1, "id": 1}]'
    yield "same.csv", b"output,output,Output,\nx,y,z,\n"
    yield "numbers.jsonl", b'{"output": "x", "a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}\n{"output": "y"}\n'
    yield "numbers.json", b'[{"output": "x", "a": NaN, "b": 123456789012345678901234567890, "c": 1e-999}]'
    yield "surrogate.jsonl", b'{"output": "\\ud800 x", "\\udfff": 1}\n{"output": "y"}\n'
    yield "surrogate.json", b'{"rows": [{"output": "\\ud83d x"}, {"output": "y"}]}'
    yield "lists.json", json.dumps({"a": [{"output": "x"}] * 3, "b": [{"output": "y"}] * 4}).encode()
    yield "mixed.json", json.dumps([{"output": "x"}, 1, None, "text", [], {"output": "y"}]).encode()
    yield "mixed.jsonl", b'{"output": "x"}\n1\nnull\n"text"\n[]\n\n  \n{"output": "y"}\n{}\n'
    late = [{"output": f"x{at}"} for at in range(chance.choice((300, 3_000)))] + [{"output": "z", "grade": "pass"}]
    yield "late.jsonl", as_lines(late)
    yield "late.json", json.dumps(late).encode()
    yield "formula.csv", b'output,input\n=HYPERLINK("x"),=cmd|\' /C calc\'!A0\n+1+1,@SUM(A1)\n'
    yield "bomb.csv.gz", gzip.compress(b"output\n" + b"x" * 60_000_000)
    yield "bomb.zip", zipped({"a.csv": b"output\n" + b"x\n" * 300_000})
    yield "inner.zip", zipped({"a.zip": zipped({"a.csv": "output\nx\n"})})
    yield "inner.gz", gzip.compress(gzip.compress(b"output,id\nx,1\n"))
    yield "many.zip", zipped({f"{at}.csv": "output\nx\n" for at in range(5)})
    yield "up.zip", zipped({"../../a.csv": "output,id\nx,1\n"})
    yield "long.zip", zipped({"n" * 300 + ".csv": "output,id\nx,1\n"})
    yield "far.xlsx", workbook('<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>')
    yield "huge.xlsx", workbook("<sheetData>" + "<row><c><v>1</v></c></row>" * 100_000 + "</sheetData>")
    yield "log.eval", zipped({"header.json": "[" * deep, "samples/a.json": "{"})
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
    yield "split.json", json.dumps({"columns": ["output"], "data": [["x"], ["y", "z"], []], "index": [0, 1]}).encode()
    yield "split2.json", json.dumps({"columns": 5, "data": 3}).encode()
    yield "index.json", json.dumps({"output": {"0": "x", "1": "y"}, "id": {"1": 1, "0": 2}}).encode()


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
                name = Path(name).stem + chance.choice((".csv", ".json", ".jsonl", ".parquet", ".xlsx", ".arrow", "", ".zip"))
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
        if path.endswith(".jsonl") and Path(path).name in {"mixed.jsonl", "late.jsonl", "numbers.jsonl", "keys.jsonl"}:
            return sum(bool(line.strip()) for line in text.split("\n"))
        if path.endswith(".json") and Path(path).name in {"mixed.json", "late.json", "numbers.json"}:
            return len(json.loads(text))
    except ValueError:
        return None
    return None


def trial(workspace: Workspace, path: str) -> str:
    """Preview and import one file; a word for how it ended, or what is wrong."""
    try:
        importing.preview(workspace, path)
    except LabelcoreError:
        pass
    try:
        result = importing.import_file(workspace, path)
    except LabelcoreError as trouble:
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
    while path := line.recv():
        number += 1
        try:
            line.send(trial(Workspace(db, projects.open_project(db, f"p{number}")), path))
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
            if self.line.poll(PATIENCE + (20 if self.tried == 1 else 0)):
                return str(self.line.recv())
            word = "HANG"
        except EOFError:
            word = "KILLED"
        self.end()
        self.begin()
        return word

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def main() -> None:
    """Make the files, try each, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_500)
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
            path = folder / name
            path.write_bytes(data)
            attempt(str(path), f"{at}_{name[-40:]}")
            path.unlink()
        (folder / "odd").mkdir()
        for place in no_files(folder / "odd"):
            attempt(place, place[-60:].replace("/", "|"))
    worker.end()
    print(", ".join(f"{n:,} {word}" for word, n in words.most_common()), f"; slowest {slowest[0]:.1f} s {slowest[1]}")


if __name__ == "__main__":
    main()
