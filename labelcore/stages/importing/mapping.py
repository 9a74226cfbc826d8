"""Which column is what: known by names, said by people, and never guessed from how long a text is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Frozen
from labelcore.stages.importing.keys import Redaction
from labelcore.stages.importing.meanings import GivenMeanings
from labelcore.store.staging import FIELDS
from labelcore.text import chats
from labelcore.wording import did_you_mean

NAMES: dict[str, tuple[str, ...]] = {
    meaning: tuple(words.split())
    for meaning, words in {
        "output": "output outputs response responses answer answers completion prediction generation "
        "model_output llm_output model_response model_answer assistant_response ai_response bot_response "
        "agent_response generated_text generated_answer generated_response generated_output final_answer "
        "final_response actual_output predicted_answer completions generations generated_sql "
        "predicted_sql sql_generated generated_code model_patch summary reply replies text 输出 模型输出 "
        "回答 模型回答 模型回复 回复 答复 答案 生成内容 生成结果 出力 応答 回覆 模型回覆 輸出 답변 응답 "
        "ответ resposta risposta الإجابة الجواب الرد "
        "antwort ki_antwort modellantwort bot_antwort ausgabe modellausgabe réponse reponse respuesta salida",
        "input": "input inputs prompt question questions query instruction user_input user_message "
        "user_query user_prompt user_question customer_message request message 输入 问题 用户问题 用户输入 "
        "提问 提示 提示词 指令 質問 "
        "入力 frage kundenfrage nutzerfrage eingabe anfrage pregunta entrada pergunta domanda "
        "вопрос 질문 السؤال 輸入 問題",
        "context": "context contexts documents document source_text passage passages transcript retrieved "
        "retrieved_contexts retrieved_docs retrieved_documents retrieval_context source article text "
        "上下文 原文 资料 参考资料 背景 文脈 kontext",
        "conversation": "conversation conversations messages dialogue dialog chat chat_history turns history "
        "conversation_history message_history dialogue_history chat_messages chat_log trace contents 对话 "
        "聊天记录 对话历史",
        "id": "id output_id example_id item_id uid uuid record_id sample_id row_id trace_id instance_id "
        "编号 序号",
        "group": "group group_id group_key doc_id document_id source_id session_id thread_id case_id "
        "conversation_id 分组 会话",
        "model": "model model_name model_id model_name_or_path generator 模型",
        "prompt_version": "prompt_version prompt_id template version 提示版本 版本",
        "at": "timestamp created_at created time date datetime start_time 时间 日期 创建时间",
        "grade": "human_grade human_label human_verdict human_score human_rating human_pass "
        "grade label pass passed rating verdict good is_good "
        "is_correct expert_gold score stars correct 评分 得分 结果 标注 是否通过 是否合格 評価 判定 "
        "bewertung korrekt 評分 évaluation avaliação valutazione оценка 평가 التقييم",
        "note": "note notes reason critique comment comments reviewer_comment grader_comment feedback "
        "explanation rationale 备注 原因 评语 意见 理由 评分理由 コメント kommentar begründung anmerkung "
        "備註 commentaire comentario commento комментарий التعليق",
        "annotator": "annotator annotator_id rater rater_id grader labeler reviewer expert user worker "
        "graded_by reviewed_by labeled_by annotated_by rated_by by "
        "标注人 标注员 评审人 評価者 bewerter prüfer",
    }.items()
}
"""The names that a meaning is known by. A reference is none of them: it stays in the metadata, where
scorers read it, and is nothing that the output was made from."""
_TEXT = ("output", "input", "context", "conversation", "id", "group", "model", "prompt_version", "at")
_LONE_NAME = re.compile(r"[^\W\d][\w.-]*( [\w.-]*[\w]){0,2}")
REPLY, BEFORE = "(reply)", "(before the reply)"
"""The columns of outputs and conversations that were taken out of chats."""
OVERALL = "overall"


class Grading(Frozen):
    """A column of grades: of which criterion ("overall" for none), by whom, with which notes.

    ``annotator``: a column's name, or else a person's.
    """

    column: str
    criterion: str = OVERALL
    note: str | None = None
    annotator: str | None = None


class Mapping(Frozen):
    """The columns of a file by what they mean. ``meta`` None keeps every other column.

    A column may be a path into one that holds JSON ("response.body.choices[0].message.content").
    ``replies``: of chats without an output column, the last reply is the output, or each is one.
    ``meanings``: what each value of a column of grades or verdicts was taken to mean.
    """

    output: str | None = None
    input: str | None = None
    context: str | None = None
    conversation: str | None = None
    id: str | None = None
    group: str | None = None
    prompt_version: str | None = None
    model: str | None = None
    at: str | None = None
    grade: str | None = None
    note: str | None = None
    annotator: str | None = None
    annotator_name: str = "import"
    gradings: tuple[Grading, ...] = ()
    meta: tuple[str, ...] | None = None
    verdicts: dict[str, str] = Field(default_factory=dict)
    feedback: dict[str, str] = Field(default_factory=dict)
    replies: Literal["last", "each"] = "last"
    format: str = ""
    part: str = ""
    encoding: str = ""
    near_duplicates: Literal["keep", "leave out"] = "keep"
    id_is_guess: bool = False
    grade_is_guess: bool = False
    said: GivenMeanings = GivenMeanings()
    meanings: dict[str, dict[str, str]] = Field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """The columns of what an output is, by meaning."""
        return {name: column for name in _TEXT if (column := getattr(self, name))}

    def named(self) -> dict[str, str]:
        """The columns that are mapped, by meaning."""
        columns = {name: column for name in ("grade", "note", "annotator") if (column := getattr(self, name))}
        return self.texts() | columns

    def all_gradings(self) -> tuple[Grading, ...]:
        """Every column of grades, with its notes and people."""
        who = self.annotator or self.annotator_name
        first = [Grading(column=self.grade, note=self.note, annotator=who)] if self.grade else []
        others = [
            grading.model_copy(update={"annotator": grading.annotator or who}) for grading in self.gradings
        ]
        return (*first, *others)

    def used(self) -> set[str]:
        """Every column or path that means something, so that it is no metadata."""
        columns = {grading.column for grading in self.gradings} | {g.note for g in self.gradings if g.note}
        return {*self.named().values(), *columns, *self.verdicts.values(), *self.feedback.values()}


def by_name(
    columns: Sequence[str], rows: Sequence[dict[str, Any]], *, taken: Iterable[str] = ()
) -> dict[str, str]:
    """The columns that a name tells; a conversation also by what it holds."""
    columns_by_meaning: dict[str, str] = {}
    columns_by_name: dict[str, list[str]] = {}
    for column in columns:
        columns_by_name.setdefault(_plain(column), []).append(column)
    for meaning, names in NAMES.items():
        for name in filter(columns_by_name.__contains__, names):
            used = {*columns_by_meaning.values(), *taken}
            free = [column for column in columns_by_name[name] if column not in used]
            if free and (meaning != "conversation" or is_chat(free[0], rows)):
                columns_by_meaning[meaning] = free[0]
                break
    if (
        "conversation" not in columns_by_meaning
        and "input" in columns_by_meaning
        and is_request(columns_by_meaning["input"], rows)
    ):
        columns_by_meaning["conversation"] = columns_by_meaning.pop("input")
    columns_by_meaning |= _instructed(columns_by_name, columns_by_meaning, rows)
    texts = {"output", "conversation"} & columns_by_meaning.keys()
    if "output" in texts and not {"context", "conversation"} & columns_by_meaning.keys():
        columns_by_meaning |= _dialogue(columns_by_name, rows, {*columns_by_meaning.values(), *taken})
    if (
        texts
        and "id" in columns_by_meaning
        and len({row.get(columns_by_meaning["id"]) for row in rows}) < len(rows)
    ):
        del columns_by_meaning["id"]  # what repeats in the first rows names no output
    return columns_by_meaning


def _instructed(
    columns: dict[str, list[str]], mapped: dict[str, str], rows: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Where instructions differ and stand before an input that may be empty, they ask, and it is context."""
    instruction, *_ = columns.get("instruction", [""])
    text = mapped.get("input", "")
    if not instruction or instruction == text or text not in columns.get("input", ()) or "context" in mapped:
        return {}
    asked = {str(row.get(instruction) or "") for row in rows}
    differ = len(asked) > 1 or any(not row.get(text) for row in rows)
    return {"input": instruction, "context": text} if differ and "" not in asked else {}


