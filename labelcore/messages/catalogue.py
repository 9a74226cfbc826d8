"""One gettext catalogue for everything that labelcore says; the English text is the key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeGuard

from labelcore.contexts import within
from labelcore.errors import LabelcoreError
from labelcore.messages.nouns import called, called_in_chinese
from labelcore.messages.numbers import agreed
from labelcore.models import Noun
from labelcore.stages.deriving.families import FAMILIES
from labelcore.text.showing import in_utc
from labelcore.wording import BROUGHT, SHOWN_AS, Wording

Language = Literal["en", "zh"]
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
BETWEEN: dict[Language, tuple[str, str, str]] = {"en": (" ", ", ", "; "), "zh": ("", "、", "；")}
"""What stands between sentences, between names, and between clauses."""
_GAP = re.compile(r"(?<=[），。；：、！？”]) (?=[^\W\d_a-zA-Z])|(?<=[^\W\d_a-zA-Z]) (?=[（，。；：、“])")
"""A blank beside a Chinese mark, which has its room already: left over where a value ends in one."""
_COMMAND = re.compile(r"`(?:labelcore|judge|team|derive|backup)\b|(?<!\S)--[a-z]|: labelcore [a-z]")
CATALOGUE = Path(__file__).parent / "locale" / "zh.po"
IN_WORDS: dict[type, Callable[[Any], str]] = {}
"""How the values of a type are said, where they stand in the subject of a sentence."""
OF_TEST = "test: "
_OF_JUDGES = {"judge", "judges", "twin", "criterion"}

_DERIVED = [words for family in FAMILIES for words in (family.name, family.statement)]
"""Of criteria that nobody has named: derivation has both languages of them."""
_ENGLISH = {words.chinese: words.english for words in _DERIVED}
_spoken: ContextVar[Language] = ContextVar("language", default="en")
_USUAL = Noun()
_noun: ContextVar[Noun] = ContextVar("noun", default=_USUAL)


def language() -> Language:
    """The language that is spoken here: that of the page that runs, or of `speaking`."""
    return _spoken.get()


def speak(tongue: Language) -> None:
    """Speak a language from here on, in this thread."""
    _spoken.set(tongue)


def speaking(tongue: Language) -> AbstractContextManager[Language]:
    """Speak a language for a while."""
    return within(_spoken, tongue)


def noun() -> Noun:
    """What one output is called here."""
    return _noun.get()


def call(noun: Noun) -> None:
    """Call outputs so from here on, in this thread."""
    _noun.set(noun)


def calling(noun: Noun) -> AbstractContextManager[Noun]:
    """Call outputs so for a while."""
    return within(_noun, noun)


def say(words: str, subject: object = None, /, **values: object) -> str:
    """The words in the language spoken here, with names in braces filled in: from the values, and where there
    is none from the field of that name of the ``subject``.
    """
    return say_in(_spoken.get(), words, **_fields(words, subject, values))


def _fields(words: str, subject: object, values: Mapping[str, object]) -> Mapping[str, object]:
    if subject is None:
        return values
    fields = {name: getattr(subject, name) for name in _names(words) if name not in values}
    return {name: _in_words(name, value) for name, value in fields.items()} | dict(values)


def names_judge(value: object, name: str) -> TypeGuard[str]:
    """Whether what stands under a name is a judge's name or a criterion's, which is said part by part."""
    return name in _OF_JUDGES and isinstance(value, str)


def _in_words(name: str, value: object) -> object:
    if names_judge(value, name):
        return judge_words(value)
    return next((words(value) for kind, words in IN_WORDS.items() if isinstance(value, kind)), value)


@cache
def _names(words: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(words) if name)


def say_in(tongue: Language, words: str, /, **values: object) -> str:
    """The same in a language; of the core's wordings and errors with their values."""
    if isinstance(words, Wording):
        values = {name: _judge_named(tongue, name, value) for name, value in words.values.items()}
        words = words.template
    template = _worded(tongue, words)
    return _filled(tongue, template, values) if values else template


def _judge_named(tongue: Language, name: str, value: object) -> object:
    """A judge's name among the values of the core's wordings and errors, said part by part."""
    is_judge = isinstance(value, str) and name in _OF_JUDGES | {"name"} and (" · " in value)
    return judge_words(str(value), tongue) if is_judge else value


