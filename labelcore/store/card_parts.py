"""What somebody said of parts of a card whose grades are kept apart, since they graded it as a whole."""

from __future__ import annotations

from labelcore.models import Grade, GradeSource
from labelcore.store.connection import Database
from labelcore.store.grades import current_among
from labelcore.store.live import live


def parts_of_card(
    db: Database, project_id: str, annotator: str, card: tuple[str, GradeSource, str | None]
) -> dict[str, Grade]:
    """Criterion id or JSON pointer -> grade; ``card``: its output, for what it is shown, in which round."""
    output_id, source, round_id = card
    if not live(db, project_id).with_parts(annotator, [output_id]):
        return {}
    given = {"project": project_id, "who": annotator, "output": output_id, "source": source}
    wanted = "project_id = $project AND annotator = $who AND output_id = $output AND source = $source"
    if round_id:
        wanted, given = f"{wanted} AND sample_id = $round", given | {"round": round_id}
    found: dict[str, Grade] = {}
    for grade in current_among(db, wanted, given, counts="true"):
        if grade.is_overall:
            found.clear()
        else:
            found[str(grade.criterion_id or grade.field)] = grade
    return found
