"""A prompt in use elsewhere as a judge: shown as it would be read, then kept as it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.foreign_prompts import Variable
from labelcore.judges.judge_prompt import Prompt, glossary_spec
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.llm import LlmKind
from labelcore.judges.templates import Filling, Template
from labelcore.models import OVERALL, Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import Effect, FileText, Metavar, operation
from labelcore.settings import Endpoint, settings
from labelcore.stages.deriving import glossary
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.bringing import asked
from labelcore.stages.judging.bringing.asked import BringingOrder
from labelcore.stages.judging.bringing.thresholds import ScoreThreshold, fitted, training_ids
from labelcore.stages.judging.keeping.binding import endpoint_named
from labelcore.stages.judging.keeping.versions import JudgeDraft, continued
from labelcore.stages.judging.proposing import teaching
from labelcore.stages.judging.proposing.subjects import Subject, subject_of
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace

_LOOKED_AT = 200
PLAIN = BringingOrder()


class BroughtVariable(Variable):
    """A variable, and how many of the first ``of`` outputs have something for its slot."""

    filled: int | None = None
    of: int = 0


class BroughtPrompt(Frozen):
    """How a prompt is read, what is still asked, and the judge that it became, if it did.

    ``rendered``: the messages about the first output; ``metadata``: the fields that outputs have. ``answer``
    is None where labelcore asks for its form.
    """

    criterion: str
    family: str
    syntax: str
    variables: tuple[BroughtVariable, ...]
    answer: AnswerFormat | None
    threshold: ScoreThreshold
    questions: tuple[Fact, ...]
    notices: tuple[Fact, ...]
    system: str
    user: str
    rendered: tuple[dict[str, str], ...]
    metadata: tuple[str, ...]
    preview: bool
    judge: str | None = None
    version: int | None = None
    cost_usd: float | None = 0.0

    @property
    def unsure(self) -> list[str]:
        """The variables that must be asked about."""
        return [variable.name for variable in self.variables if not variable.sure]

    @property
    def exit_code(self) -> int:
        """2 where nothing was kept because something must be said first."""
        return 2 if self.questions and not self.preview else 0

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        variables = [variable.model_dump() | {"sure": variable.sure} for variable in self.variables]
        return fields | {"variables": variables, "unsure": self.unsure, "marked": False}


@operation("judge prompt import", role=Role.ENGINEER, effect=Effect.GRADUAL)
def bring(
    workspace: Workspace,
    text: Annotated[str, FileText(), Metavar("FILE")],
    *,
    criterion: Annotated[str, Field(description="What it decides, or overall.")] = OVERALL,
    order: BringingOrder = PLAIN,
) -> BroughtPrompt:
    """Keep a prompt that judges elsewhere as a judge of a criterion, its words as they are.

    Its variables and its form of answer are found; what is not sure is asked, and nothing is kept until it is
    said. The threshold of a score is fitted to grades of the train split.

    Raises:
        BadInput: there is no prompt in it, what is said of it does not fit, or no model is there to ask.
    """
    bringing = _Bringing(workspace, text, criterion, order)
    if order.preview or bringing.questions:
        return bringing.report(preview=order.preview)
    return bringing.keep()


@operation(role=Role.ENGINEER)
def look(
    workspace: Workspace, text: str, *, criterion: str = OVERALL, order: BringingOrder = PLAIN
) -> BroughtPrompt:
    """How a prompt would be read, and what must be said before it can be kept; nothing is stored."""
    return _Bringing(workspace, text, criterion, order).report(preview=True)


class _Bringing:
    """One prompt on its way to become a judge."""

    def __init__(self, workspace: Workspace, text: str, criterion: str, order: BringingOrder) -> None:
        self.workspace, self.order = workspace, order
        self.prompt = asked.read(text, order)
        self.found = self.prompt.found
        subject_criterion = None if criterion == OVERALL else find_criterion(workspace, criterion)
        self.subject: Subject = subject_of(subject_criterion, fitting_labels(workspace))
        self.questions = asked.questions(self.prompt) + self._without_criterion()
        self.threshold = self._threshold()
        self.notices = [*self.prompt.notices, *self.found.notices]
        if self.found.answer is None and not self.found.form_asked:
            self.notices.append(fact("foreign_own_form"))
        self.notices.append(fact("foreign_unmarked"))
        self.notices += self._replacing()

    def _replacing(self) -> list[Fact]:
        """Said where nobody named the judge, and the one that has its usual name has another prompt."""
        version = self.version(self.found.answer)
        history = [] if self.order.name else judge_table.history(self.workspace.db, version.judge_id)
        last = max(history, key=lambda old: old.version, default=None)
        if last is None or _templates(last) == _templates(version):
            return []
        return [fact("foreign_replaces", judge=last.name, version=last.version + 1)]

    def _without_criterion(self) -> list[Fact]:
        """Variables that would be given the words of a criterion where there is none."""
        if self.subject.criterion:
            return []
        names = [v.name for v in self.prompt.variables if v.slot in {"criterion", "statement", "examples"}]
        return [fact("foreign_needs_criterion", names=names)] if names else []

    def _threshold(self) -> ScoreThreshold:
        """The threshold as far as it is known before the judge is asked; where it cannot be, it is asked."""
        answer = self.found.answer
        if answer is None or not answer.numeric or self.found.words or self.found.form_asked:
            return ScoreThreshold()
        if answer.threshold is not None:
            return self._known(answer.threshold, "given")
        self.fit_on = training_ids(self.workspace, self.subject, self.order.fit_on)
        n, fails = len(self.fit_on), sum(self.subject.fails[output_id] for output_id in self.fit_on)
        if self.fit_on:
            return ScoreThreshold(n=n, fails=fails, says=fact("threshold_to_fit", n=n, fails=fails))
        if self.found.accepted_from is not None:
            return self._known(self.found.accepted_from, "prompt")
        self.questions.append(fact("foreign_threshold_asked"))
        return ScoreThreshold()

    def _known(self, value: float | None, source: Literal["given", "prompt"]) -> ScoreThreshold:
        """A threshold that somebody says: scores from it on pass, or up to it where less is better."""
        less = self.found.answer is not None and not self.found.answer.higher_passes
        if source == "given":
            says = fact("threshold_given_up" if less else "threshold_given", value=value)
        else:
            says = fact("threshold_of_prompt_up" if less else "threshold_of_prompt", value=value)
        return ScoreThreshold(value=value, source=source, says=says)

    def spec(self, answer: AnswerFormat | None) -> dict[str, Any]:
        """The specification of the judge."""
        criterion, template = self.subject.criterion, self.prompt.template
        examples = []
        if criterion and "examples" in template.slots:
            notes = fitting_labels(self.workspace).noted(criterion.id).notes
            examples = teaching.teaching_examples(self.workspace, self.subject, notes)
        more = {
            "template": template.model_dump(),
            "answer": answer.model_dump() if answer else None,
            "endpoint": self.order.endpoint,
            "address": self._endpoint.address if self._endpoint else "",
            "examples": [example.model_dump() for example in examples],
            "shown": 2 if examples else 0,
        }
        return {
            "prompt_version": prompts.VERSION,
            "name": self.subject.name,
            "statement": criterion.statement if criterion else "",
            "pass_examples": [],
            "fail_examples": [],
            "glossary": glossary_spec(glossary.terms(self.workspace.project)),
            "model": self.model,
        } | {key: value for key, value in more.items() if value}

    @cached_property
    def _endpoint(self) -> Endpoint | None:
        """Who is asked; None where no endpoint is configured."""
        if self.order.endpoint:
            return endpoint_named(self.order.endpoint)
        return settings().default_endpoint if settings().has_model else None

    @property
    def model(self) -> str:
        """The model that is asked, "" where none is configured."""
        return self.order.model or (self._endpoint.model if self._endpoint else "")

    def version(self, answer: AnswerFormat | None, splits: Sequence[str] = ()) -> JudgeVersion:
        """The judge, as the next version of its name."""
        name = self.order.name or self.prompt.family or "brought prompt"
        of = f" ({self.prompt.family})" if self.prompt.family else ""
        spec = self.spec(answer)
        says = f"{LlmKind(spec).describe()} With a prompt from elsewhere{of}: no marks stand around data."
        draft = JudgeDraft(
            LlmKind.stored, f"{self.subject.name} · {name}", spec, says, splits, self.workspace.person
        )
        return continued(self.workspace.db, draft.version(self.workspace.project, self.subject.criterion))

    def keep(self) -> BroughtPrompt:
        """Store the judge; where its score has no threshold, ask it for scores and fit one."""
        if not self.model:
            raise BadInput(
                "LLM judges need a model.",
                next_step="Set LABELCORE_MODEL with a key or a base URL, or name it with --model.",
            )
        answer, splits = self.found.answer, tuple[str, ...]()
        cost: float | None = 0.0
        if answer and answer.numeric and self.threshold.value is None:
            scoring = self.version(answer)
            judge_table.save(self.workspace.db, [scoring])
            threshold, cost = fitted(self.workspace, scoring, answer, self.subject, self.fit_on)
            splits = ("train",) if threshold.value is not None else ()
            told_by_prompt = threshold.value is None and self.found.accepted_from is not None
            self.threshold = self._known(self.found.accepted_from, "prompt") if told_by_prompt else threshold
        if answer and answer.numeric:
            answer = answer.model_copy(update={"threshold": self.threshold.value})
        version = self.version(answer, splits)
        judge_table.save(self.workspace.db, [version])
        updates = {"judge": version.name, "version": version.version, "cost_usd": cost, "answer": answer}
        return self.report(preview=False).model_copy(update=updates)

    def report(self, *, preview: bool) -> BroughtPrompt:
        """How it is read, with the messages about the first output."""
        outputs = self._outputs()
        template = self.prompt.template
        messages = Prompt(self.spec(None)).messages_for(outputs[0]) if outputs else []
        return BroughtPrompt(
            criterion=self.subject.name,
            family=self.prompt.family,
            syntax=self.prompt.syntax,
            variables=tuple(self._variables(outputs)),
            answer=self.found.answer,
            threshold=self.threshold,
            questions=tuple(self.questions),
            notices=(*self.notices, *self._empty(outputs)),
            system=template.system,
            user=template.user,
            rendered=tuple({"role": message["role"], "content": message["content"]} for message in messages),
            metadata=tuple(dict.fromkeys(str(key) for output in outputs for key in output.metadata)),
            preview=preview,
        )

    def _outputs(self) -> list[Output]:
        ids = output_table.ids(self.workspace.db, self.workspace.project.id, _LOOKED_AT)
        return list(output_table.many(self.workspace.db, ids).values())

    def _filled(self, slot: str, outputs: Sequence[Output]) -> int | None:
        """How many outputs have something for a slot; None where it is not the output that fills it."""
        if slot in {"", "criterion", "statement", "examples", "glossary"} or slot.startswith("text:"):
            return None
        return sum(bool(Filling("", "", output).text_of(slot)) for output in outputs)

    def _variables(self, outputs: Sequence[Output]) -> list[BroughtVariable]:
        return [
            BroughtVariable(
                **variable.model_dump(), filled=self._filled(variable.slot, outputs), of=len(outputs)
            )
            for variable in self.prompt.variables
        ]

    def _empty(self, outputs: Sequence[Output]) -> list[Fact]:
        """That no output has anything for a variable."""
        return [
            fact("foreign_slot_empty", name=variable.name, slot=variable.slot, n=len(outputs))
            for variable in self._variables(outputs)
            if variable.filled == 0 and outputs
        ]


def _templates(version: JudgeVersion) -> list[Template]:
    return [prompt.template for prompt in kind_of(version).prompts]
