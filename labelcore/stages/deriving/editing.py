"""Keep criteria: write, accept, edit, reject, drop, restore and merge; every change is a new version.

The risk of a criterion, or of the project, says what is asked of its judges: the higher, the more bad outputs
they should find, and the fewer good ones they may fail, for who is stopped by false failures stops looking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import (
    Criterion,
    CriterionStatus,
    Evidence,
    Frozen,
    Project,
    Risk,
    Role,
    Severity,
    new_id,
    now,
)
from labelcore.operations import Effect, NotAnOption, Options, Why, operation
from labelcore.stages import projects
from labelcore.stages.deriving.clauses import clauses_of_fails, grounded
from labelcore.stages.grading.relooking import hidden_from
from labelcore.store import audit, criteria as criterion_table
from labelcore.store.live import live
from labelcore.workspace import Workspace


class RiskLimits(Frozen):
    """The most good outputs that may be failed, and the least share of bad ones to be found."""

    max_false_failure_rate: float
    min_coverage: float


LIMITS: dict[Risk, RiskLimits] = {
    "low": RiskLimits(max_false_failure_rate=0.35, min_coverage=0.5),
    "medium": RiskLimits(max_false_failure_rate=0.25, min_coverage=0.7),
    "high": RiskLimits(max_false_failure_rate=0.15, min_coverage=0.9),
}
"""Where to begin, not optima; the lowest risk first."""


def risk_of(criterion: Criterion | None, project: Project) -> Risk:
    """The criterion's risk, or the project's where it has none."""
    return (criterion and criterion.risk) or project.risk


def limits_of(criterion: Criterion, project: Project) -> RiskLimits:
    """The limits that the criterion's risk proposes."""
    return LIMITS[risk_of(criterion, project)]


def wanted_coverage(criteria: Sequence[Criterion], project: Project) -> float | None:
    """The coverage that the riskiest accepted criterion asks of the chosen set.

    None where nobody has said what is at risk: no criterion has a risk, the project's is the first, medium.
    """
    accepted = [criterion for criterion in criteria if criterion.status == "accepted"]
    if project.risk == "medium" and not any(criterion.risk for criterion in accepted):
        return None
    return max((limits_of(criterion, project).min_coverage for criterion in accepted), default=None)


@operation("criteria list", role=Role.EXPERT, listed_as="criteria")
def list_criteria(
    workspace: Workspace,
    *,
    status: Annotated[
        CriterionStatus | None, Field(description="proposed, accepted, rejected, dropped")
    ] = None,
) -> list[Criterion]:
    """Show the criteria in their newest versions, the oldest first; what they were graded is evidence."""
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    selection = [criterion for criterion in criteria if status is None or criterion.status == status]
    return blind(workspace, grounded(workspace, selection))


def criterion_names(workspace: Workspace, status: CriterionStatus | None = None) -> dict[str, str]:
    """The names of the criteria by id, which tell nothing of anybody's grades: for whoever reads outputs."""
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    return {
        criterion.id: criterion.name for criterion in criteria if status is None or criterion.status == status
    }


def blind(workspace: Workspace, criteria: list[Criterion]) -> list[Criterion]:
    """The criteria as somebody may see them: an expert without what others said of outputs they have not
    graded yet, which is what evidence and examples tell.
    """
    if workspace.role is not Role.EXPERT:
        return criteria
    grades_by_output = (
        live(workspace.db, workspace.project.id).graded(workspace.person) if workspace.person else {}
    )
    visible = {output_id for output_id, (_, value) in grades_by_output.items() if value != "skipped"}
    visible -= hidden_from(workspace)
    return [
        criterion.model_copy(
            update={
                "evidence": tuple(item for item in criterion.evidence if item.output_id in visible),
                "pass_examples": (),
                "fail_examples": (),
            }
        )
        for criterion in criteria
    ]


def live_criteria(workspace: Workspace) -> list[Criterion]:
    """The criteria that are proposed or accepted."""
    return [
        criterion for criterion in list_criteria(workspace) if criterion.status in {"proposed", "accepted"}
    ]


def new_criterion(workspace: Workspace, name: str, statement: str, **fields: Any) -> Criterion:
    """The first version of a criterion, not stored; its limit is what the project's risk proposes."""
    place = {"id": new_id("criterion"), "project_id": workspace.project.id, "version": 1}
    words = {"name": name, "statement": statement, "author": workspace.person}
    limit = {"max_false_failure_rate": LIMITS[workspace.project.risk].max_false_failure_rate}
    return Criterion.model_validate(place | words | limit | fields)


@operation("criteria show", role=Role.EXPERT)
def show_criterion(workspace: Workspace, criterion: Criterion) -> Criterion:
    """Show one criterion with all its evidence."""
    return blind(workspace, grounded(workspace, [criterion]))[0]


