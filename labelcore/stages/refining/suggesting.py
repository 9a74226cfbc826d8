"""What would improve a judge: changes made of its errors on train, tried there, the best measured on dev.

Candidates come from what experts noted, examples, thresholds and wordings, and from a model that reflects on
errors. Those that gain on train are measured on dev, three at most, for each of these is a look.

A judge whose criterion holds two conditions may be split: it becomes a panel that fails where one of its
members does. A model writes the questions; without one the statement's two demands are taken, where rulings
on the judge's errors are about the one and about the other.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError
from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.panel import make_spec
from labelcore.llm.spending import purse_of
from labelcore.models import Decision, JudgeVersion, Role, Run, total_cost
from labelcore.operations import Effect, operation
from labelcore.stages.deriving.naming import quoted_in, terms
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining import reflection
from labelcore.stages.refining.candidates import ChangeCandidate, Errors, QuestionPart, candidates
from labelcore.stages.refining.history import compared
from labelcore.stages.refining.keeping import Member, prompt_of
from labelcore.stages.refining.looks import looks_at_dev
from labelcore.stages.refining.reflection import Half, Reflection, reread, told_of
from labelcore.stages.refining.suggestions import ChangeSuggestion, State, Suggestions, offer, rejected_before
from labelcore.stages.refining.trying import (
    BOTH,
    USUAL,
    GradedOutputs,
    MostCost,
    Order,
    VersionPair,
    change_on,
    change_on_dev,
    decided,
    drafted,
    drawn,
    graded_outputs,
    is_right,
)
from labelcore.stats.changes import Change
from labelcore.store.settling import court
from labelcore.text.demands import demands, listed
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_FINALISTS = 3
_ROUNDS = 2


@operation("judge prompt suggest", role=Role.ENGINEER, effect=Effect.GRADUAL)
def suggest(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    limit: Annotated[
        int, Field(ge=1, description="Try each on so many graded outputs of train, and of dev.")
    ] = USUAL,
    max_cost: MostCost = None,
    member: Member = 0,
) -> Suggestions:
    """Suggest what would improve a judge's prompt, each with what it mends and breaks on dev.

    Raises:
        BadInput: the judge has no prompt, or nothing is graded.
    """
    return search(workspace, judge, Order(limit, purse=purse_of(max_cost)), member)


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def search(workspace: Workspace, judge: JudgeVersion, order: Order, member: int = 0) -> Suggestions:
    """Search for what would improve a judge; the suggestions are remembered until they are decided.

    ``order``: each candidate is tried on so many outputs of train, and the best on so many of dev.
    ``member``: of a panel whose prompt is improved.

    Raises:
        BadInput: the judge has no prompt, or nothing is graded.
    """
    prompt_of(judge, member)
    criterion = find_criterion(workspace, judge.criterion_id) if judge.criterion_id else None
    labelled = graded_outputs(workspace, criterion, BOTH)
    searching = _Searching(workspace, judge, labelled, order, member)
    searching.run()
    report = searching.report()
    offer(workspace, judge, report.offered)
    return report


class _Searching:
    """One search: candidates are tried on train, a model reflects, the best go to dev."""

    def __init__(
        self, workspace: Workspace, judge: JudgeVersion, graded: GradedOutputs, order: Order, member: int
    ) -> None:
        self.workspace, self.judge, self.graded, self.order = workspace, judge, graded, order
        self.watched, self.began = order.watched, time.monotonic()
        self.tried: dict[str, ChangeSuggestion] = {}
        self.rejected = rejected_before(workspace, judge)
        self.skipped = self.requests = 0
        self.costs: list[float | None] = []
        self.no_model, self.message = "", Wording("")
        self.decide_present()
        self.errors = Errors(workspace, judge, graded, self.of_split("train"), member)

    def decide_present(self) -> None:
        """What the version in use says; it is asked where it said too little."""
        whole = replace(self.order, limit=2 * self.order.limit)
        self.known, run = decided(self.workspace, self.judge, self.graded, whole)
        if run:
            self.took(run)
        train, dev = self.of_split("train"), self.of_split("dev")
        self.drawn_of: dict[str, list[str]] = {
            "train": drawn(self.graded, train, self.order.limit),
            "dev": drawn(self.graded, dev, self.order.limit),
        }

    def of_split(self, split: str) -> dict[str, Decision]:
        """What the version in use says of the graded outputs of a split."""
        return {key: decision for key, decision in self.known.items() if self.graded.splits[key] == split}

    def took(self, run: Run) -> None:
        """Money and calls of one asking."""
        self.costs.append(run.cost_usd)
        self.requests += run.requests
        if run.state == "stopped":
            self.message = Wording(run.message) if run.message else self.message

    @property
    def over(self) -> bool:
        """Whether nothing more is asked."""
        purse = self.order.purse
        return self.watched.stop.is_set() or bool(purse and purse.is_over)

    def run(self) -> None:
        """Everything; nothing where it has no error on train."""
        if not self.errors.wrong:
            return
        every = [*candidates(self.errors), *filter(None, [by_rulings(self.errors)])]
        self.watched.total = len(every) + _ROUNDS * reflection.MOST + _FINALISTS
        for candidate in every:
            self.try_on_train(candidate)
        for _ in range(_ROUNDS):
            if self.over or self.no_model or not self.reflect():
                break
        for finalist in self.finalists():
            self.try_on_dev(finalist)

    def try_on_train(self, candidate: ChangeCandidate, why: str = "") -> None:
        """Once each; what people rejected is left out."""
        if candidate.id in self.rejected:
            self.skipped += 1
        if candidate.id in self.rejected or candidate.id in self.tried or self.over:
            return
        self.tell(candidate)
        before = len(self.costs)
        difference = compared(self.judge, candidate.version)
        suggestion = ChangeSuggestion(candidate=candidate, changed=difference, state="not tried", why=why)
        decisions = self.ask(candidate, self.drawn_of["train"])
        if not decisions:
            trouble = self.no_model or self.message
            self.tried[candidate.id] = suggestion.model_copy(update={"trouble": trouble})
            return
        pairing = VersionPair(self.graded, self.judge, candidate.version, self.known, decisions)
        change = change_on(self.workspace, pairing, list(self.of_split("train")))
        update = {
            "state": _state(change)
            if change.gain > 0 or change.mean.value is None
            else "not better on train",
            "on_train": change,
            "cost_usd": total_cost(self.costs[before:]),
        }
        self.tried[candidate.id] = suggestion.model_copy(update=update)

    def tell(self, candidate: ChangeCandidate) -> None:
        """How far it is."""
        self.watched.step, self.watched.done = candidate.kind, min(self.watched.done + 1, self.watched.total)
        self.workspace.progress(self.watched.done, self.watched.total, candidate.kind)

    def ask(self, candidate: ChangeCandidate, ids: Sequence[str]) -> dict[str, Decision]:
        """What the judge with it says; a threshold is put to the answers that are there."""
        if candidate.kind == "threshold":
            return reread(candidate.version, {key: self.known[key] for key in ids})
        if self.no_model:
            return {}
        try:
            answers = ask_unstored(
                self.workspace, candidate.version, ids, self.order.options, self.watched.hear
            )
        except LabelcoreError as trouble:
            self.no_model = str(trouble)
            return {}
        self.took(answers.run)
        if answers.run.reasons:
            self.message = Wording(next(iter(answers.run.reasons.values())))
        return answers.decisions

    def finalists(self) -> list[ChangeSuggestion]:
        """Those that gain most on train."""
        gaining = [
            suggestion for suggestion in self.tried.values() if suggestion.state == "not beyond chance"
        ]
        gaining.sort(key=lambda suggestion: -_gain(suggestion))
        return gaining[:_FINALISTS]

    def try_on_dev(self, suggestion: ChangeSuggestion) -> None:
        """A look at dev, and counted as one."""
        if self.over or not self.drawn_of["dev"]:
            return
        candidate, before = suggestion.candidate, len(self.costs)
        self.tell(candidate)
        decisions = self.ask(candidate, self.drawn_of["dev"])
        if not decisions:
            return
        pairing = VersionPair(self.graded, self.judge, candidate.version, self.known, decisions)
        change, _ = change_on_dev(self.workspace, pairing)
        right = {
            key: is_right(decision, failed=self.graded.fails[key]) for key, decision in decisions.items()
        }
        was = {key: is_right(self.known[key], failed=self.graded.fails[key]) for key in decisions}
        update = {
            "state": "better" if change.verdict == "better" else _state(change),
            "on_dev": change,
            "n": len(decisions),
            "mended": tuple(key for key in decisions if right[key] and not was[key]),
            "broken": tuple(key for key in decisions if was[key] and not right[key]),
            "cost_usd": total_cost([suggestion.cost_usd, *self.costs[before:]]),
        }
        self.tried[candidate.id] = suggestion.model_copy(update=update)

    def reflect(self) -> bool:
        """Ask the model for instructions and try them; whether it gave one that is new."""
        self.watched.step = "model"
        reflection = Reflection(self.errors, [*map(told_of, self.tried.values()), *self.rejected.values()])
        try:
            answer, cost = reflection.ask(self.workspace, self.order.purse, self.watched.stop)
        except LabelcoreError as trouble:
            self.message = Wording("{trouble}", trouble=trouble)
            return False
        self.costs.append(cost)
        self.requests += 1 if reflection.asked else 0
        self.watched.pay(cost)
        before = len(self.tried)
        if halved := by_model(self.errors, answer.split, reflection.output_ids):
            self.try_on_train(halved)
        for proposal in answer.proposals:
            words = proposal.instruction
            candidate = self.errors.told("model", words, reflection.output_ids)
            if candidate:
                self.try_on_train(candidate, proposal.why)
        return len(self.tried) > before

    def report(self) -> Suggestions:
        """What came of it."""
        return Suggestions(
            judge=self.judge.name,
            version=self.judge.version,
            judge_version_id=self.judge.id,
            tried=tuple(self.tried.values()),
            rejected=self.skipped,
            n=len(self.errors.known),
            errors=len(self.errors.wrong),
            looks=looks_at_dev(self.workspace, self.judge),
            cost_usd=total_cost(self.costs),
            requests=self.requests,
            seconds=round(time.monotonic() - self.began, 2),
            state="stopped" if self.over else "finished",
            message=self.message,
            asked_again=dict(self.watched.asked_again),
            no_model=self.no_model,
        )


def _state(change: Change) -> State:
    """Of a change that is not shown to be better."""
    return "not measurable" if change.mean.value is None else "not beyond chance"


def _gain(suggestion: ChangeSuggestion) -> float:
    return suggestion.on_train.gain if suggestion.on_train else 0.0


_TWO = 2
_TOLD = {"judge_wrong", "criterion_unclear"}
_ONLY = "Decide only what this question asks; the rest of the criterion is decided elsewhere."
_NAME = 60


def by_model(errors: Errors, halves: Sequence[Half], output_ids: Sequence[str]) -> ChangeCandidate | None:
    """The questions that a model wrote of errors, which it was shown in this order; None where one of them is
    about no error.
    """
    questions = [
        QuestionPart(statement=half.question, because=tuple(_numbered(half.errors, output_ids)))
        for half in halves
    ]
    return _split(errors, questions)


def _numbered(numbers: Sequence[int], output_ids: Sequence[str]) -> list[str]:
    valid = {number for number in numbers if 1 <= number <= len(output_ids)}
    return [output_ids[number - 1] for number in sorted(valid)]


def by_rulings(errors: Errors) -> ChangeCandidate | None:
    """The statement's two demands, where rulings on its errors are about each of them."""
    statement = quoted_in(errors.prompt.spec.statement)
    parts = listed(statement) or demands(statement)
    if len(parts) != _TWO:
        return None
    reasons, notes = _ruled(errors), errors.graded.labels.notes
    about = {key: _about(reasons.get(key, "\n".join(notes.get(key, ()))), parts) for key in errors.wrong}
    if not {0, 1} <= {about[key] for key in reasons}:
        return None
    questions = [
        QuestionPart(statement=part, because=tuple(key for key in errors.wrong if about[key] == at))
        for at, part in enumerate(parts)
    ]
    return _split(errors, questions)


