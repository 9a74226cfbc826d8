"""A judge's versions: who made them and why, what changed in words, their figures on the same outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.kinds import RESERVED, kind_of
from labelcore.models import Criterion, Frozen, JudgePointer, JudgeVersion, Role
from labelcore.operations import Effect, Metavar, Why, operation
from labelcore.stages.aligning.evidence import evidence_of, truth_of
from labelcore.stages.aligning.measuring import measured_on, words_on
from labelcore.stages.aligning.report import flat
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.deriving.versions import WordingPiece, pieces_of
from labelcore.stages.grading import fitting_labels
from labelcore.stages.refining.keeping import KeptVersion, in_use, point, told
from labelcore.stages.refining.prompts import numbered
from labelcore.stats.rate import Rate, not_measurable
from labelcore.store import judges as judge_table
from labelcore.text.reading import words
from labelcore.workspace import Workspace

Number = Annotated[int, Metavar("VERSION"), Field(ge=1)]
_MOST_WORDS = 40_000  # characters of a changed passage above which its words are not compared one by one


class PromptPartChange(Frozen):
    """What became of one part of a prompt: its pieces in order, the words that went and came counted.
    ``member``: the number of the panel's member that asks it, 0 where it is no panel's.
    """

    part: Literal["system", "user"]
    member: int = 0
    pieces: tuple[WordingPiece, ...]

    def count(self, kind: Literal["gone", "new"]) -> int:
        """How many words went or came."""
        return sum(len(words(piece.text)) for piece in self.pieces if piece.kind == kind)


class Setting(Frozen):
    """Something beside the words that two versions have differently; None where one has it not."""

    name: str
    before: Any
    after: Any


class PromptDiff(Frozen):
    """What two versions of a judge have differently."""

    judge: str
    before: int
    after: int
    parts: tuple[PromptPartChange, ...]
    settings: tuple[Setting, ...]

    @property
    def added(self) -> int:
        """Words that came."""
        return sum(part.count("new") for part in self.parts)

    @property
    def removed(self) -> int:
        """Words that went."""
        return sum(part.count("gone") for part in self.parts)

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {**dict(self), "added": self.added, "removed": self.removed}


class Use(Frozen):
    """That a version was put in use again."""

    author: str
    at: datetime
    why: str


class VersionRow(Frozen):
    """One version; what it changed of the one that was in use when it was made, and its figures on the
    outputs that all have decided.
    """

    version: int
    judge_version_id: str
    in_use: bool
    author: str
    at: datetime
    why: str
    model: str
    changed: PromptDiff | None
    uses: tuple[Use, ...]
    tpr: Rate
    tnr: Rate

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        plain = {name: value for name, value in self if name not in {"tpr", "tnr", "changed"}}
        difference = self.changed
        words = {
            "added": difference.added if difference else 0,
            "removed": difference.removed if difference else 0,
            "settings": [setting.name for setting in difference.settings] if difference else [],
            "changed_from": difference.before if difference else None,
        }
        return {**plain, **words, **flat("tpr", self.tpr), **flat("tnr", self.tnr)}


class PromptHistory(Frozen):
    """All versions of a judge, oldest first. ``n``: the graded outputs, none of the sealed test, that all
    measured versions have decided.
    """

    judge: str
    in_use: int
    n: int
    versions: tuple[VersionRow, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {**dict(self), "versions": [row.document() for row in self.versions]}


@operation("judge prompt history", role=Role.MANAGER)
def history(workspace: Workspace, judge: JudgeVersion) -> PromptHistory:
    """Tell a judge's versions: who made each and why, what changed, and its figures on the same outputs."""
    versions = judge_table.history(workspace.db, judge.judge_id)
    present = in_use(workspace, judge.judge_id)
    pointers = judge_table.pointers(workspace.db, judge.judge_id)
    uses, parents = _uses(versions, pointers), _parents(versions, pointers)
    figures, n = _figures(workspace, versions)
    rows = [
        VersionRow(
            version=version.version,
            judge_version_id=version.id,
            in_use=version.id == present.id,
            author=version.author,
            at=version.at,
            why=version.why,
            model=version.model,
            changed=compared(parents[version.id], version) if version.id in parents else None,
            uses=tuple(uses.get(version.id, ())),
            tpr=figures[version.id][0],
            tnr=figures[version.id][1],
        )
        for version in versions
    ]
    return PromptHistory(judge=present.name, in_use=present.version, n=n, versions=tuple(rows))


@operation("judge prompt diff", role=Role.MANAGER)
def diff(workspace: Workspace, judge: JudgeVersion, before: Number, after: Number) -> PromptDiff:
    """Show what two versions of a judge have differently, word by word.

    Raises:
        NotFound: there is no such version.
    """
    return compared(numbered(workspace, judge, before), numbered(workspace, judge, after))


