"""Panels: several LLM judges of one criterion, or the variants of one, made into one judge."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.identity import version_id
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.panel import PanelKind, Rule, make_spec
from labelcore.models import JudgeVersion
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

MOST = 9


def make_panel(
    workspace: Workspace, members: Sequence[JudgeVersion], *, rule: Rule = "majority"
) -> JudgeVersion:
    """Store a panel of these judges; of one judge alone, a panel of the variants of its prompt.

    Raises:
        BadInput: the members are not LLM judges of one criterion, or too many or too few.
    """
    _check(members)
    specs = _variants(members[0]) if len(members) == 1 else {member.name: member.spec for member in members}
    spec = make_spec(specs, rule)
    first = members[0]
    what = "variants" if len(members) == 1 else "judges"
    name = f"{first.name} · panel of {len(specs)} {what} ({rule})"
    if len(members) > 1:
        name = f"{first.name.split(' · ')[0]} · panel of {len(specs)} {what} ({rule})"
    stem = f"{workspace.project.id}|{first.criterion_id}|panel|{name}"
    judge_id = "judge_" + hashlib.sha256(stem.encode()).hexdigest()[:16]
    made = JudgeVersion(
        id=version_id(workspace.project.id, first.criterion_id, PanelKind.stored, spec),
        judge_id=judge_id,
        project_id=workspace.project.id,
        name=name,
        kind=PanelKind.stored,
        version=len(judge_table.history(workspace.db, judge_id)) + 1,
        criterion_id=first.criterion_id,
        criterion_version=min((member.criterion_version or 1 for member in members), default=1),
        spec=spec,
        description=PanelKind(spec).describe(),
        model=", ".join(dict.fromkeys(member.model for member in members if member.model)),
        fitted_on=tuple(dict.fromkeys(split for member in members for split in member.fitted_on)),
        author=workspace.person,
    )
    judge_table.save(workspace.db, [made])
    return judge_table.many(workspace.db, [made.id])[made.id]


def _variants(judge: JudgeVersion) -> dict[str, Mapping[str, Any]]:
    (prompt,) = kind_of(judge).prompts
    return {f"{judge.name} · {name}": prompt.varied(name) for name in prompts.VARIANTS}


def _check(members: Sequence[JudgeVersion]) -> None:
    others = [member.name for member in members if not kind_of(member).joins_panels]
    if others:
        raise BadInput(
            f"'{others[0]}' cannot be in a panel.", next_step="Name LLM judges that are no panels."
        )
    if not 1 <= len({member.id for member in members}) == len(members) <= MOST:
        raise BadInput(f"A panel has up to {MOST} different members.", next_step="Name other judges.")
    if len({member.criterion_id for member in members}) > 1:
        raise BadInput("A panel decides one criterion.", next_step="Name judges of the same one.")
