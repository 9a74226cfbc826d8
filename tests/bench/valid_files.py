"""Small valid files of every container and of the tools' shapes, and what happens to files on their way."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

CASES = Path(__file__).parent.parent / "cases"
File = tuple[str, bytes]
KEYS = ("", " ", '"', "'", "a.b", "a[0]", "$", "/", "~", "_row", "rowid", "c1", "line", "Output", "OUTPUT")


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
        + "".join(
            f'<c r="{chr(65 + n)}{at}" t="inlineStr"><is><t>{_xml(c)}</t></is></c>' for n, c in enumerate(row)
        )
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
    nested = [
        {"messages": [{"role": "user", "content": r["input"]}, {"role": "assistant", "content": r["output"]}]}
        for r in found
    ]
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
        (
            "log.eval",
            zipped(
                {
                    "header.json": '{"eval": {"model": "m"}}',
                    "samples/a.json": '{"id": 1, "epoch": 1, "input": "q", "output": {"completion": "x"}}',
                }
            ),
        ),
        *tools(found),
    ]


def tools(found: list[dict[str, Any]]) -> list[File]:
    """Small files of the tools' shapes."""
    attributes = [
        {"key": "gen_ai.completion.0.content", "value": {"stringValue": r["output"]}} for r in found[:1]
    ]
    spans = [{"spanId": r["id"], "traceId": "t", "attributes": attributes} for r in found]
    documents: dict[str, Any] = {
        "otlp.json": {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]},
        "langfuse.json": [
            {
                "id": r["id"],
                "input": r["input"],
                "output": r["output"],
                "observations": [],
                "scores": [{"name": "ok", "value": 1, "dataType": "BOOLEAN", "source": "EVAL"}],
            }
            for r in found
        ],
        "langsmith.json": [
            {
                "id": r["id"],
                "run_type": "llm",
                "dotted_order": "1",
                "trace_id": "t",
                "inputs": {"q": r["input"]},
                "outputs": {"output": r["output"]},
            }
            for r in found
        ],
        "mlflow.json": [
            {"trace_id": r["id"], "request": r["input"], "response": r["output"], "assessments": []}
            for r in found
        ],
        "deepeval.json": {
            "testCases": [
                {
                    "name": r["id"],
                    "input": r["input"],
                    "actualOutput": r["output"],
                    "metricsData": [{"name": "m", "success": True, "score": 1}],
                }
                for r in found
            ]
        },
        "ragas.json": [
            {"user_input": r["input"], "response": r["output"], "retrieved_contexts": ["c"]} for r in found
        ],
        "labelstudio.json": [
            {
                "id": at,
                "data": {"text": r["output"]},
                "annotations": [
                    {"result": [{"from_name": "ok", "type": "choices", "value": {"choices": ["pass"]}}]}
                ],
            }
            for at, r in enumerate(found)
        ],
        "inspect.json": {
            "eval": {"model": "m"},
            "samples": [
                {
                    "id": r["id"],
                    "epoch": 1,
                    "input": r["input"],
                    "output": {"completion": r["output"]},
                    "scores": {"s": {"value": "C"}},
                }
                for r in found
            ],
        },
    }
    lines: dict[str, Any] = {
        "sharegpt.jsonl": [
            {"conversations": [{"from": "human", "value": r["input"]}, {"from": "gpt", "value": r["output"]}]}
            for r in found
        ],
        "prodigy.jsonl": [
            {"text": r["output"], "answer": "accept", "_input_hash": 1, "_task_hash": at}
            for at, r in enumerate(found)
        ],
        "doccano.jsonl": [
            {"id": at, "text": r["output"], "label": ["good"], "Comments": []} for at, r in enumerate(found)
        ],
        "argilla.jsonl": [
            {
                "id": r["id"],
                "fields": {"output": r["output"]},
                "responses": {"q": [{"value": "yes", "user_id": "u"}]},
            }
            for r in found
        ],
        "batch.jsonl": [
            {
                "custom_id": r["id"],
                "response": {
                    "status_code": 200,
                    "body": {"choices": [{"message": {"role": "assistant", "content": r["output"]}}]},
                },
            }
            for r in found
        ],
        "phoenix.jsonl": [
            {
                "context.span_id": r["id"],
                "span_kind": "LLM",
                "attributes.input.value": r["input"],
                "attributes.output.value": r["output"],
            }
            for r in found
        ],
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
    odd = (
        b"\0",
        b"\xff",
        b"\xe4",
        b"\r",
        b"\n",
        b"\n\n",
        b'"',
        b"{",
        b"]",
        b",",
        b"\x01",
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
        b"\x1a",
        b"\\ud800",
        b"NaN",
        b"\xef\xbb\xbf",
    )
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
            lines[at] = chance.choice(
                (b",,,\n", b"one\n", b"\n", b'"\n', b"{}\n", b"null\n", b"[1]\n", lines[at] * 2)
            )
    return b"".join(lines)


def other_encoding(data: bytes, chance: random.Random) -> bytes:
    names = (
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "gb18030",
        "cp1252",
        "latin-1",
        "utf-8-sig",
        "shift_jis",
    )
    text = data.decode("utf-8", "replace")
    half = chance.randrange(len(text) + 1) if chance.random() < 0.4 else len(text)
    return text[:half].encode(chance.choice(names), "replace") + text[half:].encode()


def returns(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(
        b"\n", chance.choice((b"\r", b"\r\n", b"\n\r", b"\n\n", b"\x0b"))
    )


def twice(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"", b"\n", b",", b"\0")) + data


def renamed_keys(data: bytes, chance: random.Random) -> bytes:
    for word in (b"output", b"input", b"id"):
        data = data.replace(word, chance.choice(KEYS).replace('"', '\\"').encode(), chance.choice((1, -1)))
    return data


CHANGES = (cut, flipped, inserted, mixed, ragged, other_encoding, returns, twice, renamed_keys)
