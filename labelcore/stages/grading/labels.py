"""From several people's grades to one label for each output, and the splits with their sealed test.

A look at the test is a state of its figures that nobody had seen; they are counted.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, Role, SplitName, fact
from labelcore.operations import Effect, operation
from labelcore.stages import projects
from labelcore.stages.grading.settled import RULED, labels_on_criteria
from labelcore.store import audit, grades as grade_table, outputs as output_table, splits as split_table
from labelcore.store.settling import rulings
from labelcore.store.splits import Opening, SpentTest
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_NAMES: tuple[SplitName, ...] = ("train", "dev", "test")
SEAL_FROM_GRADES = 120
"""From this many outputs with a pass or fail on, the test split is set aside."""
SEAL_FROM_FAILS = 8
"""... if at least this many of its outputs were failed, so that its TNR means something."""
NEEDED = 10
"""From so many grades of a single criterion on, or as many as there are of wholes, its judges are measured
against these.
"""


class Labels(Frozen):
    """One label for each output: what was ruled, else as most people grade it; ``conflicts`` are ties and
    what was ruled unclear, which count nowhere. ``by_annotator``: what people gave by themselves, a decision
    on near-identical outputs once, so that it tells how far they agree. ``on``: the same of single criteria
    in their present meaning, criterion id -> output id -> whether it passes; the whole is never guessed
    from it. ``notes`` came with grades of wholes, ``notes_on`` with those of criteria, criterion id -> output
    id -> notes. ``measured``: the criteria whose judges are measured against these grades, said of all
    labels: a part of them keeps it.
    """

    value: dict[str, bool]
    notes: dict[str, tuple[str, ...]]
    conflicts: tuple[str, ...]
    unsure: tuple[str, ...]
    by_annotator: dict[str, dict[str, bool]]
    on: dict[str, dict[str, bool]]
    notes_on: dict[str, dict[str, tuple[str, ...]]]
    measured: frozenset[str]

    @property
    def graded(self) -> list[str]:
        """Outputs on which a grade of people stands, on the whole or on a criterion: one whose whole is a tie
        is neither passed nor failed.
        """
        return list(dict.fromkeys(itertools.chain(self.value, *self.on.values())))

    @property
    def failed(self) -> list[str]:
        """Outputs that people failed: as a whole or, where that has no grade, on a criterion."""
        parts = (key for grades in self.on.values() for key, passed in grades.items() if not passed)
        settled = {*self.value, *self.conflicts}
        return [*self.fails, *(key for key in dict.fromkeys(parts) if key not in settled)]

    @property
    def passed(self) -> list[str]:
        """Outputs that people passed: as a whole or, without a grade of it, on criteria and on each."""
        others = {*self.failed, *self.conflicts}
        return [key for key in self.graded if key not in others]

    @property
    def only_on_criteria(self) -> int:
        """How many outputs are graded on criteria where none is graded as a whole."""
        return 0 if self.value else len(self.graded)

    @property
    def why_no_rate(self) -> Wording:
        """Why outputs as a whole have no rate, where they have no label."""
        if n := self.only_on_criteria:
            return Wording("no output has a grade of the whole; outputs graded on criteria: {n:,}", n=n)
        return Wording("there are no graded outputs")

    def measured_on(self, criterion_id: str | None) -> dict[str, bool] | None:
        """A criterion's grades where its judges are measured against these; None where against wholes."""
        return self.on.get(criterion_id or "", {}) if criterion_id in self.measured else None

    def graded_for(self, criterion_id: str | None) -> set[str]:
        """Outputs that people graded as a whole or on this criterion."""
        return {*self.value, *self.on.get(criterion_id or "", {})}

    def about(self, criterion_id: str | None) -> Labels:
        """The same with what judges of the criterion are measured against as the values."""
        grades = self.measured_on(criterion_id)
        return self if grades is None else self.model_copy(update={"value": grades})

    def noted(self, criterion_id: str | None) -> Labels:
        """The same with what was written of this criterion as the notes, of the whole where nothing was; for
        None all that was written.
        """
        if criterion_id is not None:
            return self.model_copy(update={"notes": self.notes | self.notes_on.get(criterion_id, {})})
        notes: dict[str, tuple[str, ...]] = {}
        for by_output in (self.notes, *self.notes_on.values()):
            for output_id, texts in by_output.items():
                notes[output_id] = tuple(dict.fromkeys((*notes.get(output_id, ()), *texts)))
        return self.model_copy(update={"notes": notes})

    def shared_for(self, criterion_id: str | None) -> Labels:
        """What a judge is measured against where figures of several projects are compared: the wholes, else
        its criterion.
        """
        return self.about(criterion_id) if self.only_on_criteria else self

    @property
    def fails(self) -> list[str]:
        """Outputs that people failed."""
        return [output_id for output_id, passed in self.value.items() if not passed]

    @property
    def passes(self) -> list[str]:
        """Outputs that people passed."""
        return [output_id for output_id, passed in self.value.items() if passed]

    def only(self, ids: Collection[str]) -> Labels:
        """The same, restricted to some outputs."""
        people = self.by_annotator.items()
        return Labels(
            value={k: v for k, v in self.value.items() if k in ids},
            notes={k: v for k, v in self.notes.items() if k in ids},
            conflicts=tuple(k for k in self.conflicts if k in ids),
            unsure=tuple(k for k in self.unsure if k in ids),
            by_annotator={who: {k: v for k, v in values.items() if k in ids} for who, values in people},
            on={key: {k: v for k, v in grades.items() if k in ids} for key, grades in self.on.items()},
            notes_on={key: {k: v for k, v in of.items() if k in ids} for key, of in self.notes_on.items()},
            measured=self.measured,
        )