@operation("criteria history", role=Role.EXPERT, listed_as="versions")
def history(workspace: Workspace, criterion: Criterion) -> list[Criterion]:
    """Show every version of a criterion with author, time and reason, the oldest first."""
    return blind(workspace, versions_of(workspace, criterion.id))


def versions_of(workspace: Workspace, criterion_id: str) -> list[Criterion]:
    """All versions of a criterion by its id, the oldest first."""
    versions = criterion_table.history(workspace.db, criterion_id)
    return [version for version in versions if version.project_id == workspace.project.id]


class CriterionEdit(Options):
    """What of a criterion is to be different; what is not given stays. The risk None is the project's."""

    name: str | None = None
    statement: str | None = None
    severity: Severity | None = Field(default=None, description="must or should")
    risk: Risk | None = Field(
        default=None, description="low, medium or high: what it costs when it fails unnoticed."
    )
    risk_why: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="What happens then, in a few words."
    )
    max_ffr: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Highest share of good outputs that it may fail."
    )
    keywords: Annotated[tuple[str, ...] | None, NotAnOption()] = None
    pass_examples: Annotated[tuple[str, ...] | None, NotAnOption()] = None
    fail_examples: Annotated[tuple[str, ...] | None, NotAnOption()] = None

    def changes(self) -> dict[str, Any]:
        """The fields of a criterion that are given."""
        fields = {
            name: value
            for name, value in self.model_dump(exclude_unset=True).items()
            if value is not None or name == "risk"
        }
        limit = fields.pop("max_ffr", None)
        return fields if limit is None else fields | {"max_false_failure_rate": limit}


UNCHANGED = CriterionEdit()


@operation("criteria edit", role=Role.ENGINEER, effect=Effect.WRITES)
def edit(
    workspace: Workspace,
    criterion: Criterion,
    *,
    edited: CriterionEdit = UNCHANGED,
    wording_only: Annotated[bool, Field(description="The meaning is the same.")] = False,
    why: Why = "",
) -> Criterion:
    """Change a criterion; the old versions are kept.

    Where the limit on false failures stands at what the risk proposes, it follows a changed risk.

    Raises:
        BadInput: nothing is changed.
    """
    changes = edited.changes()
    if all(getattr(criterion, name) == value for name, value in changes.items()):
        raise BadInput("Nothing would change.", next_step="Give a new name, statement or severity.")
    limit, stands = "max_false_failure_rate", limits_of(criterion, workspace.project).max_false_failure_rate
    if "risk" in changes and limit not in changes and criterion.max_false_failure_rate == stands:
        risky = criterion.model_copy(update={"risk": changes["risk"]})
        changes[limit] = limits_of(risky, workspace.project).max_false_failure_rate
    return revise(workspace, criterion, changes, why, wording_only=wording_only)


@operation("criteria reword", role=Role.LEAD, effect=Effect.WRITES)
def reword(
    workspace: Workspace,
    criterion: Criterion,
    statement: Annotated[str, Field(description="What makes an output fail and pass.")],
    *,
    wording_only: Annotated[bool, Field(description="The meaning is the same.")] = False,
    why: Why = "",
) -> Criterion:
    """Say in other words what a criterion asks; the old versions are kept.

    Raises:
        BadInput: nothing is changed.
    """
    words = statement.strip()
    if words in {"", criterion.statement}:
        raise BadInput("Nothing would change.", next_step="Give another statement.")
    return revise(workspace, criterion, {"statement": words}, why, wording_only=wording_only)


def revise(
    workspace: Workspace, old: Criterion, changes: dict[str, Any], why: str, *, wording_only: bool
) -> Criterion:
    """The next version of a criterion, stored with its author and reason."""
    fresh = {"version": old.version + 1, "at": now(), "why": why, "author": workspace.person}
    origin = {"restores": None, "shared_name": "" if "name" in changes else old.shared_name}
    new = Criterion.model_validate(
        old.model_dump() | fresh | origin | changes | {"wording_only": wording_only}
    )
    criterion_table.save(workspace.db, [new])
    place = workspace.db, workspace.project.id
    audit.note(*place, workspace.person, "criterion changed", old.id, **changes, why=why)
    return new


def _set(workspace: Workspace, criterion: Criterion, status: CriterionStatus, why: str) -> Criterion:
    if criterion.status == status:
        return criterion
    return revise(workspace, criterion, {"status": status}, why, wording_only=True)


@operation("criteria accept", role=Role.ENGINEER, effect=Effect.WRITES)
def accept(workspace: Workspace, criterion: Criterion, *, why: Why = "") -> Criterion:
    """Accept a criterion: take it into the rubric."""
    return _set(workspace, criterion, "accepted", why)


