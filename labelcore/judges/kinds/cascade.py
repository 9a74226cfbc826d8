"""Cascades: a cheap judge where it is sure, a second one where it is not, a person where neither.

Where each step decides was set from grades (:mod:`labelcore.judges.cascade_steps`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from typing_extensions import override

from labelcore.errors import LabelcoreError
from labelcore.judges.cascade_steps import CascadeThreshold, Step, Votes, decides, votes_of
from labelcore.judges.kinds import Kind, register
from labelcore.models import Decision, Frozen
from labelcore.wording import Wording

Result = Decision | LabelcoreError
Ask = Callable[[str, Sequence[str]], Mapping[str, Result]]
"""What a judge version decides on outputs, by their ids."""


class CascadeSpec(Frozen):
    """What a cascade is made of. ``error`` is the most that may be wrong at each step."""

    error: float
    confidence: float
    first: Step
    then: Step
    curve: tuple[CascadeThreshold, ...] = ()


@register
class CascadeKind(Kind[CascadeSpec]):
    """Two judges with the rules by which each decides."""

    form = CascadeSpec
    stored = "cascade"
    place = 3
    composed = True

    def describe(self) -> Wording:
        """Who decides what."""
        return describe(self.spec)

    @property
    def parts(self) -> tuple[str, str]:
        """The first judge, and the one that is asked in doubt."""
        return self.spec.first.judge_version_id, self.spec.then.judge_version_id

    @override
    def reworded(self, reason: str) -> list[Wording] | None:
        """A decision that one of its judges made is told in that judge's words, as they are."""
        return next(([words] for words in _worded(self.spec, reason) if words == reason), None)

    @property
    @override
    def steady(self) -> str:
        return Wording("a cascade changes its mind where the judges that it is made of do")

    def decide_in_turn(self, ask: Ask, ids: Sequence[str]) -> dict[str, Result]:
        """The first judge on all outputs, the second where it must be asked; only what is decided."""
        first_id, then_id = self.parts
        first = ask(first_id, ids)
        results = {output_id: combine(self.spec, result, None) for output_id, result in first.items()}
        undecided = [output_id for output_id in ids if output_id in first and results[output_id] is None]
        then = ask(then_id, undecided) if undecided else {}
        results |= {
            output_id: combine(self.spec, first[output_id], result) for output_id, result in then.items()
        }
        return {output_id: result for output_id, result in results.items() if result is not None}


def describe(spec: CascadeSpec) -> Wording:
    """A cascade as a sentence."""
    if {spec.first.rule, spec.then.rule} == {"never"}:
        reasons = "; ".join(dict.fromkeys((spec.first.why_not, spec.then.why_not)))
        return Wording(
            "A person decides everything: {first} and {then} decide nothing ({reasons}).",
            first=spec.first.name,
            then=spec.then.name,
            reasons=reasons,
        )
    return Wording(
        "{first} decides {first_rule}; of the rest {then} decides {then_rule}; a person the others. At most "
        "{error:.0%} wrong at each step ({confidence:.0%} confidence).",
        first=spec.first.name,
        first_rule=rule_words(spec.first),
        then=spec.then.name,
        then_rule=rule_words(spec.then),
        error=spec.error,
        confidence=spec.confidence,
    )


def rule_words(step: Step) -> Wording:
    """Where a step decides, in words."""
    if step.rule == "sure":
        return Wording("where it is at least {share:.0%} sure", share=step.at)
    words = {
        "agrees": Wording("where it agrees with what the first leans to"),
        "always": Wording("wherever it does not abstain"),
    }
    return words.get(step.rule) or Wording("nothing ({why})", why=step.why_not)


def combine(spec: CascadeSpec, first: Result, then: Result | None) -> Result | None:
    """What the cascade says of one output; None while the second judge has still to be asked. The trouble
    of a judge that it asked is its trouble.
    """
    if not isinstance(first, Decision):
        return first
    if then is not None and not isinstance(then, Decision):
        return then
    cheap = votes_of([first])
    if decides(spec.first, cheap)[0]:
        return _by(spec.first, first)
    doubt = _doubt(spec.first, cheap)
    if spec.then.rule == "never":
        return _person(_not_asked(spec, doubt))
    if then is None:
        return None
    if decides(spec.then, votes_of([then]), cheap.words)[0]:
        return _by(spec.then, then)
    return _person(_asked(spec, doubt, then.value, then.reason))


def _by(step: Step, decision: Decision) -> Decision:
    return Decision(
        value=decision.value, probability=decision.probability, reason=f"{step.name}: {decision.reason}"
    )


def _person(why: str) -> Decision:
    return Decision(value="abstain", reason=why)


def _not_asked(spec: CascadeSpec, doubt: str) -> Wording:
    return Wording(
        "A person must decide. {doubt} {then} is not asked: {why}.",
        doubt=doubt,
        then=spec.then.name,
        why=Wording(spec.then.why_not),
    )


def _asked(spec: CascadeSpec, doubt: str, value: str, reason: str) -> Wording:
    return Wording(
        "A person must decide. {doubt} {then} says {value}: {reason}",
        doubt=doubt,
        then=spec.then.name,
        value=Wording(value),
        reason=reason,
    )


def _doubt(step: Step, votes: Votes) -> Wording:
    sure = float(votes.sure[0])
    return _leaning(step, str(votes.words[0]), sure) if sure == sure else _silent(step)


def _leaning(step: Step, word: str, sure: float) -> Wording:
    return Wording(
        "{name} leans to {word}, only {sure:.0%} sure.", name=step.name, word=Wording(word), sure=sure
    )


def _silent(step: Step) -> Wording:
    return Wording("{name} says nothing.", name=step.name)


def _worded(spec: CascadeSpec, reason: str) -> Iterator[Wording]:
    """What a cascade may have given as this reason."""
    words = ("pass", "fail", "abstain")
    doubts = [_silent(spec.first)]
    doubts += [_leaning(spec.first, word, n / 100) for word in words for n in range(101)]
    for doubt in (doubt for doubt in doubts if f" {doubt} " in reason):
        yield _not_asked(spec, doubt)
        for word in words:
            before = _asked(spec, doubt, word, "")
            yield _asked(spec, doubt, word, reason.removeprefix(before))
