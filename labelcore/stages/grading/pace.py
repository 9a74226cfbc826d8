"""How much is left until the deadline, and how much everybody has done."""

from __future__ import annotations

import math
from datetime import date

from labelcore.models import Frozen, Project, now
from labelcore.store.live import live
from labelcore.workspace import Workspace


class Pace(Frozen):
    """What one person has left until the project's deadline; ``a_day`` counts today as a day."""

    deadline: date
    days_left: int
    left: int
    a_day: int


def pace_of(project: Project, *, left: int, today: date | None = None) -> Pace | None:
    """What a person with so much left must do; None where the project has no deadline."""
    deadline = project.rules.deadline
    if deadline is None:
        return None
    days = (deadline - (today or now().date())).days
    return Pace(deadline=deadline, days_left=days, left=left, a_day=math.ceil(left / max(1, days + 1)))


def counts_by_person(workspace: Workspace) -> list[tuple[str, int]]:
    """(person, acts that count now), the most first: read from memory, so it can stand on a card."""
    counts = live(workspace.db, workspace.project.id).counts()
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
