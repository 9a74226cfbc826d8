"""What keeps runs from deciding, by kind, and what to do about it; the endpoint's words stand beside."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from labelcore.messages.catalogue import say
from labelcore.messages.telling import listed
from labelcore.models import Run
from labelcore.wording import Wording

_AGAIN = Wording("Run again to go on where it stopped: nothing is asked twice.")
_ADVICE = {
    "timeout": Wording(
        "If it is only slow, raise LABELCORE_CALL_TIMEOUT (of a named endpoint call_timeout), or send fewer "
        "calls at once."
    ),
    "rate limit": Wording("Lower the concurrency, or set requests_per_minute and tokens_per_minute."),
    "context length": Wording("Show fewer examples, or ask a model that takes longer prompts."),
    "content filter": Wording("The provider's filter stops these: ask another model, or grade them by hand."),
    "refusal": Wording("Ask another model, or look at what these outputs hold."),
    "malformed": Wording("The model does not answer in the form it is asked for: try another one."),
    "key": Wording("Check the key, then run again."),
    "quota": Wording("Raise the quota, then run again: nothing is asked twice."),
    "unknown model": Wording("Check the model's name and the address, then run again."),
    "connection": Wording("Check the address and that somebody answers there, then run again."),
    "cost limit": Wording("Raise the limit and run again: nothing is asked twice."),
}
_NAMES = {
    "code": Wording("code judges"),
    "learned": Wording("learned judges"),
    "llm": Wording("LLM judges"),
    "timeout": Wording("timeout"),
    "rate limit": Wording("rate limit"),
    "context length": Wording("context length"),
    "content filter": Wording("content filter"),
    "refusal": Wording("refusal"),
    "rejected": Wording("rejected by the endpoint"),
    "malformed": Wording("malformed"),
    "truncated": Wording("truncated"),
    "server": Wording("server error"),
    "connection": Wording("connection"),
    "certificate": Wording("certificate"),
    "key": Wording("key"),
    "quota": Wording("quota"),
    "unknown model": Wording("unknown model"),
    "no model": Wording("no model"),
    "endpoint": Wording("endpoint"),
    "engine": Wording("engine"),
    "worker": Wording("worker"),
    "batch": Wording("batch"),
    "waiting": Wording("the provider has not answered its batch yet"),
    "judge": Wording("the judge itself"),
    "cost limit": Wording("spending limit"),
    "person": Wording("somebody stopped it"),
    "interrupted": Wording("interrupted"),
    "other": Wording("other"),
}


def kind_word(kind: str) -> str:
    """The word for a kind of judges or of trouble."""
    return say(_NAMES.get(kind, kind))


def trouble_counts(counts: Mapping[str, int]) -> str:
    """``3 × timeout, 1 × malformed``, the most frequent first, in the language spoken here."""
    return listed(f"{n:,} × {kind_word(kind)}" for kind, n in Counter(counts).most_common())


def pending_words(run: Run) -> str:
    """Who has still to decide how much; "" once all is decided."""
    by_kind = listed(f"{kind_word(kind)} {n:,}" for kind, n in run.pending.items())
    return say("still to decide: {by_kind}", by_kind=by_kind) if by_kind else ""


def failure_words(run: Run) -> list[str]:
    """For each kind of failure how many decisions did not come, and the reason that was stored first."""
    return [
        say("{n:,} × {kind}: {reason}", n=n, kind=kind_word(kind), reason=run.reasons[kind])
        for kind, n in run.error_kinds.items()
        if kind in run.reasons
    ]


def again_words(counts: Mapping[str, int], kinds: Iterable[str] = ()) -> Iterator[str]:
    """That calls had to be sent again, and what to do about it and about further kinds of trouble."""
    if counts:
        yield say("Asked again: {kinds}.", kinds=trouble_counts(counts))
    yield from (say(_ADVICE[kind]) for kind in dict.fromkeys([*kinds, *counts]) if kind in _ADVICE)


def ended_words(run: Run) -> str:
    """What kept it from its end; "" where nothing did."""
    return say("It stopped: {kind}.", kind=kind_word(run.ended_by)) if run.ended_by else ""


def advice_words(run: Run) -> list[str]:
    """What to do about what went wrong, each advice once."""
    kinds = [run.ended_by, *run.error_kinds] if run.ended_by else list(run.error_kinds)
    advice = [say(_ADVICE[kind]) for kind in dict.fromkeys(kinds) if kind in _ADVICE]
    return advice or ([say(_AGAIN)] if run.ended_by else [])
