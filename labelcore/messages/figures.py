"""Figures in words: shares with their intervals, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelcore.messages.catalogue import IN_WORDS, say
from labelcore.stats.rate import Rate, share_words

if TYPE_CHECKING:  # numbers of arrays, which a command that prints words need not wait for
    from labelcore.models import Run
    from labelcore.stats.agreement import Agreement


def rate_words(rate: Rate) -> str:
    """``83% (74% to 90%, n = 96)``, or why it is not measurable or has no interval."""
    why = say(rate.why_not or "")
    if rate.value is None:
        return say("not measurable: {why}", why=why)
    if rate.low is None or rate.high is None:
        return say("{share} (n = {n:,}; {why})", share=share_words(rate.value), n=rate.n, why=why)
    return say("{share} ({low:.0%} to {high:.0%}, n = {n:,})", rate, share=share_words(rate.value))


IN_WORDS[Rate] = rate_words


def money_words(cost: float | None) -> str:
    """US dollars, or that no price is set."""
    return say("no price set") if cost is None else say("US$ {cost:,.4f}", cost=cost)


def so_far_words(cost: float, *, unpriced: bool) -> str:
    """US dollars until now, at least so many where a part is not known; "" where all of it was free."""
    if not cost:
        return say("no price set") if unpriced else ""
    return say("at least US$ {cost:,.4f}", cost=cost) if unpriced else money_words(cost)


def spent_words(run: Run) -> str:
    """What a run cost, at least so much where the price of a part is not set."""
    known = run.known_usd if run.cost_usd is None else run.cost_usd
    return so_far_words(known, unpriced=run.cost_usd is None) or money_words(known)


def points_words(rate: Rate) -> dict[str, str]:
    """A measurable difference of shares in points: by how much, whichever way, and its ends with signs."""
    value, low, high = (100 * (end or 0.0) for end in (rate.value, rate.low, rate.high))
    return {"points": f"{abs(value):.0f}", "low": f"{low:+.0f}", "high": f"{high:+.0f}"}


def number_words(value: float | None) -> str:
    """A figure with two decimals, or "not measurable"."""
    return say("not measurable") if value is None else f"{value:.2f}"


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
