"""Files of a few records, each written by a tool's code: MLflow's, Argilla's, Label Studio's and others'.

    python tests/bench/tool_files.py mlflow|argilla|label_studio|deepeval|inspect|ragas|promptfoo FOLDER

In a separate environment: `pip install` mlflow-skinny with pandas, argilla, label-studio-sdk, deepeval,
inspect_ai, or ragas with langchain-community<0.4; for promptfoo, npx in a folder where it is installed.
Files in tests/cases under ``*_wrote*`` were written so; the README there says with which versions.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
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


def deepeval(folder: Path) -> None:
    """Two test cases with two metrics: the results of a run, and the cases as a dataset saves them."""
    os.environ |= {"DEEPEVAL_TELEMETRY_OPT_OUT": "1", "DEEPEVAL_RESULTS_FOLDER": tempfile.mkdtemp()}
    tool: Any = importlib.import_module("deepeval")
    metrics: Any = importlib.import_module("deepeval.metrics")
    case: Any = importlib.import_module("deepeval.test_case").LLMTestCase

    class Metric:
        threshold, async_mode, strict_mode, error, evaluation_cost = 0.5, False, False, None, None

        def __init__(self, name: str) -> None:
            self.name = name

        @property
        def __name__(self) -> str:
            return self.name

        def measure(self, case: Any, *_: Any, **__: Any) -> float:
            right = case.expected_output in case.actual_output
            self.score, self.reason = (float(right) if self.name == "Correct" else 0.8), "by rule"
            self.success = self.score >= self.threshold
            return float(self.score)

        async def a_measure(self, case: Any, *_: Any, **__: Any) -> float:
            return self.measure(case)

        def is_successful(self) -> bool:
            return bool(self.success)

    metric = type("Metric", (Metric, metrics.BaseMetric), {})
    cases = [
        case(input=question, actual_output=text, expected_output=answer, retrieval_context=["A map."])
        for (question, text), answer in zip(QUESTIONS.items(), ("Paris", "Rome"), strict=True)
    ]
    tool.evaluate(test_cases=cases, metrics=[metric("Correct"), metric("Short")])
    (written,) = Path(os.environ["DEEPEVAL_RESULTS_FOLDER"]).glob("*.json")
    (folder / "deepeval_wrote.json").write_bytes(written.read_bytes())
    saved = importlib.import_module("deepeval.dataset").EvaluationDataset()
    for known in cases:
        saved.add_test_case(known)
    saved.save_as("json", str(folder), "deepeval_cases_wrote", include_test_cases=True)


def inspect(folder: Path) -> None:
    """Two samples in two epochs with two scorers, one of which gives partial credit: a log."""
    coding: Any = importlib.import_module("tiktoken")  # which would load a table from elsewhere
    coding.get_encoding = lambda _: type("", (), {"encode": lambda *_, **__: []})()
    tool: Any = importlib.import_module("inspect_ai")
    scorer: Any = importlib.import_module("inspect_ai.scorer")
    model: Any = importlib.import_module("inspect_ai.model")
    sample: Any = importlib.import_module("inspect_ai.dataset").Sample

    def graded() -> Any:
        async def score(state: Any, target: Any) -> Any:
            value = "C" if target.text in state.output.completion else "P"
            return scorer.Score(value=value, answer=state.output.completion, explanation="Looked it up.")

        return score

    partly = scorer.scorer(metrics=[scorer.accuracy()])(graded)
    pairs = zip(("fr", "it"), QUESTIONS, ("Paris", "Rome"), strict=True)
    samples = [sample(id=name, input=question, target=answer) for name, question, answer in pairs]
    task = tool.Task(dataset=samples, scorer=[scorer.includes(), partly()], epochs=2, name="capitals")
    texts = [*QUESTIONS.values(), "Paris, again.", "Rome, I think."]
    answers = [model.ModelOutput.from_content("mockllm/model", text) for text in texts]
    mock = model.get_model("mockllm/model", custom_outputs=answers)
    tool.eval(task, model=mock, log_dir=str(folder), display="none", max_samples=1, max_connections=1)


def ragas(folder: Path) -> None:
    """Two samples with two scores, as `to_pandas` gives them."""
    tool: Any = importlib.import_module("ragas")
    metrics: Any = importlib.import_module("ragas.metrics")
    samples = [
        tool.SingleTurnSample(
            user_input=question, response=answer, reference=answer, retrieved_contexts=["A map."]
        )
        for question, answer in QUESTIONS.items()
    ]
    found = tool.evaluate(tool.EvaluationDataset(samples), [metrics.ExactMatch(), metrics.StringPresence()])
    found.to_pandas().to_json(folder / "ragas_wrote.jsonl", orient="records", lines=True)


def promptfoo(folder: Path) -> None:
    """Two tests with two assertions each, answered by the echo provider: as JSON and as CSV."""
    length = {"type": "javascript", "value": "output.length < 40"}
    tests = [
        {
            "description": place,
            "vars": {"question": question, "answer": text},
            "assert": [{"type": "contains", "value": answer, "metric": "mentions"}, length],
        }
        for place, answer, (question, text) in zip(
            ("France", "Italy"), ("Paris", "Rome"), QUESTIONS.items(), strict=True
        )
    ]
    config = {"description": "capitals", "prompts": ["{{answer}}"], "providers": ["echo"], "tests": tests}
    (folder / "config.json").write_text(json.dumps(config))
    written = [f"--output={folder}/promptfoo_wrote.{ending}" for ending in ("json", "csv")]
    command = ["npx", "promptfoo", "eval", "-c", f"{folder}/config.json", "--no-cache", *written]
    subprocess.run(command, check=False, env=os.environ | {"PROMPTFOO_DISABLE_TELEMETRY": "1"})


if __name__ == "__main__":
    tools = (mlflow, argilla, label_studio, deepeval, inspect, ragas, promptfoo)
    {tool.__name__: tool for tool in tools}[sys.argv[1]](Path(sys.argv[2]))
