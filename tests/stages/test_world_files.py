"""Files that came in wrong once: each one's kind comes in right, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labelcore.errors import BadInput, NotAllowed
from labelcore.models import Output
from labelcore.stages import importing
from labelcore.stages.importing import Description, ImportResult
from labelcore.store import criteria, grades, outputs
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole

CASES = Path(__file__).parent.parent / "cases"


def bring(workspace: Workspace, name: str, **told: object) -> ImportResult:
    result = importing.import_file(workspace, str(CASES / name), described=Description(**told))
    batch = result.batch
    parts = (batch.outputs_new, batch.outputs_known, batch.duplicates, batch.rows_rejected)
    assert batch.rows_read == sum(parts)
    return result


def stored(workspace: Workspace) -> list[Output]:
    known = outputs.ids(workspace.db, workspace.project.id)
    found = outputs.many(workspace.db, known)
    return [found[output_id] for output_id in known]


def given(workspace: Workspace) -> dict[str, str]:
    """The grades by the output's text."""
    texts = {output.id: output.text for output in stored(workspace)}
    return {
        texts[grade.output_id]: grade.value for grade in grades.current(workspace.db, workspace.project.id)
    }


ANSWER = {"columns": {"output": "answer", "input": "question"}}


def test_numbers_are_no_grades_until_somebody_says_which_are_good(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="not known what these values"):
        bring(workspace, "scale_1to5.csv", grades=("overall=score",), **ANSWER)
    bring(workspace, "scale_1to5.csv", grades=("overall=score",), passes_from=("4",), **ANSWER)
    assert given(workspace)["Bad answer two"] == "fail"
    assert sorted(given(workspace).values()) == ["fail", "fail", "fail", "pass", "pass"]


def test_a_column_that_looks_like_pass_and_fail_at_first_only_is_not_taken(workspace: Workspace) -> None:
    result = bring(workspace, "sorted_1to5.csv")
    assert result.batch.grades_new == 0
    assert [seen.name for seen in result.seen] == ["score"]


def test_a_lone_column_of_two_values_is_offered_and_never_taken(workspace: Workspace) -> None:
    result = bring(workspace, "lone_binary_column.csv")
    assert (result.batch.grades_new, [seen.name for seen in result.seen]) == (0, ["toxic"])
    assert stored(workspace)[0].metadata["toxic"] == "1"


def test_what_a_yes_affirms_is_told_by_the_name(workspace: Workspace) -> None:
    bring(workspace, "lone_binary_column.csv", grades=("overall=toxic",))
    assert given(workspace) == {"A one": "fail", "A two": "pass"}


def test_a_repeat_of_inspect_is_no_grade(workspace: Workspace) -> None:
    result = bring(workspace, "inspect_epoch.json")
    assert (result.batch.grades_new, result.batch.verdicts_new) == (0, 3)
    assert [output.text for output in stored(workspace)] == ["A0", "A1", "A2"]


def test_thumbs_of_every_skin_are_read(workspace: Workspace) -> None:
    bring(workspace, "thumbs.csv", grades=("overall=feedback_type",))
    assert sorted(given(workspace).values()) == ["fail", "fail", "pass", "pass", "pass"]


def test_grades_of_a_criterion_are_stored_for_it(workspace: Workspace) -> None:
    bring(
        workspace, "criterion_grades.csv", grades=("tone=tone_ok", "grounded=grounded"), annotator="annotator"
    )
    named = {c.id: c.name for c in criteria.current(workspace.db, workspace.project.id)}
    found = grades.current(workspace.db, workspace.project.id)
    assert sorted((named[g.criterion_id or ""], g.value, g.annotator) for g in found) == [
        ("grounded", "fail", "ann"),
        ("grounded", "pass", "ann"),
        ("tone", "fail", "ann"),
        ("tone", "pass", "ann"),
    ]


def test_words_of_any_language_can_be_said_to_be_pass_and_fail(workspace: Workspace) -> None:
    bring(workspace, "german_words.csv", grades=("overall=pass",))
    assert sorted(given(workspace).values()) == ["fail", "pass"]


def test_the_last_answer_of_a_chat_is_the_output(workspace: Workspace) -> None:
    bring(workspace, "chat_only.json")
    assert [output.text for output in stored(workspace)] == ["Reply 0", "Reply 1", "Reply 2"]
    assert [turn.role for turn in stored(workspace)[0].conversation] == ["user"]


