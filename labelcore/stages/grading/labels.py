"""From several people's grades to one label for each output, and what fitting may see of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from labelcore.models import Frozen, SplitName
from labelcore.store import audit
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.store.rulings import rulings
from labelcore.workspace import Workspace

SEAL_FROM_GRADES = 120
"""From this many outputs with a pass or fail on, the test split is set aside."""
SEAL_FROM_FAILS = 8
"""... if at least this many of its outputs were failed, so that its TNR means something."""


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
                who: {k: v for k, v in given.items() if k in wanted}
                for who, given in self.by_annotator.items()
            },
        )


def human_labels(workspace: Workspace) -> Labels:
    """One label for each output: the ruling where there is one, else the majority of all people."""
    grades = grade_table.overall(workspace.db, workspace.project.id)
    votes: dict[str, list[bool]] = defaultdict(list)
    by_annotator: dict[str, dict[str, bool]] = defaultdict(dict)
    for output_id, who, value, _ in grades:
        if value in {"pass", "fail"}:
            votes[output_id].append(value == "pass")
            by_annotator[who][output_id] = value == "pass"
    settled = {output_id: _majority(ballots) for output_id, ballots in votes.items()}
    settled |= {
        ruling.output_id: ruling.value == "pass"
        for ruling in rulings.current(workspace.db, workspace.project.id)
        if ruling.criterion_id is None and ruling.output_id in settled
    }
    return Labels(
        value={k: v for k, v in settled.items() if v is not None},
        notes=_notes((output_id, note) for output_id, _, _, note in grades),
        conflicts=tuple(k for k, v in settled.items() if v is None),
        unsure=tuple(output_id for output_id, _, value, _ in grades if value == "unsure"),
        by_annotator=dict(by_annotator),
    )


def _majority(ballots: Sequence[bool]) -> bool | None:
    passes = sum(ballots)
    return None if 2 * passes == len(ballots) else 2 * passes > len(ballots)


def _notes(noted: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for output_id, note in noted:
        if note.strip():
            found[output_id] = (*found.get(output_id, ()), note)
    return found


def sealed_splits(workspace: Workspace, labels: Labels | None = None) -> set[SplitName]:
    """The splits that nothing may be fitted on: the test split once there are enough grades.

    Below ``SEAL_FROM_GRADES`` a reserved part would leave too little to learn from and too little
    to measure on, so nothing is reserved and held-out figures come from cross-fitting. Once sealed
    it stays so, whatever is undone later.
    """
    if audit.happened(workspace.db, workspace.project.id, "seal test"):
        return {"test"}
    labels = labels or human_labels(workspace)
    if len(labels.value) < SEAL_FROM_GRADES:
        return set()
    groups = output_table.groups_of(workspace.db, labels.fails)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    reserved = sum(dealt.of(group) == "test" for group in groups.values())
    if reserved < SEAL_FROM_FAILS:
        return set()
    if not workspace.db.is_past:
        audit.note(
            workspace.db, workspace.project.id, "labelcore", "seal test", "test", graded=len(labels.value)
        )
    return {"test"}


def fitting_labels(workspace: Workspace) -> Labels:
    """The labels that deriving, proposing and choosing may see: all but the sealed splits'."""
    labels = human_labels(workspace)
    sealed = sealed_splits(workspace, labels)
    if not sealed:
        return labels
    seen = {*labels.value, *labels.notes, *labels.conflicts, *labels.unsure}
    groups = output_table.groups_of(workspace.db, sorted(seen))
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return labels.only({k for k, group in groups.items() if dealt.of(group) not in sealed})


def fitting_splits(workspace: Workspace) -> tuple[SplitName, ...]:
    """The names of the splits that fitting may use now, for ``JudgeVersion.fitted_on``."""
    sealed = sealed_splits(workspace)
    names: tuple[SplitName, ...] = ("train", "dev", "test")
    return tuple(name for name in names if name not in sealed)