def human_labels(workspace: Workspace) -> Labels:
    """One label for each output: the ruling where there is one, else the majority of all people."""
    grades = grade_table.overall(workspace.db, workspace.project.id)
    votes: dict[str, list[bool]] = defaultdict(list)
    by_annotator: dict[str, dict[str, bool]] = defaultdict(dict)
    notes: dict[str, list[str]] = defaultdict(list)
    for output_id, who, value in grade_table.independent_overall(workspace.db, workspace.project.id):
        if value in {"pass", "fail"}:
            by_annotator[who][output_id] = value == "pass"
    for output_id, _, value, note in grades:
        if value in {"pass", "fail"}:
            votes[output_id].append(value == "pass")
        if note.strip():
            notes[output_id].append(note)
    settled = {
        output_id: None if 2 * sum(ballots) == len(ballots) else 2 * sum(ballots) > len(ballots)
        for output_id, ballots in votes.items()
    }
    ids = {output_id for output_id, _, value, _ in grades if value != "skipped"}
    settled |= {
        ruling.output_id: RULED[ruling.value]
        for ruling in rulings.current(workspace.db, workspace.project.id)
        if ruling.criterion_id is None and ruling.output_id in ids
    }
    whole, on = {k: v for k, v in settled.items() if v is not None}, labels_on_criteria(workspace)
    return Labels(
        value=whole,
        notes={output_id: tuple(texts) for output_id, texts in notes.items()},
        conflicts=tuple(k for k, v in settled.items() if v is None),
        unsure=tuple(output_id for output_id, _, value, _ in grades if value == "unsure"),
        by_annotator=dict(by_annotator),
        on=on,
        notes_on=_notes_on(workspace),
        measured=frozenset(key for key, given in on.items() if len(given) >= min(NEEDED, len(whole))),
    )


def _notes_on(workspace: Workspace) -> dict[str, dict[str, tuple[str, ...]]]:
    notes: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for criterion_id, output_id, texts in grade_table.notes_on_criteria(workspace.db, workspace.project.id):
        notes[criterion_id][output_id] = tuple(texts)
    return dict(notes)


