"""Where people differ: the conflicts with all that was said, rulings on them, and another look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    OVERALL,
    Comment,
    Criterion,
    Frozen,
    Grade,
    Output,
    Relook,
    Role,
    Ruling,
    name_key,
    new_id,
)
from labelcore.operations import Effect, Flags, Metavar, Options, operation
from labelcore.stages import projects
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading.opinions import Opinion, opinions_of
from labelcore.stages.grading.relooking import Subject, graders_of, still_due
from labelcore.stages.grading.settled import in_force, meant
from labelcore.store import (
    assignments,
    calibrations,
    criteria as criterion_table,
    grades as grade_table,
    outputs as output_table,
    settling,
)
from labelcore.store.people import present_key
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

State = Literal["open", "waiting", "settled", "agreed"]
RULINGS = ("pass", "fail", "unclear")
_LONGEST = 500
_LONGEST_REASON = 2_000


class Conflict(Frozen):
    """An output that people passed and failed, with all that they said; ``criterion``: None is the whole.

    "waiting": people are to look again (``due``: their names); "agreed": after another look they do.
    ``grades``: of this subject; ``opinions``: all that each says of the output.
    """

    output: Output
    criterion: Criterion | None
    grades: tuple[Grade, ...]
    opinions: tuple[Opinion, ...]
    ruling: Ruling | None
    comments: tuple[Comment, ...] = ()
    relooks: tuple[Relook, ...] = ()
    due: tuple[str, ...] = ()
    state: State = "open"

    @property
    def key(self) -> str:
        """Names it among all conflicts."""
        return f"{self.output.id}/{self.criterion.id if self.criterion else OVERALL}"

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        parts = {"grades", "ruling", "state", "comments", "relooks", "due"}
        return self.model_dump(mode="json", include=parts) | {
            "output_id": self.output.id,
            "external_id": self.output.external_id,
            "criterion_id": self.criterion.id if self.criterion else None,
            "criterion": self.criterion.name if self.criterion else OVERALL,
        }


class ConflictFilters(Options):
    """Which conflicts are meant."""

    criterion: str | None = Field(default=None, description="On this criterion only; overall: the whole.")
    who: Annotated[tuple[str, ...], Flags(("--person",))] = Field(
        default=(), description="Only where this person takes part; repeat."
    )
    language: str | None = Field(default=None, description="Only of outputs in this language (en, zh).")
    state: Literal["open", "waiting", "settled", "all"] = Field(
        default="all", description="open, waiting (for another look), settled or all."
    )


EVERY = ConflictFilters()


@operation("team conflicts", role=Role.LEAD, listed_as="conflicts")
def conflicts(workspace: Workspace, *, filters: ConflictFilters = EVERY) -> list[Conflict]:
    """Show the outputs and criteria on which people disagree, with every grade, note and mark.

    Open ones come first, then those that wait for another look, then what is settled.
    """
    among = subjects(workspace)
    if filters.criterion is not None:
        is_whole = filters.criterion == OVERALL
        criterion_id = None if is_whole else find_criterion(workspace, filters.criterion).id
        among = {key: grades_of for key, grades_of in among.items() if key[1] == criterion_id}
    if filters.language:
        language_of = assignments.languages(workspace.db, workspace.project.id, [key[0] for key in among])
        language = assignments.language_key(filters.language)
        among = {key: grades_of for key, grades_of in among.items() if language_of[key[0]] == language}
    people = {present_key(workspace.db, who) for who in filters.who}
    among = {
        key: grades_of
        for key, grades_of in among.items()
        if people <= {name_key(grade.annotator) for grade in grades_of}
    }
    rows = gathered(workspace, among)
    if filters.state != "all":
        alike = {"settled": {"settled", "agreed"}}.get(filters.state, {filters.state})
        rows = [conflict for conflict in rows if conflict.state in alike]
    order: tuple[State, ...] = ("open", "waiting", "settled", "agreed")
    return sorted(rows, key=lambda conflict: order.index(conflict.state))


def subjects(workspace: Workspace) -> dict[Subject, list[Grade]]:
    """The grades of what people differ on, was ruled on, is talked about or was sent back.

    An open calibration round has none yet.
    """
    place = workspace.db, workspace.project.id
    grades_of: dict[Subject, list[Grade]] = defaultdict(list)
    for event in meant(workspace, grade_table.current(*place)):
        if event.field is None:
            grades_of[event.output_id, event.criterion_id].append(event)
    hidden = calibrations.unrevealed(*place)
    touched = {(row.output_id, row.criterion_id) for row in _touching(workspace)}
    return {
        key: grades
        for key, grades in grades_of.items()
        if key[0] not in hidden and ({"pass", "fail"} <= {grade.value for grade in grades} or key in touched)
    }


def _touching(workspace: Workspace) -> Iterable[Ruling | Comment | Relook]:
    place = workspace.db, workspace.project.id
    yield from in_force(workspace).values()
    yield from settling.comments(*place)
    yield from settling.relooks(*place)


def gathered(workspace: Workspace, among: Mapping[Subject, Sequence[Grade]]) -> list[Conflict]:
    """These subjects with everything that is known of them; without those of criteria that are no more."""
    place = workspace.db, workspace.project.id
    criteria = {criterion.id: criterion for criterion in criterion_table.current(*place)}
    rulings_now = in_force(workspace)
    ids = sorted({output_id for output_id, _ in among})
    outputs = output_table.many(workspace.db, ids)
    names = {key: criterion.name for key, criterion in criteria.items()}
    events_of = _by_output(grade_table.of_outputs(*place, ids))
    talked, sent = _by_subject(settling.comments(*place)), _by_subject(settling.relooks(*place))
    due = {(row.output_id, row.criterion_id): left for row, left in still_due(workspace)}
    before = _replaced(workspace, sorted({output_id for output_id, _ in sent if output_id in outputs}))
    return [
        Conflict(
            output=outputs[key[0]],
            criterion=criteria.get(str(key[1])),
            grades=tuple(grades),
            opinions=opinions_of(events_of[key[0]], names, before[key[0]]),
            ruling=rulings_now.get(key),
            comments=tuple(row for row in talked[key] if not row.seen),
            relooks=tuple(sent[key]),
            due=_names(due.get(key, ()), grades),
            state=_state(grades, rulings_now.get(key), due.get(key, ())),
        )
        for key, grades in among.items()
        if key[0] in outputs and (key[1] is None or key[1] in criteria)
    ]


def _names(keys: Iterable[str], grades: Iterable[Grade]) -> tuple[str, ...]:
    """The names of these keys, as those write them who graded."""
    spelled = {name_key(grade.annotator): grade.annotator for grade in grades}
    return tuple(spelled.get(key, key) for key in keys)


def _state(grades: Sequence[Grade], ruling: Ruling | None, due: Sequence[str]) -> State:
    if due:
        return "waiting"
    if ruling:
        return "settled"
    return "open" if {"pass", "fail"} <= {grade.value for grade in grades} else "agreed"


def _by_output(grades: Iterable[Grade]) -> dict[str, list[Grade]]:
    grades_of: dict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        grades_of[grade.output_id].append(grade)
    return grades_of


def _by_subject(rows: Iterable[Any]) -> dict[Subject, list[Any]]:
    rows_of: dict[Subject, list[Any]] = defaultdict(list)
    for row in rows:
        rows_of[row.output_id, row.criterion_id].append(row)
    return rows_of


def _replaced(workspace: Workspace, output_ids: Sequence[str]) -> dict[str, list[Grade]]:
    """What people gave before they looked at an output again."""
    if not output_ids:
        return defaultdict(list)
    place = workspace.db, workspace.project.id
    standing = {grade.id for grade in grade_table.of_outputs(*place, output_ids)}
    first = grade_table.before_another_look(*place)
    return _by_output(
        grade for grade in first if grade.output_id in set(output_ids) and grade.id not in standing
    )


@operation("team rule", role=Role.LEAD, effect=Effect.APPENDS)
def rule(
    workspace: Workspace,
    output: str,
    value: Annotated[str, Metavar("pass|fail|unclear|withdrawn")],
    *,
    reason: Annotated[str, Field(description="Why.")],
    criterion: Annotated[Criterion | None, Field(description="Settle this criterion only.")] = None,
    about: Annotated[
        Criterion | None, Field(description="With unclear: the criterion that does not say.")
    ] = None,
) -> Ruling:
    """Settle a conflict, or withdraw your ruling; every single grade is kept.

    "unclear" says that no grade is right, because a criterion does not say: the output counts nowhere, and
    the reason stands at the criterion until it is edited.

    Raises:
        BadInput: the value is no ruling, the person or the reason is missing, or another person's
            ruling would be withdrawn.
        NotFound: there is no such output, or no ruling to withdraw.
    """
    _check_ruling(workspace, value, reason)
    output_id = projects.find_output(workspace, output).id
    criterion_id = criterion.id if criterion else None
    if value == "withdrawn":
        _check_withdrawn(workspace, (output_id, criterion_id))
    subject = about or criterion
    ruling = Ruling.model_validate(
        {
            "id": new_id("ruling"),
            "project_id": workspace.project.id,
            "output_id": output_id,
            "reason": reason.strip(),
            "value": value,
            "author": workspace.person.strip(),
            "criterion_id": criterion_id,
            "criterion_version": subject.version if subject else None,
            "about": subject.id if subject and value == "unclear" else None,
        }
    )
    rulings.save(workspace.db, ruling)
    return ruling


def _check_ruling(workspace: Workspace, value: str, reason: str) -> None:
    if value not in {*RULINGS, "withdrawn"}:
        raise BadInput(
            "'{value}' is not a ruling.", next_step="Use pass, fail, unclear or withdrawn.", value=value
        )
    if not workspace.person.strip() or not reason.strip():
        raise BadInput("A ruling needs a name and a reason.", next_step="Say who rules, and why.")
    if len(reason) > _LONGEST_REASON:
        raise BadInput("A reason has at most {most:,} characters.", most=_LONGEST_REASON)


def _check_withdrawn(workspace: Workspace, subject: Subject) -> None:
    """Raise where there is no ruling to withdraw, or it is another person's."""
    before = in_force(workspace).get(subject)
    if before is None:
        raise NotFound("There is no ruling to withdraw.")
    if name_key(before.author) != name_key(workspace.person):
        raise BadInput(
            "Only its author can withdraw a ruling.", next_step="Rule again, with your own reason."
        )


