"""What a tool says and the score that it puts beside it: where they contradict, that is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.messages import sentence
from labelcore.messages.catalogue import speaking
from labelcore.stages import importing
from labelcore.stages.importing import ImportResult
from labelcore.workspace import Workspace

Metric = tuple[str, bool, float]
UNITS = {"Answer Relevancy": 0.5, "Hallucination": 0.5, "Latency": 2.0, "Correctness [GEval]": 0.7}


def deepeval(workspace: Workspace, folder: Path, *cases: list[Metric]) -> ImportResult:
    """A run of test cases, each with its metrics: name, success and score."""
    told: list[dict[str, Any]] = []
    for place, metrics in enumerate(cases):
        judged = [
            {"name": name, "threshold": UNITS[name], "success": success, "score": score, "reason": "why"}
            for name, success, score in metrics
        ]
        told.append({"input": f"Q{place}", "actualOutput": f"Answer {place}", "metricsData": judged})
    path = folder / "run.json"
    path.write_text(json.dumps({"testCases": told}))
    return importing.import_file(workspace, str(path))


def contradicted(result: ImportResult) -> list[tuple[str, int, int]]:
    """The metrics that contradict their scores: name, how often, the first row."""
    told = [warning.values for warning in result.warnings if warning.code == "score_contradicted"]
    return [(values["column"], values["n"], values["row"]) for values in told]


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ([("Answer Relevancy", True, 0.9), ("Answer Relevancy", False, 0.1)], []),
        ([("Answer Relevancy", True, 0.2)], [("Answer Relevancy", 1, 1)]),
        ([("Answer Relevancy", True, 0.9), ("Answer Relevancy", False, 0.8)], [("Answer Relevancy", 1, 2)]),
        ([("Answer Relevancy", True, 0.5), ("Answer Relevancy", False, 0.4)], []),
        ([("Hallucination", True, 0.1), ("Hallucination", False, 0.9)], []),
        ([("Hallucination", True, 0.1), ("Hallucination", True, 0.9)], [("Hallucination", 1, 2)]),
        ([("Latency", True, 1.2), ("Latency", False, 3.1)], []),
        (
            [("Correctness [GEval]", True, 0.2), ("Correctness [GEval]", False, 0.9)],
            [("Correctness [GEval]", 2, 1)],
        ),
    ],
)
def test_a_success_that_contradicts_its_score_and_threshold_is_said_and_counts_as_the_tool_says(
    workspace: Workspace, tmp_path: Path, metrics: list[Metric], expected: list[tuple[str, int, int]]
) -> None:
    result = deepeval(workspace, tmp_path, *([metric] for metric in metrics))
    assert contradicted(result) == expected
    assert result.batch.verdicts_new == len(metrics)


def test_the_warning_is_said_in_both_languages(workspace: Workspace, tmp_path: Path) -> None:
    result = deepeval(workspace, tmp_path, [("Answer Relevancy", True, 0.2)])
    assert sentence(result.warnings).startswith(
        "'Answer Relevancy' contradicts the score beside it, in row 1"
    )
    with speaking("zh"):
        assert sentence(result.warnings).startswith("“Answer Relevancy”有 1 行与旁边的得分矛盾")


def test_a_tool_without_thresholds_contradicts_itself_where_a_pass_has_less_than_most_fails(
    workspace: Workspace, tmp_path: Path
) -> None:
    def answer(place: int, passed: bool, score: float) -> dict[str, Any]:
        part = {"pass": passed, "score": score, "reason": "why", "assertion": {"type": "llm-rubric"}}
        return {
            "vars": {"question": f"Q{place}"},
            "response": {"output": f"Answer {place}"},
            "success": passed,
            "gradingResult": {"pass": passed, "score": score, "componentResults": [part]},
        }

    given = [(True, 0.9), (True, 0.8), (False, 0.2), (False, 0.3), (True, 0.1), (True, 1.0)]
    results = [answer(place, *told) for place, told in enumerate(given)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"results": {"results": results}}))
    assert contradicted(importing.import_file(workspace, str(path))) == [("llm-rubric", 1, 5)]
