"""What sending notices says."""

from collections.abc import Iterator

from labelcore.messages.notifying import trial_words
from labelcore.messages.results import lines
from labelcore.messages.sending import ChannelTried, SentNotices


@lines("notices send")
def sent(found: SentNotices) -> Iterator[str]:
    yield (
        f"{found.sent} sent, {found.failed} to be tried again, {found.given_up} given up, "
        f"{found.unclear} may have arrived."
    )


@lines("notices test")
def tried(found: ChannelTried) -> Iterator[str]:
    yield trial_words(found.to, found.why, found.detail)
