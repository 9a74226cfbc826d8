"""Offline packs: outputs to grade in one HTML file without a network, and the way back.

A pack is signed with a key of the project, so the outputs and the person that it was made for
cannot be exchanged; the browser adds the acts. Merging stores each act once, however often the file
comes back, and never replaces a grade that the same person gave online later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from labelcore.browser import FILES
from labelcore.errors import BadInput, LabelcoreError
from labelcore.models import Frozen, Grade, GradeValue, GradingRules, Output, Project, Term, new_id, now
from labelcore.stages import projects
from labelcore.stages.grading.acts import current_grades, record
from labelcore.stages.grading.fields import fields_of
from labelcore.stages.grading.queueing import grading_queue
from labelcore.stages.grading.rules import rules_of
from labelcore.store import Database
from labelcore.store import criteria as criterion_table
from labelcore.store import grades as grade_table
from labelcore.text.terms import occurring

_KEY = "pack_key"
_LARGEST = 50_000_000
_MOST_TERMS = 100
_making_key = threading.Lock()


class Manifest(Frozen):
    """What is signed: which outputs a pack holds, for whom, of which project."""

    pack: str
    project_id: str
    project: str
    annotator: str
    outputs: tuple[str, ...]
    made_at: datetime


class Act(BaseModel):
    """One act that comes back from the browser."""

    client_id: str = Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")
    output_id: str
    value: GradeValue
    note: str = Field(default="", max_length=50_000)
    seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    shown_at: datetime | None = None
    supersedes: str | None = Field(default=None, max_length=80)
    criterion_id: str | None = Field(default=None, max_length=120)
    criterion_version: int | None = None
    field: str | None = Field(default=None, max_length=2_000)
    level: int | None = Field(default=None, ge=1, le=9)

    @property
    def about(self) -> tuple[str, str | None, str | None]:
        """The output, and the criterion or field of it."""
        return self.output_id, self.criterion_id, self.field


class Merged(Frozen):
    """What merging a file did."""

    pack: str
    annotator: str
    merged: int
    known: int
    kept_online: int
    refused: tuple[dict[str, str], ...]


def make_pack(db: Database, project: Project, annotator: str, *, n: int = 50) -> tuple[Manifest, str]:
    """The next n outputs of a person as one HTML file, reserved for them as the rules say.

    Raises:
        BadInput: there is no name, or nothing left to grade.
    """
    if not annotator.strip():
        raise BadInput("A pack needs the name of who grades it.", next_step="Name an annotator.")
    items = [item for item in grading_queue(db, project, annotator, ahead=n).items if not item.repeat]
    if not items:
        raise BadInput(f"{annotator} has nothing left to grade.", next_step="Draw a sample first.")
    manifest = Manifest(
        pack=new_id("pack"),
        project_id=project.id,
        project=project.name,
        annotator=annotator,
        outputs=tuple(item.output.id for item in items),
        made_at=now(),
    )
    terms = projects.terms(project)
    document = {
        "manifest": manifest.model_dump(mode="json"),
        "signature": _sign(manifest, _key(db, project)),
        "items": [_item(item.output, rules_of(project), terms) for item in items],
        **_asked(db, project),
    }
    page = (FILES / "pack.html").read_text("utf-8")
    # Nothing in an output can end the script element that carries it.
    data = json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")
    return manifest, page.replace("__PACK__", data)


def _asked(db: Database, project: Project) -> dict[str, Any]:
    """What is asked of every output: a scale in place of pass and fail, and criteria."""
    rules = rules_of(project)
    accepted = [
        criterion for criterion in criterion_table.current(db, project.id) if criterion.status == "accepted"
    ]
    names = {"id", "version", "name", "severity", "statement"}
    return {
        "scale": [{"name": name, "value": rules.value_of(at)} for at, name in enumerate(rules.scale, 1)],
        "criteria": [criterion.model_dump(include=names) for criterion in accepted if rules.ask_criteria],
    }


def _item(output: Output, rules: GradingRules, terms: Sequence[Term]) -> dict[str, Any]:
    fields = fields_of(output.text) if rules.ask_fields else ()
    turns = "\n\n".join(f"{turn.role}: {turn.content}" for turn in output.conversation)
    return {
        "output_id": output.id,
        "input": output.input,
        "context": output.context,
        "conversation": turns,
        "output": output.text,
        "fields": [field.model_dump() for field in fields],
        "terms": [
            term.model_dump(include={"term", "meaning"})
            for term in occurring(
                terms, "\n".join((output.text, output.input, output.context, turns)), output.metadata
            )[:_MOST_TERMS]
        ],
    }


def _key(db: Database, project: Project) -> bytes:
    """The project's key, made when the first pack is."""
    with _making_key:
        stored = projects.open_project(db, project.name)
        if _KEY not in stored.settings:
            key = {_KEY: secrets.token_hex(32)}
            stored = projects.update_project(db, stored, settings=key)
    return bytes.fromhex(stored.settings[_KEY])


