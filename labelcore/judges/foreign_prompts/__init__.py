"""A judge's prompt that was written for another tool: its variables and its form of answer, found by content.

Its words stay as they are. What it does not say surely is asked, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import Field

from labelcore.judges.foreign_prompts import directions, polarity
from labelcore.judges.foreign_prompts.answers import FoundAnswer, find_answer
from labelcore.judges.foreign_prompts.choices import condition_words
from labelcore.judges.foreign_prompts.containers import PromptWords, unwrap
from labelcore.judges.foreign_prompts.families import family_of
from labelcore.judges.foreign_prompts.labelling import labels_offered, only_labels
from labelcore.judges.foreign_prompts.scales import rubric_of
from labelcore.judges.foreign_prompts.scored_options import (
    asked_below,
    behind_label,
    find_choice,
    scored_by_tool,
)
from labelcore.judges.foreign_prompts.slots import CHOICES, Variable, paired, variables_of
from labelcore.judges.foreign_prompts.variables import BroughtText, Syntax, take
from labelcore.judges.templates import SLOTS, Template
from labelcore.models import Fact, Frozen, fact

__all__ = ["CHOICES", "ForeignPrompt", "Variable", "recognise"]
_TEXT = "text:"
_LABEL = 80
_LONGEST_GAP = 60
_VERDICT = (
    'Give a reason, then the verdict: "pass" where the output is good by the words above, "fail" where it is '
    'not, or has a fault that they look for; "abstain" only when the data do not allow a decision.'
)
"""What stands below a prompt of faults without a form: "pass" alone could mean that one is there."""
_GAP = re.compile(rf"\s{{{_LONGEST_GAP},}}")
"""Blanks that tell nothing more; patterns would look at each of them many times."""


class ForeignPrompt(Frozen):
    """What was found in a prompt. ``family`` is the tool whose shape it has, "" for none that is known."""

    family: str
    syntax: Syntax
    variables: tuple[Variable, ...]
    found: FoundAnswer
    notices: tuple[Fact, ...] = ()
    taken: BroughtText = Field(exclude=True)

    @property
    def unsure(self) -> tuple[Variable, ...]:
        """The variables that must be asked about."""
        return tuple(variable for variable in self.variables if not variable.sure)

    @property
    def sees_output(self) -> bool:
        """Whether the output stands anywhere in it."""
        return any(variable.slot == "output" for variable in self.variables)

    @property
    def template(self) -> Template:
        """The prompt with our slots in the places of its variables; unsure ones stay as ``{{name}}``.

        Where its tool asks for one of its options in code, that is asked for below its words.
        """
        slots = {variable.name: variable.slot or variable.name for variable in self.variables}

        def fill(name: str) -> str:
            slot = slots[name]
            return slot.removeprefix(_TEXT) if slot.startswith(_TEXT) else f"{{{{{slot}}}}}"

        system, user = (part.written(fill) for part in self.taken.parts)
        question = f"{user}\n\n{self.found.added}" if self.found.added else user
        return Template(system=system, user=question, marked=False)


def recognise(text: str, given: Mapping[str, str] | None = None, field: str = "") -> ForeignPrompt:
    """What a prompt from elsewhere asks, of what, and in which form of answer.

    ``given``: variable -> slot, ``metadata.KEY`` or ``text:words``, as a person said, who may also have
    named the ``field`` of a JSON answer with its verdict.

    Raises:
        BadInput: it is empty, too long, or names another file.
    """
    unwrapped = unwrap(text)
    taken = take(unwrapped.system, unwrapped.user)
    told = {name: slot.removeprefix(_TEXT) for name, slot in (given or {}).items() if slot.startswith(_TEXT)}
    words = "\n".join(part.written(lambda name: told.get(name, f"⟨{name}⟩")) for part in taken.parts)
    variables = variables_of(taken.names, _labels(words), given or {})
    return ForeignPrompt(
        family=family_of(text, words, taken.names),
        syntax=taken.syntax,
        variables=tuple(variables),
        found=_answer(_GAP.sub(lambda gap: gap[0][:_LONGEST_GAP], words), unwrapped, field),
        notices=(*unwrapped.notices, *taken.notices, *_comparing(taken.names, variables)),
        taken=taken,
    )


def _answer(words: str, unwrapped: PromptWords, field: str) -> FoundAnswer:
    """The form of its answer. A rubric of scores without any is asked for one of them, as its tool does."""
    form = find_answer(words, field)
    if unwrapped.options and not field:
        form = behind_label(words, unwrapped.label, unwrapped.options) or form
        return find_choice(form, words, unwrapped.options, unwrapped.direction, at_once=unwrapped.at_once)
    if unwrapped.scale and not field:
        return scored_by_tool(form, words, unwrapped.scale)
    scores = () if form.answer or form.form_asked else rubric_of(words)
    if not (form.answer or form.notices or scores) and (labels := labels_offered(words)):
        return asked_below(labels, at_once=form.form_asked)
    if form.answer or form.form_asked:
        return form
    if conditions := condition_words(words):
        return asked_below(conditions)
    if scores:
        return _of_rubric(form, words, scores)
    if only_labels(words):
        return form.model_copy(update={"form_asked": True})
    if not polarity.names_fault(words):
        return form
    notices = (fact("foreign_meaning_added", line=_VERDICT),)
    return form.model_copy(update={"added": _VERDICT, "notices": notices})


def _of_rubric(form: FoundAnswer, words: str, scores: Sequence[int]) -> FoundAnswer:
    """One of the scores of a rubric. Of what a text is none is better by itself."""
    better = directions.higher_is_better(words, said_only=only_labels(words))
    direction = {True: "maximize", False: "minimize", None: "neutral"}[better]
    return find_choice(form, words, tuple((str(score), float(score)) for score in scores), direction)


def _comparing(names: Sequence[str], variables: Sequence[Variable]) -> list[Fact]:
    """That it compares two outputs, unless somebody said what else one of them is."""
    unsure = {variable.name for variable in variables if not variable.sure}
    several = [name for name, slot in paired(names).items() if slot == "output" and name in unsure]
    return [fact("foreign_compares", names=several)] if len(several) > 1 else []


def is_slot(word: str) -> bool:
    """Whether a variable can be given this."""
    return word in SLOTS or word.startswith((_TEXT, "metadata."))


def _labels(shown: str) -> dict[str, str]:
    """Variable -> what stands before its first use: on its line, else on the line before."""
    labels: dict[str, str] = {}
    for match in re.finditer(r"⟨([^⟩\n]{1,200})⟩", shown):
        before = shown[max(0, match.start() - 300) : match.start()]
        lines = [line for line in before.splitlines() if line.strip(" \t*#=`_-")]
        labels.setdefault(match[1], lines[-1].strip()[-_LABEL:] if lines else "")
    return labels
