"""Words that pages, reports and the database hand over as they are."""

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
    "samples",
    "accepted",
    "in the set",
    "skipped",
    "undone",
    "withdrawn",
    "counts",
    "replaced",
    "taken back",
    "takes back",
    "silent repeat",
    "in the order of import",
    "two versions on the same input",
)
_ASSUMPTIONS = (
    "the graded outputs are a known-probability sample of this pool",
    "the graded outputs are an even random sample of this pool",
    "the judge's TPR and TNR are the same in the pool as on the graded outputs",
)
_COMPARED = (
    "as it is",
    "cross-fitted",
    "in-sample",
    "yes",
    "perhaps",
    "no",
    "abstain",
    "Pass rate by people",
    "Pass rate, corrected",
    "Coverage of the set",
    "False failures of the set",
)
PHRASES = _OF_PAGES + _ASSUMPTIONS + _COMPARED
