"""What the writing of files says."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.messages.writing import ReportFile, WrittenCard


@lines("report")
def report(file: ReportFile) -> Iterator[str]:
    yield say("Wrote {out} ({bytes:.0f} kB).", out=file.out, bytes=file.bytes / 1000)


@lines("card")
def card(file: WrittenCard) -> Iterator[str]:
    summary, where = (
        file.card,
        say("Wrote {out}.", out=file.out) if file.out else say("Give --out FILE to keep it."),
    )
    flatters = say(" (in-sample: the figures flatter)") if summary.in_sample else ""
    yield say(
        "{judge} on '{split}'{flatters}, valid until {valid_until}. {where}",
        summary,
        flatters=flatters,
        where=where,
    )
