"""What is known of one output beside its content and its grades: its rows are chosen first."""

from __future__ import annotations

from datetime import datetime

from labelcore.models import CourtRuling, Frozen, Output, Ruling, SplitName, VerdictValue
from labelcore.store import settling as ruling_table, splits
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping


class VersionVerdict(Frozen):
    """What a version of a judge says of an output, and why."""

    judge: str
    judge_version_id: str
    kind: str
    version: int
    value: VerdictValue
    probability: float | None
    reason: str
    repeat: int
    at: datetime


class Event(Frozen):
    """What a user of the product did with an output; ``meaning``: what that counts as, None where unknown."""

    signal: str
    at: datetime
    value: str = ""
    meaning: str | None = None
    person: str = ""
    reason: str = ""


class SampleDraw(Frozen):
    """That a sample holds an output: by which rule, why, and with which chance."""

    sample: str
    rule: str
    reason: str
    probability: float | None
    at: datetime


_SAID = RowMapping(VersionVerdict, "verdict", judge="name", at="made_at")
_EVENT = RowMapping(Event, "signal", signal="name", at="made_at")
_DRAWN = RowMapping(SampleDraw, "sample_pick", sample="sample_id", at="made_at")


def split(db: Database, output: Output) -> SplitName:
    """The split that its group is dealt to."""
    return splits.dealt(db, output.project_id).of(output.group)


def verdicts(db: Database, output: Output) -> list[VersionVerdict]:
    """What every version of every judge says, the newest version of each first."""
    return _SAID.find(
        db,
        "(SELECT j.name, judge_version_id, j.kind, j.version, v.value, v.probability, "
        "coalesce(v.reason, '') AS reason, v.repeat, v.made_at FROM verdict v "
        "JOIN judge_version_unique j USING (judge_version_id) WHERE output_id = ?) "
        "ORDER BY name, version DESC, repeat",
        [output.id],
    )


def codes(db: Database, output: Output) -> list[tuple[str, str]]:
    """(code, words that carry it) of its notes and marked words."""
    return db.rows(
        "SELECT c.label, q.quote FROM quote_current q JOIN code_current c USING (code_id) "
        "WHERE q.output_id = ? AND c.state <> 'dropped' ORDER BY c.label, q.quote",
        [output.id],
    )


def feedback(db: Database, output: Output) -> list[Event]:
    """Each signal of a product's users as it counts now, the oldest first."""
    return _EVENT.find(db, "signal_current WHERE output_id = ? ORDER BY made_at, feedback_id", [output.id])


def rulings(db: Database, output: Output) -> list[Ruling]:
    """What was settled where people differ on it."""
    every = ruling_table.rulings.current(db, output.project_id)
    return [ruling for ruling in every if ruling.output_id == output.id]


def court_rulings(db: Database, output: Output) -> list[CourtRuling]:
    """What was settled where a judge and people differ on it."""
    every = ruling_table.court.current(db, output.project_id)
    return [ruling for ruling in every if ruling.output_id == output.id]


def drawn(db: Database, output: Output) -> list[SampleDraw]:
    """The samples that hold it, the newest first."""
    return _DRAWN.find(
        db, "sample_pick JOIN sample USING (sample_id) WHERE output_id = ? ORDER BY made_at DESC", [output.id]
    )