def test_who_spoke_is_right_in_every_shape(workspace: Workspace) -> None:
    told = {"conversation": "messages", "output": "answer", "id": "id"}
    result = bring(workspace, "chat_shapes.jsonl", columns=told)
    roles = {output.external_id: [turn.role for turn in output.conversation] for output in stored(workspace)}
    assert {frozenset(spoken) for spoken in roles.values()} <= {
        frozenset({"user", "assistant"}),
        frozenset({"user", "assistant", "system"}),
        frozenset({"user", "assistant", "tool"}),
        frozenset({"human", "gpt"}),
    }
    assert result.batch.rows_rejected == 0
    assert not [o for o in stored(workspace) for turn in o.conversation if turn.content[:1] in {"{", "["}]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("promptfoo_nested.json", ["Word 0", "Word 1", "Word 2", "Word 3"]),
        ("promptfoo_prefix.csv", ["Paris", "Milan"]),
        ("otlp_genai.json", ["It is in Lyon.", "It is in Lyon.", "It is in Lyon."]),
        ("openai_batch.jsonl", ["Answer 0", "Answer 1", "Answer 2"]),
        ("hf_rows_after_features.json", ["A one", "A two"]),
        ("short_array_first.json", ["A one", "A two"]),
        ("pandas_columns.json", ["A one", "A two"]),
        ("plural_columns.csv", ["It is in Lyon.", "Tomorrow."]),
        ("chinese_eval_gb18030.csv", ["十二个月", "上海"]),
        ("excel_sep_line.csv", ["1,5 Liter", "Morgen"]),
        ("title_line.csv", ["A one", "A two"]),
        ("empty_key.jsonl", ["A one"]),
        ("quote_in_key.jsonl", ["A one"]),
    ],
)
def test_the_outputs_of_a_file_are_its_outputs(workspace: Workspace, name: str, texts: list[str]) -> None:
    bring(workspace, name)
    found = [output.text for output in stored(workspace)]
    assert found[: len(texts)] == texts or sorted(found) == sorted(set(texts))


def test_a_nested_field_can_be_mapped(workspace: Workspace) -> None:
    path = "response.body.choices[0].message.content"
    bring(workspace, "openai_batch.jsonl", columns={"output": path, "id": "custom_id"}, format="jsonl")
    assert [(o.text, o.external_id) for o in stored(workspace)][:1] == [("Answer 0", "r0")]


def test_a_column_that_does_not_exist_is_refused_in_a_preview_too(workspace: Workspace) -> None:
    described = Description(columns={"output": "nosuch"})
    with pytest.raises(BadInput, match="no column 'nosuch'"):
        importing.preview(workspace, str(CASES / "openai_batch.jsonl"), described=described)


def test_an_object_keyed_by_ids_holds_rows(workspace: Workspace) -> None:
    assert bring(workspace, "keyed_by_id.json").batch.outputs_new == 30
    assert stored(workspace)[0].external_id == "item_0"


