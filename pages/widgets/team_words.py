"""The Team page's figures as sentences in the person's language."""

from __future__ import annotations

from labelcore.messages import rate_words
from labelcore.stages import grading
from labelcore.stats.agreement import Agreement
from pages.widgets.language import say


def alpha_words(agreement: Agreement) -> str:
    """Krippendorff's alpha with its interval, or why there is none."""
    if agreement.alpha is None:
        return say("not measurable: {why}", why=say(agreement.why_not or ""))
    if agreement.low is None or agreement.high is None:
        return say("alpha {alpha} on {n} outputs", alpha=f"{agreement.alpha:.2f}", n=agreement.n_outputs)
    return say(
        "alpha {alpha} ({low} to {high}) on {n} outputs",
        alpha=f"{agreement.alpha:.2f}",
        low=f"{agreement.low:.2f}",
        high=f"{agreement.high:.2f}",
        n=agreement.n_outputs,
    )


def saturation_words(seen: grading.Saturation) -> str:
    """How many kinds of failure are known, and the share that is of none of them."""
    if seen.unseen.value is None:
        return say("{kinds} kinds of failure seen.", kinds=seen.kinds) + " " + rate_words(seen.unseen)
    return say(
        "{kinds} kinds of failure seen; of a kind not seen yet: {share}.",
        kinds=seen.kinds,
        share=rate_words(seen.unseen),
    )


def anchoring_words(anchoring: grading.Anchoring) -> str:
    """How often people say what the judges say, before and after they see it."""
    return say(
        "People agree with the judges: blind {blind}; after seeing the verdict {seen}.",
        blind=rate_words(anchoring.blind),
        seen=rate_words(anchoring.suggested),
    )


def budget_words(budget: grading.Budget, within: str = "8") -> str:
    """What one judge's rate still needs."""
    if budget.more is None:
        return say("{rate} of {judge} is not measurable yet.", rate=budget.rate, judge=budget.judge)
    if budget.more == 0:
        return say(
            "{rate} of {judge} is known within {within} points.",
            rate=budget.rate,
            judge=budget.judge,
            within=within,
        )
    kind = say("failing") if budget.rate == "TNR" else say("passing")
    return say(
        "Grade about {more} more {kind} outputs to know the {rate} of {judge} within {within} points.",
        more=budget.more,
        kind=kind,
        rate=budget.rate,
        judge=budget.judge,
        within=within,
    )
