"""What judges are made to decide, and the graded outputs that they are made from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Floats
from labelcore.errors import BadInput
from labelcore.judges.detectors.reference import embedded_texts
from labelcore.judges.features import Topics, TrainingData
from labelcore.judges.fields import at_pointer
from labelcore.models import OVERALL, Criterion, Output, Project
from labelcore.stages.deriving.derivation import unnamed_codes
from labelcore.stages.deriving.editing import live_criteria
from labelcore.stages.grading import Labels, human_labels
from labelcore.store import outputs as output_table, splits as split_table, vectors
from labelcore.text import embedding
from labelcore.text.embedding import SentenceEncoder
from labelcore.wording import Wording
from labelcore.workspace import Workspace

MOST_EMBEDDED = 5_000
"""Projects with more outputs get learned judges without embeddings: these take 50 ms an output."""


_QUOTED = 60
_ENOUGH = 200  # outputs, graded or not, that show where a cut stands


@dataclass(frozen=True)
class Subject:
    """What judges are made to decide: one criterion, or the overall grade."""

    criterion: Criterion | None
    fails: dict[str, bool]
    """The graded outputs that say something about it: True where it is failed."""
    whole: Criterion | None = None
    """What a model is asked about the overall grade, in the form of a criterion."""

    @property
    def name(self) -> str:
        """The criterion's name, or "overall"."""
        return self.criterion.name if self.criterion else OVERALL

    @property
    def criterion_id(self) -> str | None:
        """None of the overall grade."""
        return self.criterion.id if self.criterion else None

    @property
    def quotes(self) -> tuple[str, ...] | None:
        """What notes say of the criterion; None of the overall grade."""
        return tuple(item.quote for item in self.criterion.evidence) if self.criterion else None

    @property
    def notes_words(self) -> str:
        """From how many notes it can be learned, with one of them, as a sentence; "" of the overall grade."""
        if self.criterion is None or not self.criterion.evidence:
            return ""
        quote, notes = self.criterion.evidence[0].quote[:_QUOTED], sum(self.fails.values())
        return f"Learned from {notes} notes such as “{quote}”."

    @property
    def stated(self) -> Criterion:
        """What a model is asked: the criterion, or the whole; BadInput without either."""
        if (criterion := self.criterion or self.whole) is None:
            raise BadInput("The overall grade is not a criterion.", next_step="Name a criterion.")
        return criterion


def subject_of(criterion: Criterion | None, labels: Labels) -> Subject:
    """What was said of the criterion itself; else its evidence failed, passed outputs passed, and outputs
    failed for other reasons say nothing.
    """
    if criterion is None:
        return Subject(None, {output_id: not passed for output_id, passed in labels.value.items()})
    cited = {item.output_id for item in criterion.evidence}
    fails = {k: k in cited for k, passed in labels.value.items() if passed or k in cited}
    single = {k: not passed for k, passed in labels.on.get(criterion.id, {}).items()}
    return Subject(criterion, {k: failed and not labels.value[k] for k, failed in fails.items()} | single)


def whole_of(project: Project, accepted: Sequence[Criterion]) -> Criterion:
    """The overall grade as something that a model can be asked: what experts fail outputs for, if known."""
    rules = "".join(f"\n- {criterion.name}: {criterion.statement}" for criterion in accepted)
    reasons = (
        f"\nExperts have failed outputs that break one of these, among other faults:{rules}" if rules else ""
    )
    return Criterion(
        id=OVERALL,
        project_id=project.id,
        version=1,
        name="Good as a whole",
        statement=f"An expert who reads the output with what it answers would pass it as a whole.{reasons}",
        status="accepted",
    )


def topics_of(workspace: Workspace, ids: Sequence[str]) -> Topics:
    """What the notes on some outputs say again and again: criteria by what they rest on, and codes that
    wait for a name.
    """
    topics = [
        (criterion.name, criterion.evidence[0].quote, {quote.output_id for quote in criterion.evidence})
        for criterion in live_criteria(workspace)
        if criterion.evidence
    ]
    topics += [
        (coded.code.label, coded.quotes[0].text, {quote.output_id for quote in coded.quotes})
        for coded in unnamed_codes(workspace)
    ]
    noted = np.array([[key in outputs for _, _, outputs in topics] for key in ids], dtype=bool)
    return Topics(
        names=tuple(name for name, _, _ in topics),
        quotes=tuple(quote[:_QUOTED] for _, quote, _ in topics),
        noted=noted.reshape(len(ids), len(topics)),
    )


def note_of(labels: Labels, output_id: str, criterion_id: str | None) -> str:
    """What people wrote where they failed an output, as a whole or on the criterion (None: on any); nothing
    of a pass.
    """
    graded = [(labels.value, labels.notes)]
    graded += [
        (labels.on.get(key, {}), notes)
        for key, notes in labels.notes_on.items()
        if criterion_id in {None, key}
    ]
    texts = (notes.get(output_id, ()) for values, notes in graded if values.get(output_id) is False)
    return "\n".join(dict.fromkeys(itertools.chain.from_iterable(texts)))


def ungraded(workspace: Workspace, seed: int) -> list[Output]:
    """Some outputs that nobody graded, where grades are few: where a cut stands shows in their scores too."""
    labels = human_labels(workspace)
    ids_graded = {*labels.graded, *labels.conflicts, *labels.unsure}
    if len(ids_graded) >= _ENOUGH:
        return []
    ids = [key for key in output_table.ids(workspace.db, workspace.project.id) if key not in ids_graded]
    order = np.random.default_rng(seed).permutation(len(ids))[: _ENOUGH - len(ids_graded)]
    return list(output_table.many(workspace.db, [ids[at] for at in order.tolist()]).values())


def training_data_of(workspace: Workspace, outputs: Sequence[Output], labels: Labels) -> TrainingData:
    """The outputs, measured and embedded, with all notes of those that failed."""
    notes = [note_of(labels, output.id, None) for output in outputs]
    return TrainingData.of(outputs, notes, _embedded(workspace, outputs))


def data_about(data: TrainingData, labels: Labels, criterion_id: str | None) -> TrainingData:
    """The same with what was noted of the whole and of this criterion alone."""
    return data.with_notes([note_of(labels, output_id, criterion_id) for output_id in data.table.ids])


def field_data_of(outputs: Sequence[Output], pointer: str) -> TrainingData:
    """Training data from one field of the outputs that have it, without embeddings (fields are short) and
    notes.
    """
    parts = [value for output in outputs if (value := at_pointer(output, pointer))]
    return TrainingData.of(parts, [""] * len(parts))


def train_ids(workspace: Workspace, ids: Iterable[str]) -> list[str]:
    """Those of the outputs that belong to the train split, in their order."""
    distinct = list(ids)
    groups = output_table.groups_of(workspace.db, distinct)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return [output_id for output_id in distinct if dealt.of(groups[output_id]) == "train"]


def _embedded(workspace: Workspace, outputs: Sequence[Output]) -> Floats | None:
    if output_table.count(workspace.db, workspace.project.id) > MOST_EMBEDDED or not outputs:
        return None
    texts = dict.fromkeys(text for output in outputs for text in embedded_texts(output))
    texts |= dict.fromkeys(output.text for output in outputs)
    encoder = SentenceEncoder()
    points = vectors.embed(
        workspace.db,
        list(texts),
        encoder.name,
        encoder.encode,
        lambda done, total: workspace.progress(done, total, Wording("reading the graded outputs")),
    )
    embedding.remember(list(texts), points)
    at = {text: row for row, text in enumerate(texts)}
    return points[[at[output.text] for output in outputs]].astype(float)