@operation("criteria reject", role=Role.ENGINEER, effect=Effect.WRITES)
def reject(workspace: Workspace, criterion: Criterion, *, why: Why = "") -> Criterion:
    """Reject a criterion; its notes are not proposed again."""
    return _set(workspace, criterion, "rejected", why)


@operation("criteria drop", role=Role.ENGINEER, effect=Effect.WRITES)
def drop(workspace: Workspace, criterion: Criterion, *, why: Why = "") -> Criterion:
    """Drop a criterion from the rubric; its history stays."""
    return _set(workspace, criterion, "dropped", why)


@operation("criteria restore", role=Role.ENGINEER, effect=Effect.WRITES)
def restore(workspace: Workspace, criterion: Criterion, *, why: Why = "") -> Criterion:
    """Restore a rejected or dropped criterion as a proposal."""
    return _set(workspace, criterion, "proposed", why)


def descendant(workspace: Workspace, parent: Criterion, **changes: Any) -> Criterion:
    """The first version of a criterion that a merge or a split makes of another, not stored."""
    fresh = {"id": new_id("criterion"), "version": 1, "at": now(), "author": workspace.person}
    return parent.model_copy(update=fresh | {"restores": None, "shared_name": ""} | changes)


@operation("criteria merge", role=Role.ENGINEER, effect=Effect.WRITES)
def merge(
    workspace: Workspace,
    criteria: Sequence[Criterion],
    *,
    name: Annotated[str, Field(description="What the joined criterion is called.")],
    statement: str | None = None,
    why: Why = "",
) -> Criterion:
    """Join criteria into one that names them as its parents and holds all their evidence.

    Raises:
        BadInput: fewer than two different criteria are named.
    """
    parents = grounded(workspace, list({criterion.id: criterion for criterion in criteria}.values()))
    if len(parents) < 2:
        raise BadInput("A merge needs two criteria.", next_step="Name another one.")
    first = max(parents, key=lambda parent: len(parent.evidence))
    evidence = tuple(dict.fromkeys(item for parent in parents for item in parent.evidence))
    merged = descendant(
        workspace,
        first,
        name=name,
        statement=statement or first.statement,
        evidence=evidence,
        risk=max((parent.risk for parent in parents if parent.risk), key=list(LIMITS).index, default=None),
        parents=tuple(parent.id for parent in parents),
        why=why or "merged",
        keywords=tuple(dict.fromkeys(word for parent in parents for word in parent.keywords)),
        status="accepted" if any(parent.status == "accepted" for parent in parents) else "proposed",
    )
    criterion_table.save(workspace.db, [merged])
    for parent in parents:
        drop(workspace, parent, why=f"merged into {name}")
    return merged


@operation("criteria add", role=Role.ENGINEER, effect=Effect.WRITES)
def add_criterion(
    workspace: Workspace,
    name: str,
    *,
    statement: Annotated[str, Field(description="What makes an output fail and pass.")],
    severity: Annotated[Severity, Field(description="must or should")] = "must",
    evidence: Annotated[
        Sequence[str], Field(description="A failed output whose notes it rests on; repeat.")
    ] = (),
    why: Why = "",
) -> Criterion:
    """Write a criterion by hand, with or without evidence; it is accepted at once.

    Raises:
        BadInput: name or statement is missing, a criterion has the name, or an output has no notes that may
            be used.
        NotFound: there is no such output.
    """
    name, statement = name.strip(), statement.strip()
    if not name or not statement:
        raise BadInput(
            "A criterion needs a name and a statement.", next_step="Say what makes an output fail."
        )
    if name.casefold() in {live.name.casefold() for live in live_criteria(workspace)}:
        raise BadInput("There is a criterion '{name}' already.", next_step="Choose another name.", name=name)
    quotes = _evidence(workspace, evidence)
    origin = {"severity": severity, "origin": "person", "status": "accepted", "why": why}
    criterion = new_criterion(workspace, name, statement, evidence=quotes, **origin)
    criterion_table.save(workspace.db, [criterion])
    return criterion


def _evidence(workspace: Workspace, outputs: Sequence[str]) -> tuple[Evidence, ...]:
    """What people said of these outputs, verbatim."""
    evidence: list[Evidence] = []
    clauses = clauses_of_fails(workspace) if outputs else []
    for word in dict.fromkeys(outputs):
        output_id = projects.find_output(workspace, word).id
        quotes = [clause.evidence() for clause in clauses if clause.output_id == output_id]
        if not quotes:
            raise BadInput(
                "Nobody has failed '{output}' with a note that may be used.",
                next_step="Fail it with a note, or leave it out; what is in the sealed test is not used.",
                output=word,
            )
        evidence += quotes
    return tuple(evidence)
