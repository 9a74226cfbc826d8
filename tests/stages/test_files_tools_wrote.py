"""Small files as the tools themselves wrote them, and where a tool is installed, one that it writes now."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from labelcore.stages import importing
from labelcore.workspace import Workspace

CASES = Path(__file__).parent.parent / "cases"


def verdicts(workspace: Workspace, path: Path) -> Counter[tuple[str, str]]:
    """How many verdicts of each name and value an import of a file brought."""
    importing.import_file(workspace, str(path))
    return Counter(
        workspace.db.rows(
            "SELECT j.name, v.value FROM verdict v JOIN judge_version j USING (judge_version_id)"
        )
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("inspect_wrote.eval", "match pass 3, match fail 1, includes pass 3, includes fail 1"),
        ("promptfoo_wrote.json", "verdict fail 2, contains pass 2, contains fail 2, mentions pass 2"),
        ("promptfoo_wrote.csv", "verdict fail 2, verdict pass 2"),
        ("deepeval_wrote.json", "Short pass 1, Short fail 1"),
    ],
)
def test_a_file_as_the_tool_wrote_it_comes_in_with_its_verdicts(
    workspace: Workspace, name: str, found: str
) -> None:
    told = [part.rsplit(" ", 2) for part in found.split(", ")]
    assert verdicts(workspace, CASES / name) == {(judge, value): int(n) for judge, value, n in told}


def test_a_table_of_ragas_keeps_its_scores_open_until_a_threshold_is_said(workspace: Workspace) -> None:
    result = importing.import_file(workspace, str(CASES / "ragas_wrote.csv"))
    assert (result.batch.outputs_new, result.batch.verdicts_new) == (2, 0)
    assert [(seen.name, seen.known) for seen in result.seen] == [("exact_match", False)]


def test_what_inspect_writes_today_comes_in(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspect = pytest.importorskip("inspect_ai")
    dataset, model, scorer = (
        pytest.importorskip(f"inspect_ai.{name}") for name in ("dataset", "model", "scorer")
    )
    monkeypatch.setattr("tiktoken.get_encoding", lambda _name: type("", (), {"encode": lambda *_: []})())
    task = inspect.Task(dataset=[dataset.Sample(input="Capital?", target="Paris")], scorer=scorer.includes())
    answer = model.ModelOutput.from_content("mockllm/model", "Paris it is")
    mock = model.get_model("mockllm/model", custom_outputs=[answer])
    inspect.eval(task, model=mock, log_dir=str(tmp_path), log_format="eval", display="none")
    (log,) = tmp_path.glob("*.eval")
    assert verdicts(workspace, log) == {("includes", "pass"): 1}
