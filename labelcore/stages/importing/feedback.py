"""Feedback of a product's users: what each value of a signal counts as, and the judge that reads it.

Users act, they do not grade: a value that nobody knows is kept without a meaning. "No" to something that
most users never do ("copied: no", "thumbs down: 0") says nothing; to what they were asked ("helpful: no"),
or could vote on, it is a fail.
"""

from __future__ import annotations

import re
from typing import Any

from labelcore.models import JudgeVersion, Project
from labelcore.stages.importing import meanings
from labelcore.stages.importing.meanings import FAIL, PASS, UNSURE, GivenMeanings, SignalReading
from labelcore.store import feedback as feedback_table, judges as judge_table
from labelcore.store.lookups import written
from labelcore.store.remarks import Signal
from labelcore.workspace import Workspace


def _one_of(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(words.split())})(?![a-z])")


_BLAMES = _one_of(
    "edit(?:ed|s)? ignored? (?:re_?|)ask(?:ed)?_again re_?asked regenerated? retry retried rephrased? "
    "rewritten dislikes? disliked downvotes? downvoted thumbs?_?down report(?:ed)? flag(?:ged)? "
    "discard(?:ed)? dismiss(?:ed)? reject(?:ed)? escalat(?:ed|ion) abandon(?:ed)? unhelpful "
    "dissatisfied unsatisfied complaints? negative 😡 😞 🙁 ☹ 编辑 修改 忽略 追问 再次提问 重新生成 "
    "重试 点踩 不满意 没用 无用 投诉 举报 拒绝"
)
_PRAISES = _one_of(
    "cop(?:y|ied) saved? kept shared? likes? liked loved? upvotes? upvoted thumbs?_?up inserted applied "
    "used positive ❤ 😀 🙂 😊 复制 已复制 收藏 分享 点赞"
)
_ASKED = _one_of("accept(?:ed)? helpful useful satisfied resolved solved 采纳 接受 有用 有帮助 满意 解决")
_VOTES = _one_of("thumbs? votes? thumb_?rating 赞踩")
_PERHAPS_VOTES = _one_of("feedback reactions? 反馈")
_SILENT = _one_of("neutral none null n/a skipped 无 中立")
_DENIES = re.compile(r"(?<![a-z])(?:not|no|non|never)_")
_IGNORED = _one_of("ignored? 忽略")
_FATES = _one_of("accepted edited copied inserted applied kept discarded dismissed rejected 采纳 复制 编辑")
"""What becomes of a suggestion; among these "ignored" is an answer, elsewhere users just did nothing."""


def is_signal(name: str) -> bool:
    """Whether a column's name tells that users of a product act or vote there."""
    words = (_BLAMES, _PRAISES, _ASKED, _VOTES, _PERHAPS_VOTES)
    return any(pattern.search(_words(name)) for pattern in words)


def read(signal: Signal, said: GivenMeanings, column: str = "") -> SignalReading:
    """What the values of a signal count as: as was said, by the tool, by their words, or by the name.

    What nobody knows is ``open`` and is kept without a meaning.
    """
    words, vocabulary = said.words(signal.name), _Known(signal, column)
    by_name = any(value.startswith(f"{signal.name}=") for value in (*said.passes_from, *said.passes_to))
    values: dict[str, str] = {}
    for value in signal.values:
        number, limits = meanings.number_of(value.value), said.limits(signal.name)
        by_number = None if number is None or limits is None else meanings.within(number, limits)
        by_word = value.meaning or vocabulary.meaning(value.value)
        first, second = (by_number, by_word) if by_name else (by_word, by_number)
        meaning = words.get(value.value, first or second)
        if meaning is not None:
            values[value.value] = meaning
    rest = tuple(value.value for value in signal.values if value.value not in values)
    why = (
        "said"
        if words.keys() & values.keys()
        else "threshold"
        if said.passes_from or said.passes_to
        else "words"
    )
    return SignalReading(kind=signal.kind, name=signal.name, values=values, known=True, why=why, open=rest)


class _Known:
    """What is known of a signal by its name and by its values together."""

    def __init__(self, signal: Signal, column: str) -> None:
        self._names = [_words(name) for name in (signal.name, column) if name]
        self._values = {value.value.strip(":") for value in signal.values}

    def meaning(self, value: str) -> str | None:
        word = _words(value)
        if (number := meanings.number_of(value.strip(":"))) is not None:
            return self._of_number(number)
        if _IGNORED.fullmatch(word):
            return FAIL if any(_FATES.fullmatch(_words(other)) for other in self._values) else None
        for words, meaning in ((_BLAMES, FAIL), (_PRAISES, PASS), (_ASKED, PASS), (_SILENT, UNSURE)):
            if words.fullmatch(word):
                return meaning
        if plain := meanings.by_word(word):
            return plain
        answer = meanings.affirmed(word)
        return None if answer is None else self._answered(yes=answer)

    def _of_number(self, number: float) -> str | None:
        """Votes are 1 and 0, or 1 and -1 with 0 for none; other numbers need a threshold."""
        if number == -1:
            return FAIL if self._named(_VOTES) or self._named(_PERHAPS_VOTES) else None
        if number not in {0, 1} or not self._binary:
            return None
        if number == 0 and "-1" in self._values:
            return UNSURE
        return self._answered(yes=number == 1)

    @property
    def _binary(self) -> bool:
        return all(meanings.number_of(value) in {0, 1, -1, None} for value in self._values)

    def _answered(self, *, yes: bool) -> str | None:
        if self._named(_BLAMES):
            return FAIL if yes else UNSURE
        if self._named(_PRAISES):
            return PASS if yes else UNSURE
        two_sided = self._named(_PERHAPS_VOTES) and len(self._values) > 1
        if self._named(_ASKED) or self._named(_VOTES) or two_sided:
            return PASS if yes else FAIL
        return None

    def _named(self, words: re.Pattern[str]) -> bool:
        """Whether a name says so; a name that denies something ("not_helpful") is not understood."""
        return any(words.search(name) and not _DENIES.search(name) for name in self._names)


def _words(text: str) -> str:
    """Lower case, with one underscore between words: "Asked again", "askedAgain", ":thumbs-up:"."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1_\2", text)
    return re.sub(r"[\s_\-]+", "_", meanings.plain(apart).strip(":"))


def settle(workspace: Workspace, cursor: Any) -> list[JudgeVersion]:
    """The judge of each signal that means something, with its verdicts as the signals are now.

    One whose signal is gone goes.
    """
    project = workspace.project
    versions = {name: _judge(project, name) for name in feedback_table.signals(cursor, project.id)}
    judge_table.save_within(cursor, list(versions.values()))
    ids = {version.id: name for name, version in versions.items()}
    feedback_table.forget(cursor, project.id, _prefix(project), list(ids))
    feedback_table.settle(cursor, project.id, ids)
    written(workspace.db, "verdict")
    return list(versions.values())


def _prefix(project: Project) -> str:
    return f"feedback_{project.id}_"


def _judge(project: Project, name: str) -> JudgeVersion:
    judge_id = _prefix(project) + name
    return JudgeVersion(
        id=judge_id,
        judge_id=judge_id,
        project_id=project.id,
        name=name,
        kind="feedback",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec={"signal": name},
        description=f"What users of the product said by '{name}'; it abstains where they said nothing.",
    )
