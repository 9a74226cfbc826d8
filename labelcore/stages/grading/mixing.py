"""Gold outputs and silent repeats in a person's queue: mixed in unannounced, gold first of all for newcomers;
as everything else, only what a person reads.

What is said of them is kept apart: no label, no rate and nobody's queue changes with it. The cards look like
silent repeats to the browser.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from labelcore.models import Trained, name_key
from labelcore.stages.grading.dealing import readable
from labelcore.store import golds
from labelcore.store.live import live
from labelcore.store.live_grades import JUDGED
from labelcore.workspace import Workspace

_ENDING = re.compile(r"~2-\d+$")
_COMES_BACK = 50
"""A gold output comes back to a person only after so many others."""
_REPEAT_AFTER = 10
"""An output comes back as a silent repeat only after so many others."""


@dataclass(frozen=True)
class Training:
    """Where a newcomer is: the outputs that are ``left`` of ``n``, each with the ending of its card.

    ``fell_short``: so many were right the last time, which was too few; None: it is the first time.
    """

    left: tuple[tuple[str, str], ...]
    n: int
    needed: float
    fell_short: int | None = None


def gold_of_card(card_id: str) -> str | None:
    """The output of a card that was gold; None: it was none."""
    ending = _ENDING.search(card_id)
    return card_id[: ending.start()] if ending else None


@dataclass
class _Mix:
    """The gold outputs that a person may be shown, and how often each was ``given`` to them."""

    who: str
    share: float
    able: list[str]
    given: Counter[str]

    def due(self, n: int) -> str | None:
        """The one that comes once a person has passed or failed so many: by chance, at the share."""
        times = sum(self.given[key] for key in self.able)
        if not self.able or n < (times + _chance(f"{times}\x1e{self.who}")) / self.share:
            return None
        if times >= len(self.able) * (1 + n // _COMES_BACK):
            return None
        return min(self.able, key=lambda key: (self.given[key], _chance(f"{key}\x1e{self.who}")))


def _mix(workspace: Workspace) -> _Mix | None:
    """None: no gold is mixed in."""
    share = workspace.project.rules.gold_share
    settled = golds.settled(workspace.db, workspace.project.id) if share else {}
    if not settled:
        return None
    state, who = live(workspace.db, workspace.project.id), workspace.person
    golds_now, mine = golds.current(workspace.db, workspace.project.id), state.graded(who)
    able = [
        key
        for key, ruling in settled.items()
        if not golds_now[key].training and key not in mine and name_key(ruling.author) != name_key(who)
    ]
    return _Mix(
        who, share, readable(workspace, able), Counter(apart.output_id for apart in state.apart(who, "gold"))
    )


def due_gold(workspace: Workspace) -> tuple[str, str] | None:
    """The gold output that comes now, with its card's ending."""
    mix = _mix(workspace)
    key = mix.due(live(workspace.db, workspace.project.id).judged(workspace.person)) if mix else None
    return (key, f"~2-{mix.given[key] + 1}") if mix and key else None


def due_repeat(workspace: Workspace) -> str | None:
    """The output that is shown again now, unannounced."""
    share = workspace.project.rules.repeat_share
    if not share:
        return None
    state, annotator = live(workspace.db, workspace.project.id), workspace.person
    repeated = {apart.output_id for apart in state.apart(annotator, "repeat")}
    if len(repeated) >= int(share * state.judged(annotator)):
        return None
    graded = list(state.graded(annotator).items())
    decided = [output_id for output_id, (_, value) in graded if value in JUDGED]
    return next((output_id for output_id in decided[:-_REPEAT_AFTER] if output_id not in repeated), None)


def gold_among(workspace: Workspace, outputs: Collection[str]) -> dict[int, str]:
    """The gold outputs to mix in among so many others, none of these and each once: before which one."""
    mix = _mix(workspace)
    if mix is None:
        return {}
    mix.able = [key for key in mix.able if key not in outputs]
    n = live(workspace.db, workspace.project.id).judged(workspace.person)
    places: dict[int, str] = {}
    for at in range(len(outputs)):
        if (key := mix.due(n + at)) and key not in places.values():
            places[at] = key
            mix.given[key] += 1
    return places


def _chance(text: str) -> float:
    """From 0 to 1, the same for ever."""
    return zlib.crc32(text.encode("utf-8", "replace")) / 2**32


def training_of(workspace: Workspace) -> Training | None:
    """What a newcomer still has to grade before other outputs; None: nothing (any more).

    Every output once; where too few are right, all of them again.
    """
    needed = workspace.project.rules.training
    place = workspace.db, workspace.project.id
    if needed is None or not workspace.person.strip():
        return None
    record = golds.trained(*place).get(name_key(workspace.person))
    if record and record.state != "sent back":
        return None
    trains = [key for key in golds.settled(*place) if golds.current(*place)[key].training]
    outputs = readable(workspace, trains)
    if not outputs:
        return None
    begun = record.begun if record else 0
    answers = training_answers(workspace, outputs)
    times = max(begun, min(map(len, answers.values())))
    correct = _correct(workspace, answers, times) if times > begun else None
    if correct is not None and correct >= needed * len(answers):
        _note_passed(workspace, correct, len(answers))
        return None
    newest = [apart.output_id for apart in live(*place).apart(workspace.person, "gold")][-1:]
    left = [key for key in outputs if len(answers[key]) <= times]
    left.sort(key=lambda key: (len(answers[key]), key in newest, _chance(f"{key}\x1e{times}")))
    cards = tuple((key, f"~2-{len(answers[key]) + 1}") for key in left)
    return Training(left=cards, n=len(outputs), needed=needed, fell_short=correct)


def training_answers(workspace: Workspace, outputs: Collection[str]) -> dict[str, list[str]]:
    """What a person said of training outputs, one answer for each time that they saw them all: what they
    press once they were told, or to add a note, is no further answer.
    """
    answers: dict[str, list[str]] = {key: [] for key in outputs}
    keys: set[str] = set()
    last = ""
    for key, value, *_ in live(workspace.db, workspace.project.id).apart(workspace.person, "gold"):
        if len(keys) == len(answers) and (key != last or len(answers) == 1):
            keys.clear()
        if key in answers and key not in keys:
            keys.add(key)
            answers[key].append(value)
            last = key
    return answers


def is_told(workspace: Workspace, output_id: str, value: str) -> bool:
    """Whether a person was told what gold counts as once they had given it such a grade."""
    gold = golds.current(workspace.db, workspace.project.id).get(output_id)
    is_shown = gold and (gold.training or workspace.project.rules.gold_feedback == "person")
    is_ruled = output_id in golds.settled(workspace.db, workspace.project.id)
    return bool(is_shown and is_ruled and value in {"pass", "fail", "unsure"})


def _correct(workspace: Workspace, answers: dict[str, list[str]], times: int) -> int:
    """How many were right the last time that all were seen."""
    settled = golds.settled(workspace.db, workspace.project.id)
    return sum(values[times - 1] == settled[key].value for key, values in answers.items())


def _note_passed(workspace: Workspace, correct: int, n: int) -> None:
    """That somebody passed holds for good."""
    if not workspace.db.is_past:
        place = {"project_id": workspace.project.id, "person": workspace.person, "made_by": workspace.person}
        golds.save(workspace.db, Trained(state="passed", correct=correct, n=n, **place))
