"""Small files as the tools themselves wrote them, and where a tool is installed, one that it writes now."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from labelcore.stages import importing
from labelcore.workspace import Workspace

CASES = Path(__file__).parent.parent / "cases"
PEOPLE = [f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2)]
EXPERTS = ["expert1@example.org", "expert2@example.org"]


def verdicts(workspace: Workspace, path: Path) -> Counter[tuple[str, str]]:
    """How many verdicts of each name and value an import of a file brought."""
    importing.import_file(workspace, str(path))
    return Counter(
        workspace.db.rows(
            "SELECT j.name, v.value FROM verdict v JOIN judge_version j USING (judge_version_id)"
        )
    )


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("inspect_wrote.eval", "match pass 3, match fail 1, includes pass 3, includes fail 1"),
        ("promptfoo_wrote.json", "verdict fail 2, contains pass 2, contains fail 2, mentions pass 2"),
        ("promptfoo_wrote.csv", "verdict fail 2, verdict pass 2"),
        ("deepeval_wrote.json", "Short pass 1, Short fail 1"),
        ("deepeval_4_3_wrote.json", "Correct pass 1, Correct fail 1, Short pass 2"),
        ("inspect_0_3_285_wrote.eval", "includes pass 3, includes fail 1"),
        (
            "promptfoo_0_123_wrote.json",
            "verdict pass 1, verdict fail 1, mentions pass 1, mentions fail 1, javascript pass 2",
        ),
        ("promptfoo_0_123_wrote.csv", "verdict pass 1, verdict fail 1"),
        ("mlflow_wrote.jsonl", "relevant pass 2"),
        ("mlflow_wrote_table.jsonl", "relevant pass 2"),
        ("argilla_wrote.json", "quality pass 2"),
        ("argilla_wrote.parquet", "quality pass 2"),
    ],
)
def test_a_file_as_the_tool_wrote_it_comes_in_with_its_verdicts(
    workspace: Workspace, name: str, found: str
) -> None:
    told = [part.rsplit(" ", 2) for part in found.split(", ")]
    assert verdicts(workspace, CASES / name) == {(judge, value): int(n) for judge, value, n in told}


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("name", "people", "given"),
    [
        ("mlflow_wrote.jsonl", ["ann"], "Milan fail, Paris pass"),
        ("mlflow_wrote_table.jsonl", ["ann"], "Milan fail, Paris pass"),
        ("argilla_wrote.json", PEOPLE, "Milan fail, Milan pass, Paris pass, Paris pass"),
        ("argilla_wrote.parquet", PEOPLE, "Milan fail, Milan pass, Paris pass, Paris pass"),
        ("label_studio_wrote_min.json", EXPERTS, "Milan fail, Milan fail, Paris pass, Paris pass"),
        ("label_studio_wrote_min.csv", EXPERTS, "Milan fail, Milan fail, Paris pass, Paris pass"),
    ],
)
def test_a_file_as_the_tool_wrote_it_comes_in_with_its_peoples_grades(
    workspace: Workspace, name: str, people: list[str], given: str
) -> None:
    importing.import_file(workspace, str(CASES / name))
    found = workspace.db.rows(
        "SELECT DISTINCT left(o.text, 5) || ' ' || g.value, g.annotator, o.input FROM grade g "
        "JOIN output o USING (output_id) ORDER BY 1, 2"
    )
    assert ", ".join(grade for grade, _, _ in found) == given
    assert sorted({person for _, person, _ in found}) == people
    assert {question for _, _, question in found} == {"Capital of Italy?", "Capital of France?"}


def test_ratings_of_label_studios_flat_export_are_asked_about(workspace: Workspace) -> None:
    for name in ("label_studio_wrote_min.json", "label_studio_wrote_min.csv"):
        seen = {told.name: told for told in importing.preview(workspace, str(CASES / name)).seen}
        assert [(value["value"], value["rows"]) for value in seen["stars"].values] == [("2", 2), ("5", 2)]
        assert not seen["stars"].known


PARIS, MILAN = ("Capital of France?", "Paris it is."), ("Capital of Italy?", "Milan, I think.")


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("name", "found", "asked"),
    [
        ("promptfoo_0_123_wrote.json", [PARIS, MILAN], []),
        ("promptfoo_0_123_wrote.csv", [PARIS, MILAN], ["mentions"]),
        ("deepeval_4_3_wrote.json", [PARIS, MILAN], []),
        ("deepeval_4_3_cases_wrote.json", [PARIS, MILAN], []),
        (
            "ragas_0_4_wrote.jsonl",
            [(PARIS[0], "Paris"), (MILAN[0], "Milan")],
            ["exact_match", "string_present"],
        ),
        (
            "inspect_0_3_285_wrote.eval",
            [PARIS, MILAN, (PARIS[0], "Paris, again."), (MILAN[0], "Rome, I think.")],
            ["graded"],
        ),
    ],
)
def test_what_the_newest_tools_wrote_is_stored_whole_without_a_grade_nobody_gave(
    workspace: Workspace, name: str, found: list[tuple[str, str]], asked: list[str]
) -> None:
    result = importing.import_file(workspace, str(CASES / name))
    assert workspace.db.rows("SELECT input, text FROM output ORDER BY row_number") == found
    assert (result.batch.rows_rejected, result.batch.grades_new) == (0, 0)
    assert [seen.name for seen in result.seen if not seen.known] == asked


def test_repeats_of_an_inspect_sample_are_one_source(workspace: Workspace) -> None:
    importing.import_file(workspace, str(CASES / "inspect_0_3_285_wrote.eval"))
    found = workspace.db.rows(
        "SELECT group_key, list(external_id ORDER BY row_number) FROM output GROUP BY 1"
    )
    assert sorted(found) == [("fr", ["fr", "fr/2"]), ("it", ["it", "it/2"])]


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
