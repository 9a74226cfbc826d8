"""What is said of the acts of a project."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.results import content, lines
from labelcore.stages.auditing import AuditReport
from labelcore.text.showing import clock


@lines("audit")
def acts(report: AuditReport) -> Iterator[str]:
    for row in report.acts:
        where = f" · {row.origin}" if row.origin else ""
        yield f"{clock(row.at)} {row.person or '–'}: {row.act} {row.subject}{where}".rstrip()
    if report.broken_at:
        yield say("The chain is broken at act {broken_at}: from there on something was changed.", report)
    else:
        yield say(
            "{sealed:,} acts in the chain, none changed. Its end: {digest}",
            sealed=report.sealed,
            digest=report.digest[:16] or "–",
        )


@content("audit")
def table(report: AuditReport) -> bytes:
    """The acts as CSV."""
    return report.table()
