"""Changes that might improve a judge, made of its errors on train alone: nothing here has been tried yet."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Prompt, TrainExample
from labelcore.judges.kinds.panel import votes_in
from labelcore.models import Decision, Frozen, JudgeVersion
from labelcore.stages.deriving.clauses import clauses_of
from labelcore.stages.deriving.naming import quoted_in, terms
from labelcore.stages.judging.bringing.thresholds import fit
from labelcore.stages.refining.drafts import Draft
from labelcore.stages.refining.examples import find_examples
from labelcore.stages.refining.keeping import prompt_of, with_prompt
from labelcore.stages.refining.trying import GradedOutputs, drafted, is_right
from labelcore.text.demands import demands, listed
from labelcore.workspace import Workspace

Kind = Literal["threshold", "wording", "questions", "split", "notes", "example", "model"]
SUGGESTED = "suggested: "
"""Stands before the kind as the reason of a version that a person accepted without a word."""
_MOST_NOTES = 4
_MOST_PAIRS = 2
_POOL = 20
_NOTED = (
    "Experts who grade these outputs failed some for what the following notes of theirs say. What such a "
    "note describes means that the criterion is not met."
)
_ASKED = (
    "The criterion asks several things. Decide each of these by itself, and name each in the reason; the "
    "verdict is fail where one of them is not met."
)


class QuestionPart(Frozen):
    """One part of a question in two: what it asks, and the disagreements on train that it is about."""

    statement: str
    because: tuple[str, ...]


class ChangeCandidate(Frozen):
    """A change. ``words``: what it adds, as text; ``because``: the outputs of train that it is made of;
    ``version``: the judge with it, not stored; ``questions``: into which the one question is split.
    """

    kind: Kind
    words: str
    because: tuple[str, ...]
    version: JudgeVersion
    questions: tuple[QuestionPart, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same change, whatever else the prompt says."""
        text = "\x1f".join((self.version.judge_id, self.kind, self.words))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


@dataclass(frozen=True)
class Errors:
    """What a judge gets wrong on the graded outputs of train that it has decided (``known``). ``member``: of
    a panel whose prompt is to be changed.
    """

    workspace: Workspace
    judge: JudgeVersion
    graded: GradedOutputs
    known: Mapping[str, Decision]
    member: int = 0

    @cached_property
    def wrong(self) -> list[str]:
        """Those outputs, bad ones that it missed first."""
        fails = self.graded.fails
        keys = [key for key, decision in self.known.items() if not is_right(decision, failed=fails[key])]
        return sorted(keys, key=lambda key: not fails[key])

    @cached_property
    def missed(self) -> list[str]:
        """Bad outputs that it did not fail."""
        return [key for key in self.wrong if self.graded.fails[key]]

    @cached_property
    def answers(self) -> Mapping[str, Decision]:
        """What the prompt was answered; of a panel what its member said."""
        if not self.member:
            return self.known
        votes = {key: votes_in(decision.raw) for key, decision in self.known.items()}
        at = self.member - 1
        return {key: values[at] for key, values in votes.items() if at < len(values)}

    @cached_property
    def prompt(self) -> Prompt:
        """What the judge asks."""
        return prompt_of(self.judge, self.member)

    def candidate(
        self, kind: Kind, words: str, because: Sequence[str], content: dict[str, Any]
    ) -> ChangeCandidate | None:
        """A change of its prompt; None where it changes nothing."""
        try:
            version = drafted(self.workspace, self.judge, with_prompt(self.judge, content, self.member))
        except BadInput:
            return None
        return ChangeCandidate(kind=kind, words=words, because=tuple(because), version=version)

    def told(
        self, kind: Kind, words: str, because: Sequence[str], paragraph: str = ""
    ) -> ChangeCandidate | None:
        """The judge told one paragraph more, behind what it is told first; of itself the words."""
        template = self.prompt.template
        system = "\n\n".join(filter(None, (template.system, slotless(paragraph or words))))
        content = self.prompt.worded(template.model_copy(update={"system": system}), self.prompt.spec.answer)
        return self.candidate(kind, words, because, content)


def slotless(text: str) -> str:
    """A text in which nothing is a slot."""
    while "{{" in text:
        text = text.replace("{{", "{ {")
    return text


def candidates(errors: Errors) -> Iterator[ChangeCandidate]:
    """All that can be made without asking a model, what is cheapest to try first."""
    cheap = [_threshold(errors), *_wordings(errors), _questions(errors), _notes(errors)]
    yield from filter(None, [*cheap, _examples(errors)])


