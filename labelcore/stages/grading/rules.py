"""How a project hands out its outputs and what it asks of people; kept in the project's settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, GradingRules, Project, Role, Trained, name_key, now
from labelcore.operations import Effect, Flags, Metavar, Options, operation
from labelcore.stages import projects
from labelcore.stages.grading.dealing import tasks_of
from labelcore.stages.selecting import EVERYTHING, Filters, selected_ids
from labelcore.store import audit, comparisons, golds, reservations
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_ENDS = [("per_output", 0), ("compare", ()), ("deadline", "none"), ("training", 0)]
_MOST_TO_REVIEW = 2_000
_HANDING_OUT = ("per_output", "pairs", "alike", "reserve_minutes", "review")
"""Where one of these changes, nobody holds anything any more."""
_Words = Annotated[tuple[str, ...], AfterValidator(lambda words: tuple(filter(str.strip, words)))]


class RulesChange(Options):
    """Which rules are to be different; what is not given stays."""

    per_output: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="People on each output; 0: everybody grades everything."
    )
    pairs: Annotated[bool | None, Flags(("--pairs/--no-pairs",))] = Field(
        default=None, description="Plan which two grade each output, so that all meet."
    )
    alike: Annotated[bool | None, Flags(("--alike/--no-alike",))] = Field(
        default=None, description="Grade near-identical outputs of one source in one go."
    )
    reserve_minutes: float | None = Field(
        default=None, description="How long an output is held for a person."
    )
    repeat_share: float | None = Field(default=None, description="Share that comes back unannounced.")
    ask_criteria: Annotated[bool | None, Flags(("--ask-criteria/--whole-only",))] = Field(
        default=None, description="Ask for each criterion too."
    )
    suggestions: Literal["off", "after", "first"] | None = Field(
        default=None, description="off, after (the grade is given) or first."
    )
    scale: _Words | None = Field(
        default=None, description="A level of an ordinal grade, the worst first; repeat. --scale '' ends it."
    )
    passing_from: int | None = Field(
        default=None, description="The level from which an output passes; 1 is the worst."
    )
    ask_fields: Annotated[bool | None, Flags(("--ask-fields/--no-fields",))] = Field(
        default=None, description="Ask for each field of a JSON output."
    )
    compare: _Words | None = Field(
        default=None, description="A version to compare; give two. --compare '' ends it."
    )
    deadline: Annotated[str | None, Metavar("YYYY-MM-DD")] = Field(
        default=None, description="The day by which it shall be done, or none."
    )
    gold_share: float | None = Field(default=None, description="Share that is gold, unannounced.")
    gold_feedback: Literal["lead", "person"] | None = Field(
        default=None, description="Who is told at once how somebody did on gold: person, or only the lead."
    )
    training: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of training outputs a newcomer must get right first; 0: none."
    )
    contest: Annotated[bool | None, Flags(("--contest/--no-contest",))] = Field(
        default=None, description="Show everybody's counts while they grade."
    )
    thanks: Annotated[bool | None, Flags(("--thanks/--no-thanks",))] = Field(
        default=None, description="Thank people and show milestones on My progress."
    )

    def changes(self) -> dict[str, Any]:
        """The rules that are given; what ends a rule is None."""
        fields = self.model_dump(exclude_none=True)
        return {name: None if (name, value) in _ENDS else value for name, value in fields.items()}


_SAME = RulesChange()


@operation("team rules", role=Role.LEAD, effect=Effect.APPENDS)
def change_rules(workspace: Workspace, *, changed: RulesChange = _SAME) -> GradingRules:
    """Show or change how outputs are handed out and what is asked.

    Raises:
        BadInput: a value is out of its range, or no output has one of the versions to compare.
    """
    changes = changed.changes()
    if not changes:
        return workspace.project.rules
    audit.note(workspace.db, workspace.project.id, workspace.person, "team rules", "", **changes)
    return set_rules(workspace, **changes).rules


def set_rules(workspace: Workspace, **changes: object) -> Project:
    """Store changed rules; returns the project with them. BadInput where they cannot be."""
    project = projects.open_project(workspace.db, workspace.project.name)
    if isinstance(pair := changes.get("compare"), Collection):
        changes["compare"] = tuple(sorted(pair))  # in one order, so that pairs keep their ids
    rules = _changed(project.rules, changes)
    if rules.compare and "compare" in changes:
        _check_versions(workspace, rules.compare)
    if rules.pairs and not project.rules.pairs and len({task.who for task in tasks_of(workspace)}) < 2:
        raise BadInput(
            "Pairs are planned among people to whom outputs are assigned, and there are fewer than two.",
            next_step="Assign outputs to each of them: labelcore team assign anna",
        )
    if any(getattr(rules, name) != getattr(project.rules, name) for name in _HANDING_OUT):
        holds = live(workspace.db, project.id).all_held(utc(now()))
        reservations.release(workspace.db, project.id, holds)
    if rules.training and not project.rules.training:
        _let_through(workspace.with_project(project))
    return projects.update_project(workspace.with_project(project), settings={"grading": rules})


def _changed(before: GradingRules, changes: dict[str, object]) -> GradingRules:
    try:
        return GradingRules.model_validate(before.model_dump() | changes)
    except ValidationError as trouble:
        first = trouble.errors()[0]  # without what was sent
        words = str(first["msg"]).removeprefix("Value error, ")
        fault = f"{'.'.join(map(str, first['loc']))}: {words}" if first["loc"] else words
        raise BadInput("These rules cannot be: {fault}.", fault=fault) from trouble


def _check_versions(workspace: Workspace, wanted: Collection[str]) -> None:
    """That there are outputs of each."""
    versions = comparisons.versions(workspace.db, workspace.project.id)
    if unknown := [version for version in wanted if version not in versions]:
        raise BadInput(
            "No output is of the version '{unknown}'.",
            next_step="The versions are: {known}.",
            unknown=unknown[0],
            known=sorted(versions) or Wording("none yet"),
        )


def _let_through(workspace: Workspace) -> None:
    """Who has graded before there was a training is no newcomer."""
    place = workspace.db, workspace.project.id
    trained_people = golds.trained(*place)
    row = {"project_id": workspace.project.id, "state": "let through", "made_by": workspace.person}
    newly = (who for who in live(*place).counts() if name_key(who) not in trained_people)
    golds.save(workspace.db, *(Trained.model_validate(row | {"person": who}) for who in newly))


def versions(workspace: Workspace) -> dict[str, int]:
    """The pipeline versions (prompt versions and models), with how many outputs each made."""
    return comparisons.versions(workspace.db, workspace.project.id)


class Review(Frozen):
    """The ids of the outputs that come first, in order."""

    review: tuple[str, ...]


@operation("team review", role=Role.LEAD, effect=Effect.WRITES)
def review(workspace: Workspace, outputs: Sequence[str] = (), *, filters: Filters = EVERYTHING) -> Review:
    """Put outputs picked by hand, or those that match a filter, before everything else; none ends the review.

    Raises:
        BadInput: one of them does not exist, no output matches, or too many do.
    """
    ids = []
    for word in dict.fromkeys(outputs):
        try:
            ids.append(projects.find_output(workspace, word).id)
        except NotFound as trouble:
            raise BadInput("There is no output '{word}'.", next_step="Check the ids.", word=word) from trouble
    if filters != EVERYTHING:
        ids += [output_id for output_id in selected_ids(workspace, filters) if output_id not in ids]
    if len(ids) > _MOST_TO_REVIEW:
        raise BadInput(
            "{n:,} outputs are too many to review one by one; at most {most:,} are.",
            next_step="Filter further, or draw a sample of them.",
            n=len(ids),
            most=_MOST_TO_REVIEW,
        )
    return Review(review=set_rules(workspace, review=ids).rules.review)
