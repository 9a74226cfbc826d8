"""What sending notices says."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.notifying import trial_words
from labelcore.messages.results import lines
from labelcore.messages.sending import ChannelTried, SentNotices


@lines("notices send")
def sent(found: SentNotices) -> Iterator[str]:
    yield say(
        "{sent} sent, {failed} to be tried again, {given_up} given up, {unclear} may have arrived.",
        sent=found.sent,
        failed=found.failed,
        given_up=found.given_up,
        unclear=found.unclear,
    )


@lines("notices test")
def tried(found: ChannelTried) -> Iterator[str]:
    yield trial_words(found.to, found.why, found.detail)