def scored(errors: Errors) -> dict[str, float]:
    """The score or the probability of a pass that the prompt's answer gave for each output, where it gave
    one.
    """
    form, scores = errors.prompt.spec.answer, dict[str, float]()
    answers = errors.answers
    if form is None or not form.numeric:
        shares = {
            key: decision.probability for key, decision in answers.items() if decision.value != "abstain"
        }
        return {key: share for key, share in shares.items() if share is not None}
    for key, decision in answers.items():
        with contextlib.suppress(ValueError):  # an answer that gave no number
            scores[key] = form.score_of(decision.raw)
    return scores


def _threshold(errors: Errors) -> ChangeCandidate | None:
    """From another score on, or from another probability of a pass; nothing is asked again for it."""
    spec, scores = errors.prompt.spec, scored(errors)
    form = spec.answer if spec.answer and spec.answer.numeric else None
    fails = {key: errors.graded.fails[key] for key in scores}
    value = fit(scores, fails, higher_passes=form is None or form.higher_passes).value if scores else None
    present = form.threshold if form else spec.pass_from
    if value is None or value == present:
        return None
    if form:
        answer: Any = form.model_copy(update={"threshold": value}).model_dump(mode="json")
        words, content = f"{present} → {value:g}", {"answer": answer}
    else:
        value = round(value, 4)
        words = f"P(pass) ≥ {value:.0%}" if present is None else f"P(pass) ≥ {present:.0%} → {value:.0%}"
        content = {"pass_from": value}
    return errors.candidate("threshold", words, errors.wrong, {**errors.prompt.content, **content})


def _wordings(errors: Errors) -> Iterator[ChangeCandidate | None]:
    """What a variant of the prompt stresses; to be strict helps only a judge that misses something."""
    for variant, words in prompts.VARIANTS.items():
        if words and variant != errors.prompt.spec.variant and (variant != "strict" or errors.missed):
            yield errors.candidate("wording", words, errors.wrong, errors.prompt.varied(variant))


def _questions(errors: Errors) -> ChangeCandidate | None:
    statement = quoted_in(errors.prompt.spec.statement)
    parts = listed(statement) or demands(statement)
    if not parts:
        return None
    paragraph = f"{_ASKED}\n{prompts.fenced_lines('questions', parts)}"
    return errors.told("questions", "\n".join(parts), errors.wrong, paragraph)


def _notes(errors: Errors) -> ChangeCandidate | None:
    """What experts wrote about the fails that the judge missed and what its prompt does not say."""
    points = unstated(
        {key: errors.graded.labels.notes.get(key, ()) for key in errors.missed},
        f"{errors.prompt.spec.statement}\n{errors.prompt.template.words}",
    )
    if not points:
        return None
    paragraph = f"{_NOTED}\n{prompts.fenced_lines('notes', list(points))}"
    because = list(dict.fromkeys(key for keys in points.values() for key in keys))
    return errors.told("notes", "\n".join(points), because, paragraph)


def unstated(notes: Mapping[str, Sequence[str]], stated: str) -> dict[str, list[str]]:
    """Clauses of notes that say what is not stated, with the outputs that each stands for: those with half of
    its words in a note. The clause for the most outputs first, then the one for most of the rest.
    """
    vocabulary, about = terms(stated), dict[str, set[str]]()
    for texts in notes.values():
        for clause in (clause for text in texts for clause in clauses_of(text)):
            if new := terms(clause) - vocabulary:
                about.setdefault(clause, new)
    of_each = {key: set().union(*(terms(text) for text in texts)) for key, texts in notes.items()}
    words_of, points = dict(of_each), dict[str, list[str]]()
    while about and words_of and len(points) < _MOST_NOTES:
        covers = {
            clause: [key for key, words in words_of.items() if 2 * len(words & new) >= len(new)]
            for clause, new in about.items()
        }
        best = max(covers, key=lambda clause: len(covers[clause]))
        if not covers[best]:
            break
        points[best] = covers[best]
        words_of = {key: words for key, words in words_of.items() if key not in covers[best]}
    return points


def _examples(errors: Errors) -> ChangeCandidate | None:
    """Outputs that it gets wrong, each beside the nearest one with the other grade, else varied fails."""
    pairs = find_examples(errors.workspace, errors.judge, limit=_POOL).pairs
    wrong = set(errors.wrong)
    best = sorted(pairs, key=lambda pair: pair.example.output_id not in wrong)[:_MOST_PAIRS]
    draft = Draft.of(errors.judge, errors.member)
    present = {example.output_id for example in draft.examples}
    new: dict[str, TrainExample] = {}
    for pair in best:
        for example in filter(None, (pair.example, pair.beside)):
            if example.output_id not in present:
                new.setdefault(example.output_id, example)
    if not new:
        return None
    rewritten = draft.with_examples([*draft.examples, *new.values()])
    spec = rewritten.spec(errors.judge)
    content = rewritten.prompt_of(errors.judge.model_copy(update={"spec": spec})).content
    words = "\n".join(f"{example.verdict}: {example.text}" for example in new.values())
    return errors.candidate("example", words, list(new), dict(content))
