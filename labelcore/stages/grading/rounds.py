"""The calibration round that is open: who takes part, and what they still have to grade in it.

The cards of a round whose grades are kept apart carry an ending, so that the browser tells them from the
ordinary card of the same output.
"""

from __future__ import annotations

import re

from labelcore.models import Calibration, Grade, name_key
from labelcore.stages.grading.dealing import readable
from labelcore.store import calibrations
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace

REASON = Wording("calibration round: several people grade it, nobody sees the others' grades")
_ENDING = re.compile(r"~c-(\d+)$")


def open_round(workspace: Workspace) -> Calibration | None:
    """The round in which this person takes part now."""
    calibration = calibrations.open_one(workspace.db, workspace.project.id)
    return calibration if calibration and takes_part(calibration, workspace.person) else None


def takes_part(calibration: Calibration, person: str) -> bool:
    """Whether a round asks a person."""
    return not calibration.people or name_key(person) in map(name_key, calibration.people)


def asked_of(workspace: Workspace, calibration: Calibration) -> tuple[str, ...]:
    """The outputs of a round that this person is asked for: those in a language that they read."""
    return tuple(readable(workspace, calibration.outputs))


def ending_of(calibration: Calibration) -> str:
    """What the id of a card of this round ends with; "" where its grades are ordinary ones."""
    return "" if calibration.counts else f"~c-{calibration.number}"


def of_card(workspace: Workspace, card_id: str) -> tuple[str, Calibration] | None:
    """The output and the round of a card that has the ending of one; None: it has none.

    Raises:
        ValueError: there is no such round.
    """
    if not (ending := _ENDING.search(card_id)):
        return None
    number = int(ending[1])
    every = calibrations.current(workspace.db, workspace.project.id)
    calibration = next((row for row in every if row.number == number), None)
    if calibration is None:
        raise ValueError(card_id)
    return card_id[: ending.start()], calibration


def done_in(workspace: Workspace, calibration: Calibration) -> set[str]:
    """The outputs of a round that this person has graded or skipped."""
    state = live(workspace.db, workspace.project.id)
    if calibration.counts:
        return set(calibration.outputs) & state.graded(workspace.person).keys()
    return {apart.output_id for apart in state.apart(workspace.person, "calibration", calibration.id)}


def given_in(workspace: Workspace, output_id: str) -> dict[str, str]:
    """What marks a grade of this person as one of the open round; {} where it is an ordinary one."""
    calibration = open_round(workspace)
    if calibration is None or calibration.counts or output_id not in calibration.outputs:
        return {}
    return {"source": "calibration", "sample_id": calibration.id}


def is_asked(workspace: Workspace, event: Grade) -> bool:
    """Whether a grade of a round is one that the round asks for. What was asked once may come late."""
    every = calibrations.current(workspace.db, workspace.project.id)
    calibration = next((row for row in every if row.id == event.sample_id), None)
    return bool(
        calibration and event.output_id in calibration.outputs and takes_part(calibration, event.annotator)
    )