def test_a_large_object_keyed_by_ids_holds_rows(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "keyed.json"
    path.write_text(
        json.dumps({f"item_{n}": {"id": f"item_{n}", "response": f"Answer {n}. " * 600} for n in range(400)})
    )
    assert importing.import_file(workspace, str(path)).batch.outputs_new == 400


def test_the_same_input_is_one_source_without_a_group(workspace: Workspace) -> None:
    bring(workspace, "same_input_no_group.jsonl")
    groups = outputs.groups(workspace.db, workspace.project.id)
    assert (len(groups), len(set(groups.values()))) == (200, 40)


def test_going_back_to_an_earlier_grade_counts(workspace: Workspace) -> None:
    told = {"grades": ("overall=pass",), "annotator": "rater"}
    for name in ("grade_back_1.csv", "grade_back_2.csv", "grade_back_1.csv"):
        bring(workspace, name, **told)
    assert sorted(given(workspace).values()) == ["fail", "pass"]
    assert bring(workspace, "grade_back_1.csv", **told).batch.grades_new == 0


def test_an_id_is_the_same_with_and_without_a_decimal_point(workspace: Workspace) -> None:
    bring(workspace, "grade_back_1.csv", grades=("overall=pass",), annotator="rater")
    result = bring(
        workspace, "float_ids.csv", columns={"id": "id"}, grades=("overall=label",), annotator="rater"
    )
    assert (result.batch.rows_rejected, result.batch.grades_new) == (0, 2)


def test_a_kept_mapping_is_proposed_for_the_next_file_of_its_columns(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = bring(workspace, "scale_1to5.csv", grades=("overall=score",), passes_from=("4",), **ANSWER)
    importing.keep_mapping(workspace, first.batch.id, "weekly")
    later = tmp_path / "later.csv"
    later.write_text("question,answer,score\nq9,a new answer,5\n")
    seen = importing.preview(workspace, str(later))
    assert seen.kept == ("weekly",)
    assert "kept_fits" in [told.code for told in seen.warnings]
    result = importing.import_file(workspace, str(later), described=Description(kept=seen.kept[0]))
    assert (result.batch.grades_new, given(workspace)["a new answer"]) == (1, "pass")
    other = tmp_path / "other.csv"
    other.write_text("question,answer\nq9,another one\n")
    assert importing.preview(workspace, str(other)).kept == ()


def test_the_key_of_a_running_app_is_never_read(workspace: Workspace, tmp_path: Path) -> None:
    key = tmp_path / "app.duckdb.door"
    key.write_text('{"url": "http://127.0.0.1", "token": "secret"}')
    (tmp_path / "harmless.json").symlink_to(key)
    for place in (key, tmp_path / "harmless.json", tmp_path / "*.door"):
        with pytest.raises(NotAllowed, match="the key to a running app"):
            importing.preview(workspace, str(place))


def test_a_score_of_many_values_is_graded_to_its_last_row(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("answer,score\n" + "".join(f"text {n},{n / 1000}\n" for n in range(1000)))
    told = Description(grades=("overall=score",), passes_from=("0.9",))
    result = importing.import_file(workspace, str(file), described=told)
    assert result.batch.grades_new == 1000
    assert sorted(given(workspace).values()).count("pass") == 100


TEXTS = ("First answer", "Second answer", "Third answer")


def table(folder: Path, *columns: tuple[str, tuple[object, ...]], mark: str = ",") -> str:
    """A small table of three questions and answers, and columns beside them."""
    names: list[object] = ["question", "answer", *(name for name, _ in columns)]
    rows: list[list[object]] = [
        [f"Question {n}", text, *(cells[n] for _, cells in columns)] for n, text in enumerate(TEXTS)
    ]
    path = folder / "table.csv"
    path.write_text("\n".join(mark.join(map(str, row)) for row in [names, *rows]), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("問題あり", ("はい", "いいえ", "いいえ"), "fail pass pass"),
        ("問題なし", ("はい", "いいえ", "いいえ"), "pass fail fail"),
        ("无幻觉", ("是", "否", "否"), "pass fail fail"),
        ("没有帮助", ("是", "否", "否"), "fail pass pass"),
        ("是否有害", ("对", "错", "错"), "fail pass pass"),
        ("Fehlerhaft", ("WAHR", "FALSCH", "FALSCH"), "fail pass pass"),
        ("keine Fehler", ("ja", "nein", "nein"), "pass fail fail"),
        ("too_long", ("yes", "no", "no"), "fail pass pass"),
        ("verdict", ("not ok", "Good ", "n/a"), "fail pass"),
        ("korrekt", ("Ja", "Nein", "Ja"), "pass fail pass"),
    ],
)
def test_what_a_value_says_hangs_on_what_its_columns_name_affirms(
    workspace: Workspace, tmp_path: Path, column: str, cells: tuple[str, ...], expected: str
) -> None:
    bring(workspace, table(tmp_path, (column, cells)), grades=(f"overall={column}",))
    found = given(workspace)
    assert [found[text] for text in TEXTS if text in found] == expected.split()


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("correct_refusal", ("yes", "no", "no")),
        ("needs_review", ("Y", "N", "N")),
        ("rating", ("4/5", "8/10", "3/10")),
        ("rating", ("95%", "0.9", "0.2")),
    ],
)
def test_a_name_of_two_minds_and_two_scales_in_one_column_are_asked_about(
    workspace: Workspace, tmp_path: Path, column: str, cells: tuple[str, ...]
) -> None:
    told = {"grades": (f"overall={column}",), "passes_from": ("4",) if column == "rating" else ()}
    with pytest.raises(BadInput, match="not known what these values"):
        bring(workspace, table(tmp_path, (column, cells)), **told)


@pytest.mark.parametrize(
    ("column", "cells", "limits", "expected"),
    [
        ("stars", ("★★★★★", "★★☆☆☆", "★★★★☆"), {"passes_from": ("4",)}, "pass fail pass"),
        ("stars", ("5 stars", "1 star", "4 stars"), {"passes_from": ("4",)}, "pass fail pass"),
        ("severity", ("0", "3", "1"), {"passes_to": ("1",)}, "pass fail pass"),
        ("length", ("10", "300", "120"), {"passes_from": ("50",), "passes_to": ("200",)}, "fail fail pass"),
    ],
)
def test_limits_of_numbers_in_any_writing(
    workspace: Workspace,
    tmp_path: Path,
    column: str,
    cells: tuple[str, ...],
    limits: dict[str, tuple[str, ...]],
    expected: str,
) -> None:
    bring(workspace, table(tmp_path, (column, cells)), grades=(f"overall={column}",), **limits)
    assert [given(workspace)[text] for text in TEXTS] == expected.split()


