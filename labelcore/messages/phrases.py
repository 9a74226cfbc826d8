"""Words that pages, reports and the database hand over as they are."""

_OF_PAGES = (
    "Home",
    "Bring in outputs of your pipeline.",
    "Draw which outputs are graded first.",
    "Pass or fail, and say what is wrong.",
    "Turn the notes into criteria.",
    "Let automatic checks decide each criterion.",
    "samples",
    "accepted",
    "judges in use",
    "Results",
    "bad ones it lets through",
    "good ones it wrongly fails",
    "bad ones it catches",
    "good ones it passes",
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
