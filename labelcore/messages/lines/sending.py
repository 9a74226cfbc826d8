"""What sending notices says."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.notifying import trial_words
from labelcore.messages.results import lines
from labelcore.messages.sending import ChannelTried, SentNotices


@lines("notices send")
def sent(report: SentNotices) -> Iterator[str]:
    yield say(
        "{sent} sent, {failed} to be tried again, {given_up} given up, {unclear} may have arrived.", report
    )


@lines("notices test")
def tried(report: ChannelTried) -> Iterator[str]:
    yield trial_words(report.to, report.why, report.detail)
