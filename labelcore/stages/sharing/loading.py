"""Bring a rubric file into a project: checked whole, stored at once, the same file only once."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labelcore.errors import BadInput
from labelcore.judges import kinds
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import RESERVED, judge_of, kind_named, kind_of
from labelcore.models import OVERALL, Criterion, Frozen, JudgeVersion, Role, new_id
from labelcore.operations import Effect, operation
from labelcore.settings import settings
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.sharing import yaml_text
from labelcore.stages.sharing.saving import (
    FORMAT,
    LARGEST,
    SUFFIX,
    VERSION,
    NotPortable,
    RubricFile,
    SharedCriterion,
    SharedJudge,
    first_fault,
)
from labelcore.store import audit, criteria as criterion_table, judges as judge_table
from labelcore.workspace import Workspace


class JudgeLeftOut(Frozen):
    """A judge that was left out, and why, as the end of a sentence."""

    criterion: str
    judge: str
    reason: str


class LoadReport(Frozen):
    """What a file brought; ``known`` were here already, ``renamed`` lost their name to another criterion,
    ``refused`` cannot run here, ``not_portable`` the file only names.
    """

    project: str
    criteria: tuple[Criterion, ...]
    known: tuple[str, ...]
    renamed: tuple[str, ...]
    judges: tuple[JudgeVersion, ...]
    refused: tuple[JudgeLeftOut, ...]
    not_portable: tuple[NotPortable, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form: what came by id and name."""
        return {
            "project": self.project,
            "known": self.known,
            "renamed": self.renamed,
            "criteria": [{"id": criterion.id, "name": criterion.name} for criterion in self.criteria],
            "judges": [{"judge_version_id": judge.id, "name": judge.name} for judge in self.judges],
            "refused": self.refused,
            "not_portable": self.not_portable,
        }


@operation("library load", role=Role.ENGINEER, effect=Effect.WRITES, project="any")
def load_rubric(workspace: Workspace, file: Path) -> LoadReport:
    """Take a file's criteria and judges in; doing it twice changes nothing.

    The criteria are accepted ones of this project. A criterion whose name and statement any
    version here has is known and left alone. Figures of the file are kept with the judges; see
    `library transfer`.

    Raises:
        BadInput: the file is no rubric, or a field of it is wrong. Then nothing is stored.
    """
    rubric = read_rubric(file)
    report = _sorted_out(workspace, rubric)
    if report.criteria or report.judges:
        criterion_table.save(workspace.db, report.criteria, report.judges)
        ids = [criterion.id for criterion in report.criteria]
        place, about = (workspace.db, workspace.project.id, workspace.person), rubric.project
        audit.note(*place, "library loaded", about, file=file.name, criteria=ids)
    return report


def read_rubric(file: Path) -> RubricFile:
    """A rubric file, checked field by field; BadInput names what is wrong ("criteria[2].severity")."""
    document = yaml_text.read(_text(file), file.name)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadInput(
            "{name} is not a rubric of labelcore: it does not begin with 'format: {format}'.",
            next_step="Name a file that `labelcore library save` wrote.",
            name=file.name,
            format=FORMAT,
        )
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise BadInput(
            "{name} has version {version!r}; this labelcore reads version {known}.",
            next_step="Update labelcore, or save the rubric again with this one.",
            name=file.name,
            version=str(version)[:20],
            known=VERSION,
        )
    try:
        # As JSON, because pydantic's strict mode then takes lists for tuples and texts for dates.
        return RubricFile.model_validate_json(json.dumps(document, allow_nan=False), strict=True)
    except ValidationError as trouble:
        raise _wrong(file, first_fault(trouble)) from trouble
    except (ValueError, TypeError) as trouble:
        raise _wrong(file, "a number is not finite, or a key is not a text") from trouble


def _text(file: Path) -> str:
    if not file.is_file():
        raise BadInput("There is no file {file}.", next_step="Check its name.", file=file)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise BadInput(
                "{name} is larger than the {largest:,} bytes of a rubric.", name=file.name, largest=LARGEST
            )
        return content.decode("utf-8-sig")
    except OSError as trouble:
        raise BadInput("{file} cannot be read: {reason}.", file=file, reason=trouble.strerror) from trouble
    except UnicodeDecodeError as trouble:
        raise BadInput(
            "{name} is not written in UTF-8.", next_step="Save it as UTF-8.", name=file.name
        ) from trouble


def _wrong(file: Path, fault: str) -> BadInput:
    return BadInput(
        "{name}: {fault}.",
        next_step="Correct it; `labelcore library schema` says what each field may hold.",
        name=file.name,
        fault=fault,
    )


