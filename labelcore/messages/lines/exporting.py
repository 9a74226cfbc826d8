"""What exporting says."""

from collections.abc import Iterator

from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.stages.exporting import ExportReport


@lines("export")
def written(report: ExportReport) -> Iterator[str]:
    rows = counted("{n:,} row", "{n:,} rows", n=report.rows)
    yield say("Wrote {rows} of {what} to {out}.", rows=rows, what=say(report.what), out=report.out)