def sealed_splits(workspace: Workspace, labels: Labels | None = None) -> set[SplitName]:
    """The splits that nothing may be fitted on: the test split once there are grades enough, and for good.

    Before, a reserved part would leave too little to learn from, and held-out figures are cross-fitted.
    """
    if audit.happened(workspace.db, workspace.project.id, "seal test"):
        return {"test"}
    labels = labels or human_labels(workspace)
    if (n_graded := len(labels.graded)) < SEAL_FROM_GRADES:
        return set()
    groups = output_table.groups_of(workspace.db, labels.failed)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    reserved = sum(dealt.of(group) == "test" for group in groups.values())
    if reserved < SEAL_FROM_FAILS:
        return set()
    if not workspace.db.is_past:
        audit.note(workspace.db, workspace.project.id, "labelcore", "seal test", "test", graded=n_graded)
    return {"test"}


def fitting_labels(workspace: Workspace) -> Labels:
    """The labels that deriving, proposing and choosing may see: all but the sealed splits'."""
    labels = human_labels(workspace)
    if not sealed_splits(workspace, labels):
        return labels
    said = {*labels.graded, *labels.noted(None).notes, *labels.conflicts, *labels.unsure}
    return labels.only(unsealed(workspace, said, labels))


def unsealed(workspace: Workspace, output_ids: Collection[str], labels: Labels | None = None) -> set[str]:
    """Those of the outputs that fitting may see."""
    sealed = sealed_splits(workspace, labels)
    if not sealed:
        return set(output_ids)
    groups = output_table.groups_of(workspace.db, sorted(output_ids))
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return {key for key, group in groups.items() if dealt.of(group) not in sealed}


def fitting_splits(workspace: Workspace) -> tuple[SplitName, ...]:
    """The names of the splits that fitting may use now, for ``JudgeVersion.fitted_on``."""
    sealed = sealed_splits(workspace)
    return tuple(name for name in _NAMES if name not in sealed)


class SplitSize(Frozen):
    """What a split holds, in outputs; ``groups`` are its sources, ``graded`` what people passed or failed."""

    split: SplitName
    outputs: int
    groups: int
    graded: int
    passes: int
    fails: int


class SealedTest(Frozen):
    """Where the sealed test stands. ``looks``: states of its figures that were seen in this round."""

    sealed: bool
    round: int
    looks: int
    limit: int
    spent: bool


class SplitReport(SealedTest):
    """The splits and the sealed test."""

    sizes: tuple[SplitSize, ...]
    openings: tuple[Opening, ...]
    rounds: tuple[SpentTest, ...]
    advice: Fact


def looks_at_test(workspace: Workspace) -> int:
    """How many states of the test's figures have been seen in this round."""
    place = (workspace.db, workspace.project.id)
    number = split_table.dealt(*place).round
    mine = [opening for opening in split_table.openings(*place, "test") if opening.round == number]
    unknown = sum(not opening.state for opening in mine)  # logged before states were kept
    return unknown + len({opening.state for opening in mine if opening.state})


@operation("splits limit", role=Role.ENGINEER, effect=Effect.WRITES)
def set_looks_limit(workspace: Workspace, looks: Annotated[int, Field(ge=1, le=1_000)]) -> SplitReport:
    """Set how many looks make a test spent."""
    return split_report(
        workspace.with_project(projects.update_project(workspace, settings={"test_looks": looks}))
    )


def state_of_test(keys: Iterable[str]) -> str:
    """A hash of whatever decides the figures of the sealed test, in any order."""
    text = "\x1f".join(sorted(keys))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def open_test(workspace: Workspace, *, purpose: str, seen: Iterable[str]) -> int:
    """Log a look at the sealed test; returns how many different ones there were. BadInput without a name.

    ``seen``: whatever decides the figures (judge versions, grades), in any order.
    """
    if not workspace.person.strip():
        raise BadInput(
            "The sealed test is opened by a named person.",
            next_step="Write your name in the app's menu, or give --author NAME.",
        )
    number = split_table.dealt(workspace.db, workspace.project.id).round
    look = Opening(author=workspace.person, purpose=purpose, state=state_of_test(seen), round=number)
    known = split_table.openings(workspace.db, workspace.project.id, "test")
    if (look.author, look.state, number) not in {(past.author, past.state, past.round) for past in known}:
        split_table.record_opening(workspace.db, workspace.project.id, "test", look)
    return looks_at_test(workspace)


