"""What verdicts cost: money, tokens and time by judge version."""

from __future__ import annotations

from labelcore.models import Frozen
from labelcore.store.connection import Database


class Cost(Frozen):
    """What a judge version's verdicts took. Money in US dollars, time in milliseconds.

    ``latency_ms`` is the median of the verdicts that say how long they took; None where none does.
    """

    verdicts: int
    cost_usd: float
    tokens_in: int
    tokens_out: int
    latency_ms: float | None

    @property
    def per_thousand(self) -> float | None:
        """US dollars for a thousand verdicts; None before the first."""
        return 1_000 * self.cost_usd / self.verdicts if self.verdicts else None


def costs(db: Database, project_id: str) -> dict[str, Cost]:
    """By judge version, all repeats together."""
    rows = db.rows(
        "SELECT judge_version_id, count(*), coalesce(sum(cost_usd), 0), coalesce(sum(tokens_in), 0), "
        "coalesce(sum(tokens_out), 0), median(nullif(latency_ms, 0)) "
        "FROM verdict_current WHERE project_id = ? GROUP BY ALL",
        [project_id],
    )
    return {
        judge_version_id: Cost(
            verdicts=n, cost_usd=usd, tokens_in=int(a), tokens_out=int(b), latency_ms=median
        )
        for judge_version_id, n, usd, a, b, median in rows
    }