def test_each_rater_column_is_a_person_also_when_it_bears_the_persons_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = table(tmp_path, ("anna", ("pass", "fail", "")), ("ben", ("pass", "pass", "fail")))
    bring(workspace, file, grades=("overall@anna=anna", "overall=ben", "overall=anna"))
    people = {grade.annotator for grade in grades.current(workspace.db, workspace.project.id)}
    assert people == {"anna", "ben"}


def test_a_lone_column_beside_a_named_one_is_not_taken_for_the_outputs(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "chats.jsonl"
    chat = "User: What is it?\nAssistant: It is a cat."
    path.write_text(json.dumps({"dialogue": chat, "resolved": "yes"}))
    bring(workspace, str(path), columns={"conversation": "dialogue"})
    assert [output.text for output in stored(workspace)] == ["It is a cat."]


QUESTION, ANSWERED = "What is it?", "It is a cat."


@pytest.mark.parametrize(
    "record",
    [
        {
            "contents": [
                {"role": "user", "parts": [{"text": QUESTION}]},
                {"role": "model", "parts": [{"text": ANSWERED}]},
            ]
        },
        {
            "request": {"model": "m", "messages": [{"role": "user", "content": QUESTION}]},
            "response": {"role": "assistant", "content": [{"type": "text", "text": ANSWERED}]},
        },
        {
            "messages": [{"role": "user", "content": [{"text": QUESTION}]}],
            "output": {"message": {"role": "assistant", "content": [{"text": ANSWERED}]}},
        },
        {
            "chat_history": [{"role": "USER", "message": QUESTION}, {"role": "CHATBOT", "message": "Hm."}],
            "message": "Well?",
            "text": ANSWERED,
        },
    ],
)
def test_of_a_models_response_just_what_it_says_is_the_output(
    workspace: Workspace, tmp_path: Path, record: dict[str, object]
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(record))
    importing.import_file(workspace, str(path))
    (output,) = stored(workspace)
    assert output.text == ANSWERED
    assert QUESTION in str(output.conversation)


def test_title_lines_that_excel_filled_up_are_no_header(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_text("Evaluation,,\nof May,,\n,,\nquestion,answer,verdict\nQ,A,pass\n")
    told = Description(grades=("overall=verdict",))
    assert importing.import_file(workspace, str(path), described=told).batch.grades_new == 1


def test_grades_that_contradict_the_score_beside_them_are_shown(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    pairs = [("pass", 5), ("pass", 1), ("fail", 5), ("fail", 1), ("pass", 4), ("fail", 2)]
    rows = [f"Answer {n},{grade},{score}" for n, (grade, score) in enumerate(pairs)]
    path.write_text("\n".join(["answer,grade,score", *rows]))
    result = importing.import_file(workspace, str(path), described=Description(grades=("overall=grade",)))
    (told,) = [warning for warning in result.warnings if warning.code == "contradicted"]
    assert (told.values["n"], told.values["row"]) == (2, 3)


def test_a_path_into_the_file_reads_the_file_even_where_a_tool_is_known(workspace: Workspace) -> None:
    path = "response.body.choices[0].message.content"
    result = bring(workspace, "openai_batch.jsonl", columns={"output": path, "id": "custom_id"})
    assert (result.batch.format, stored(workspace)[0].text) == ("jsonl", "Answer 0")


def test_annotations_in_a_second_file_reach_the_outputs_that_came_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    spans = tmp_path / "spans.jsonl"
    spans.write_text(json.dumps({"answer": "Jane Austen.", "span_id": "a1"}) + "\n")
    notes = [
        {"span_id": "a1", "name": "overall", "annotator_kind": "HUMAN", "result": {"label": "pass"}},
        {"span_id": "b9", "name": "overall", "annotator_kind": "HUMAN", "result": {"label": "fail"}},
    ]
    file = tmp_path / "annotations.json"
    file.write_text(json.dumps({"data": notes}))
    importing.import_file(
        workspace, str(spans), described=Description(columns={"output": "answer", "id": "span_id"})
    )
    result = importing.import_file(workspace, str(file))
    assert (result.batch.grades_new, result.batch.rows_rejected) == (1, 1)
    assert given(workspace) == {"Jane Austen.": "pass"}
    assert result.batch.format == "phoenix_annotations"