def _dialogue(
    columns_by_name: dict[str, list[str]], rows: Sequence[dict[str, Any]], used: set[str]
) -> dict[str, str]:
    """A dialogue written as one text, in which nobody can be told apart, as context."""
    for column in (
        column for name in ("dialogue", "dialog", "对话") for column in columns_by_name.get(name, ())
    ):
        if column not in used and not any(str(row.get(column)).lstrip()[:1] in "[{" for row in rows):
            return {"context": column}
    return {}


def is_chat(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether it is known who spoke in the first rows of a column."""
    texts = [text for row in rows if (text := str(row.get(column) or "").strip())]
    readings = [chats.turns(text) for text in texts]
    return bool(texts) and all(turns is not None for turns in readings)


def is_request(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column holds chats that are JSON."""
    return is_chat(column, rows) and str(rows[0].get(column) or "").lstrip()[:1] in {"{", "["}


def is_named(column: str, name: str) -> bool:
    """Whether a column bears a name, in any way of writing it."""
    return _plain(column) == name


@lru_cache(100_000)
def _plain(column: str) -> str:
    bare = re.sub(r"[（(\[].*$", "", column.strip(), flags=re.DOTALL).rstrip(" ?:*？：") or column.strip()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", bare)
    return re.sub(r"[\s\-]+", "_", words).lower()


def guess(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
    """A mapping from the columns' names; without an output where none tells."""
    if tuple(columns) == FIELDS:
        return Mapping(**{name: name for name in _TEXT})
    columns_by_meaning = by_name(columns, rows)
    grade, remarks = (
        columns_by_meaning.pop("grade", None),
        {n: c for n in ("note", "annotator") if (c := columns_by_meaning.pop(n, None))},
    )
    texts = without_doubt(columns_by_meaning, columns)
    return Mapping(
        **texts,
        **(remarks if grade else {}),
        grade=grade,
        grade_is_guess=bool(grade),
        id_is_guess="id" in texts,
    )


def without_doubt(columns_by_meaning: dict[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The texts by name, where they say what the outputs are: a chat without an output has it inside.

    A file of just one column of texts holds outputs, where a name stands above them and no sentence.
    """
    if not columns_by_meaning and len(columns) == 1 and _LONE_NAME.fullmatch(columns[0]):
        return {"output": columns[0]}
    if "output" not in columns_by_meaning and "conversation" in columns_by_meaning:
        return {name: column for name, column in columns_by_meaning.items() if name != "input"}
    return columns_by_meaning


class Description(Redaction):
    """What a person says of a file's columns; ``annotator``: a column, or a name.

    Texts that are left open are known by their names. Grades, notes and annotators come along only
    when they are asked for, or when nothing is said at all.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    meta: tuple[str, ...] | None = None
    grades: tuple[str, ...] = ()
    note: str | None = None
    annotator: str | None = None
    verdicts: dict[str, str] = Field(default_factory=dict)
    feedback: dict[str, str] = Field(default_factory=dict)
    replies: Literal["last", "each"] = "last"
    format: str = ""
    part: str = ""
    encoding: str = ""
    kept: str = ""
    leave_out_near: bool = False
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    no_grade: tuple[str, ...] = ()
    passes_from: tuple[str, ...] = ()
    passes_to: tuple[str, ...] = ()

    @property
    def said(self) -> GivenMeanings:
        """What was said of values."""
        return GivenMeanings(**{name: getattr(self, name) for name in GivenMeanings.model_fields})

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that must exist."""
        grade_columns = [column for _, _, column in map(_grading, self.grades)]
        noted = filter(None, (self.note,))
        other_columns = (*self.verdicts.values(), *self.feedback.values())
        return (*self.columns.values(), *(self.meta or ()), *grade_columns, *noted, *other_columns)

    def mapping(self, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
        """The mapping for a file with these columns and first rows.

        Raises:
            BadInput: a named column does not exist, or a meaning is unknown.
        """
        if unknown := self.columns.keys() - set(_TEXT):
            raise BadInput(
                "'{unknown}' cannot be mapped.",
                next_step="Use {names}.",
                unknown=min(unknown),
                names=list(_TEXT),
            )
        for column in self.named:
            check(column, columns)
        options = {name: getattr(self, name) for name in ("replies", "format", "part", "encoding")}
        options |= {"said": self.said, "near_duplicates": "leave out" if self.leave_out_near else "keep"}
        if not self.named and not self.annotator:
            return guess(columns, rows).model_copy(update=options)
        used = [column for column in (*self.named, self.annotator) if column]
        free = [column for column in columns if column not in used]
        texts_by_name = {name: column for name, column in by_name(free, rows).items() if name in _TEXT}
        lone = () if self.columns else free  # a lone column beside named ones need not hold outputs
        texts = (
            without_doubt(texts_by_name, lone)
            if not {"output", "id"} & self.columns.keys()
            else texts_by_name
        )
        if tuple(columns) == FIELDS:
            texts = {name: name for name in _TEXT if name not in used}
        who = self.annotator if self.annotator and has(self.annotator, columns) else None
        return Mapping(
            **{**texts, **self.columns},
            annotator=who,
            annotator_name=(self.annotator if self.annotator and not who else "import"),
            meta=self.meta,
            verdicts=self.verdicts,
            feedback=self.feedback,
            id_is_guess="id" in texts and "id" not in self.columns,
            **self._graded(),
            **options,
        )

    def _graded(self) -> dict[str, Any]:
        """The columns of grades: one overall stands by itself, several of one name are one rater each."""
        gradings_read = list(map(_grading, self.grades))
        if len(gradings_read) == 1 and gradings_read[0][:2] == (OVERALL, ""):
            return {"grade": gradings_read[0][2], "note": self.note}
        names = [name for name, _, _ in gradings_read]
        many = {name for name in names if names.count(name) > 1}
        gradings = tuple(
            Grading(
                column=column,
                criterion=name,
                note=self.note,
                annotator=who or (column if name in many else None),
            )
            for name, who, column in gradings_read
        )
        return {"gradings": gradings, "note": None if gradings_read else self.note}


def _grading(text: str) -> tuple[str, str, str]:
    """``tone@ann=tone_ann`` as criterion, person, column; the first two may be left out."""
    name, equals, column = text.partition("=")
    if not equals or not column.strip():
        raise BadInput(
            "--grades wants NAME=COLUMN, not '{text}'.",
            next_step="For example: --grades overall=good",
            text=text,
        )
    criterion, _, person = name.partition("@")
    return criterion.strip() or OVERALL, person.strip(), column.strip()


def has(column: str, columns: Sequence[str]) -> bool:
    """Whether there is such a column; a path needs its first step."""
    return column in columns or any(column.startswith((f"{name}.", f"{name}[")) for name in columns)


def check(column: str, columns: Sequence[str]) -> None:
    """Raise BadInput when a column does not exist, naming the nearest one."""
    if has(column, columns):
        return
    raise BadInput(
        "There is no column '{column}'.{hint}",
        next_step="The columns are: {columns}.",
        column=column,
        hint=did_you_mean(column, columns),
        columns=list(columns),
    )