def sealed_test(workspace: Workspace, labels: Labels | None = None) -> SealedTest:
    """Where the sealed test stands; ``labels``: those of people, where they are read already."""
    sealed = "test" in sealed_splits(workspace, labels)
    number = split_table.dealt(workspace.db, workspace.project.id).round
    looks, limit = looks_at_test(workspace), workspace.project.settings.test_looks
    return SealedTest(sealed=sealed, round=number, looks=looks, limit=limit, spent=sealed and looks >= limit)


@operation("splits show", role=Role.MANAGER)
def split_report(workspace: Workspace) -> SplitReport:
    """Show how big the splits are, and who opened the sealed test; no figure of any judge."""
    labels = human_labels(workspace)
    test = sealed_test(workspace, labels)
    sizes = _sizes(workspace, labels)
    return SplitReport(
        **test.model_dump(),
        sizes=sizes,
        openings=tuple(split_table.openings(workspace.db, workspace.project.id, "test")),
        rounds=tuple(split_table.rounds(workspace.db, workspace.project.id)),
        advice=_advice(sizes[2], labels, test),
    )


def _sizes(workspace: Workspace, labels: Labels) -> tuple[SplitSize, ...]:
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    groups = output_table.groups_of(workspace.db, labels.graded)
    passes, fails = (
        Counter(dealt.of(groups[output_id]) for output_id in ids) for ids in (labels.passed, labels.failed)
    )
    sizes = split_table.sizes(workspace.db, workspace.project.id)
    return tuple(
        SplitSize(
            split=name,
            outputs=sizes.get(name, (0, 0))[0],
            groups=sizes.get(name, (0, 0))[1],
            graded=passes[name] + fails[name],
            passes=passes[name],
            fails=fails[name],
        )
        for name in _NAMES
    )


def _advice(size: SplitSize, labels: Labels, test: SealedTest) -> Fact:
    if not test.sealed:
        return fact("seals_when", fails=SEAL_FROM_FAILS)
    if test.spent:
        return fact("give_test_up", looks=test.looks, limit=test.limit)
    if size.fails < SEAL_FROM_FAILS:
        share = len(labels.failed) / max(1, len(labels.graded))
        more = round((SEAL_FROM_FAILS - size.fails) / (0.3 * share)) if share else 0
        code = "test_small" if share else "test_small_no_fails"
        return fact(code, graded=size.graded, fails=size.fails, more=more)
    return fact("looks_left", n=test.limit - test.looks)


@operation("splits renew", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def renew_test(
    workspace: Workspace, *, why: Annotated[str, Field(description="Why the test is given up.")]
) -> SplitReport:
    """Give the sealed test up; what is graded from now on grows a fresh one.

    Whatever is graded now stays known: train and dev as they are, the old test becomes dev. Sources
    that nobody has graded are dealt anew, so the grades from now on fill the fresh test.

    Raises:
        BadInput: there is no sealed test, nobody gives a name, or there is no reason.
    """
    if "test" not in sealed_splits(workspace):
        raise BadInput("No test is sealed yet, so there is none to give up.", next_step="Grade on.")
    if not workspace.person.strip() or not why.strip():
        raise BadInput("Giving a test up needs a name and a reason.", next_step="Give --author and --why.")
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    touched = {grade.output_id for grade in grade_table.current(workspace.db, workspace.project.id)}
    group_of = output_table.groups_of(workspace.db, sorted(touched))
    splits = {group: dealt.of(group) for group in set(group_of.values()) - set(dealt.settled)}
    now_known: dict[str, SplitName] = {
        group: "dev" if split == "test" else split for group, split in splits.items()
    }
    begun = SpentTest(number=dealt.round + 1, author=workspace.person, why=why)
    split_table.begin_round(workspace.db, workspace.project.id, begun, now_known)
    place = (workspace.db, workspace.project.id, workspace.person)
    audit.note(*place, "renew test", "test", why=why, round=begun.number)
    return split_report(workspace)
