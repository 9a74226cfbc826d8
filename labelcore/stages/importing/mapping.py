"""Which column is what: guessed from names and contents, changeable by people."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Frozen
from labelcore.operations import Options
from labelcore.store.staging import GRADE_WORDS

NAMES: dict[str, tuple[str, ...]] = {
    meaning: tuple(words.split())
    for meaning, words in {
        "output": "output response answer completion prediction generation model_output llm_output "
        "generated_text summary reply text 输出 回答 回复 答案",
        "input": "input prompt question query instruction user_input request 输入 问题 提示",
        "context": "context documents document source_text passage passages transcript retrieved 上下文 原文 "
        "资料",
        "conversation": "conversation messages dialogue dialog chat turns history 对话",
        "id": "id output_id example_id item_id uid uuid record_id 编号",
        "group": "group group_id group_key doc_id document_id source_id session_id thread_id case_id 分组",
        "model": "model model_name model_id 模型",
        "prompt_version": "prompt_version prompt_id template version 提示版本",
        "grade": "grade label human_label human_pass human_grade pass passed rating verdict is_good "
        "expert_gold score correct 评分 结果 标注 是否通过",
        "note": "note notes reason critique comment comments feedback explanation rationale 备注 原因 评语 "
        "意见",
        "annotator": "annotator annotator_id rater rater_id grader labeler expert user worker 标注人 标注员",
    }.items()
}
"""The names that a meaning is guessed by. A reference is none of them: it stays in the metadata, where
scorers read it, and is nothing that the output was made from."""
_TEXT = ("output", "input", "context", "conversation", "id", "group", "model", "prompt_version")


class Mapping(Frozen):
    """The columns of a file by what they mean. ``meta`` None keeps every other column."""

    output: str | None = None
    input: str | None = None
    context: str | None = None
    conversation: str | None = None
    id: str | None = None
    group: str | None = None
    prompt_version: str | None = None
    model: str | None = None
    grade: str | None = None
    note: str | None = None
    annotator: str | None = None
    annotator_name: str = "import"
    meta: tuple[str, ...] | None = None
    verdicts: dict[str, str] = Field(default_factory=dict)
    id_is_guess: bool = False

    def named(self) -> dict[str, str]:
        """The columns that are mapped, by meaning."""
        columns = {name: getattr(self, name) for name in (*_TEXT, "grade", "note", "annotator")}
        return {name: column for name, column in columns.items() if column}


def guess(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
    """A mapping from the columns' names, and from their contents where no name tells."""
    found: dict[str, Any] = dict(_by_name(columns, rows))
    if "output" not in found:
        found["output"] = _longest([c for c in columns if c not in found.values()], rows)
    if "grade" not in found:
        left = [c for c in columns if c not in found.values() and _is_grade(c, rows)]
        found["grade"] = left[0] if len(left) == 1 else None
    return Mapping(**found, id_is_guess="id" in found)


def _by_name(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, names in NAMES.items():
        for name in names:
            free = [c for c in columns if c not in found.values() and _plain(c) == name]
            if free and (meaning != "grade" or _is_grade(free[0], rows)):
                found[meaning] = free[0]
                break
    if "id" in found and len({row.get(found["id"]) for row in rows}) < len(rows):
        del found["id"]  # what repeats in the first rows names no output
    return found


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def _is_grade(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    values = {str(row.get(column) or "").strip().lower() for row in rows} - {""}
    return bool(values) and len(values) <= 4 and values <= GRADE_WORDS.keys()


def grade_words(mapping: Mapping, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What the first rows' words in the column of grades were read as: word -> pass, fail, unsure."""
    if not mapping.grade:
        return {}
    words = sorted({str(row.get(mapping.grade) or "").strip().lower() for row in rows})
    return {word: GRADE_WORDS[word] for word in words if word in GRADE_WORDS}


def unread_grades(mapping: Mapping, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    """A sentence on a column that is named like grades and was not taken, with the word that stopped
    it; "" where there is none.
    """
    if mapping.grade:
        return ""
    for column in columns:
        values = sorted({str(row.get(column) or "").strip().lower() for row in rows} - {""})
        odd = [value for value in values if value not in GRADE_WORDS]
        if _plain(column) in NAMES["grade"] and values and column not in mapping.named().values():
            why = f"'{odd[0][:40]}' is no pass, fail or unsure" if odd else "nothing maps it"
            return (
                f"The column '{column}' is not taken as grades: {why}. Map it as the grade to take "
                "what can be read; other rows are then named."
            )
    return ""


def _longest(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str | None:
    """The free column with the longest texts; any column of a file that has just one."""

    def length(column: str) -> float:
        return sum(len(str(row.get(column) or "")) for row in rows) / max(1, len(rows))

    return max(columns, key=length, default=None)


class Description(Options):
    """What a person says of a file's columns; ``annotator``: a column, or a name.

    Texts that are left open are guessed by their names. Grades, notes and annotators come along only
    when they are asked for, or when nothing is said at all.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    meta: tuple[str, ...] | None = None
    grade: str | None = None
    note: str | None = None
    annotator: str | None = None
    verdicts: dict[str, str] = Field(default_factory=dict)

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that must exist."""
        single = filter(None, (self.grade, self.note))
        return (*self.columns.values(), *(self.meta or ()), *single, *self.verdicts.values())

    def mapping(self, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
        """The mapping for a file with these columns and first rows.

        Raises:
            BadInput: a named column does not exist, or a meaning is unknown.
        """
        if unknown := self.columns.keys() - set(_TEXT):
            raise BadInput(f"'{min(unknown)}' cannot be mapped.", next_step=f"Use {', '.join(_TEXT)}.")
        for column in self.named:
            check(column, columns)
        if not self.named and not self.annotator:
            return guess(columns, rows)
        free = [column for column in columns if column not in {*self.named, self.annotator}]
        guessed = {name: column for name, column in _by_name(free, rows).items() if name in _TEXT}
        longest = _longest(free, rows)
        if longest and not {"output", "id"} & {*self.columns, *guessed}:
            guessed["output"] = longest
        who = self.annotator if self.annotator in columns else None
        return Mapping(
            **{**guessed, **self.columns},
            grade=self.grade,
            note=self.note,
            annotator=who,
            annotator_name=(self.annotator if self.annotator and not who else "import"),
            meta=self.meta,
            verdicts=self.verdicts,
            id_is_guess="id" in guessed and "id" not in self.columns,
        )


def check(column: str, columns: Sequence[str]) -> None:
    """Raise BadInput when a column does not exist, naming the nearest one."""
    if column in columns:
        return
    close = difflib.get_close_matches(column, columns, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise BadInput(
        f"There is no column '{column}'.{hint}", next_step=f"The columns are: {', '.join(columns)}."
    )
