"""Words that pages and reports hand over as they are, and why a figure is not measurable."""

from __future__ import annotations

_OF_PAGES = (
    "Home",
    "Trust",
    "Bring in outputs of your pipeline.",
    "Draw which outputs are graded first.",
    "Pass or fail, and say what is wrong.",
    "Turn the notes into criteria.",
    "Let automatic checks decide each criterion.",
    "See how far they can be trusted.",
    "How good is everything, and can that figure be trusted?",
    "Where judges and people differ, say who is right.",
    "outputs",
    "samples",
    "verdicts",
    "accepted",
    "in the set",
    "Input",
    "Context",
    "skipped",
    "undone",
    "withdrawn",
    "counts",
    "replaced",
    "taken back",
    "takes back",
    "silent repeat",
)
_NOT_MEASURABLE = (
    "agreement needs a second annotator",
    "everybody gave the same grade everywhere, so agreement beyond chance is undefined",
    "no note carries a code yet: derive criteria from the notes first",
    "no output was graded by two people",
    "there are no decisions for a side",
    "there are no grades given after seeing the verdict",
    "there are no grades given blind on judged outputs",
    "there are no outputs that both graded",
    "there are no outputs that somebody else graded too",
    "there are no pairs that are no tie",
    "there are no pairs that two people compared",
    "there are no silent repeats",
)
PHRASES = _OF_PAGES + _NOT_MEASURABLE
