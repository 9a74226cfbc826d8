"""Calibration rounds: people grade the same few outputs blind, then look at them side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    Calibration,
    Comment,
    Fact,
    Frozen,
    Grade,
    Output,
    Role,
    fact,
    name_key,
    new_id,
    now,
)
from labelcore.operations import Effect, Flags, Why, operation
from labelcore.stages import projects, signing
from labelcore.stages.grading.assigning import graders_to_be
from labelcore.stages.grading.relooking import hidden_from
from labelcore.stages.grading.round_draw import USUAL, LanguageParts, drawn_for, language_parts
from labelcore.stages.grading.round_figures import RoundAgreement, compared, earlier_than, given_in_round
from labelcore.stages.grading.rounds import asked_of, done_in
from labelcore.store import (
    assignments,
    calibrations,
    criteria as criterion_table,
    grades as grade_table,
    guidelines as guideline_table,
    outputs as output_table,
    settling,
)
from labelcore.store.live import live
from labelcore.workspace import Workspace

MOST = 50
"""Outputs of a round: it is looked at together."""
Number = Annotated[int | None, Field(ge=1, description="Which round; the newest if none is named.")]


class RoundPerson(Frozen):
    """How far somebody is in a round."""

    name: str
    done: int
    asked: int


class SideBySide(Frozen):
    """An output of a round with all that was said of it; ``differ``: people passed and failed something."""

    output: Output
    grades: tuple[Grade, ...]
    comments: tuple[Comment, ...]
    differ: bool

    @property
    def compared(self) -> bool:
        """Whether two people graded it."""
        return len({grade.annotator for grade in self.grades}) > 1

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        fields = self.model_dump(mode="json", include={"grades", "comments", "differ"})
        return {"output_id": self.output.id, "external_id": self.output.external_id, **fields}


class Round(Frozen):
    """A round as this person may see it: grades only once they are revealed, to an expert those on outputs
    that they graded too. ``against``: the earlier round that ``before`` is from; None: the grades before it.
    """

    calibration: Calibration
    people: tuple[RoundPerson, ...]
    subjects: tuple[RoundAgreement, ...] = ()
    against: int | None = None
    outputs: tuple[SideBySide, ...] = ()

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        head = self.calibration.model_dump(mode="json", exclude={"project_id", "outputs"})
        fields = self.model_dump(mode="json", include={"people", "subjects", "against"})
        return {**head, "n": len(self.calibration.outputs), **fields} | {
            "outputs": [row.document() for row in self.outputs]
        }


class Rounds(Frozen):
    """Every round, and why another one may help; the first round first. ``languages``: how one of everybody
    would be put together, while none is open.
    """

    rounds: tuple[Calibration, ...]
    suggested: tuple[Fact, ...]
    languages: LanguageParts = LanguageParts()


@operation("calibration start", role=Role.LEAD, effect=Effect.WRITES)
def start_round(
    workspace: Workspace,
    outputs: Sequence[str] = (),
    *,
    n: Annotated[int, Flags(("--n", "-n")), Field(ge=2, le=MOST, description="So many are drawn.")] = USUAL,
    people: Annotated[
        tuple[str, ...], Flags(("--person",)), Field(description="Who takes part; repeat. Else everybody.")
    ] = (),
    seed: Annotated[int, Field(ge=0, lt=2**63, description="The same seed draws the same outputs.")] = 0,
    why: Why = "",
) -> Round:
    """Have people grade the same few outputs blind, before anything else: those named, or drawn by chance.

    Drawn are outputs that are to be graded anyway and that nobody has graded: what is said of them counts.
    Where too few of these are left, or outputs are named, the grades are kept apart from all figures. Where
    people read different languages and too few outputs can be read by all, each language has its part.

    Raises:
        BadInput: a round is open, outputs are too many or too few, or one does not exist.
    """
    place = workspace.db, workspace.project.id
    if calibrations.open_one(*place):
        raise BadInput(
            "A calibration round is open.", next_step="Reveal it first: labelcore calibration reveal"
        )
    past = calibrations.current(*place)
    picked, pool = (
        (_named(workspace, outputs), 0) if outputs else drawn_for(workspace, n, seed + len(past), people)
    )
    ids = grade_table.graded_ids(*place)
    calibration = Calibration(
        id=new_id("calibration"),
        project_id=workspace.project.id,
        number=len(past) + 1,
        outputs=picked,
        people=tuple(signing.known_as(workspace.db, workspace.project, name) for name in people),
        counts=not outputs and ids.isdisjoint(picked),
        pool=pool,
        seed=seed,
        why=why,
        made_by=workspace.person,
    )
    calibrations.save(workspace.db, calibration)
    return _as_seen(workspace, calibration)


def _named(workspace: Workspace, words: Sequence[str]) -> tuple[str, ...]:
    ids = dict.fromkeys(projects.find_output(workspace, word).id for word in words)
    if not 2 <= len(ids) <= MOST:
        raise BadInput("A round takes 2 to {most} outputs, not {n}.", most=MOST, n=len(ids))
    return tuple(ids)


@operation("calibration reveal", role=Role.LEAD, effect=Effect.WRITES)
def reveal_round(workspace: Workspace) -> Round:
    """Show everybody who took part in the open round what the others said.

    Raises:
        BadInput: fewer than two people have graded anything in it.
        NotFound: no round is open.
    """
    calibration = _open(workspace)
    if len({grade.annotator for grade in given_in_round(workspace, calibration)}) < 2:
        raise BadInput(
            "Fewer than two people have graded in this round.",
            next_step="Wait for them, or end it: labelcore calibration end",
        )
    assignments.forget(workspace.db)  # what people graded in it is a part of their work from now on
    return _as_seen(workspace, _become(workspace, calibration, state="revealed"))


@operation("calibration end", role=Role.LEAD, effect=Effect.WRITES)
def end_round(workspace: Workspace) -> Round:
    """End the open round without showing what people said; their grades are kept.

    Raises:
        NotFound: no round is open.
    """
    return _as_seen(workspace, _become(workspace, _open(workspace), state="dropped"))


def _open(workspace: Workspace) -> Calibration:
    calibration = calibrations.open_one(workspace.db, workspace.project.id)
    if calibration is None:
        raise NotFound("No calibration round is open.", next_step="Begin one: labelcore calibration start")
    return calibration


def _become(workspace: Workspace, calibration: Calibration, **state: str) -> Calibration:
    after = calibration.model_copy(update={**state, "made_by": workspace.person, "at": now()})
    calibrations.save(workspace.db, after)
    return after


@operation("calibration show", role=Role.EXPERT)
def show_round(workspace: Workspace, *, number: Number = None) -> Round:
    """Show how far people are in a round and, once it is revealed, what they said and how far they agree.

    Raises:
        NotFound: there is no such round.
    """
    return _as_seen(workspace, _round(workspace, number))


@operation(role=Role.EXPERT)
def rounds_of(workspace: Workspace) -> dict[int, set[str]]:
    """The revealed rounds in which this person graded, the newest first, each with the outputs that they
    graded in it and are not to look at again.
    """
    mine, hidden = name_key(workspace.person), hidden_from(workspace)
    outputs_by_round = {
        row.number: {
            grade.output_id for grade in given_in_round(workspace, row) if name_key(grade.annotator) == mine
        }
        - hidden
        for row in reversed(calibrations.current(workspace.db, workspace.project.id))
        if row.state == "revealed"
    }
    return {number: outputs for number, outputs in outputs_by_round.items() if outputs}


def _round(workspace: Workspace, number: int | None) -> Calibration:
    every = calibrations.current(workspace.db, workspace.project.id)
    rows = [row for row in every if number in {None, row.number}]
    if not rows:
        raise NotFound("There is no such calibration round.", next_step="`labelcore calibration list`")
    return rows[-1]


@operation("calibration list", role=Role.LEAD)
def list_rounds(workspace: Workspace) -> Rounds:
    """Show every round, and whether another one may help: a criterion changed, or somebody joined."""
    rows = calibrations.current(workspace.db, workspace.project.id)
    if any(row.state == "open" for row in rows):
        return Rounds(rounds=rows, suggested=())
    languages = language_parts(workspace)
    return Rounds(rounds=rows, suggested=tuple(_suggested(workspace, rows)), languages=languages)


def _suggested(workspace: Workspace, past: Sequence[Calibration]) -> Iterable[Fact]:
    place = workspace.db, workspace.project.id
    graders = live(*place).counts()
    last = next((row for row in reversed(past) if row.state == "revealed"), None)
    if last is None:
        if len(graders) > 1:
            yield fact("calibrate_first", n=len(graders))
        return
    names = [
        criterion.name
        for criterion in criterion_table.current(*place)
        if criterion.status == "accepted" and criterion.at > last.begun_at and not criterion.wording_only
    ]
    if names:
        yield fact("calibrate_criteria", names=names)
    if any(text.at > last.begun_at for text in guideline_table.history(*place)):
        yield fact("calibrate_guideline")
    there = {grade.annotator for row in past for grade in calibrations.grades_of(workspace.db, row)}
    if newcomers := sorted(set(graders) - there):
        yield fact("calibrate_joined", names=newcomers)


def _as_seen(workspace: Workspace, calibration: Calibration) -> Round:
    people = tuple(_people(workspace, calibration))
    if calibration.state != "revealed":
        return Round(calibration=calibration, people=people)
    grades = given_in_round(workspace, calibration)
    earlier, against = earlier_than(workspace, calibration)
    return Round(
        calibration=calibration,
        people=people,
        subjects=tuple(compared(workspace, grades, earlier)),
        against=against,
        outputs=tuple(_side_by_side(workspace, calibration, grades)),
    )


def _people(workspace: Workspace, calibration: Calibration) -> Iterable[RoundPerson]:
    here = (grade.annotator for grade in calibrations.grades_of(workspace.db, calibration))
    names = {name_key(who): who for who in calibration.people or (*graders_to_be(workspace), *here)}
    for _, name in sorted(names.items()):
        place = workspace.by(name)
        done = done_in(place, calibration)
        yield RoundPerson(name=name, done=len(done), asked=len(asked_of(place, calibration)))


def _side_by_side(
    workspace: Workspace, calibration: Calibration, grades: Sequence[Grade]
) -> Iterable[SideBySide]:
    """Where people differ first; an expert sees only what they graded, and not while they look again."""
    mine = {grade.output_id for grade in grades if name_key(grade.annotator) == name_key(workspace.person)}
    mine -= hidden_from(workspace)
    ids = [key for key in calibration.outputs if workspace.role.includes(Role.LEAD) or key in mine]
    outputs = output_table.many(workspace.db, ids)
    comments = [
        comment
        for comment in settling.comments(workspace.db, workspace.project.id)
        if comment.text and comment.at >= calibration.at
    ]
    rows = []
    for output_id in ids:
        of_output = tuple(grade for grade in grades if grade.output_id == output_id)
        values: dict[str | None, set[str]] = defaultdict(set)
        for grade in of_output:
            values[grade.criterion_id].add(grade.value)
        rows.append(
            SideBySide(
                output=outputs[output_id],
                grades=of_output,
                comments=tuple(comment for comment in comments if comment.output_id == output_id),
                differ=any(len(of_criterion) > 1 for of_criterion in values.values()),
            )
        )
    return sorted(rows, key=lambda row: not row.differ)
