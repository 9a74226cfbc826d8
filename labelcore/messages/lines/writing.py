"""What the writing of files says."""

from collections.abc import Iterator

from labelcore.messages.catalogue import judge_words, say
from labelcore.messages.results import lines
from labelcore.messages.writing import ReportFile, WrittenCard


@lines("report")
def report(written: ReportFile) -> Iterator[str]:
    yield say("Wrote {out} ({bytes:.0f} kB).", out=written.out, bytes=written.bytes / 1000)


@lines("card")
def card(written: WrittenCard) -> Iterator[str]:
    made, where = (
        written.card,
        say("Wrote {out}.", out=written.out) if written.out else say("Give --out FILE to keep it."),
    )
    flatters = say(" (in-sample: the figures flatter)") if made.in_sample else ""
    yield say(
        "{judge} on '{split}'{flatters}, valid until {valid_until}. {where}",
        judge=judge_words(made.judge),
        split=made.split,
        flatters=flatters,
        valid_until=made.valid_until,
        where=where,
    )
