"""What a person says of a prompt from elsewhere, and what is still to be asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.answer_formats import AnswerFormat, plain
from labelcore.judges.foreign_prompts import CHOICES, ForeignPrompt, is_slot, recognise
from labelcore.judges.foreign_prompts.answers import FoundAnswer
from labelcore.judges.foreign_prompts.scored_options import asked_below
from labelcore.models import Fact, fact
from labelcore.operations import Flags, Metavar, Options


class BringingOrder(Options):
    """What is said of a prompt; what is not given is found in it, or asked."""

    map: Annotated[dict[str, str], Metavar("VARIABLE=SLOT")] = Field(
        default_factory=dict,
        examples=["question=input"],
        description="SLOT is output, input, context, reference, conversation, criterion, statement, "
        "examples, glossary, metadata.KEY, or text:WORDS.",
    )
    pass_: tuple[str, ...] = Field(default=(), description="An answer that passes.")
    fail_: tuple[str, ...] = Field(default=(), description="An answer that fails.")
    abstain: tuple[str, ...] = Field(default=(), description="An answer that decides nothing.")
    field: str = Field(default="", max_length=200, description="The field of a JSON answer with its verdict.")
    pattern: str = Field(
        default="", max_length=400, description="A regular expression whose group is the verdict."
    )
    threshold: float | None = Field(
        default=None, description="Scores from this on pass; up to it where lower ones do."
    )
    lower_passes: Annotated[bool | None, Flags(("--lower-passes/--higher-passes",))] = Field(
        default=None, description="Whether a lower score is better."
    )
    fit_on: int = Field(
        default=40, ge=0, le=500, description="On how many graded outputs a threshold is fitted; 0: none."
    )
    name: str = Field(default="", max_length=80, description="The judge's name behind that of its criterion.")
    model: str = Field(default="", description="The model that is asked, where it is not the endpoint's.")
    endpoint: str = Field(default="", description="The endpoint that is asked.")
    preview: bool = Field(default=False, description="Only show how it would be read.")

    @property
    def recognised(self) -> dict[str, str]:
        """The mapping, checked. Raises BadInput: one of its slots is unknown."""
        for name, slot in self.map.items():
            if not is_slot(slot):
                raise BadInput(
                    "'{slot}' is nothing that {name} could be given.",
                    next_step="Give {choices}, metadata.KEY or text:WORDS.",
                    slot=slot,
                    name=name,
                    choices=list(CHOICES),
                )
        return self.map


def read(text: str, order: BringingOrder) -> ForeignPrompt:
    """The prompt, and its form of answer with what a person said of it.

    Raises:
        BadInput: a variable is named that the prompt has not, or a pattern cannot be read.
    """
    prompt = recognise(text, order.recognised, order.field)
    names = {variable.name for variable in prompt.variables}
    if unknown := [name for name in order.map if name not in names]:
        raise BadInput(
            "The prompt has no variable {name}.",
            next_step="It has {known}." if names else "It has none.",
            name=unknown[0],
            known=sorted(names),
        )
    return prompt.model_copy(update={"found": _told(prompt.found, order)})


def _told(found: FoundAnswer, order: BringingOrder) -> FoundAnswer:
    """What was found, with what a person said instead of it."""
    answer, form_asked = found.answer, found.form_asked
    if order.pattern and not order.field:
        answer, form_asked = _pattern_of(order.pattern, answer), False
        added = found.added if found.answer else ""
        found = found.model_copy(update={"words": (), "notices": (), "added": added})
    if answer is None:
        found, answer = _form_told(found, order)
        form_asked = form_asked and answer is None
    if answer is None:
        return found
    words, direction_asked = found.words, found.direction_asked
    if order.pass_ or order.fail_ or order.abstain:
        answer = answer.model_copy(update=_words(answer, order))
        words = tuple(word for word in words if plain(word) not in answer.words)
        form_asked = False
    if order.threshold is not None:
        answer = answer.model_copy(update={"threshold": order.threshold})
        form_asked = False
    if order.lower_passes is not None:
        answer = answer.model_copy(update={"higher_passes": not order.lower_passes})
        direction_asked = False
    changes = {"answer": answer, "words": words, "direction_asked": direction_asked and answer.numeric}
    return found.model_copy(update=changes | {"form_asked": form_asked})


def _form_told(found: FoundAnswer, order: BringingOrder) -> tuple[FoundAnswer, AnswerFormat | None]:
    """The form that a person's words give a prompt without a known one: one of them stands on the last line,
    which is asked for below a prompt that asks for no form at all.

    Raises:
        BadInput: they speak of scores, and the prompt asks for none.
    """
    if any(notice.code == "foreign_no_verdict_field" for notice in found.notices):
        return found, None  # what is said of a verdict does not say in which field it stands
    if words := (*order.pass_, *order.fail_, *order.abstain):
        below = asked_below(words)
        notices = (fact("foreign_words_added", line=below.added),)
        added = {} if found.form_asked else {"added": below.added, "notices": notices}
        return found.model_copy(update=added), below.answer
    if order.threshold is None and order.lower_passes is None:
        return found, None
    if found.form_asked:
        return found, AnswerFormat(kind="score")
    raise BadInput(
        "The prompt asks for no score: labelcore asks for a verdict beside it.",
        next_step="Leave the threshold out, or write into the prompt which score it shall give."
        if order.threshold is not None
        else "Do not say which scores are better, or write into the prompt which score it shall give.",
    )


def _pattern_of(pattern: str, answer: AnswerFormat | None) -> AnswerFormat:
    ranged = answer.model_dump(include={"low", "high", "higher_passes"}) if answer else {}
    try:
        return AnswerFormat.model_validate({"kind": "pattern", "pattern": pattern, **ranged})
    except ValueError:
        raise BadInput(
            "The pattern cannot be read.",
            next_step="It has exactly one group, and no look-around (RE2): 'Verdict: (\\w+)'.",
        ) from None


def _words(answer: AnswerFormat, order: BringingOrder) -> dict[str, tuple[str, ...]]:
    """The words sorted as a person says; what is said of a word counts, whatever was found."""
    sorted_words = {*order.pass_, *order.fail_, *order.abstain}
    return {
        "scores": (),
        "passes": (*(word for word in answer.passes if word not in sorted_words), *order.pass_),
        "fails": (*(word for word in answer.fails if word not in sorted_words), *order.fail_),
        "abstains": (*(word for word in answer.abstains if word not in sorted_words), *order.abstain),
    }


def questions(prompt: ForeignPrompt) -> list[Fact]:
    """What must be said before it can judge, but for the threshold of its score."""
    found = prompt.found
    facts = [
        fact("foreign_variable_asked", name=variable.name, choices=list(variable.choices[:4]))
        for variable in prompt.unsure
    ]
    if not prompt.sees_output:
        names = [variable.name for variable in prompt.variables]
        facts.append(fact("foreign_no_output", names=names) if names else fact("foreign_no_variables"))
    if found.form_asked:
        facts.append(fact("foreign_form_asked"))
    if found.words:
        facts.append(fact("foreign_words_asked", words=list(found.words)))
    elif found.answer and not found.answer.numeric and not (found.answer.passes and found.answer.fails):
        words = [*found.answer.passes, *found.answer.fails]
        facts.append(fact("foreign_words_asked", words=words) if words else fact("foreign_form_asked"))
    if found.direction_asked:
        facts.append(fact("foreign_direction_asked"))
    return facts
