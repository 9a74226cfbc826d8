"""Gold outputs: settled by the lead, and how far each person agrees with them; who passed the training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    Criterion,
    Fact,
    Frozen,
    Gold,
    Grade,
    Output,
    Role,
    Ruling,
    Trained,
    fact,
    name_key,
    new_id,
    now,
)
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects, signing
from labelcore.stages.grading.mixing import is_told, training_answers, training_of
from labelcore.stages.grading.settled import in_force, meant
from labelcore.stages.grading.settling import rule
from labelcore.stats.rate import Rate, proportion
from labelcore.store import criteria as criterion_table, golds, grades as grade_table, outputs as output_table
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

Standing = Literal["passed", "let through", "in training", "not asked"]


class GoldOutput(Frozen):
    """A gold output with what it counts as, on the whole and on ``criteria``. ``right``: of those who saw it,
    at their first sight, on the whole.
    """

    output: Output
    gold: Gold
    ruling: Ruling | None
    right: Rate
    criteria: tuple[Ruling, ...] = ()

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        fields = self.model_dump(mode="json", include={"ruling", "right", "criteria"})
        return {"output_id": self.output.id, "training": self.gold.training, **fields}


class GoldAnswers(Frozen):
    """Answers on gold, each counted once, as it was first seen. ``let_through``: passed though it fails;
    ``too_strict``: the other way; ``unsure``: left out of ``right``.
    """

    right: Rate
    let_through: int
    too_strict: int
    unsure: int


class GoldPerson(GoldAnswers):
    """How somebody stands on gold outputs as a whole, and on each criterion, by its name."""

    name: str
    training: Standing
    criteria: dict[str, GoldAnswers] = Field(default_factory=dict)


class GoldReport(Frozen):
    """The gold outputs and how people stand on them."""

    outputs: tuple[GoldOutput, ...]
    people: tuple[GoldPerson, ...]

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        people = self.model_dump(mode="json", include={"people"})
        return {"outputs": [row.document() for row in self.outputs], **people}


@operation("gold set", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def set_gold(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    value: Annotated[Literal["pass", "fail"] | None, Metavar("pass|fail")] = None,
    *,
    criterion: Annotated[Criterion | None, Field(description="What it counts as on this one.")] = None,
    reason: Annotated[str, Field(description="Why it passes or fails.")] = "",
    training: Annotated[bool, Field(description="Newcomers begin with it.")] = False,
) -> GoldOutput:
    """Make an output gold: your ruling is what it counts as. Without a value, the ruling that it has.

    The whole is settled first, then criteria, one by one.

    Raises:
        BadInput: the whole has no ruling, or a new one no reason.
        NotFound: there is no such output.
    """
    place = projects.find_output(workspace, output)
    if value and criterion is None:
        rule(workspace, place.id, value, reason=reason)
    elif _ruling(workspace, place.id) is None:
        raise BadInput(
            "The output '{output}' is not settled.", next_step="Say pass or fail, and why.", output=output
        )
    if value and criterion:
        rule(workspace, place.id, value, reason=reason, criterion=criterion)
    present = golds.current(workspace.db, workspace.project.id).get(place.id)
    if present and criterion:
        return _row(workspace, present, place, [])
    gold = Gold(
        id=present.id if present else new_id("gold"),
        project_id=workspace.project.id,
        output_id=place.id,
        training=training,
        made_by=workspace.person,
    )
    golds.save(workspace.db, gold)
    return _row(workspace, gold, place, [])


def _ruling(workspace: Workspace, output_id: str) -> Ruling | None:
    every = rulings.current(workspace.db, workspace.project.id)
    return next((row for row in every if (row.output_id, row.criterion_id) == (output_id, None)), None)


@operation("gold end", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def end_gold(workspace: Workspace, output: Annotated[str, Metavar("OUTPUT_ID")]) -> GoldOutput:
    """Mix an output in no more; its ruling and what people said of it are kept.

    Raises:
        NotFound: it is no gold output.
    """
    place = projects.find_output(workspace, output)
    present = golds.current(workspace.db, workspace.project.id).get(place.id)
    if present is None:
        raise NotFound("The output '{output}' is not gold.", next_step="`labelcore gold show`", output=output)
    over = {"ended": True, "made_by": workspace.person, "at": now()}
    ended = present.model_copy(update=over)
    golds.save(workspace.db, ended)
    return _row(workspace, ended, place, [])


@operation("gold train", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def train(
    workspace: Workspace,
    name: str,
    state: Annotated[Literal["let-through", "send-back"], Metavar("let-through|send-back")],
) -> GoldPerson:
    """Let somebody grade without the training, or have them go through it (again)."""
    person = signing.known_as(workspace.db, workspace.project, name)
    place = {"project_id": workspace.project.id, "person": person, "made_by": workspace.person}
    golds_now = golds.current(workspace.db, workspace.project.id)
    outputs = [key for key, gold in golds_now.items() if gold.training]
    begun = max(map(len, training_answers(workspace.by(person), outputs).values()), default=0)
    row = Trained(state="let through" if state == "let-through" else "sent back", begun=begun, **place)
    golds.save(workspace.db, row)
    return _person(workspace.by(person), [])


@operation("gold show", role=Role.LEAD)
def show_gold(workspace: Workspace) -> GoldReport:
    """Show the gold outputs, and how far each person agrees with them."""
    place = workspace.db, workspace.project.id
    golds_now = golds.current(*place)
    first, parts = _first(workspace)
    outputs = output_table.many(workspace.db, list(golds_now))
    by_person: dict[str, list[Grade]] = defaultdict(list)
    for grade in first:
        by_person[grade.annotator].append(grade)
    trainees = (
        {row.person for row in golds.trained(*place).values()} if workspace.project.rules.training else set()
    )
    by_part: dict[str, list[Grade]] = defaultdict(list)
    for grade in parts:
        by_part[grade.annotator].append(grade)
    names = sorted({*by_person, *by_part, *trainees}, key=name_key)
    return GoldReport(
        outputs=tuple(
            _row(workspace, gold, outputs[key], [grade for grade in first if grade.output_id == key])
            for key, gold in golds_now.items()
            if key in outputs
        ),
        people=tuple(_person(workspace.by(name), by_person[name], by_part[name]) for name in names),
    )


def _first(workspace: Workspace) -> tuple[list[Grade], list[Grade]]:
    """What each person said first of each gold output, and of each criterion on it."""
    firsts: dict[tuple[str, str, str | None], Grade] = {}
    for grade in meant(workspace, grade_table.on_gold(workspace.db, workspace.project.id)):
        firsts.setdefault((grade.annotator, grade.output_id, grade.criterion_id), grade)
    wholes = [grade for grade in firsts.values() if grade.is_overall]
    return wholes, [grade for grade in firsts.values() if not grade.is_overall]


def _row(workspace: Workspace, gold: Gold, output: Output, grades: Iterable[Grade]) -> GoldOutput:
    ruling = _ruling(workspace, output.id)
    same = [grade.value == ruling.value for grade in grades if ruling and grade.value in {"pass", "fail"}]
    right = proportion(sum(same), len(same), what="people who passed or failed it")
    criteria = tuple(
        settled_one for (key, _), settled_one in _on_criteria(workspace).items() if key == output.id
    )
    return GoldOutput(output=output, gold=gold, ruling=ruling, right=right, criteria=criteria)


def _on_criteria(workspace: Workspace) -> dict[tuple[str, str], Ruling]:
    """What gold outputs count as on criteria, by output and criterion id."""
    settled = golds.settled(workspace.db, workspace.project.id)
    return {
        (row.output_id, row.criterion_id): row
        for row in in_force(workspace).values()
        if row.criterion_id and row.output_id in settled and row.value in {"pass", "fail"}
    }


def _person(workspace: Workspace, grades: Iterable[Grade], parts: Iterable[Grade] = ()) -> GoldPerson:
    settled, on_criteria = golds.settled(workspace.db, workspace.project.id), _on_criteria(workspace)
    all_pairs = [
        (grade.value, settled[grade.output_id].value) for grade in grades if grade.output_id in settled
    ]
    by_criterion: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for grade in parts:
        if ruling := on_criteria.get((grade.output_id, str(grade.criterion_id))):
            by_criterion[str(grade.criterion_id)].append((grade.value, ruling.value))
    names = {row.id: row.name for row in criterion_table.current(workspace.db, workspace.project.id)}
    return GoldPerson(
        name=workspace.person,
        **_answers(all_pairs).model_dump(),
        training=_standing(workspace),
        criteria={names[key]: _answers(pairs) for key, pairs in sorted(by_criterion.items()) if key in names},
    )


def _answers(pairs: Sequence[tuple[str, str]]) -> GoldAnswers:
    """Of what was said beside what was settled."""
    decided = [pair for pair in pairs if pair[0] in {"pass", "fail"}]
    right = sum(answer == truth for answer, truth in decided)
    return GoldAnswers(
        right=proportion(right, len(decided), what="gold outputs with an answer"),
        let_through=decided.count(("pass", "fail")),
        too_strict=decided.count(("fail", "pass")),
        unsure=sum(answer == "unsure" for answer, _ in pairs),
    )


def _standing(workspace: Workspace) -> Standing:
    if workspace.project.rules.training is None:
        return "not asked"
    if training_of(workspace):
        return "in training"
    training = golds.trained(workspace.db, workspace.project.id).get(name_key(workspace.person))
    return "passed" if training and training.state == "passed" else "let through" if training else "not asked"


def told_of_gold(workspace: Workspace, output_id: str, value: str, *, named: str = "") -> Fact | None:
    """What a person is told once they have graded gold: always in training, else where the rules say so.

    ``named``: what it is called where it was not the last one.
    """
    if not is_told(workspace, output_id, value):
        return None
    ruling = golds.settled(workspace.db, workspace.project.id)[output_id]
    how = "right" if ruling.value == value else ruling.value
    message = fact(f"gold_{how}_earlier" if named else f"gold_{how}", reason=ruling.reason, output=named)
    names = {row.id: row.name for row in criterion_table.current(workspace.db, workspace.project.id)}
    on_criteria = _on_criteria(workspace)
    for criterion_id, answer in _said_last(workspace, output_id).items():
        truth = on_criteria.get((output_id, criterion_id))
        if truth and criterion_id in names and answer in {"pass", "fail"} and answer != truth.value:
            values = {"criterion": names[criterion_id], "reason": truth.reason}
            code = "criterion_gold_pass" if truth.value == "pass" else "criterion_gold_fail"
            message = message.followed_by(fact(code, **values))
    return message


def _said_last(workspace: Workspace, output_id: str) -> dict[str, str]:
    """What this person said last of each criterion on a gold output."""
    last = grade_table.on_gold(workspace.db, workspace.project.id, workspace.person, output_id)
    return {grade.criterion_id: grade.value for grade in last if grade.criterion_id}
