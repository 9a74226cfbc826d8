"""A judge's prompt while it is being written: what a model would see, what that costs, what is wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import LabelcoreError
from labelcore.judges import prompt_files, prompt_lint
from labelcore.judges.judge_prompt import Prompt, TrainExample
from labelcore.judges.kinds import PROBE
from labelcore.judges.prompt_lint import PromptDraft, PromptFinding
from labelcore.judges.templates import Template
from labelcore.llm import Answerer, client_for, endpoint_for
from labelcore.models import Frozen, JudgeVersion, Output, Role, new_id
from labelcore.operations import Effect, FileText, operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.deriving.naming import quoted_in
from labelcore.stages.refining.examples import splits_of
from labelcore.stages.refining.keeping import Member, prompt_of, with_prompt
from labelcore.stages.refining.prompts import Size, size_of
from labelcore.stages.refining.trials import Trial
from labelcore.stages.refining.trying import Order, compare, drafted
from labelcore.store import outputs as output_table, prompt_work
from labelcore.workspace import Workspace

_BESIDE = ("examples", "shown", "model", "endpoint", "address", "probability")


class Draft(Frozen):
    """What of a prompt can be changed: its words, its examples in their order and how many of each verdict
    are ``shown``, and whom it asks. ``member``: of a panel whose prompt it is, counted from 1.
    """

    template: Template
    member: int = 0
    examples: tuple[TrainExample, ...] = ()
    shown: int = 0
    model: str = ""
    endpoint: str = ""
    address: str = ""
    probability: bool = False

    @classmethod
    def of(cls, version: JudgeVersion, member: int = 0) -> Draft:
        """The prompt of a judge as it is, of a panel its ``member``'s; BadInput where there is none."""
        prompt = prompt_of(version, member)
        return cls(
            template=prompt.template, member=member, **{name: getattr(prompt.spec, name) for name in _BESIDE}
        )

    def spec(self, version: JudgeVersion) -> dict[str, Any]:
        """The judge's specification with this prompt; what was not changed stays as it was written."""
        prompt, before = self.prompt_of(version), Draft.of(version, self.member)
        same = self.template == before.template
        content = prompt.content if same else prompt.worded(self.template, prompt.spec.answer)
        names = {name for name in _BESIDE if getattr(self, name) != getattr(before, name)}
        rest = {name: value for name, value in content.items() if name not in names}
        rest |= self.model_dump(mode="json", include={name for name in names if getattr(self, name)})
        return with_prompt(version, rest, self.member)

    def prompt_of(self, version: JudgeVersion) -> Prompt:
        """The prompt of a version that it is about."""
        return prompt_of(version, self.member)

    def with_examples(self, examples: Sequence[TrainExample]) -> Draft:
        """The same showing these examples, all of them."""
        most = max(Counter(example.verdict for example in examples).values(), default=0)
        return self.model_copy(update={"examples": tuple(examples), "shown": most})


@operation(role=Role.ENGINEER, effect=Effect.APPENDS)
def keep_draft(workspace: Workspace, judge: JudgeVersion, draft: Draft) -> None:
    """Keep what a person writes of a judge's prompt, so that a reload loses nothing; one that changes nothing
    is none.
    """
    row = prompt_work.StoredDraft(
        id=new_id("draft"),
        project_id=workspace.project.id,
        judge_id=judge.judge_id,
        judge_version_id=judge.id,
        version=judge.version,
        words="" if draft == Draft.of(judge, draft.member) else draft.model_dump_json(),
        author=workspace.person,
    )
    prompt_work.keep_draft(workspace.db, row)


@operation(role=Role.ENGINEER)
def kept_draft(workspace: Workspace, judge: JudgeVersion) -> tuple[Draft, int] | None:
    """What the person was writing of the judge, and on which version it was begun; None for nothing."""
    row = prompt_work.newest_draft(workspace.db, workspace.project.id, judge.judge_id, workspace.person)
    return (Draft.model_validate_json(row.words), row.version) if row and row.words else None


