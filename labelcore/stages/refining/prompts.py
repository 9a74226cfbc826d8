"""A judge's prompt as people read and write it: shown whole for any output, changed by file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from labelcore.errors import BadInput, ModelTrouble, NotFound
from labelcore.judges import prompt_files
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.fields import at_pointer
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import PROBE
from labelcore.judges.prompt_files import PromptFile
from labelcore.judges.prompt_lint import PromptDraft, lint
from labelcore.judges.templates import Template
from labelcore.llm import Message, endpoint_for
from labelcore.models import Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import Effect, FileText, operation
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running.estimating import ANSWER_TOKENS
from labelcore.stages.refining.keeping import KeptVersion, Member, in_use, keep, prompt_of, with_prompt
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.text.reading import about_tokens
from labelcore.workspace import Workspace

PromptText = Annotated[
    str, FileText(), Field(description="The prompt's file, as `judge prompt show --out` writes it.")
]
Reason = Annotated[str, Field(description="Why this version is made, for its history.")]


_MARK = "<<DATA"


class Size(Frozen):
    """How long a question is and what it costs, roughly. ``cost_usd``: US dollars for it and its answer, None
    where no price is known.
    """

    tokens: int
    cost_usd: float | None
    says: Fact


class ShownPrompt(Frozen):
    """A judge's prompt: its two parts with slots, and the messages as the model sees them for one output.

    ``output_id`` is None for a made-up output. ``answer``: how its answer is read, None for JSON of reason
    and verdict. ``default``: it was given no words.
    """

    judge: str
    version: int
    judge_version_id: str
    in_use: bool
    template: Template
    default: bool
    answer: AnswerFormat | None
    model: str
    output_id: str | None
    rendered: tuple[Message, ...]
    size: Size
    out: Path | None = None

    def document(self) -> dict[str, Any]:
        """Its JSON form; `judge prompt set` reads it too."""
        apart = {"template", "size"}
        return {
            **{name: value for name, value in self if name not in apart},
            **self.template.model_dump(),
            "slots": self.template.slots,
            "tokens": self.size.tokens,
            "cost_usd": self.size.cost_usd,
            "estimate": self.size.says,
        }


@operation("judge prompt show", role=Role.MANAGER)
def show(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    output: Annotated[Output | None, Field(description="As the model sees it for this output.")] = None,
    version: Annotated[int | None, Field(ge=1, description="Not the version in use, but this one.")] = None,
    out: Annotated[
        Path | None, Field(description="Write the prompt to this file, to change it there.")
    ] = None,
    member: Member = 0,
) -> ShownPrompt:
    """Show a judge's whole prompt, as written and as the model sees it, with its length and its cost.

    Without ``output`` it is shown for the first output of the project.

    Raises:
        BadInput: the judge has no prompt, or several.
        NotFound: there is no such version.
    """
    which = judge if version is None else numbered(workspace, judge, version)
    prompt = prompt_of(which, member)
    about = output or output_table.first_of(workspace.db, workspace.project.id) or PROBE
    rendered = _rendered(prompt, about)
    return ShownPrompt(
        judge=which.name,
        version=which.version,
        judge_version_id=which.id,
        in_use=which.id == in_use(workspace, judge.judge_id).id,
        template=prompt.template,
        default=prompt.spec.template is None,
        answer=prompt.spec.answer,
        model=prompt.spec.model,
        output_id=None if about is PROBE else about.id,
        rendered=tuple(rendered),
        size=size_of(prompt, rendered),
        out=out,
    )


@operation("judge prompt set", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def set_prompt(
    workspace: Workspace, judge: JudgeVersion, *, file: PromptText, why: Reason, member: Member = 0
) -> KeptVersion:
    """Make a file's prompt the next version of a judge, and put it in use; nothing of before is lost.

    Raises:
        BadInput: the file holds no prompt that can be asked (the sentence says where), or no reason is given.
    """
    return _keep(workspace, judge, _Words(file, member), why, use=True)


@operation("judge prompt save", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def save_prompt(
    workspace: Workspace, judge: JudgeVersion, *, file: PromptText, why: Reason, member: Member = 0
) -> KeptVersion:
    """Keep a file's prompt as a version of a judge, not in use: `judge prompt revert` puts it in use.

    Raises:
        BadInput: the file holds no prompt that can be asked (the sentence says where), or no reason is given.
    """
    return _keep(workspace, judge, _Words(file, member), why, use=False)


class _Words(NamedTuple):
    file: str
    member: int


def _keep(workspace: Workspace, judge: JudgeVersion, words: _Words, why: str, *, use: bool) -> KeptVersion:
    (bound_judge,) = bound(workspace.db, [judge])
    read = prompt_files.read(words.file)
    spec = changed(bound_judge, read, words.member)
    if spec == bound_judge.spec:
        spec = judge.spec
    version_kept = keep(workspace, judge, spec, why=why, use=use)
    return version_kept.model_copy(update={"warnings": (*version_kept.warnings, *_weaknesses(read.template))})


def _weaknesses(template: Template) -> Iterator[Fact]:
    """What a prompt is open to, though it can be asked."""
    if template.marked and _MARK not in template.words:
        yield fact("prompt_unexplained", mark=f"{_MARK} …")
    yield from (finding.says for finding in lint(PromptDraft(template)) if not finding.stops)


def changed(judge: JudgeVersion, file: PromptFile, member: int = 0) -> dict[str, Any]:
    """The judge's specification with a file's prompt; where that has no answer format, the judge's stays.

    Raises:
        BadInput: the judge has no prompt, or the file's could not be asked.
    """
    prompt = prompt_of(judge, member)
    prompt_files.check(file, prompt.template)
    return with_prompt(judge, prompt.worded(file.template, file.answer or prompt.spec.answer), member)


def numbered(workspace: Workspace, judge: JudgeVersion, version: int) -> JudgeVersion:
    """A version of a judge by its number."""
    history = judge_table.history(workspace.db, judge.judge_id)
    for old in history:
        if old.version == version:
            return old
    raise NotFound(
        "'{name}' has no version {version}; it has {known}.",
        next_step="`labelcore judge prompt history '{name}'` tells them.",
        name=judge.name,
        version=version,
        known=[old.version for old in history],
    )


def size_of(prompt: Prompt, rendered: list[Message]) -> Size:
    """Roughly how long a question is, and what it costs where the endpoint has a price."""
    tokens = sum(about_tokens(message["content"]) for message in rendered)
    try:
        endpoint = endpoint_for(prompt.answerer)
    except (ModelTrouble, BadInput):
        return Size(
            tokens=tokens, cost_usd=None, says=fact("prompt_size", fact("prompt_no_endpoint"), tokens=tokens)
        )
    if (cost := endpoint.cost(tokens, ANSWER_TOKENS)) is None:
        unpriced = fact("prompt_no_price", model=endpoint.model)
        return Size(tokens=tokens, cost_usd=None, says=fact("prompt_size", unpriced, tokens=tokens))
    priced = fact("prompt_cost", cost=cost, answer=ANSWER_TOKENS, endpoint=endpoint.name)
    return Size(tokens=tokens, cost_usd=cost, says=fact("prompt_size", priced, tokens=tokens))


def _rendered(prompt: Prompt, output: Output) -> list[Message]:
    """What is asked about an output; nothing where it has not the field that the judge looks at."""
    field = prompt.spec.field
    part = at_pointer(output, field) if field else output
    return prompt.messages_for(part) if part else []
