"""Panels: several LLM judges of one criterion, or the variants of one, made into one judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.panel import PanelKind, Rule, make_spec
from labelcore.models import JudgeVersion, Role
from labelcore.operations import Effect, operation
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.keeping.versions import JudgeDraft, continued
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

MOST = 9


class Panel(JudgeVersion):
    """A panel as it was made."""

    @override
    def document(self) -> dict[str, Any]:
        """Its JSON form, with who made it."""
        return super().document() | {"author": self.author}


@operation("judge panel", role=Role.ENGINEER, effect=Effect.WRITES)
def make_panel(
    workspace: Workspace, judges: Sequence[JudgeVersion], *, rule: Rule = "majority"
) -> JudgeVersion:
    """Make several LLM judges one that takes their votes; of one alone, the variants of its prompt.

    Raises:
        BadInput: the members are not LLM judges of one criterion, or too many or too few.
    """
    _check(judges)
    first = judges[0]
    specs: dict[str, Mapping[str, Any]] = {judge.name: judge.spec for judge in bound(workspace.db, judges)}
    name, what = first.name.split(" · ")[0], "judges"
    if len(judges) == 1:
        name, what = first.name, "variants"
        (prompt,) = kind_of(bound(workspace.db, [first])[0]).prompts
        specs = {f"{name} · {variant}": prompt.varied(variant) for variant in prompts.VARIANTS}
    name = f"{name} · panel of {len(specs)} {what} ({rule})"
    spec = make_spec(specs, rule)
    draft = JudgeDraft(
        PanelKind.stored,
        name,
        spec,
        PanelKind(spec).describe(),
        tuple(dict.fromkeys(split for judge in judges for split in judge.fitted_on)),
        workspace.person,
        known_by=f"{workspace.project.id}|{first.criterion_id}|panel|{name}",
    )
    criterion = find_criterion(workspace, first.criterion_id) if first.criterion_id else None
    oldest = min(judge.criterion_version or 1 for judge in judges)
    drafted = draft.version(workspace.project, criterion)
    version = continued(workspace.db, drafted.model_copy(update={"criterion_version": oldest}))
    judge_table.save(workspace.db, [version])
    return Panel.model_validate(dict(version))


def _check(members: Sequence[JudgeVersion]) -> None:
    others = [member.name for member in members if not kind_of(member).joins_panels]
    if others:
        raise BadInput(
            "'{others}' cannot be in a panel.",
            next_step="Name LLM judges that are not panels.",
            others=others[0],
        )
    if not 1 <= len({member.id for member in members}) == len(members) <= MOST:
        raise BadInput(
            "A panel has up to {most} different members.", next_step="Name other judges.", most=MOST
        )
    if len({member.criterion_id for member in members}) > 1:
        raise BadInput("A panel decides one criterion.", next_step="Name judges of the same one.")
