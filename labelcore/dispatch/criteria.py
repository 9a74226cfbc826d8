"""Derive criteria from notes, and keep them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.models import Criterion, Project, Risk
from labelcore.stages import deriving
from labelcore.workspace import Workspace


@operation("derive")
def derive(workspace: Workspace, *, offline: bool = False, accept_all: bool = False) -> Outcome:
    """Turn the notes on failed outputs into criteria, each with its evidence."""
    found = deriving.derive(workspace, offline=offline, accept_all=accept_all, progress=workspace.progress)
    document = {
        "criteria": [describe(criterion) for criterion in found.criteria],
        "uncovered_fails": found.uncovered_fails,
        "warnings": list(found.warnings),
    }
    lines = [f"{_line(c)}" for c in found.criteria]
    tail = f"{found.uncovered_fails} failed outputs are not explained by any criterion yet."
    return Outcome(document=document, lines=(*found.warnings, *lines, tail))


@operation("criteria list")
def list_criteria(workspace: Workspace, *, status: str | None = None) -> Outcome:
    """Show the criteria in their newest versions."""
    found = deriving.list_criteria(workspace, status=status)
    lines = tuple(_line(criterion) for criterion in found) or (
        "There are no criteria yet: run `labelcore derive --offline`.",
    )
    return Outcome(document={"criteria": [describe(c) for c in found]}, lines=lines)


@operation("criteria show")
def show_criterion(workspace: Workspace, *, criterion: str) -> Outcome:
    """Show one criterion with all its evidence."""
    found = deriving.find_criterion(workspace, criterion)
    quotes = (
        f"  “{item.quote}” ({'marked in ' if item.marked else ''}{item.output_id})" for item in found.evidence
    )
    risk = _risk(found, workspace.project)
    return Outcome(document=describe(found), lines=(_line(found), found.statement, risk, *quotes))


def _risk(criterion: Criterion, project: Project) -> str:
    limits = deriving.limits_of(criterion, project)
    whose = "" if criterion.risk else " (the project's)"
    why = f": {criterion.risk_why.rstrip('.')}" if criterion.risk_why else ""
    return (
        f"Risk {deriving.risk_of(criterion, project)}{whose}{why}. It may fail "
        f"{criterion.max_false_failure_rate:.0%} of the good outputs; at this risk judges should "
        f"find {limits.min_coverage:.0%} of the bad ones."
    )


@operation("criteria history")
def history(workspace: Workspace, *, criterion: str) -> Outcome:
    """Show every version of a criterion with author, time and reason."""
    found = deriving.find_criterion(workspace, criterion)
    versions = deriving.history(workspace, found.id)
    lines = tuple(
        (
            f"v{v.version} {v.at:%Y-%m-%d %H:%M} {v.author or 'labelcore'}: {v.status}, "
            f"{v.why or 'no reason given'}"
        )
        for v in versions
    )
    return Outcome(document={"versions": [describe(v) for v in versions]}, lines=lines)


@operation("criteria edit")
def edit(
    workspace: Workspace,
    *,
    criterion: str,
    name: str | None = None,
    statement: str | None = None,
    severity: Literal["must", "should"] | None = None,
    risk: Risk | None = None,
    risk_why: Annotated[str, Field(max_length=500)] | None = None,
    max_ffr: Annotated[float, Field(ge=0, le=1)] | None = None,
    wording_only: bool = False,
    why: str = "",
) -> Outcome:
    """Change a criterion; a new version is kept beside the old ones."""
    found = deriving.find_criterion(workspace, criterion)
    changes: dict[str, Any] = {
        "name": name,
        "statement": statement,
        "severity": severity,
        "risk": risk,
        "risk_why": risk_why,
        "max_false_failure_rate": max_ffr,
    }
    given = {key: value for key, value in changes.items() if value is not None}
    changed = deriving.edit(workspace, found.id, **given, wording_only=wording_only, why=why)
    return Outcome(document=describe(changed), lines=(_line(changed),))


@operation("criteria decide")
def decide(
    workspace: Workspace,
    *,
    criterion: str,
    decision: Literal["accept", "reject", "drop", "restore"],
    why: str = "",
) -> Outcome:
    """Accept, reject, drop or restore a criterion."""
    found = deriving.find_criterion(workspace, criterion)
    act = getattr(deriving, decision)
    changed = act(workspace, found.id, why=why, author=workspace.person)
    return Outcome(document=describe(changed), lines=(_line(changed),))


@operation("criteria merge")
def merge(
    workspace: Workspace, *, criteria: list[str], name: str, statement: str | None = None, why: str = ""
) -> Outcome:
    """Join criteria into one that names them as its parents."""
    ids = [deriving.find_criterion(workspace, word).id for word in criteria]
    merged = deriving.merge(workspace, ids, name=name, statement=statement, why=why)
    return Outcome(document=describe(merged), lines=(_line(merged),))


def describe(criterion: Criterion) -> dict[str, Any]:
    """A criterion in the JSON form of the command line."""
    document = criterion.model_dump(mode="json", exclude={"project_id", "origin", "evidence"})
    document["kind"] = criterion.origin
    document["evidence"] = [item.model_dump(include={"output_id", "quote"}) for item in criterion.evidence]
    return document


def _line(criterion: Criterion) -> str:
    return (
        f"[{criterion.status}] {criterion.name} (v{criterion.version}, {criterion.severity}, "
        f"{len(criterion.evidence)} quotes) {criterion.id}"
    )