def judge_words(name: str, tongue: Language | None = None) -> str:
    """A judge's name: that of its criterion, then how it decides."""
    return " · ".join(_part_words(tongue or language(), part) for part in name.split(" · "))


def _part_words(tongue: Language, part: str) -> str:
    """A part of a judge's name; one that looks for words in an output is called by these."""
    kind, colon, words = part.partition(":")
    if kind != "phrase" or not colon:
        return say_in(tongue, part)
    words = words.strip()
    several = " " in words
    return say_in(tongue, "the words “{words}”" if several else "the word “{words}”", words=words)


SHOWN_AS.update({tongue: partial(judge_words, tongue=tongue) for tongue in NAMES})


def hardness_words(name: str) -> str:
    """What a test of a judge's hardness is called: a criterion, too, may be called "order"."""
    return _worded(_spoken.get(), name, f"{OF_TEST}{name}")


def person_words(name: str) -> str:
    """Who graded: a person's name, or that the grades of a file name nobody."""
    return say("import") if name == "import" else name


def field_words(name: str) -> str:
    """What a field of an output is called; a key of its metadata stays as it is."""
    words = {
        "prompt_version": say("version"),
        "model": say("model"),
        "language": say("language"),
        "group_key": say("source"),
        "batch_id": say("import"),
        "external_id": say("id in your data"),
    }
    return words.get(name, name)


def _worded(tongue: Language, words: str, key: str = "") -> str:
    """The template in a language, with what the project calls an output; ``key``: how the catalogue has it.

    What the catalogue does not have, a criterion's name for example, stays as it is.
    """
    noun = _noun.get()
    if tongue == "en":
        words = _ENGLISH.get(words, words)
        if not noun.one:
            return words
    translated = chinese().get(key or words) or BROUGHT.get(words)
    if translated is None:
        return words
    return called_in_chinese(translated, noun) if tongue == "zh" else called(words, noun)


def _filled(chosen: Language, template: str, values: Mapping[str, object]) -> str:
    """The template with its values, as the language wants it."""
    values = {name: _value(chosen, value) for name, value in values.items()}
    if chosen == "zh":
        return _GAP.sub("", template.format(**values))
    noun = _noun.get()
    return agreed(template, values, noun.several, noun.one)


def _value(tongue: Language, value: object) -> object:
    if isinstance(value, Wording):
        return say_in(tongue, value)
    if isinstance(value, datetime) and value.tzinfo:
        return in_utc(value)
    if isinstance(value, LabelcoreError):
        return trouble_words(value, tongue)
    if isinstance(value, list | tuple):
        return BETWEEN[tongue][1].join(str(_value(tongue, part)) for part in value)
    return value


def paragraph(*texts: str) -> str:
    """Sentences one after another, as the language has them; those that are empty are left out."""
    return BETWEEN[language()][0].join(filter(None, texts))


def trouble_words(trouble: LabelcoreError, tongue: Language | None = None, *, on_page: bool = False) -> str:
    """What went wrong and what to do next; on a page no step that is a command line."""
    step = "" if on_page and _COMMAND.search(trouble.next_step) else trouble.next_step
    texts = (say_in(tongue or language(), words) for words in (trouble.what, step))
    return BETWEEN[tongue or language()][0].join(filter(None, texts))


def counted(single: str, several: str, subject: object = None, /, *, n: int, **values: object) -> str:
    """The words for one or for several, with ``{n}`` and other names in braces filled in as `say` does.

    Chinese has one text for both, so its names may be those of either.
    """
    template = _worded(_spoken.get(), single if n == 1 else several, single)
    return _filled(_spoken.get(), template, _fields(single + several, subject, {"n": n, **values}))


@cache
def chinese() -> dict[str, str]:
    """English words and what they are in Chinese; those with a plural by their singular."""
    from babel.messages.pofile import read_po  # a command in English should not wait for it

    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    pairs = ((_first(entry.id), _first(entry.string)) for entry in catalogue if entry.id)
    derived = {words.english: words.chinese for words in _DERIVED}
    return derived | {words: translated for words, translated in pairs if translated}


def _first(forms: str | Sequence[str] | None) -> str:
    return forms if isinstance(forms, str) else next(iter(forms or ()), "")
