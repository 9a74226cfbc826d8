"""One thing is never "1 things": an English sentence that counts agrees with its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_SINGULARS = {
    "batches": "batch",
    "criteria": "criterion",
    "entries": "entry",
    "passes": "pass",
    "people": "person",
}
"""Of nouns that do more than lose an "s"."""
_NOUNS = (
    "acts|answers|assignments|batches|browsers|bytes|calls|cases|changes|characters|citations|codes|columns|"
    "combinations|comments|conflicts|criteria|days|decisions|entries|errors|examples|fields|files|groups|"
    "hours|inputs|judges|kinds|leaks|levels|lines|looks|messages|minutes|notes|occurrences|ones|outputs|"
    "pairs|"
    "people|points|probes|projects|prompts|quotes|requests|results|rounds|rows|rules|runs|samples|seconds|"
    "sheets|sources|stand-ins|states|steps|tables|terms|ties|times|tokens|topics|values|verdicts|versions|"
    "grades"
)
_BESIDE = (
    "damaged|dev|disputed|failed|failing|good|bad|graded|independent|measured|model|more|moved|new|passed|"
    "passing|row|scored|test|training|ungraded"
)
"""Words that may stand between the number and what it counts."""
_VERBS = {"are": "is", "were": "was", "have": "has", "do": "does", "match": "matches"} | {
    verb: f"{verb}s" for verb in "come count fit grade hold need say share stand stay tell wait".split()
}
_PLACE = r"{\w+(?:![rs])?(?::[^{}]*)?}"
_ALONE = re.compile(
    rf"(?<!and )(?<!of )(?<!with )({_PLACE}) ((?:that )?)(are|were|have|do|wait)\b(?!-| ties)"
)
"""A number with a verb and nothing that it counts: "3 were refused"."""
_ONE = re.compile(r"(?<![\w.,:/])[-+]?(?<!\w-)1 [a-z]")


def agreed(template: str, values: Mapping[str, object], several: str = "", one: str = "") -> str:
    """The English template filled in, with "1 output is" where it has "{n} outputs are" and n is 1.

    ``several``, ``one``: the project's word for outputs, which agrees too.
    """
    sentence = template.format(**values)
    if not _ONE.search(sentence):
        return sentence

    def singular(match: re.Match[str]) -> str:
        of, count, beside, noun, rest, verb = match.groups(default="")
        counted = count.format(**values).lstrip("+-") == "1"
        if counted:
            noun = one if noun == several else _SINGULARS.get(noun, noun.removesuffix("s"))
        if (of.split()[0].format(**values) == "1") if of and rest != " that" else counted:
            verb = _VERBS.get(verb, verb)
        return f"{of}{count} {beside}{noun}{rest}{verb}"

    def alone(match: re.Match[str]) -> str:
        count, that, verb = match.groups()
        return f"{count} {that}{_VERBS[verb] if count.format(**values) == '1' else verb}"

    return _ALONE.sub(alone, _counting(several).sub(singular, template)).format(**values)


@lru_cache(maxsize=64)
def _counting(several: str) -> re.Pattern[str]:
    """A place for a number, then what it counts, and the verb where it follows."""
    nouns = f"{_NOUNS}|{re.escape(several)}" if several else _NOUNS
    return re.compile(
        rf"({_PLACE} of (?:the )?)?({_PLACE}) ((?:(?:{_BESIDE}) ){{0,2}})"
        rf"({nouns}|(?:passes|fails)(?=[,.;)]|$| and\b| with\b| (?:are|were)\b))\b"
        rf"(?:((?: picked by hand| of the prompt| in use| that)? )({'|'.join(_VERBS)})\b)?"
    )