@operation("judge prompt revert", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def revert(workspace: Workspace, judge: JudgeVersion, version: Number, *, why: Why = "") -> KeptVersion:
    """Put an earlier or a kept version of a judge in use; every version stays, with its verdicts.

    Raises:
        NotFound: there is no such version.
        BadInput: it is in use already.
    """
    target = numbered(workspace, judge, version)
    if target.id == in_use(workspace, judge.judge_id).id:
        raise BadInput(
            "Version {version} of '{name}' is in use already.",
            next_step="`labelcore judge prompt history '{name}'` tells the others.",
            version=version,
            name=judge.name,
        )
    point(workspace, target, why)
    return told(workspace, target, new=False)


def _uses(versions: Sequence[JudgeVersion], pointers: Sequence[JudgePointer]) -> dict[str, list[Use]]:
    """When versions were put in use again; a pointer that only holds what is in use says nothing."""
    uses: dict[str, list[Use]] = {}
    for event, using in _events(versions, pointers):
        if isinstance(event, JudgePointer) and event.judge_version_id != using:
            use = Use(author=event.author, at=event.at, why=event.why)
            uses.setdefault(event.judge_version_id, []).append(use)
    return uses


def _parents(versions: Sequence[JudgeVersion], pointers: Sequence[JudgePointer]) -> dict[str, JudgeVersion]:
    """Of each version but the first, the one that was in use when it was made: that is what it changes."""
    known = {version.id: version for version in versions}
    return {
        event.id: known[using]
        for event, using in _events(versions, pointers)
        if isinstance(event, JudgeVersion) and using
    }


def _events(
    versions: Sequence[JudgeVersion], pointers: Sequence[JudgePointer]
) -> Iterator[tuple[JudgeVersion | JudgePointer, str]]:
    """Every version and pointer in the order of time, each with the version that was in use until then."""
    using, newest = "", 0
    events: list[JudgeVersion | JudgePointer] = sorted([*versions, *pointers], key=lambda event: event.at)
    for event in events:
        yield event, using
        if isinstance(event, JudgePointer):
            using, newest = event.judge_version_id, event.newest
        elif event.version > newest:
            using, newest = event.id, event.version


def _figures(
    workspace: Workspace, versions: Sequence[JudgeVersion]
) -> tuple[dict[str, tuple[Rate, Rate]], int]:
    """TPR and TNR of each version on the graded outputs that all have decided that decided most of them."""
    labels = fitting_labels(workspace)
    fails = truth_of(_criterion(workspace, versions[-1]), labels).fails
    votes = words_on(workspace.db, versions, list(fails))
    decided = votes.notna().sum()
    names = [name for name in votes.columns if decided[name] and decided[name] * 2 >= decided.max()]
    shared = votes[names].dropna() if names else votes.iloc[:0]
    evidence = evidence_of(workspace, {key: not fails[key] for key in shared.index})
    figures = dict(zip(names, measured_on(evidence, shared), strict=True)) if names else {}
    for name in votes.columns:
        if name not in figures:
            why = (
                not_measurable("it has no verdicts on graded outputs yet; answers from a trial do not count")
                if not decided[name]
                else not_measurable("it has decided few of the graded outputs that other versions decided")
            )
            figures[name] = (why, why)
    return figures, len(shared)


def _criterion(workspace: Workspace, version: JudgeVersion) -> Criterion | None:
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    return criteria.get(version.criterion_id or "")


def compared(before: JudgeVersion, after: JudgeVersion) -> PromptDiff:
    """What two versions have differently; they need not be stored."""
    return PromptDiff(
        judge=after.name,
        before=before.version,
        after=after.version,
        parts=tuple(_parts(before, after)),
        settings=tuple(_settings(before, after)),
    )


def _parts(before: JudgeVersion, after: JudgeVersion) -> Iterator[PromptPartChange]:
    """The parts that differ, prompt by prompt where both ask as many."""
    pair = [kind_of(version).prompts for version in (before, after)]
    if len(pair[0]) != len(pair[1]):
        return
    for number, (first, second) in enumerate(zip(*pair, strict=True), 1):
        old, new, member = first.template, second.template, number if len(pair[0]) > 1 else 0
        for name, was, now in (("system", old.system, new.system), ("user", old.user, new.user)):
            if was != now:
                yield PromptPartChange(part=name, member=member, pieces=tuple(changes(was, now)))


def changes(before: str, after: str) -> list[WordingPiece]:
    """What became of a text, passage by passage, in those that changed word by word."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return pieces_of(old, new, closer=_MOST_WORDS)


def _settings(before: JudgeVersion, after: JudgeVersion) -> Iterator[Setting]:
    """What else differs; of a judge that is fitted or made of others, what it says of itself."""
    kind = kind_of(after)
    if kind.learns or kind.composed:
        was, now = kind_of(before).describe(), kind.describe()
        if was != now:
            yield Setting(name="description", before=was, after=now)
        return
    hidden = {"again", RESERVED, *kind.heavy}
    old, new = _plain(before), _plain(after)
    for name in sorted((old.keys() | new.keys()) - hidden):
        if old.get(name) != new.get(name):
            yield Setting(name=name, before=old.get(name), after=new.get(name))


def _plain(version: JudgeVersion) -> dict[str, Any]:
    return {
        name: value for name, value in kind_of(version).beside.items() if value not in (None, "", [], (), {})
    }
