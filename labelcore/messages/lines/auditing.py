"""What is said of the acts of a project."""

from collections.abc import Iterator

from labelcore.messages.results import content, lines
from labelcore.stages.auditing import AuditReport


@lines("audit")
def acts(report: AuditReport) -> Iterator[str]:
    for row in report.acts:
        where = f" · {row.origin}" if row.origin else ""
        yield f"{row.at:%Y-%m-%d %H:%M} {row.person or '–'}: {row.act} {row.subject}{where}".rstrip()
    if report.broken_at:
        yield f"The chain is broken at act {report.broken_at}: from there on something was changed."
    else:
        yield f"{report.sealed:,} acts in the chain, none changed. Its end: {report.digest[:16] or '–'}"


@content("audit")
def table(report: AuditReport) -> bytes:
    """The acts as CSV."""
    return report.table()
