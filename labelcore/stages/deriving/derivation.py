"""From notes to a rubric: criteria with the evidence that produced each, offline or by a model.

Derivation adds: a criterion that people accepted or edited keeps its wording and only gains evidence; what
they rejected is not proposed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from labelcore.arrays import Floats
from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Role, now
from labelcore.operations import Effect, operation
from labelcore.stages.deriving import by_model
from labelcore.stages.deriving.citing import AnswerLoss
from labelcore.stages.deriving.clauses import Clause, clauses_of_fails
from labelcore.stages.deriving.coding import CodeQuotes, list_codes
from labelcore.stages.deriving.editing import accept, drop, list_criteria, live_criteria, new_criterion
from labelcore.stages.deriving.families import FAMILIES
from labelcore.stages.deriving.grouping import APART, central, group, points_of, unit
from labelcore.stages.deriving.naming import (
    case_words,
    family_of,
    in_chinese,
    name_of,
    statement_of,
    telling_words,
    without_case,
)
from labelcore.stages.deriving.proposing_codes import code_notes
from labelcore.stages.grading import Labels, fitting_labels, human_labels
from labelcore.stages.selecting import failed_for
from labelcore.stats.threads import one_thread
from labelcore.store import criteria as criterion_table, outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_MUST_SHARE = 0.2
_EXAMPLES, _EXCERPT = 3, 200
_MOST = 12
_RECURRING = 2
_NEAR = 0.5  # cosine of the blend from which a new note joins an existing criterion


class Derivation(Frozen):
    """The rubric after a derivation, and what it does not explain.

    ``new``: criteria that came now; ``by_model``: those of the model among them; ``left_out``: what of its
    answers did not hold, with why; ``answers``: these as they came; ``stopped``: whether somebody ended it
    before its end; ``may_reread``: whether a model may read notes of theirs that it did not read again now.
    """

    criteria: tuple[Criterion, ...]
    uncovered_fails: int
    new: int
    warnings: tuple[Wording, ...] = ()
    by_model: int = 0
    left_out: tuple[AnswerLoss, ...] = ()
    relocated: int = 0
    answers: tuple[str, ...] = ()
    stopped: bool = False
    may_reread: bool = False

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return dict(self) | {"criteria": [criterion.document() for criterion in self.criteria]}


@operation("derive", role=Role.ENGINEER, effect=Effect.GRADUAL)
@one_thread()
def derive(
    workspace: Workspace,
    *,
    offline: Annotated[bool, Field(description="Without any model.")] = False,
    accept_all: Annotated[bool, Field(description="Accept what is proposed.")] = False,
    again: Annotated[
        bool, Field(description="Let the model also read the notes of criteria that nobody accepted.")
    ] = False,
) -> Derivation:
    """Turn the notes on failed outputs into criteria.

    What people said of failed outputs gets codes too, offline. Notes that the model gives nothing useful
    for are read offline as well, which is said.

    Raises:
        ModelTrouble: a model was asked for and none is configured.
        BadInput: a model is being asked about these notes already, or is to read again offline.
    """
    if again and offline:
        raise BadInput("Only a model reads notes again.", next_step="Leave out --offline or --again.")
    labels = fitting_labels(workspace)
    before = list_criteria(workspace)
    reread = may_be_reread(workspace) if again else []
    asked = _read(workspace, labels, reread, offline=offline)
    if accept_all:
        for criterion in list_criteria(workspace, status="proposed"):
            accept(workspace, criterion, why="accepted with all")
    after = live_criteria(workspace)
    new = {criterion.id for criterion in after} - {criterion.id for criterion in before}
    return Derivation(
        criteria=tuple(after),
        new=len(new | {criterion.id for criterion in asked.criteria}),
        uncovered_fails=len(uncovered_fails(workspace)),
        warnings=(*asked.says(), *_instead(asked, offline=offline), *_warnings(workspace, labels, after)),
        by_model=len(asked.criteria),
        left_out=tuple(asked.left.dropped),
        relocated=asked.left.relocated,
        answers=tuple(filter(None, asked.answers)),
        stopped=asked.stopped,
        may_reread=not again and bool(may_be_reread(workspace)),
    )


def may_be_reread(workspace: Workspace) -> list[Criterion]:
    """Criteria that nobody accepted or rejected: a model may read their notes again."""
    return [
        criterion for criterion in list_criteria(workspace) if criterion.status in {"proposed", "dropped"}
    ]


def _read(
    workspace: Workspace, labels: Labels, reread: Sequence[Criterion], *, offline: bool
) -> by_model.Derived:
    """Read what is new in the notes, and those of the criteria to ``reread``; store what comes of it."""
    before = [criterion for criterion in list_criteria(workspace) if criterion not in reread]
    clauses = _new_clauses(workspace, before)
    if not clauses:
        return by_model.Derived()
    if offline:
        asked = by_model.Derived(unread=clauses)
    else:
        asked = by_model.derive_criteria(workspace, clauses, before, reread)
    # What stands under a criterion already stays as it is where the model gives nothing for it.
    read = {quote.grade_id for criterion in reread for quote in criterion.evidence}
    asked.unread = [clause for clause in asked.unread if clause.grade_id not in read]
    if asked.unread:
        _derive_by_meaning(workspace, asked.unread, labels, list_criteria(workspace))
    _retire(workspace, reread, {criterion.id for criterion in asked.criteria})
    code_notes(workspace, offline=True)
    return asked


def _retire(workspace: Workspace, reread: Sequence[Criterion], renewed: Collection[str]) -> None:
    """Drop the proposals all of whose notes are under other criteria since they were read again."""
    old = {criterion.id for criterion in reread} - set(renewed)
    others = [criterion for criterion in live_criteria(workspace) if criterion.id not in old]
    cited = {quote.grade_id for criterion in others for quote in criterion.evidence}
    for criterion in reread:
        notes = {quote.grade_id for quote in criterion.evidence}
        if criterion.id in old and criterion.status == "proposed" and notes and notes <= cited:
            drop(workspace, criterion, why=by_model.READ_AGAIN)


def _instead(asked: by_model.Derived, *, offline: bool) -> Iterator[Wording]:
    if asked.unread and not offline:
        yield Wording(
            "For {n} notes the model gave nothing that could be used; the criteria for these come from their "
            "meaning, offline.",
            n=len(asked.unread),
        )


def uncovered_fails(workspace: Workspace) -> list[str]:
    """Failed outputs that no proposed or accepted criterion explains (the sealed split aside)."""
    explained = set[str]().union(*failed_for(workspace, live_criteria(workspace)).values())
    return [output_id for output_id in fitting_labels(workspace).failed if output_id not in explained]


def unnamed_codes(workspace: Workspace) -> list[CodeQuotes]:
    """Notes that say the same and rest under no criterion, those of most outputs first: a person names them
    by `criterion_from_codes`.
    """
    cited = {quote.grade_id for criterion in live_criteria(workspace) for quote in criterion.evidence}
    return [
        coded
        for coded in list_codes(workspace)
        if coded.code.criterion_id is None
        and len({quote.grade_id for quote in coded.quotes} - cited) >= _RECURRING
    ]


def _new_clauses(workspace: Workspace, before: Sequence[Criterion]) -> list[Clause]:
    """What no criterion cites yet: the clauses of notes, and the marked words of grades without a note."""
    cited = {quote.grade_id for criterion in before for quote in criterion.evidence}
    fresh = [clause for clause in clauses_of_fails(workspace) if clause.grade_id not in cited]
    noted = {clause.grade_id for clause in fresh if not clause.marked}
    return [clause for clause in fresh if not (clause.marked and clause.grade_id in noted)]


def _warnings(workspace: Workspace, labels: Labels, criteria: Sequence[Criterion]) -> Iterator[Wording]:
    everything = human_labels(workspace)
    if not everything.graded:
        yield Wording("No output has a pass or a fail yet: grade some first.")
    elif not everything.failed:
        yield Wording("No output has been failed yet, so there is nothing to derive from: grade on.")
    elif not clauses_of_fails(workspace):
        yield Wording(
            "No failed output has a note: say in a few words what is wrong with some, or mark the words."
        )
    if sealed := len(everything.graded) - len(labels.graded):
        yield Wording(
            "{n} graded outputs are set aside as the sealed test; their notes are not read here.", n=sealed
        )
    if unnamed := unnamed_codes(workspace):
        yield Wording(
            "Groups of notes without a name yet: {n}. The largest has {most}, such as “{quote}”: "
            "say what each has in common.",
            n=len(unnamed),
            most=len(unnamed[0].quotes),
            quote=unnamed[0].quotes[0].text,
        )
    if single := [
        Wording(item.name) for item in criteria if len({quote.grade_id for quote in item.evidence}) == 1
    ]:
        yield Wording("Resting on a single note: {names}.", names=single)


@dataclass(frozen=True)
class _Placed:
    """Clauses with their points, shape (n, d), and the words of the cases that they are about."""

    clauses: Sequence[Clause]
    points: Floats
    case: frozenset[str]

    def some(self, numbers: Sequence[int]) -> _Placed:
        return _Placed([self.clauses[at] for at in numbers], self.points[list(numbers)], self.case)


def _derive_by_meaning(
    workspace: Workspace, clauses: Sequence[Clause], labels: Labels, before: Sequence[Criterion]
) -> None:
    """Store criteria of groups of clauses; those that say what a criterion says already join it."""
    live = [criterion for criterion in before if criterion.status in {"proposed", "accepted"}]
    cited = [quote for criterion in live for quote in criterion.evidence]
    texts = [quote.quote for quote in cited] + [clause.text for clause in clauses]
    about = [quote.output_id for quote in cited] + [clause.output_id for clause in clauses]
    outputs_by_id = output_table.many(workspace.db, list(dict.fromkeys(about)))
    outputs = [outputs_by_id.get(output_id) for output_id in about]
    sources = [f"{output.text}\n{output.input}\n{output.context}" if output else "" for output in outputs]
    groups = [output.group if output else key for output, key in zip(outputs, about, strict=True)]
    case = case_words(texts, sources, groups)
    points = points_of(workspace.db, [without_case(text, case) for text in texts], workspace.progress)
    points_of_clauses = _Placed(clauses, points[len(cited) :], case)
    more_of, rest = _join(points_of_clauses, live, points[: len(cited)])
    longer = [
        criterion.model_copy(
            update={
                "version": criterion.version + 1,
                "wording_only": True,
                "at": now(),
                "author": workspace.person,
                "evidence": (*criterion.evidence, *(clause.evidence() for clause in more)),
                "why": f"{len(more)} more quotes say the same",
            }
        )
        for criterion in live
        if (more := more_of.get(criterion.id))
    ]
    proposed = _proposed(
        workspace, points_of_clauses.some(rest), labels, {criterion.name for criterion in before}
    )
    criterion_table.save(workspace.db, [*longer, *proposed])


def _join(
    mapped: _Placed, criteria: Sequence[Criterion], cited: Floats
) -> tuple[dict[str, list[Clause]], list[int]]:
    """Clauses that say what a criterion says, and the numbers of the others; ``cited``: a point a quote."""
    citing = [criterion for criterion in criteria if criterion.evidence]
    if not citing:
        return {}, list(range(len(mapped.clauses)))
    ends = np.cumsum([len(criterion.evidence) for criterion in citing])[:-1]
    likeness = mapped.points @ unit(np.stack([rows.mean(axis=0) for rows in np.split(cited, ends)])).T
    for number, rows in enumerate(np.split(cited, ends)):  # what says the same as a quote of it belongs to it
        likeness[_is_among(mapped.points, rows), number] = 1.0
    best, nearest = likeness.max(axis=1), likeness.argmax(axis=1)
    members: dict[str, list[Clause]] = {}
    for number in np.flatnonzero(best >= _NEAR).tolist():
        members.setdefault(citing[nearest[number]].id, []).append(mapped.clauses[number])
    return members, np.flatnonzero(best < _NEAR).tolist()


def _is_among(points: Floats, others: Floats) -> list[bool]:
    keys = {point.tobytes() for point in others}
    return [point.tobytes() in keys for point in points]


def _proposed(workspace: Workspace, mapped: _Placed, labels: Labels, taken: set[str]) -> list[Criterion]:
    """One proposed criterion for each group of clauses that has a name, the largest first."""
    names = {name.casefold() for name in taken}
    groups = []
    for same, kind in _named_groups(mapped):
        if kind.name.casefold() not in names:
            names.add(kind.name.casefold())
            groups.append((same, kind))
    groups = sorted(groups, key=lambda pair: -len(pair[0].clauses))[:_MOST]
    telling = telling_words([[clause.text for clause in same.clauses] for same, _ in groups], mapped.case)
    return [
        _criterion(workspace, same, labels, kind, tuple(keywords))
        for (same, kind), keywords in zip(groups, telling, strict=True)
    ]


class _Named(NamedTuple):
    name: str
    statement: str


def _named_groups(mapped: _Placed) -> Iterator[tuple[_Placed, _Named]]:
    """Clauses by the families that they speak of, with those that mean the same; the others by meaning,
    where they have something in common that can be said.
    """
    families = _by_family(mapped)
    for number, members in families.items():
        same = mapped.some(members)
        chinese = in_chinese([clause.text for clause in same.clauses])
        family = FAMILIES[number]
        yield same, _Named(family.name[chinese], family.statement[chinese])
    in_families = {at for members in families.values() for at in members}
    others = mapped.some([at for at in range(len(mapped.clauses)) if at not in in_families])
    numbers = group(others.points)
    for k in range(int(numbers.max(initial=-1)) + 1):
        same = others.some(np.flatnonzero(numbers == k).tolist())
        middle = central(same.points)
        typical, near = same.clauses[middle], same.points @ same.points[middle] >= 1 - APART
        case = frozenset[str]() if typical.marked else mapped.case  # marked words are the output's
        if name := name_of(typical.text, case):
            alike = same.some(
                np.flatnonzero(near).tolist()
            )  # a name by one note is of those that say the same
            yield alike, _Named(name, statement_of(typical.text, marked=typical.marked))


def _by_family(mapped: _Placed) -> dict[int, list[int]]:
    """The numbers of each family's clauses: those that name it, and those most like them."""
    spoken = _spoken(mapped)
    members_of: dict[int, list[int]] = {}
    for at, number in enumerate(spoken):
        if number is not None:
            members_of.setdefault(number, []).append(at)
    if not members_of:
        return members_of
    centres = unit(np.stack([mapped.points[members].mean(axis=0) for members in members_of.values()]))
    likeness, numbers = mapped.points @ centres.T, list(members_of)
    for at, number in enumerate(spoken):
        if number is None and likeness[at].max() >= _NEAR:
            members_of[numbers[int(likeness[at].argmax())]].append(at)
    return members_of