def _sign(manifest: Manifest, key: bytes) -> str:
    content = json.dumps(manifest.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def merge_pack(db: Database, project: Project, place: Path) -> Merged:
    """Store the acts of a file that came back. Doing it again changes nothing.

    Raises:
        BadInput: the file is no grades of a pack of this project, or was changed by hand.
    """
    document = _read(place)
    try:
        manifest = Manifest.model_validate(document["manifest"])
        sent = list(document["events"])
        signature = str(document["signature"])
    except (KeyError, TypeError, ValidationError) as trouble:
        raise BadInput(
            f"{place.name} holds no grades of a pack.",
            next_step="Send the file that the pack's download button wrote.",
        ) from trouble
    if manifest.project_id != project.id:
        raise BadInput(
            f"{place.name} belongs to the project '{manifest.project}', not to '{project.name}'.",
            next_step=f"Merge it with --project {manifest.project}.",
        )
    if not hmac.compare_digest(_sign(manifest, _key(db, project)), signature):
        raise BadInput(
            f"{place.name} was changed by hand: its list of outputs or its name does not fit its signature.",
            next_step="Ask for the file again as it was downloaded.",
        )
    return _store(db, project, manifest, sent)


def _read(place: Path) -> dict[str, Any]:
    try:
        if place.stat().st_size > _LARGEST:
            raise BadInput(f"{place.name} is too large for a pack's grades.")
        found = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError) as trouble:
        raise BadInput(
            f"{place} cannot be read as the grades of a pack.", next_step="Check the file."
        ) from trouble
    return found if isinstance(found, dict) else {}


def _store(db: Database, project: Project, manifest: Manifest, sent: list[Any]) -> Merged:
    refused: list[dict[str, str]] = []
    acts: list[Act] = []
    for raw in sent:
        try:
            acts.append(Act.model_validate(raw))
        except ValidationError as trouble:
            name = str(raw.get("client_id", "?")) if isinstance(raw, dict) else "?"
            refused.append({"id": name[:80], "reason": trouble.errors()[0]["msg"]})
    act_ids = {act.client_id for act in acts}
    stored = grade_table.stored(db, sorted(act_ids))
    online = {
        (event.output_id, event.criterion_id, event.field): event
        for event in current_grades(db, project, manifest.annotator)
        if event.id not in act_ids
    }
    merged = kept = 0
    for act in acts:
        if act.client_id in stored:
            continue
        later = online.get(act.about)
        if later and later.at > (act.shown_at or manifest.made_at).astimezone(UTC):
            kept += 1
        elif act.output_id not in manifest.outputs:
            refused.append({"id": act.client_id, "reason": "its output is not in the pack"})
        else:
            try:
                record(db, project, [_grade(project, manifest, act)])
                merged += 1
            except LabelcoreError as trouble:
                refused.append({"id": act.client_id, "reason": str(trouble)})
    return Merged(
        pack=manifest.pack,
        annotator=manifest.annotator,
        merged=merged,
        known=len(stored),
        kept_online=kept,
        refused=tuple(refused),
    )


def _grade(project: Project, manifest: Manifest, act: Act) -> Grade:
    return Grade(
        id=act.client_id,
        project_id=project.id,
        output_id=act.output_id,
        annotator=manifest.annotator,
        value=act.value,
        note=act.note,
        seconds=act.seconds,
        criterion_id=act.criterion_id,
        criterion_version=act.criterion_version,
        field=act.field,
        level=act.level,
        supersedes=act.supersedes,
        at=(act.shown_at or manifest.made_at).astimezone(UTC),
    )
