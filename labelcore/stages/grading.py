"""Grading: what people say of outputs, stored as events, and what it amounts to.

``record`` is durable when it returns; sending an event twice stores it once. ``human_labels`` is
the one place that turns several people's grades into one label for each output.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, Grade, Output, Project, Sample, SplitName, new_id
from labelcore.stats.splits import split_of
from labelcore.store import Database, audit, queues
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.store import samples as sample_table

SEAL_FROM_GRADES = 120
"""From this many outputs with a pass or fail on, the test split is set aside."""
SEAL_FROM_FAILS = 8
"""... if at least this many of its outputs were failed, so that its TNR means something."""


class QueueItem(Frozen):
    """One output in a person's queue, with its place and the reason why it is there."""

    output: Output
    position: int
    reason: str
    current: Grade | None = None


class Queue(Frozen):
    """What a person grades next: the coming items, and how many of how many are done."""

    items: tuple[QueueItem, ...]
    done: int
    total: int
    sample_id: str | None


class Labels(Frozen):
    """People's current overall grades as one label for each output.

    ``value`` is the majority of passes and fails; ``conflicts`` are ties, which count nowhere until
    somebody settles them. ``by_annotator`` holds every person's own passes and fails.
    """

    value: dict[str, bool]
    notes: dict[str, tuple[str, ...]]
    conflicts: tuple[str, ...]
    unsure: tuple[str, ...]
    by_annotator: dict[str, dict[str, bool]]

    @property
    def fails(self) -> list[str]:
        """Outputs that people failed."""
        return [output_id for output_id, passed in self.value.items() if not passed]

    @property
    def passes(self) -> list[str]:
        """Outputs that people passed."""
        return [output_id for output_id, passed in self.value.items() if passed]

    def only(self, wanted: Collection[str]) -> Labels:
        """The same, restricted to some outputs."""
        return Labels(
            value={k: v for k, v in self.value.items() if k in wanted},
            notes={k: v for k, v in self.notes.items() if k in wanted},
            conflicts=tuple(k for k in self.conflicts if k in wanted),
            unsure=tuple(k for k in self.unsure if k in wanted),
            by_annotator={
                who: {k: v for k, v in own.items() if k in wanted}
                for who, own in self.by_annotator.items()
            },
        )


def record(db: Database, project: Project, events: Sequence[Grade]) -> list[str]:
    """Store grading events. Returns the ids that are stored durably now.

    Raises:
        BadInput: an event has no annotator, undoes nothing, or belongs to another project.
        NotFound: an event names an output that does not exist; nothing is stored then.
    """
    known = output_table.existing(db, [event.output_id for event in events])
    for event in events:
        _check(event, project, known)
    return grade_table.record(db, events)


def _check(event: Grade, project: Project, known: Collection[str]) -> None:
    if event.project_id != project.id:
        raise BadInput(f"The grade '{event.id}' belongs to another project than {project.name}.")
    if not event.annotator.strip():
        raise BadInput("A grade needs the name of who gives it.", next_step="Name an annotator.")
    if event.value == "undone" and not event.supersedes:
        raise BadInput("An undo must name the grade that it takes back.")
    if event.output_id not in known:
        raise NotFound(
            f"There is no output '{event.output_id}'.", next_step="Import it before grading it."
        )


def grade(
    db: Database, project: Project, output_id: str, value: str, *, annotator: str,
    note: str = "", criterion_id: str | None = None, criterion_version: int | None = None,
) -> Grade:  # fmt: skip
    """Grade one output, named by its id, a unique beginning of it, or the importer's own id."""
    output = output_table.get(db, output_id)
    if output is None:
        raise NotFound(
            f"No single output is named '{output_id}'.",
            next_step="`labelcore export outputs` lists the ids.",
        )
    if value not in {"pass", "fail", "unsure", "skipped"}:
        raise BadInput(f"'{value}' is not a grade.", next_step="Use pass, fail or unsure.")
    event = Grade(
        id=new_id("grade"), project_id=project.id, output_id=output.id, annotator=annotator,
        value=value, note=note, criterion_id=criterion_id, criterion_version=criterion_version,
    )  # fmt: skip
    record(db, project, [event])
    return event


def undo(db: Database, project: Project, grade_id: str, *, annotator: str) -> Grade:
    """Take a grade back; the one before it counts again. The history keeps both."""
    events = {event.id: event for event in grade_table.history(db, project.id)}
    target = events.get(grade_id)
    if target is None or target.annotator != annotator:
        raise NotFound(f"{annotator} has no grade '{grade_id}' to take back.")
    event = target.model_copy(
        update={"id": new_id("grade"), "value": "undone", "supersedes": grade_id, "note": ""}
    )
    record(db, project, [event])
    return event


