"""Which model a judge asks for, and which one says that it answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from labelcore.judges.kinds import kind_of
from labelcore.llm.protocol import is_another
from labelcore.models import Fact, JudgeVersion, fact
from labelcore.store import Database, verdicts as verdict_table


def renamed(db: Database, versions: Sequence[JudgeVersion]) -> dict[str, Fact]:
    """By version id, what is to be said where another model answered than was asked for."""
    asking = {version.id: version for version in versions if kind_of(version).needs_model}
    others: dict[str, list[str]] = defaultdict(list)
    for version_id, model, n in verdict_table.answered_by(db, list(asking)):
        if is_another(asking[version_id].model, model):
            others[version_id].append(f"{model} ({n:,})")
    return {
        key: fact("answered_as_another", judge=asking[key].name, asked=asking[key].model, names=names)
        for key, names in others.items()
    }