def _sorted_out(workspace: Workspace, rubric: RubricFile) -> LoadReport:
    """What of the file is new here; nothing is stored yet."""
    fresh: list[tuple[SharedCriterion, Criterion]] = []
    names: list[str] = []
    here = list_criteria(workspace)
    names_taken = {criterion.name.casefold() for criterion in here}
    # Of all versions: who edits one does not want it again.
    versions = [past for criterion in here for past in criterion_table.history(workspace.db, criterion.id)]
    texts = {((past.shared_name or past.name).casefold(), past.statement) for past in versions}
    for shared in rubric.criteria:
        text = (shared.name.casefold(), shared.statement)
        if text in texts:
            names.append(shared.name)
            continue
        made = _criterion(workspace, rubric, shared, names_taken)
        fresh.append((shared, made))
        names_taken.add(made.name.casefold())
        texts.add(text)
    results = [judge for shared, made in fresh for judge in _judges(workspace, rubric, shared.judges, made)]
    results += _overall(workspace, rubric)
    return LoadReport(
        project=rubric.project,
        criteria=tuple(made for _, made in fresh),
        known=tuple(names),
        renamed=tuple(made.name for _, made in fresh if made.shared_name),
        judges=tuple(version for version in results if isinstance(version, JudgeVersion)),
        refused=tuple(refusal for refusal in results if isinstance(refusal, JudgeLeftOut)),
        not_portable=rubric.not_portable,
    )


def _criterion(
    workspace: Workspace, rubric: RubricFile, shared: SharedCriterion, taken: set[str]
) -> Criterion:
    """With "(library)" behind its name if a criterion with another statement has it."""
    endings = itertools.chain(("", SUFFIX), (f" (library {number})" for number in itertools.count(2)))
    name = next(name for ending in endings if (name := f"{shared.name}{ending}").casefold() not in taken)
    why = (
        f"From the rubric of '{rubric.project}', saved on {rubric.exported_at:%Y-%m-%d}: version "
        f"{shared.version} there ({shared.origin}), {shared.evidence} quotes of "
        f"{'1 person' if shared.annotators == 1 else f'{shared.annotators} people'}."
    )
    here = {"origin", "version", "evidence"}
    same = shared.model_dump(include=Criterion.model_fields.keys() - here)
    fresh = {"id": new_id("criterion"), "project_id": workspace.project.id, "version": 1, "name": name}
    if name != shared.name:
        fresh["shared_name"] = shared.name
    origin = {"origin": "library", "status": "accepted", "author": workspace.person, "why": why}
    return Criterion.model_validate(same | fresh | origin)


def _overall(workspace: Workspace, rubric: RubricFile) -> Iterator[JudgeVersion | JudgeLeftOut]:
    """The judges of the overall grade that are not here yet, by what they are."""
    here = [
        judge
        for judge in judge_table.current(workspace.db, workspace.project.id)
        if judge.criterion_id is None
    ]
    judges_here = [
        (judge.kind, kind.checked(kind.leaving())) for judge in here if (kind := kind_of(judge)).travels
    ]
    numbers = judge_table.last_numbers(workspace.db, workspace.project.id)
    for judge in _judges(workspace, rubric, rubric.overall, None):
        if isinstance(judge, JudgeLeftOut):
            yield judge
        elif (judge.kind, {k: v for k, v in judge.spec.items() if k != RESERVED}) not in judges_here:
            yield judge.model_copy(update={"version": numbers.get(judge.judge_id, 0) + 1})


def _judges(
    workspace: Workspace, rubric: RubricFile, shared: Sequence[SharedJudge], criterion: Criterion | None
) -> Iterator[JudgeVersion | JudgeLeftOut]:
    names: set[str] = set()
    for judge in shared:
        reason = kinds.fault(judge.kind, judge.spec)
        if judge.name in names:
            reason = "another judge of the same has its name"
        names.add(judge.name)
        if reason:
            yield JudgeLeftOut(
                criterion=criterion.name if criterion else OVERALL, judge=judge.name, reason=reason
            )
        else:
            yield _version(workspace, rubric, judge, criterion)


def _asking_here(judge: SharedJudge) -> dict[str, Any]:
    """Its specification; an endpoint that it names is asked where one is called so, else the usual one."""

    def known(prompt: Prompt) -> dict[str, Any]:
        is_named = prompt.spec.endpoint in settings().all_endpoints
        return {key: value for key, value in prompt.content.items() if is_named or key != "endpoint"}

    spec = kind_named(judge.kind, judge.spec).checked(judge.spec)
    return judge_of(judge.kind, spec).rewritten(known)


def _version(
    workspace: Workspace, rubric: RubricFile, judge: SharedJudge, criterion: Criterion | None
) -> JudgeVersion:
    project_id, criterion_id = workspace.project.id, criterion.id if criterion else None
    reason = kind_named(judge.kind, judge.spec).came.format(model=judge.model)
    note = f"From the rubric of '{rubric.project}': {reason}.{f' {judge.note}' if judge.note else ''}"
    came = {
        "name": judge.name,
        "description": judge.description,
        "project": rubric.project,
        "exported_at": rubric.exported_at.isoformat(),
        "note": note,
        "figures": judge.figures.model_dump(mode="json"),
    }
    spec = _asking_here(judge) | {RESERVED: came}
    name = judge.name + SUFFIX
    stem = f"{project_id}|{criterion_id}|{judge.kind}|{name}"
    return JudgeVersion.model_validate(
        {
            "id": version_id(project_id, criterion_id, judge.kind, spec),
            "name": name,
            "kind": judge.kind,
            "judge_id": "judge_" + hashlib.sha256(stem.encode()).hexdigest()[:16],
            "project_id": project_id,
            "version": 1,
            "criterion_id": criterion_id,
            "criterion_version": 1 if criterion else None,
            "spec": spec,
            "description": f"{judge.description} {note}",
            "model": judge.model,
            "fitted_on": (),
            "author": workspace.person,
        }
    )