def _spoken(mapped: _Placed) -> list[int | None]:
    """The number of the family that each clause names, or that one names which says the same."""
    families = [family_of(clause.meaning) for clause in mapped.clauses]
    points = [point.tobytes() for point in mapped.points]
    by_point = {point: number for point, number in zip(points, families, strict=True) if number is not None}
    return [
        by_point.get(point) if number is None else number
        for point, number in zip(points, families, strict=True)
    ]


def _criterion(
    workspace: Workspace, same: _Placed, labels: Labels, kind: _Named, keywords: tuple[str, ...]
) -> Criterion:
    """A criterion of clauses that say the same."""
    failing = list(dict.fromkeys(clause.output_id for clause in same.clauses))
    share = len(failing) / max(1, len(labels.failed))
    why = f"{len(same.clauses)} quotes on {len(failing)} failed outputs."
    if len(same.clauses) == 1:
        why = "Rests on a single note: look for more before you rely on it."

    def excerpts(ids: Sequence[str]) -> tuple[str, ...]:
        outputs = output_table.many(workspace.db, ids[:_EXAMPLES])
        return tuple(outputs[key].text[:_EXCERPT] for key in ids[:_EXAMPLES] if key in outputs)

    return new_criterion(
        workspace,
        kind.name,
        kind.statement,
        severity="must" if share >= _MUST_SHARE else "should",
        origin="notes",
        evidence=tuple(clause.evidence() for clause in same.clauses),
        why=why,
        keywords=keywords,
        fail_examples=excerpts(failing),
        pass_examples=excerpts(sorted(labels.passed)),
    )
