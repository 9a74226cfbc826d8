"""What the columns of people's tables are called: forms and tools of many languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.stages.importing.meanings import by_word, polarity
from labelcore.stages.importing.names import by_name, note_beside
from labelcore.workspace import Workspace

ROW: list[dict[str, str]] = []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Zeitstempel", "Frage des Kunden", "Antwort der KI"], {"input": 1, "output": 2, "at": 0}),
        (["Kundenanfrage", "KI-Antwort", "Kommentare"], {"input": 0, "output": 1, "note": 2}),
        (["1、用户问题", "2、模型回答", "3、您的建议"], {"input": 0, "output": 1, "note": 2}),
        (["Customer message", "Bot reply", "Reviewer notes"], {"input": 0, "output": 1, "note": 2}),
        (["Question shown", "Answer shown", "The answer is correct."], {"input": 0, "output": 1}),
        (["user_query", "chatgpt_response", "hallucination"], {"input": 0, "output": 1}),
        (["Issue key", "Summary", "Custom field (AI answer)", "Comment"], {"output": 2, "note": 3}),
        (["pregunta", "respuesta del modelo", "comentarios"], {"input": 0, "output": 1, "note": 2}),
        (["Вопрос", "Ответ модели", "Оценщик"], {"input": 0, "output": 1, "annotator": 2}),
        (["질문", "AI 답변", "평가자"], {"input": 0, "output": 1, "annotator": 2}),
        (["source", "translation", "worker_id"], {"context": 0, "output": 1, "annotator": 2}),
        (["Prompt", "Story", "Any comments?"], {"input": 0, "output": 1, "note": 2}),
        (["prompt", "response_a", "response_b"], {"input": 0}),
        (["prompt", "expected_answer"], {"input": 0}),
        (["prompt", "How would you rate the answer?"], {"input": 0}),
        (["prompt", "Is this a good answer"], {"input": 0}),
        (["prompt", "preferred_response"], {"input": 0}),
        (["问题", "参考答案"], {"input": 0}),
        (["问题", "您对回答是否满意？"], {"input": 0}),
        (["prompt", "Response ID", "response_time", "answer_quality"], {"input": 0}),
    ],
)
def test_a_column_is_known_by_the_noun_that_its_name_is_about(
    columns: list[str], expected: dict[str, int]
) -> None:
    assert by_name(columns, ROW) == {meaning: columns[place] for meaning, place in expected.items()}


@pytest.mark.parametrize(
    "column",
    """Musterantwort, Referenzantwort, Sollantwort, Lösungsantwort, Idealantwort, Kundenantwort,
    Nutzerantwort, Antwort des Kunden, Soll-Antwort, 用户回复, 用户的回复, 学生回答, 客户回复, 顾客回答,
    ユーザーの回答, お客様の回答, 学生の回答, 고객 답변, Customer reply, Client response, Customer's answer,
    Student answer, Teacher answer, Expert answer, Doctor's answer, Source translation, HTTP response,
    Survey response, Respuesta del cliente, Respuesta del alumno, Respuesta de la usuaria, Réponse du client,
    Réponse de l'utilisateur, Réponse de référence, Resposta do cliente, Risposta del cliente,
    Risposta dell'utente, Ответ клиента, Ответ пользователя, رد العميل""".replace("\n", " ").split(", "),
)
def test_what_somebody_else_said_is_not_the_output(column: str) -> None:
    name = column.strip()
    assert by_name([name, "Bot"], ROW).get("output") is None
    assert by_name([name, "AI answer"], ROW)["output"] == "AI answer"


@pytest.mark.parametrize(
    "column",
    """客服回复, 给用户的回复, 回复内容, お客様への回答, Customer service reply, Customer support answer,
    Respuesta al cliente, Antwort vom Support, Ответ клиенту,
    Email response, Source code summary, Chatbot-Antwort, KI-Antwort, Modellantwort, Botantwort,
    Respuesta del modelo, Réponse du modèle""".replace("\n", " ").split(", "),
)
def test_what_is_said_to_a_customer_is_the_output(column: str) -> None:
    assert by_name([column.strip(), "x"], ROW).get("output") == column.strip()


@pytest.mark.parametrize(
    "column",
    """Release notes, Order notes, Delivery note, Customer comment, Customer's comments, User comment,
    Client notes, 客户意见, 顾客建议, 用户的建议, お客様コメント, Kommentar des Kunden,
    Comentario del cliente, Commentaire du client, Комментарий клиента""".replace("\n", " ").split(", "),
)
def test_what_a_customer_or_an_order_says_is_no_note_of_who_graded(column: str) -> None:
    name = column.strip()
    columns = ["question", "answer", "grade", name]
    rows = [{"question": f"Q{n}", "answer": f"A{n}", "grade": "pass", name: f"so {n}"} for n in range(3)]
    assert by_name(columns, rows).get("note") is None
    assert Description(grades=("overall=grade",)).mapping(columns, rows).note is None
    assert by_name([*columns, "Reviewer notes"], rows)["note"] == "Reviewer notes"


@pytest.mark.parametrize(
    ("column", "columns", "note"),
    [
        ("Tone", ["Tone", "Tone comment", "Facts comment"], "Tone comment"),
        ("tone_score", ["tone_score", "comment_tone"], "comment_tone"),
        ("张三评分", ["张三评分", "张三备注", "李四备注"], "张三备注"),
        ("score", ["score", "comment"], None),
        ("Tone", ["Tone", "Tone comment", "Tone note"], None),
    ],
)
def test_a_grades_notes_are_those_that_bear_its_name(
    column: str, columns: list[str], note: str | None
) -> None:
    assert note_beside(column, columns) == note


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("用户问题", 0),
        ("1、用户问题", 0),
        ("是否有问题", -1),
        ("存在问题", -1),
        ("問題あり", -1),
        ("annotations[0].faithful", 1),
        ("errors[0].fixed", 0),
        ("issues[0].valid", 0),
    ],
)
def test_the_word_for_a_question_blames_nothing_and_a_place_in_a_list_is_read_whole(
    name: str, sign: int
) -> None:
    assert polarity(name) == sign


def test_no_word_for_yes_or_no_says_by_itself_what_is_good() -> None:
    assert {by_word(word) for word in ("예", "아니오", "نعم", "لا", "हाँ", "नहीं", "○", "×", "tak", "nie")} == {
        None
    }


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Issue key", ["QA-1", "QA-2", "QA-1"]),
        ("hallucinated_span_start", ["1", "-1", "3"]),
        ("hallucination_spans", ["the moon", "a date", "the moon"]),
        ("評価者", ["佐藤", "鈴木", "佐藤"]),
        ("comment", ["wrong", "good", "wrong"]),
        ("Tone comment", ["no", "no", "bad"]),
    ],
)
def test_what_names_something_or_explains_is_not_offered_as_grades(
    workspace: Workspace, tmp_path: Path, column: str, cells: list[str]
) -> None:
    path = tmp_path / "a.csv"
    lines = ["question,answer," + column, *(f"Q{n},A{n},{cell}" for n, cell in enumerate(cells))]
    path.write_text("\n".join(lines), "utf-8")
    assert importing.preview(workspace, str(path)).seen == ()


def test_an_empty_object_asks_nothing_and_where_something_came_from_is_no_context() -> None:
    asked = [{"inputs": "{}", "query": "Who pays?", "answer": "The tenant.", "source": "UI"}]
    assert by_name(list(asked[0]), asked) == {"input": "query", "output": "answer"}
    given = [{"source": "Guten Tag.", "translation": "Hello."}]
    assert by_name(list(given[0]), given) == {"context": "source", "output": "translation"}
