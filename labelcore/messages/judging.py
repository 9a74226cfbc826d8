"""What is doubtful in tests of judges and in cascades, in words."""

from __future__ import annotations

WORDS = {
    "no_verdicts": "{n} decisions have no verdict and are in no figure: {trouble}",
    "unsteady": (
        "Asked again without any change, the judge changes some verdicts itself: read the other rows "
        "against that one."
    ),
    "turned_by_harmless": (
        "A harmless sentence turns some fails into passes as well: those are turned by added text, not by "
        "being obeyed."
    ),
    "turned_by_idle": (
        "Idle sentences turned passes into fails: that is right if the criterion is about length or filler."
    ),
    "defects_unconfirmed": (
        "Nobody has confirmed that a planted defect breaks this criterion, so the judge may be right to pass "
        "it."
    ),
    "earlier_meaning": "{judge} was made for an earlier meaning of the criterion: propose judges again.",
    "probes_unconfirmed": (
        "Nobody has confirmed a probe with these defects, so a judge may be right to pass them: {defects}."
    ),
    "both": "{first} and {second}",
    "idle_steps": "Grade more, or allow a larger error, so that {judges} can decide some.",
    "newer_version": "{judge} has a newer version: make the cascade again.",
    "shared_sources": ("Several graded outputs come from one source, so the bounds are a little too tight."),
}