class DraftReport(Frozen):
    """A draft as the model would see it for one output: its messages, their size, and what is wrong."""

    rendered: tuple[dict[str, str], ...]
    size: Size
    findings: tuple[PromptFinding, ...]


@operation(role=Role.ENGINEER)
def read_draft(workspace: Workspace, judge: JudgeVersion, draft: Draft, output: Output) -> DraftReport:
    """Show a draft as the model would see it, with what is wrong with it."""
    prompt = draft.prompt_of(judge.model_copy(update={"spec": draft.spec(judge)}))
    rendered = prompt.messages_for(output)
    size = size_of(prompt, rendered)
    return DraftReport(
        rendered=tuple({"role": message["role"], "content": message["content"]} for message in rendered),
        size=size,
        findings=tuple(lint_draft(workspace, judge, draft, size.tokens)),
    )


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def try_draft(workspace: Workspace, judge: JudgeVersion, draft: Draft, order: Order) -> Trial:
    """Try a draft on graded outputs before it is kept, as `judge prompt try` does.

    Raises:
        BadInput: it is what the judge asks already, or nothing is graded.
    """
    new = drafted(workspace, judge, draft.spec(judge))
    return compare(workspace, judge, new, order)


class PromptLint(Frozen):
    """What is wrong with a judge's prompt, what stops it first."""

    judge: str
    version: int
    findings: tuple[PromptFinding, ...]

    @property
    def exit_code(self) -> int:
        """1 where it could not be asked like this."""
        return int(any(finding.stops for finding in self.findings))


@operation("judge prompt lint", role=Role.ENGINEER)
def lint_prompt(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    file: Annotated[str, FileText(), Field(description="Not its prompt, but this file's.")] = "",
    output: Annotated[Output | None, Field(description="With this output; else with the first.")] = None,
    ask: Annotated[
        bool, Field(description="Ask its model too whether it contradicts the criterion.")
    ] = False,
    member: Member = 0,
) -> PromptLint:
    """Point out what is wrong with a judge's prompt; no model is asked but on demand.

    Raises:
        BadInput: the judge has no prompt, or the file holds none.
        ModelTrouble: a model was to be asked, and is not there.
    """
    draft = Draft.of(judge, member)
    if file:
        draft = draft.model_copy(update={"template": prompt_files.read(file).template})
    about = output or output_table.first_of(workspace.db, workspace.project.id) or PROBE
    report = read_draft(workspace, judge, draft, about)
    by_model = asyncio.run(_asked(draft, _linted(workspace, judge, draft))) if ask else []
    return PromptLint(judge=judge.name, version=judge.version, findings=(*report.findings, *by_model))


def lint_draft(
    workspace: Workspace, judge: JudgeVersion, draft: Draft, tokens: int = 0
) -> list[PromptFinding]:
    """What is wrong with a draft."""
    return prompt_lint.lint(_linted(workspace, judge, draft, tokens))


def _linted(workspace: Workspace, judge: JudgeVersion, draft: Draft, tokens: int = 0) -> PromptDraft:
    criteria = list_criteria(workspace, status="accepted")
    criterion = next((known for known in criteria if known.id == judge.criterion_id), None)
    return PromptDraft(
        draft.template,
        statement=quoted_in(criterion.statement) if criterion else "",
        others=[other.name for other in criteria if other is not criterion],
        splits=splits_of(workspace, [example.output_id for example in draft.examples]),
        tokens=tokens,
        window=_window(draft),
    )


async def _asked(draft: Draft, linted: PromptDraft) -> list[PromptFinding]:
    """What the judge's model says of a contradiction."""
    client = client_for(endpoint_for(Answerer(draft.model, draft.endpoint, draft.address)))
    try:
        answer = await client.answer(prompt_lint.question(linted), prompt_lint.Contradiction)
    finally:
        await client.close()
    return prompt_lint.answered(linted, answer.parsed)


def _window(draft: Draft) -> int | None:
    try:
        return endpoint_for(Answerer(draft.model, draft.endpoint, draft.address)).window
    except LabelcoreError:
        return None  # nobody is there to be asked, which is said where the draft's size is
