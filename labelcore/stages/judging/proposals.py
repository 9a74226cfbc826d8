"""Candidate judges for each accepted criterion and for the overall grade."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.errors import BadInput
from labelcore.judges import code_judge, proposing, script_judge
from labelcore.judges.code_judge import CodeSpec
from labelcore.judges.detectors.reference import embedded_texts
from labelcore.judges.features import Floats
from labelcore.judges.fields import at_pointer
from labelcore.judges.identity import version_id
from labelcore.judges.lessons import Lessons
from labelcore.models import OVERALL, Criterion, JudgeVersion, Output, Project, SplitName
from labelcore.progress import Progress, silent
from labelcore.settings import settings
from labelcore.stages.deriving import find_criterion, list_criteria
from labelcore.stages.grading import Labels, fitting_labels, fitting_splits
from labelcore.stages.judging import llm_proposals, schemas
from labelcore.stats.threads import one_thread
from labelcore.store import Database, vectors
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.text import embedding
from labelcore.text.embedding import SentenceEncoder

MOST_EMBEDDED = 5_000
"""Projects with more outputs get learned judges without embeddings: these take 50 ms an output."""


@dataclass(frozen=True)
class Question:
    """What is asked of judges: one criterion, or the overall grade."""

    criterion: Criterion | None
    fails: dict[str, bool]
    """The graded outputs that say something about it: True where it is failed."""

    @property
    def name(self) -> str:
        """The criterion's name, or "overall"."""
        return self.criterion.name if self.criterion else OVERALL


