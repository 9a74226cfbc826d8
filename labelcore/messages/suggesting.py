"""What suggestions for a judge's prompt say, in words."""

from labelcore.messages.telling import Words

WORDS: dict[str, Words] = {
    "suggest_better": ("One change improves it beyond chance.", "{n} changes improve it beyond chance."),
    "suggest_no_errors": (
        "Nothing to gain here: it has the one graded output of train right.",
        "Nothing to gain here: it has all {n:,} graded outputs of train right that it decided.",
    ),
    "suggest_nothing": (
        "Nothing to gain here: one change was tried, and it is not better than the version in use beyond "
        "chance.",
        "Nothing to gain here: {n} changes were tried, and none is better than the version in use beyond "
        "chance.",
    ),
    "suggest_nothing_left": (
        "Nothing to gain here: no change can be made of its errors that was not rejected before."
    ),
    "suggest_stopped": (
        "It ended early, after one change; that one is not better beyond chance so far.",
        "It ended early, after {n} changes; none of them is better beyond chance so far.",
    ),
    "suggest_needs_model": (
        "One change could not be tried, for it takes a model: {why}",
        "{n} changes could not be tried, for that takes a model: {why}",
    ),
}
