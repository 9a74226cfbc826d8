"""On the card: the day by which it shall be done, and how much everybody has done."""

from __future__ import annotations

from labelcore.messages import Language, say_in
from labelcore.stages import grading
from labelcore.workspace import Workspace

_NAMED = 5


def pace_words(workspace: Workspace, queue: grading.Queue, language: Language) -> str:
    """One quiet line, and only where the project's rules ask for it; else ""."""
    parts = []
    pace = grading.pace_of(workspace.project, left=queue.left)
    if pace:
        parts.append(_words(pace, language))
    if workspace.project.rules.contest:
        counts = grading.counts_by_person(workspace)[:_NAMED]
        parts.append(" · ".join(f"{person} {n}" for person, n in counts))
    return "  |  ".join(parts)


def _words(pace: grading.Pace, language: Language) -> str:
    if pace.left == 0:
        return say_in(language, "Done before {day}.", day=pace.deadline)
    if pace.days_left < 0:
        return say_in(language, "Was due on {day}: {left} left.", day=pace.deadline, left=pace.left)
    return say_in(
        language,
        "Due on {day}: {left} left, about {each} a day.",
        day=pace.deadline,
        left=pace.left,
        each=pace.a_day,
    )