@one_thread()
def propose(
    db: Database,
    project: Project,
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
    if kind == "llm" and (offline or not settings().has_model):
        raise BadInput(
            "LLM judges need a model.",
            next_step="Set LABELCORE_MODEL with a key or a base URL, and leave --offline out.",
        )
    labels = fitting_labels(db, project)
    questions = _questions(db, project, labels, criterion)
    tell = progress or silent
    versions: list[JudgeVersion] = []
    if kind != "llm":
        versions += _offline(db, project, questions, kind, limit, seed, labels, tell)
    if kind in {None, "llm"} and not offline and settings().has_model:
        asked = [q for q in questions if q.criterion]
        versions += [_llm(db, project, question, labels, probability=probability) for question in asked]
    if kind == "code" and not offline and settings().has_model:
        asked = [q for q in questions if q.criterion]
        for number, question in enumerate(asked):
            tell(number, len(asked), f"the model writes checks for {question.name}")
            versions += _written(db, project, question, labels, said if said is not None else [])
    found = numbered(db, project, versions)
    judge_table.save(db, found)
    return found


def _questions(db: Database, project: Project, labels: Labels, wanted: str | None) -> list[Question]:
    accepted = list_criteria(db, project, status="accepted")
    if wanted and wanted != OVERALL:
        accepted = [find_criterion(db, project, wanted)]
    questions = [question(criterion, labels) for criterion in accepted]
    if wanted in {None, OVERALL}:
        questions.append(question(None, labels))
    return questions


def question(criterion: Criterion | None, labels: Labels) -> Question:
    """Its evidence failed, passed outputs passed; outputs failed for other reasons say nothing."""
    if criterion is None:
        return Question(None, {output_id: not passed for output_id, passed in labels.value.items()})
    cited = {item.output_id for item in criterion.evidence}
    fails = {k: k in cited for k, passed in labels.value.items() if passed or k in cited}
    return Question(criterion, {k: failed and not labels.value[k] for k, failed in fails.items()})


def lessons_of(
    db: Database, project: Project, outputs: Sequence[Output], labels: Labels, progress: Progress = silent
) -> Lessons:
    """The graded outputs, measured and embedded, with the notes of those that failed."""
    notes = [note_of(labels, output.id) for output in outputs]
    return Lessons.of(outputs, notes, _embedded(db, project, outputs, progress))


def note_of(labels: Labels, output_id: str) -> str:
    """What people wrote on a failed output; nothing for a passed one."""
    failed = labels.value.get(output_id) is False
    return "\n".join(labels.notes.get(output_id, ())) if failed else ""


def learned_again(
    db: Database, project: Project, criterion_id: str | None, progress: Progress
) -> list[JudgeVersion]:
    """The learned judge of one criterion (None: of the overall grade) from the grades as they are."""
    labels = fitting_labels(db, project)
    asked = _questions(db, project, labels, criterion_id or OVERALL)
    made = _offline(db, project, asked, "learned", 1, 0, labels, progress)
    found = numbered(db, project, made)
    judge_table.save(db, found)
    return found


def _offline(
    db: Database,
    project: Project,
    questions: Sequence[Question],
    kind: str | None,
    limit: int,
    seed: int,
    labels: Labels,
    progress: Progress,
) -> list[JudgeVersion]:
    outputs = list(output_table.many(db, sorted(labels.value)).values())
    lessons = lessons_of(db, project, outputs, labels, progress)
    splits = fitting_splits(db, project)
    found = []
    for number, asked in enumerate(questions):
        progress(number, len(questions), f"fitting judges for {asked.name}")
        pointer = schemas.fields_of(project).get(asked.criterion.id if asked.criterion else "")
        own_lessons = _of_field(outputs, labels, pointer) if pointer else lessons
        place = {output_id: at for at, output_id in enumerate(own_lessons.table.ids)}
        ids = [output_id for output_id in asked.fails if output_id in place]
        proposals = proposing.propose(
            own_lessons,
            np.array([place[output_id] for output_id in ids], dtype=int),
            np.array([asked.fails[output_id] for output_id in ids], dtype=bool),
            limit=limit,
            name=asked.name,
            seed=seed,
        )
        found += [
            _proposed(project, asked, proposal, pointer, splits)
            for proposal in proposals
            if kind in {None, proposal.kind}
        ]
    own_schema = schemas.schema_of(project)
    if own_schema and kind in {None, "code"} and any(asked.criterion is None for asked in questions):
        found.append(schemas.schema_judge(db, project, own_schema))
    progress(len(questions), len(questions), "done")
    return found


def _of_field(outputs: Sequence[Output], labels: Labels, pointer: str) -> Lessons:
    """Lessons from one field of the outputs that have it, without embeddings: fields are short."""
    seen = [value for output in outputs if (value := at_pointer(output, pointer))]
    return Lessons.of(seen, [note_of(labels, output.id) for output in seen])


def _proposed(
    project: Project,
    asked: Question,
    proposal: proposing.Proposal,
    pointer: str | None,
    splits: Sequence[SplitName],
) -> JudgeVersion:
    spec, said = proposal.spec, proposal.description
    if pointer and proposal.kind == "code":
        code = CodeSpec.model_validate(spec)
        code = code.model_copy(update={"parameters": code.parameters | {"field": pointer}})
        spec, said = code.model_dump(), code_judge.describe(code)
    elif pointer:
        spec, said = spec | {"field": pointer}, f"It sees only the field {pointer}. {said}"
    return make_version(project, asked, proposal.kind, proposal.name, spec, f"{said} {proposal.why}", splits)


def _embedded(db: Database, project: Project, outputs: Sequence[Output], progress: Progress) -> Floats | None:
    if output_table.count(db, project.id) > MOST_EMBEDDED or not outputs:
        return None
    texts = dict.fromkeys(text for output in outputs for text in embedded_texts(output))
    texts |= dict.fromkeys(output.text for output in outputs)
    encoder = SentenceEncoder()
    found = vectors.embed(
        db,
        list(texts),
        encoder.name,
        encoder.encode,
        lambda done, total: progress(done, total, "reading the graded outputs"),
    )
    embedding.remember(list(texts), found)
    at = {text: row for row, text in enumerate(texts)}
    return found[[at[output.text] for output in outputs]].astype(float)


def _llm(
    db: Database, project: Project, question: Question, labels: Labels, *, probability: bool
) -> JudgeVersion:
    """One LLM judge, shown examples of the train split only."""
    assert question.criterion is not None  # noqa: S101 - asked only of criteria
    model = settings().model or ""
    spec = llm_proposals.specify(
        db, project, question.criterion, question.fails, labels.notes, model, probability=probability
    )
    if pointer := schemas.fields_of(project).get(question.criterion.id):
        spec |= {"field": pointer}
    description = f"Asks {model}: {question.criterion.statement}"
    return make_version(project, question, "llm", f"{question.name} · {model}", spec, description, ("train",))


def _written(
    db: Database, project: Project, question: Question, labels: Labels, said: list[str]
) -> list[JudgeVersion]:
    """Checks that a model wrote, shown grades of the train split only."""
    from labelcore.stages.judging.writing_checks import write_checks  # it needs this module

    assert question.criterion is not None  # noqa: S101 - asked only of criteria
    groups = output_table.groups_of(db, list(question.fails))
    dealt = split_table.dealt(db, project.id)
    train = [i for i in question.fails if dealt.of(groups[i]) == "train"]
    texts = output_table.many(db, train)
    pointer = schemas.fields_of(project).get(question.criterion.id, "")
    written = write_checks(
        question.criterion, [texts[i] for i in train], question.fails, labels, pointer=pointer
    )
    said += written.said
    return [
        make_version(
            project,
            question,
            "code",
            f"{question.name} · {check.name}",
            spec,
            f"Written by {settings().model}: {script_judge.describe(check.source, pointer)}",
            ("train",),
        )
        for check, spec in written.checks
    ]


def make_version(
    project: Project,
    question: Question,
    kind: str,
    name: str,
    spec: dict[str, object],
    description: str,
    splits: Sequence[SplitName],
) -> JudgeVersion:
    """The first version of a judge, identified by what it is."""
    criterion = question.criterion
    criterion_id = criterion.id if criterion else None
    stem = f"{project.id}|{criterion_id}|{kind}|{name}"
    return JudgeVersion.model_validate(
        {
            "id": version_id(project.id, criterion_id, kind, spec),
            "name": name,
            "kind": kind,
            "judge_id": "judge_" + hashlib.sha256(stem.encode()).hexdigest()[:16],
            "project_id": project.id,
            "version": 1,
            "criterion_id": criterion_id,
            "criterion_version": criterion.version if criterion else None,
            "spec": spec,
            "fitted_on": tuple(splits),
            "description": description,
            "model": str(spec.get("model", "")) if kind == "llm" else "",
        }
    )


def numbered(db: Database, project: Project, versions: Sequence[JudgeVersion]) -> list[JudgeVersion]:
    """Version numbers that follow the stored ones; an unchanged judge keeps its version."""
    current = {judge.judge_id: judge for judge in judge_table.current(db, project.id)}
    found = []
    for version in versions:
        old = current.get(version.judge_id)
        if old and (old.id == version.id or _same_lessons(old, version)):
            found.append(old)
        else:
            found.append(version.model_copy(update={"version": old.version + 1 if old else 1}))
    return found


def _same_lessons(old: JudgeVersion, new: JudgeVersion) -> bool:
    """Whether a learned judge would be made of the same grades, notes and field again."""
    digests = [version.spec.get("digest") for version in (old, new) if version.kind == "learned"]
    if old.spec.get("field") != new.spec.get("field"):
        return False
    return len(digests) == 2 and digests[0] is not None and digests[0] == digests[1]