@operation("team relook", role=Role.LEAD, effect=Effect.APPENDS, signed=True)
def send_back(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    *,
    criterion: Annotated[Criterion | None, Field(description="About this criterion.")] = None,
    people: Annotated[
        Sequence[str], Flags(("--person",)), Field(description="Only this one; repeat. Else all who graded.")
    ] = (),
    is_open: Annotated[
        bool, Flags(("--open/--blind",)), Field(description="Whether they are shown what the others gave.")
    ] = False,
    reason: Annotated[str, Field(description="What to look at; they read it.")] = "",
) -> Relook:
    """Have those who graded an output look at it again; it comes first in their queues.

    Blind, nobody is shown what the others gave before they have looked. Every grade stays in the history;
    the newest counts.

    Raises:
        BadInput: nobody has graded it, or a person who is named has not.
    """
    output_id = projects.find_output(workspace, output).id
    subject = criterion.id if criterion else None
    graders = graders_of(workspace, [output_id]).get((output_id, subject), {})
    keys = [present_key(workspace.db, who) for who in people]
    if missing := [who for who, key in zip(people, keys, strict=True) if key not in graders]:
        raise BadInput("{person} has not graded it.", next_step="Name people who have.", person=missing[0])
    if not graders:
        raise BadInput(
            "Nobody has graded it.", next_step="Only those who graded an output can look at it again."
        )
    relook = Relook(
        id=new_id("relook"),
        project_id=workspace.project.id,
        output_id=output_id,
        criterion_id=subject,
        people=tuple(graders[key] for key in keys or sorted(graders)),
        is_open=is_open,
        reason=reason.strip()[:_LONGEST],
        author=workspace.person,
    )
    settling.save(workspace.db, relook)
    return relook