def grading_queue(
    db: Database, project: Project, annotator: str, *, sample_id: str | None = None, ahead: int = 10
) -> Queue:
    """The next outputs for a person: of the named sample, else the newest, else by import order."""
    sample = sample_table.newest_id(db, project.id) if sample_id is None else sample_id
    places = queues.upcoming(db, project.id, sample, annotator, ahead)
    found = output_table.many(db, [output_id for output_id, _, _ in places])
    done, total = queues.progress(db, project.id, sample, annotator)
    items = tuple(
        QueueItem(output=found[output_id], position=position, reason=reason)
        for output_id, reason, position in places
    )
    return Queue(items=items, done=done, total=total, sample_id=sample)


def recent(
    db: Database, project: Project, annotator: str, sample_id: str | None, limit: int
) -> list[QueueItem]:
    """The outputs that a person graded last, in queue order, for looking back."""
    grades = grade_table.current(db, project.id, annotator=annotator, overall_only=True)[-limit:]
    by_output = {own.output_id: own for own in grades}
    places = queues.places(db, project.id, sample_id, list(by_output))
    found = output_table.many(db, list(by_output))
    return [
        QueueItem(output=found[i], position=position, reason=reason, current=by_output[i])
        for i, reason, position in places
        if i in found
    ]


def human_labels(db: Database, project: Project) -> Labels:
    """One label for each output from the current overall grades of all people."""
    grades = grade_table.current(db, project.id, overall_only=True)
    votes: dict[str, list[bool]] = defaultdict(list)
    by_annotator: dict[str, dict[str, bool]] = defaultdict(dict)
    for event in grades:
        if event.value in {"pass", "fail"}:
            votes[event.output_id].append(event.value == "pass")
            by_annotator[event.annotator][event.output_id] = event.value == "pass"
    settled = {output_id: _majority(ballots) for output_id, ballots in votes.items()}
    return Labels(
        value={k: v for k, v in settled.items() if v is not None},
        notes=_notes(grades),
        conflicts=tuple(k for k, v in settled.items() if v is None),
        unsure=tuple(g.output_id for g in grades if g.value == "unsure"),
        by_annotator=dict(by_annotator),
    )


def _majority(ballots: Sequence[bool]) -> bool | None:
    passes = sum(ballots)
    return None if 2 * passes == len(ballots) else 2 * passes > len(ballots)


def _notes(grades: Iterable[Grade]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for event in grades:
        if event.note.strip():
            found[event.output_id] = (*found.get(event.output_id, ()), event.note)
    return found


def sealed_splits(db: Database, project: Project, labels: Labels | None = None) -> set[SplitName]:
    """The splits that nothing may be fitted on: the test split once there are enough grades.

    Below ``SEAL_FROM_GRADES`` a reserved part would leave too little to learn from and too little
    to measure on, so nothing is reserved and held-out figures come from cross-fitting. Once sealed
    it stays so, whatever is undone later.
    """
    if audit.happened(db, project.id, "seal test"):
        return {"test"}
    labels = labels or human_labels(db, project)
    if len(labels.value) < SEAL_FROM_GRADES:
        return set()
    groups = output_table.groups_of(db, labels.fails)
    reserved = sum(split_of(project.id, group) == "test" for group in groups.values())
    if reserved < SEAL_FROM_FAILS:
        return set()
    audit.note(db, project.id, "labelcore", "seal test", "test", graded=len(labels.value))
    return {"test"}


def fitting_labels(db: Database, project: Project) -> Labels:
    """The labels that deriving, proposing and choosing may see: all but the sealed splits'."""
    labels = human_labels(db, project)
    sealed = sealed_splits(db, project, labels)
    if not sealed:
        return labels
    seen = {*labels.value, *labels.notes, *labels.conflicts, *labels.unsure}
    groups = output_table.groups_of(db, sorted(seen))
    return labels.only(
        {k for k, group in groups.items() if split_of(project.id, group) not in sealed}
    )


def fitting_splits(db: Database, project: Project) -> tuple[SplitName, ...]:
    """The names of the splits that fitting may use now, for ``JudgeVersion.fitted_on``."""
    sealed = sealed_splits(db, project)
    names: tuple[SplitName, ...] = ("train", "dev", "test")
    return tuple(name for name in names if name not in sealed)


def grade_history(db: Database, project: Project, output_id: str | None = None) -> list[Grade]:
    """Every grading event, undone ones included, oldest first."""
    return grade_table.history(db, project.id, output_id)


def current_grades(db: Database, project: Project, annotator: str | None = None) -> list[Grade]:
    """The grades that count now, oldest first."""
    return grade_table.current(db, project.id, annotator=annotator)


def samples_for_grading(db: Database, project: Project) -> list[Sample]:
    """The samples that a person can choose to grade from, the newest first."""
    return sample_table.all_of(db, project.id)
