"""Candidate judges for each accepted criterion and for the overall grade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcore.errors import BadInput
from labelcore.judges import fitted_proposals
from labelcore.judges.detectors.reference import embedded_texts
from labelcore.judges.features import Floats
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds import kind_named, of_kind
from labelcore.judges.kinds.check import CheckKind
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.judges.kinds.llm import LlmKind
from labelcore.judges.training_data import Graded, TrainingData
from labelcore.models import OVERALL, JudgeVersion, Output, Project, SplitName
from labelcore.progress import Progress, silent
from labelcore.settings import settings
from labelcore.stages.deriving import find_criterion, list_criteria
from labelcore.stages.grading import Labels, fitting_labels, fitting_splits
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.keeping.versions import Draft, numbered
from labelcore.stages.judging.proposing import teaching
from labelcore.stages.judging.proposing.subjects import Subject, note_of, subject_of
from labelcore.stages.judging.proposing.written_checks import CheckWriter
from labelcore.stats.threads import one_thread
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.store import vectors
from labelcore.text import embedding
from labelcore.text.embedding import SentenceEncoder
from labelcore.workspace import Workspace

MOST_EMBEDDED = 5_000
"""Projects with more outputs get learned judges without embeddings: these take 50 ms an output."""


@one_thread()
def propose(
    workspace: Workspace,
    *,
    criterion: str | None = None,
    kind: str | None = None,
    offline: bool = True,
    limit: int = 6,
    seed: int = 0,
    probability: bool = False,
    progress: Progress | None = None,
    said: list[str] | None = None,
) -> list[JudgeVersion]:
    """Propose candidates and store them as judges; what is there already stays as it is.

    ``probability``: LLM judges are asked for the probability of pass too, by one more small call.
    Asked for code judges with a model, the model writes checks too; ``said`` takes a sentence for
    each that could not be used.

    Raises:
        BadInput: a kind was asked for that cannot be had.
    """
    wanted, model_at_hand = kind and kind_named(kind), not offline and settings().has_model
    if wanted and wanted.needs_model and not model_at_hand:
        raise BadInput(
            "LLM judges need a model.",
            next_step="Set LABELCORE_MODEL with a key or a base URL, and leave --offline out.",
        )
    labels = fitting_labels(workspace)
    subjects = _subjects(workspace, labels, criterion)
    tell = progress or silent
    versions: list[JudgeVersion] = []
    if not wanted or not wanted.needs_model:
        versions += _offline(workspace, subjects, kind, limit, seed, labels, tell)
    if model_at_hand and (not wanted or wanted.needs_model):
        asked = [q for q in subjects if q.criterion]
        versions += [_llm(workspace, subject, labels, probability=probability) for subject in asked]
    if model_at_hand and wanted and wanted.written_by_model:
        asked = [q for q in subjects if q.criterion]
        for number, subject in enumerate(asked):
            tell(number, len(asked), f"the model writes checks for {subject.name}")
            versions += _written(workspace, subject, labels, said if said is not None else [])
    found = numbered(workspace, versions)
    judge_table.save(workspace.db, found)
    return found


def _subjects(workspace: Workspace, labels: Labels, wanted: str | None) -> list[Subject]:
    accepted = list_criteria(workspace, status="accepted")
    if wanted and wanted != OVERALL:
        accepted = [find_criterion(workspace, wanted)]
    subjects = [subject_of(criterion, labels) for criterion in accepted]
    if wanted in {None, OVERALL}:
        subjects.append(subject_of(None, labels))
    return subjects


def training_data_of(
    workspace: Workspace, outputs: Sequence[Output], labels: Labels, progress: Progress = silent
) -> TrainingData:
    """The graded outputs, measured and embedded, with the notes of those that failed."""
    notes = [note_of(labels, output.id) for output in outputs]
    return TrainingData.of(outputs, notes, _embedded(workspace, outputs, progress))


def learned_again(workspace: Workspace, criterion_id: str | None, progress: Progress) -> list[JudgeVersion]:
    """The learned judge of one criterion (None: of the overall grade) from the grades as they are."""
    labels = fitting_labels(workspace)
    asked = _subjects(workspace, labels, criterion_id or OVERALL)
    made = _offline(workspace, asked, LearnedKind.stored, 1, 0, labels, progress)
    found = numbered(workspace, made)
    judge_table.save(workspace.db, found)
    return found


def _offline(
    workspace: Workspace,
    subjects: Sequence[Subject],
    kind: str | None,
    limit: int,
    seed: int,
    labels: Labels,
    progress: Progress,
) -> list[JudgeVersion]:
    outputs = list(output_table.many(workspace.db, sorted(labels.value)).values())
    data = training_data_of(workspace, outputs, labels, progress)
    splits = fitting_splits(workspace)
    found = []
    for number, asked in enumerate(subjects):
        progress(number, len(subjects), f"fitting judges for {asked.name}")
        pointer = schemas.fields_of(workspace.project).get(asked.criterion.id if asked.criterion else "")
        visible = _of_field(outputs, labels, pointer) if pointer else data
        place = {output_id: at for at, output_id in enumerate(visible.table.ids)}
        ids = [output_id for output_id in asked.fails if output_id in place]
        proposals = fitted_proposals.propose(
            visible,
            Graded(
                np.array([place[output_id] for output_id in ids], dtype=int),
                np.array([asked.fails[output_id] for output_id in ids], dtype=bool),
            ),
            limit=limit,
            name=asked.name,
            seed=seed,
        )
        found += [_proposed(workspace.project, asked, proposal, pointer, splits) for proposal in proposals]
    schema = schemas.schema_of(workspace.project)
    if schema and any(asked.criterion is None for asked in subjects):
        found.append(schemas.schema_judge(workspace, schema))
    progress(len(subjects), len(subjects), "done")
    return of_kind(found, kind)


def _of_field(outputs: Sequence[Output], labels: Labels, pointer: str) -> TrainingData:
    """Training data from one field of the outputs that have it, without embeddings: fields are short."""
    seen = [value for output in outputs if (value := at_pointer(output, pointer))]
    return TrainingData.of(seen, [note_of(labels, output.id) for output in seen])


def _proposed(
    project: Project,
    asked: Subject,
    proposal: fitted_proposals.Proposal,
    pointer: str | None,
    splits: Sequence[SplitName],
) -> JudgeVersion:
    judge = proposal.judge
    spec, description = judge.of_field(pointer) if pointer else (dict(judge.content), judge.describe())
    draft = Draft(judge.stored, proposal.name, spec, f"{description} {proposal.why}", splits)
    return draft.version(project, asked.criterion)


def _embedded(workspace: Workspace, outputs: Sequence[Output], progress: Progress) -> Floats | None:
    if output_table.count(workspace.db, workspace.project.id) > MOST_EMBEDDED or not outputs:
        return None
    texts = dict.fromkeys(text for output in outputs for text in embedded_texts(output))
    texts |= dict.fromkeys(output.text for output in outputs)
    encoder = SentenceEncoder()
    found = vectors.embed(
        workspace.db,
        list(texts),
        encoder.name,
        encoder.encode,
        lambda done, total: progress(done, total, "reading the graded outputs"),
    )
    embedding.remember(list(texts), found)
    at = {text: row for row, text in enumerate(texts)}
    return found[[at[output.text] for output in outputs]].astype(float)


def _llm(workspace: Workspace, subject: Subject, labels: Labels, *, probability: bool) -> JudgeVersion:
    """One LLM judge, shown examples of the train split only."""
    criterion, model = subject.stated, settings().model or ""
    spec = teaching.specify(workspace, criterion, subject.fails, labels.notes, model, probability=probability)
    if pointer := schemas.fields_of(workspace.project).get(criterion.id):
        spec |= {"field": pointer}
    description = f"Asks {model}: {criterion.statement}"
    draft = Draft(LlmKind.stored, f"{subject.name} · {model}", spec, description, ("train",))
    return draft.version(workspace.project, criterion)


def _written(workspace: Workspace, subject: Subject, labels: Labels, said: list[str]) -> list[JudgeVersion]:
    """Checks that a model wrote, shown grades of the train split only."""
    groups = output_table.groups_of(workspace.db, list(subject.fails))
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    train = [i for i in subject.fails if dealt.of(groups[i]) == "train"]
    texts = output_table.many(workspace.db, train)
    pointer = schemas.fields_of(workspace.project).get(subject.stated.id, "")
    writer = CheckWriter(subject, [texts[i] for i in train], labels, pointer)
    writer.write()
    said += writer.remarks
    return [
        Draft(
            "code",
            f"{subject.name} · {check.name}",
            spec,
            f"Written by {settings().model}: {CheckKind(spec).describe()}",
            ("train",),
        ).version(workspace.project, subject.criterion)
        for check, spec in writer.checks
    ]
