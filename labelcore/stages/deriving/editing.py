"""Keep criteria: accept, edit, reject, drop, restore and merge; every change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.models import Criterion, CriterionStatus, Risk, new_id, now
from labelcore.stages.deriving.risk import follow_risk
from labelcore.stages.finding import Catalogue, find_named
from labelcore.store import audit
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

_RISKS: tuple[Risk, ...] = ("low", "medium", "high")


def list_criteria(workspace: Workspace, status: str | None = None) -> list[Criterion]:
    """The newest versions, oldest criterion first; of one status only if it is given."""
    found = criterion_table.current(workspace.db, workspace.project.id)
    return [criterion for criterion in found if status is None or criterion.status == status]


CRITERIA = Catalogue[Criterion](
    "criterion", "labelcore criteria list", ids=lambda found: (found.id,), name=lambda found: found.name
)


def find_criterion(workspace: Workspace, word: str) -> Criterion:
    """A criterion by its id, its name, or the beginning of its id; see :func:`find_named`.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    return find_named(criterion_table.current(workspace.db, workspace.project.id), word, CRITERIA)


def history(workspace: Workspace, criterion_id: str) -> list[Criterion]:
    """All versions of a criterion, oldest first."""
    return [
        version
        for version in criterion_table.history(workspace.db, criterion_id)
        if version.project_id == workspace.project.id
    ]


def edit(
    workspace: Workspace, criterion_id: str, *, why: str = "", wording_only: bool = False, **changes: Any
) -> Criterion:
    """Change name, statement, severity, limit, risk, keywords or examples; the old version is kept.

    Where the limit on false failures stands at what the risk proposes, it follows a changed risk.

    Raises:
        BadInput: nothing is changed, or a field may not be.
    """
    old = find_criterion(workspace, criterion_id)
    allowed = {
        "name",
        "statement",
        "severity",
        "max_false_failure_rate",
        "risk",
        "risk_why",
        "keywords",
        "pass_examples",
        "fail_examples",
    }
    if odd := changes.keys() - allowed:
        raise BadInput(f"'{min(odd)}' of a criterion cannot be edited.")
    if all(getattr(old, name) == value for name, value in changes.items()):
        raise BadInput("Nothing would change.", next_step="Give a new name, statement or severity.")
    followed = follow_risk(old, workspace.project, changes)
    return revise(workspace, old, followed, why, wording_only=wording_only)


def revise(
    workspace: Workspace, old: Criterion, changes: dict[str, Any], why: str, *, wording_only: bool
) -> Criterion:
    """The next version of a criterion, stored with its author and reason."""
    fresh = {
        "version": old.version + 1,
        "at": now(),
        "why": why,
        "author": workspace.person,
        "restores": None,
    }
    changed = Criterion.model_validate(old.model_dump() | fresh | changes | {"wording_only": wording_only})
    criterion_table.save(workspace.db, [changed])
    audit.note(
        workspace.db, workspace.project.id, workspace.person, "criterion changed", old.id, **changes, why=why
    )
    return changed


def _set(workspace: Workspace, criterion_id: str, status: CriterionStatus, why: str) -> Criterion:
    old = find_criterion(workspace, criterion_id)
    if old.status == status:
        return old
    return revise(workspace, old, {"status": status}, why, wording_only=True)


def accept(workspace: Workspace, criterion_id: str, *, why: str = "") -> Criterion:
    """Take a proposed criterion into the rubric."""
    return _set(workspace, criterion_id, "accepted", why)


def reject(workspace: Workspace, criterion_id: str, *, why: str = "") -> Criterion:
    """Turn a proposal down; its notes are not proposed again."""
    return _set(workspace, criterion_id, "rejected", why)


def drop(workspace: Workspace, criterion_id: str, *, why: str = "") -> Criterion:
    """Take a criterion out of the rubric; its history stays."""
    return _set(workspace, criterion_id, "dropped", why)


def restore(workspace: Workspace, criterion_id: str, *, why: str = "") -> Criterion:
    """Bring a rejected or dropped criterion back as a proposal."""
    return _set(workspace, criterion_id, "proposed", why)


def merge(
    workspace: Workspace,
    criterion_ids: Sequence[str],
    *,
    name: str,
    statement: str | None = None,
    why: str = "",
) -> Criterion:
    """Join criteria into a new one that names them as parents and holds all their evidence.

    Raises:
        BadInput: fewer than two different criteria are named.
    """
    parents = [find_criterion(workspace, word) for word in dict.fromkeys(criterion_ids)]
    if len(parents) < 2:
        raise BadInput("A merge needs two criteria.", next_step="Name another one.")
    first = max(parents, key=lambda parent: len(parent.evidence))
    evidence = tuple(dict.fromkeys(item for parent in parents for item in parent.evidence))
    merged = first.model_copy(
        update={
            "id": new_id("criterion"),
            "version": 1,
            "name": name,
            "at": now(),
            "statement": statement or first.statement,
            "evidence": evidence,
            "author": workspace.person,
            "risk": max((parent.risk for parent in parents if parent.risk), key=_RISKS.index, default=None),
            "parents": tuple(parent.id for parent in parents),
            "why": why or "merged",
            "restores": None,
            "keywords": tuple(dict.fromkeys(word for parent in parents for word in parent.keywords)),
            "status": "accepted" if any(parent.status == "accepted" for parent in parents) else "proposed",
        }
    )
    criterion_table.save(workspace.db, [merged])
    for parent in parents:
        drop(workspace, parent.id, why=f"merged into {name}")
    return merged
