"""Versions of a judge that a person makes: stored with a reason, and in use while the pointer says so."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.models import Fact, Frozen, JudgePointer, JudgeVersion, Role, fact, new_id, now
from labelcore.operations import Effect, operation
from labelcore.stages.aligning.measuring import chosen_judges
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace


class KeptVersion(Frozen):
    """A version of a judge that was kept. ``new``: nothing like it was there before."""

    judge: str
    version: int
    judge_id: str
    judge_version_id: str
    new: bool
    in_use: bool
    warnings: tuple[Fact, ...] = ()


Member = Annotated[
    int, Field(ge=0, description="Of a panel: the prompt of its first member, of its second, and so on.")
]


def prompts_of(judge: JudgeVersion) -> tuple[Prompt, ...]:
    """What a judge asks models, of a panel each member's prompt; BadInput where it asks none."""
    if prompts := tuple(kind_of(judge).prompts):
        return prompts
    raise BadInput(
        "'{name}' is a {kind} judge: it asks no model and has no prompt.",
        next_step="`labelcore judge propose --kind llm` makes judges that have one.",
        name=judge.name,
        kind=judge.kind,
    )


def prompt_of(judge: JudgeVersion, member: int = 0) -> Prompt:
    """The prompt of a judge; of a panel that of a ``member``, counted from 1.

    Raises:
        BadInput: it has none, or no such one.
    """
    prompts = prompts_of(judge)
    if len(prompts) > 1 and member == 0:
        raise BadInput(
            "'{name}' is a panel of {n}: each member has its own prompt.",
            next_step="Say whose with --member, from 1 to {n}.",
            name=judge.name,
            n=len(prompts),
        )
    if member > len(prompts):
        raise BadInput(
            "'{name}' has no member {member}.",
            next_step="It asks {n} prompts: --member goes from 1 to {n}.",
            name=judge.name,
            member=member,
            n=len(prompts),
        )
    return prompts[max(0, member - 1)]


def with_prompt(judge: JudgeVersion, content: dict[str, Any], member: int = 0) -> dict[str, Any]:
    """The judge's specification with another prompt; of a panel in the place of a ``member``'s."""
    kind = kind_of(judge)
    old = kind.prompts[max(0, member - 1)]
    return kind.rewritten(lambda prompt: content if prompt is old else dict(prompt.content))


@operation(role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def keep(
    workspace: Workspace, judge: JudgeVersion, spec: dict[str, Any], *, why: str, use: bool = True
) -> KeptVersion:
    """Store a specification as a judge's next version and put it in use; without ``use`` it is only kept.

    One that was there before keeps its number, its verdicts and its paid answers.

    Raises:
        BadInput: no reason is given, or another judge asks exactly this.
    """
    if not why.strip():
        raise BadInput(
            "A version needs a reason.", next_step="Say why, in a few words: --why 'names the price'."
        )
    present = in_use(workspace, judge.judge_id)
    new = _version(workspace, judge, spec, why.strip())
    history = judge_table.history(workspace.db, judge.judge_id)
    if same := next((version for version in history if version.id == new.id), None):
        if use and same.id != present.id:
            point(workspace, same, why)
        return told(workspace, same, new=False)
    _refuse_double(workspace, new)
    new = new.model_copy(update={"version": max(version.version for version in history) + 1})
    if not use:
        point(workspace, present, "", newest=new.version)
    new = new.model_copy(update={"at": now()})
    judge_table.save(workspace.db, [new])
    return told(workspace, new, new=True)


def in_use(workspace: Workspace, judge_id: str) -> JudgeVersion:
    """The version of a judge that decides now; the judge is one of the project's."""
    versions = judge_table.current(workspace.db, workspace.project.id)
    return next(version for version in versions if version.judge_id == judge_id)


def point(workspace: Workspace, version: JudgeVersion, why: str, newest: int = 0) -> None:
    """Put a stored version in use, until one comes that is above ``newest`` (0: the last there is)."""
    last = judge_table.last_numbers(workspace.db, workspace.project.id)
    pointer = JudgePointer(
        id=new_id("pointer"),
        project_id=workspace.project.id,
        judge_id=version.judge_id,
        judge_version_id=version.id,
        newest=newest or last[version.judge_id],
        author=workspace.person,
        why=why.strip(),
    )
    judge_table.point(workspace.db, pointer)


def told(workspace: Workspace, version: JudgeVersion, *, new: bool) -> KeptVersion:
    """What came of it, and whether the chosen set goes on with another version."""
    used = in_use(workspace, version.judge_id).id == version.id
    member = next((judge for judge in chosen_judges(workspace) if judge.judge_id == version.judge_id), None)
    behind = used and member is not None and member.id != version.id
    warnings = (
        [fact("set_has_version", judge=version.name, version=member.version)] if behind and member else []
    )
    return KeptVersion(
        judge=version.name,
        version=version.version,
        judge_id=version.judge_id,
        judge_version_id=version.id,
        new=new,
        in_use=used,
        warnings=tuple(warnings),
    )


def _version(workspace: Workspace, old: JudgeVersion, spec: dict[str, Any], why: str) -> JudgeVersion:
    new = old.model_copy(update={"spec": spec})
    kind = kind_of(new)
    models = ", ".join(dict.fromkeys(prompt.spec.model for prompt in kind.prompts))
    has_examples = any(prompt.spec.examples for prompt in kind.prompts)
    same = models == old.model and len(kind.prompts) == len(kind_of(old).prompts)
    return new.model_copy(
        update={
            "id": version_id(workspace.project.id, old.criterion_id, old.kind, spec),
            "model": models,
            "description": old.description if kind.prompts and same else kind.describe(),
            "fitted_on": ("train",) if has_examples and not old.fitted_on else old.fitted_on,
            "author": workspace.person,
            "why": why,
        }
    )


def _refuse_double(workspace: Workspace, new: JudgeVersion) -> None:
    """A version is known by what it is: another judge of the criterion may be exactly this."""
    if double := judge_table.many(workspace.db, [new.id]).get(new.id):
        raise BadInput(
            "The judge '{other}' asks exactly this.", next_step="Use it, or change a word.", other=double.name
        )
