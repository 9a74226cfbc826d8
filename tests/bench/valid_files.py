"""Small valid files of every container, and of the tools' shapes, for tests that change them."""

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
