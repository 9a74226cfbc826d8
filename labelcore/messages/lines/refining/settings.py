"""What a judge has beside its words, in the words of people: the names of settings, and their values."""

from typing import Any

from labelcore.judges.answer_formats import AnswerFormat
from labelcore.messages.catalogue import say
from labelcore.messages.lines.bringing import form_words
from labelcore.messages.telling import clauses
from labelcore.wording import Wording


def name_words(name: str) -> str:
    """What a setting is called; one that has no words stays as it is."""
    words = {
        "answer": say("form of the answer"),
        "question": say("what is asked about"),
        "rule": say("how votes count"),
        "variant": say("emphasis of the prompt"),
        "pass_from": say("passes from this probability"),
        "probability": say("asks for a probability"),
        "shown": say("examples shown of each verdict"),
        "pass_examples": say("examples that pass"),
        "fail_examples": say("examples that fail"),
        "fail_option_first": say("fail is listed first"),
        "fail_examples_first": say("examples that fail come first"),
        "marked": say("data are marked in the prompt"),
        "address": say("address of the endpoint"),
        "prompt_version": say("version of the prompt's form"),
        "statement": say("statement of the criterion"),
        "detector": say("what is measured"),
        "threshold": say("limit"),
        "side": say("fails on this side of the limit"),
        "parameters": say("details of the check"),
        "field": say("only this field is read"),
        "flipped": say("its verdicts are turned"),
        "source": say("text of the check"),
        "description": say("how it decides"),
    }
    return words.get(name) or say(name)


def setting_words(name: str, before: Any, after: Any) -> str:
    """What was before, and what is now; a pattern by itself where that is all that differs."""
    was, now = told(name, before), told(name, after)
    if was == now:
        was, now = (
            say("{name}: {told}", name=words, told=_pattern(value))
            for words, value in ((was, before), (now, after))
        )
    return say("{name}: {before} → {after}", name=name_words(name), before=was, after=now)


def _pattern(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return clauses(str(part.get("pattern", part) if isinstance(part, dict) else part) for part in parts)


def told(name: str, value: Any) -> str:
    """A value of a setting; of a panel that of each member, by its number."""
    if isinstance(value, list):
        parts = enumerate(value, 1)
        return clauses(say("{name}: {told}", name=number, told=told(name, part)) for number, part in parts)
    if name == "answer":
        return form_words(AnswerFormat.model_validate(value) if value else None)
    if value is None:
        return say("not set")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, dict):
        pairs = value.items()
        return clauses(
            say("{name}: {told}", name=name_words(key), told=told(key, part)) for key, part in pairs
        )
    return _values(name).get(value) or (say(value) if isinstance(value, Wording) else str(value))


def _values(name: str) -> dict[Any, str]:
    """The values of a setting that are words of labelcore."""
    match name:
        case "rule":
            return {"majority": say("majority"), "unanimous": say("unanimous"), "all": say("one fail fails")}
        case "variant":
            strict, steps = say("fail when in doubt"), say("reason in steps")
            return {"plain": say("no emphasis"), "strict": strict, "steps": steps}
        case "side":
            return {"above": say("above"), "below": say("below")}
        case _:
            return {}
