"""Files of a few records, each written by a tool's code: MLflow's, Argilla's, Label Studio's.

    python tests/bench/tool_files.py mlflow|argilla|label_studio FOLDER

In a separate environment: `pip install` mlflow-skinny with pandas, argilla, or label-studio-sdk. Files in
tests/cases under ``*_wrote*`` were written so; the README there says with which versions.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

QUESTIONS = {"Capital of France?": "Paris it is.", "Capital of Italy?": "Milan, I think."}


def mlflow(folder: Path) -> None:
    """Two traces with a person's and a model's assessments: as JSON lines of traces, and as a table."""
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    tool: Any = importlib.import_module("mlflow")
    source = importlib.import_module("mlflow.entities").AssessmentSource
    ann, model = source(source_type="HUMAN", source_id="ann"), source(source_type="LLM_JUDGE", source_id="m")
    tool.set_tracking_uri(Path(tempfile.mkdtemp()).as_uri())
    place = [tool.set_experiment("support").experiment_id]

    answer = tool.trace(lambda question: QUESTIONS[question], name="answer")
    for question in QUESTIONS:
        answer(question)
    tool.flush_trace_async_logging()
    for trace in tool.search_traces(locations=place, return_type="list"):
        known, is_right = {"trace_id": trace.info.trace_id}, "Paris" in trace.data.response
        tool.log_feedback(**known, name="correct", value=is_right, rationale="Looked it up.", source=ann)
        tool.log_feedback(**known, name="relevant", value="yes", source=model)
        expected = "Paris" if is_right else "Rome"
        tool.log_expectation(**known, name="expected_response", value=expected, source=ann)
    traces = tool.search_traces(locations=place, return_type="list")
    (folder / "mlflow_wrote.jsonl").write_text("".join(trace.to_json() + "\n" for trace in traces))
    table = tool.search_traces(locations=place, return_type="pandas")
    table.to_json(folder / "mlflow_wrote_table.jsonl", orient="records", lines=True)


def argilla(folder: Path) -> None:
    """Two records with two people's responses and a suggestion: as `to_json` and `to_datasets` write them."""
    tool: Any = importlib.import_module("argilla")
    ways: Any = importlib.import_module("argilla.records._io")
    people = [uuid.UUID(int=1), uuid.UUID(int=2)]
    records = [
        tool.Record(
            id=f"r{place}",
            fields={"question": question, "answer": text},
            metadata={"model": "m"},
            responses=[
                tool.Response("quality", "bad" if place and at else "good", who, status="submitted")
                for at, who in enumerate(people)
            ],
            suggestions=[tool.Suggestion("quality", "good", agent="m", score=0.9)],
        )
        for place, (question, text) in enumerate(QUESTIONS.items())
    ]
    ways.JsonIO.to_json(records, folder / "argilla_wrote.json")
    rows = ways.GenericIO.to_list(records, flatten=True)
    importlib.import_module("datasets").Dataset.from_list(rows).to_parquet(folder / "argilla_wrote.parquet")


def label_studio(folder: Path) -> None:
    """Two annotated tasks of a two-person project: as JSON-MIN and as CSV of the exports."""
    converter: Any = importlib.import_module("label_studio_sdk.converter").Converter
    view = (
        '<View><Text name="question" value="$question"/><Text name="answer" value="$answer"/>'
        '<Choices name="quality" toName="answer"><Choice value="good"/><Choice value="bad"/></Choices>'
        '<Rating name="stars" toName="answer"/><TextArea name="why" toName="answer"/></View>'
    )
    tasks = [
        {
            "id": 10 + place,
            "data": {"question": question, "answer": text},
            "created_at": "2026-11-01T10:00:00Z",
            "updated_at": "2026-11-01T10:00:00Z",
            "annotations": [_annotation(place, who) for who in (1, 2)],
            "predictions": [],
        }
        for place, (question, text) in enumerate(QUESTIONS.items())
    ]
    exported = folder / "label_studio_wrote.json"
    exported.write_text(json.dumps(tasks))
    made = converter(view, None)
    for form, name in (("JSON_MIN", "result.json"), ("CSV", "result.csv")):
        with tempfile.TemporaryDirectory() as target:
            made.convert(str(exported), target, form, is_dir=False)
            (written,) = Path(target).rglob(f"*{Path(name).suffix}")
            (folder / f"label_studio_wrote_min{written.suffix}").write_bytes(written.read_bytes())
    exported.unlink()


def _annotation(place: int, who: int) -> dict[str, Any]:
    said = {
        "quality": ("choices", {"choices": ["bad" if place else "good"]}),
        "stars": ("rating", {"rating": 2 if place else 5}),
        "why": ("textarea", {"text": ["Wrong city." if place else "Right."]}),
    }
    return {
        "id": 100 + place * 10 + who,
        "completed_by": {"id": who, "email": f"expert{who}@example.org"},
        "was_cancelled": False,
        "created_at": "2026-11-01T11:00:00Z",
        "updated_at": "2026-11-01T11:00:00Z",
        "lead_time": 12.5,
        "result": [
            {"id": name, "from_name": name, "to_name": "answer", "type": kind, "value": value}
            for name, (kind, value) in said.items()
        ],
    }


if __name__ == "__main__":
    {"mlflow": mlflow, "argilla": argilla, "label_studio": label_studio}[sys.argv[1]](Path(sys.argv[2]))
