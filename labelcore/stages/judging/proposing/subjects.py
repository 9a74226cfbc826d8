"""What judges are made to decide, with the grades that say something about it."""

from __future__ import annotations

from dataclasses import dataclass

from labelcore.errors import BadInput
from labelcore.models import OVERALL, Criterion
from labelcore.stages.grading import Labels


@dataclass(frozen=True)
class Subject:
    """What judges are made to decide: one criterion, or the overall grade."""

    criterion: Criterion | None
    fails: dict[str, bool]
    """The graded outputs that say something about it: True where it is failed."""

    @property
    def name(self) -> str:
        """The criterion's name, or "overall"."""
        return self.criterion.name if self.criterion else OVERALL

    @property
    def stated(self) -> Criterion:
        """The criterion, of what must have one.

        Raises:
            BadInput: this is the overall grade.
        """
        if self.criterion is None:
            raise BadInput("The overall grade is no criterion.", next_step="Name a criterion.")
        return self.criterion


def subject_of(criterion: Criterion | None, labels: Labels) -> Subject:
    """Its evidence failed, passed outputs passed; outputs failed for other reasons say nothing."""
    if criterion is None:
        return Subject(None, {output_id: not passed for output_id, passed in labels.value.items()})
    cited = {item.output_id for item in criterion.evidence}
    fails = {k: k in cited for k, passed in labels.value.items() if passed or k in cited}
    return Subject(criterion, {k: failed and not labels.value[k] for k, failed in fails.items()})


def note_of(labels: Labels, output_id: str) -> str:
    """What people wrote on a failed output; nothing for a passed one."""
    failed = labels.value.get(output_id) is False
    return "\n".join(labels.notes.get(output_id, ())) if failed else ""