def _ruled(errors: Errors) -> dict[str, str]:
    """What was ruled on the judge's errors on train, with experts' notes, by output id."""
    workspace, notes = errors.workspace, errors.graded.labels.notes
    wrong = set(errors.wrong)
    return {
        ruling.output_id: "\n".join((ruling.reason, *notes.get(ruling.output_id, ())))
        for ruling in court.current(workspace.db, workspace.project.id)
        if ruling.judge_id == errors.judge.judge_id and ruling.value in _TOLD and ruling.output_id in wrong
    }


def _about(text: str, parts: Sequence[str]) -> int | None:
    """Of which part a text says more that the other one does not; None for neither."""
    vocabulary, (first, other) = terms(text), map(terms, parts)
    shares = [len(vocabulary & (first - other)), len(vocabulary & (other - first))]
    return None if shares[0] == shares[1] else int(shares[1] > shares[0])


def _split(errors: Errors, questions: Sequence[QuestionPart]) -> ChangeCandidate | None:
    """A panel of both; None where one is about nothing, or where the judge is a panel already."""
    tied = len(questions) == _TWO and all(question.because for question in questions)
    if not tied or len(kind_of(errors.judge).prompts) > 1:
        return None
    members: Mapping[str, dict[str, Any]] = {
        f"{number}. {question.statement[:_NAME]}": _asking(errors.prompt, question)
        for number, question in enumerate(questions, 1)
    }
    try:
        version = drafted(errors.workspace, errors.judge, make_spec(members, "all"))
    except BadInput:
        return None
    return ChangeCandidate(
        kind="split",
        words="\n".join(question.statement for question in questions),
        because=tuple(dict.fromkeys(key for question in questions for key in question.because)),
        version=version,
        questions=tuple(questions),
    )


def _asking(prompt: Prompt, question: QuestionPart) -> dict[str, Any]:
    """The prompt with one question; of the examples that fail, those that it is about."""
    template = prompt.template
    content = prompt.content
    if not {"criterion", "statement"} & set(template.slots):
        demand = f"{_ONLY}\n{prompts.fenced_lines('question', [question.statement])}"
        system = "\n\n".join(filter(None, (template.system, demand)))
        content = prompt.worded(template.model_copy(update={"system": system}), prompt.spec.answer)
    examples = [
        example.model_dump()
        for example in prompt.spec.examples
        if example.verdict == "pass" or example.output_id in question.because
    ]
    rest = {name: value for name, value in content.items() if name not in {"examples", "fail_examples"}}
    return rest | {"question": question.statement} | ({"examples": examples} if examples else {})
