"""Offline packs: outputs to grade in one HTML file without a network, and the way back.

A pack is signed with a key of the project, so its outputs and its person cannot be exchanged. Merging stores
each act once and never replaces a grade that the same person gave online later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from labelcore.errors import BadInput
from labelcore.models import Frozen, Role, new_id, now
from labelcore.operations import Effect, operation
from labelcore.stages import projects, signing
from labelcore.stages.grading.acts import current_grades, record
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.presses import coming_items, grade_of, setting_of, store_each
from labelcore.stages.grading.queueing import grading_queue
from labelcore.stages.grading.suggesting import phrases
from labelcore.store import grades as grade_table
from labelcore.workspace import Workspace

_LARGEST = 50_000_000
_making_key = threading.Lock()


class Manifest(Frozen):
    """What is signed: which outputs a pack holds, for whom, of which project."""

    pack: str
    project_id: str
    project: str
    annotator: str
    outputs: tuple[str, ...]
    made_at: datetime


class Pack(Frozen):
    """What a pack holds beside the card itself: the outputs as the card shows them, and what is asked."""

    manifest: Manifest
    signature: str
    items: tuple[dict[str, Any], ...]
    setting: dict[str, Any]


class PackEvent(CardEvent):
    """One press that comes back from the browser, and when it was made."""

    model_config = ConfigDict(extra="ignore")

    at: datetime | None = None

    def moment(self, manifest: Manifest) -> datetime:
        """When it was made, or the next best that is known."""
        return (self.at or self.shown_at or manifest.made_at).astimezone(UTC)


class Merged(Frozen):
    """What merging a file did."""

    pack: str
    annotator: str
    merged: int
    known: int
    kept_online: int
    refused: tuple[dict[str, str], ...]


class WrittenPack(Manifest):
    """A pack that was written: what it holds, and where it is."""

    out: Path
    contents: Pack = Field(exclude=True)


@operation("team pack", role=Role.LEAD, effect=Effect.GRADUAL)
def write_pack(
    workspace: Workspace,
    *,
    annotator: Annotated[str, Field(description="Who grades it.")],
    out: Annotated[Path, Field(description="The HTML file to write.")],
    n: Annotated[int, Field(ge=1, le=5_000, description="How many outputs.")] = 50,
) -> WrittenPack:
    """Write outputs as one HTML file that is graded without a network.

    Raises:
        BadInput: the file exists, there is no name, or nothing left to grade.
    """
    if out.exists():
        raise BadInput("{out} exists already.", next_step="Name a new file.", out=out)
    pack = make_pack(workspace, annotator, n=n)
    return WrittenPack(**pack.manifest.model_dump(), out=out, contents=pack)


@operation(role=Role.LEAD, effect=Effect.GRADUAL)
def make_pack(workspace: Workspace, annotator: str, *, n: int = 50) -> Pack:
    """The next n outputs of a person, reserved as the rules say; BadInput without a name or any output."""
    if not annotator.strip():
        raise BadInput("A pack needs the name of who grades it.", next_step="Name an annotator.")
    annotator = signing.known_as(workspace.db, workspace.project, annotator)
    grader = workspace.by(annotator)
    coming = grading_queue(grader, ahead=n).items
    queued = [item for item in coming if not item.unannounced and not item.relook]
    if not queued:
        raise BadInput(
            "{annotator} has nothing left to grade.", next_step="Draw a sample first.", annotator=annotator
        )
    manifest = Manifest(
        pack=new_id("pack"),
        project_id=workspace.project.id,
        project=workspace.project.name,
        annotator=annotator,
        outputs=tuple(item.output.id for item in queued),
        made_at=now(),
    )
    setting = setting_of(grader, "en", phrases(grader))
    cards = enumerate(coming_items(workspace.project, queued), start=1)
    return Pack(
        manifest=manifest,
        signature=_sign(manifest, _key(workspace)),
        items=tuple(card.model_copy(update={"position": at}).as_data() for at, card in cards),
        # The browser keeps the presses of each pack apart from those of others.
        setting=setting.model_copy(update={"project": manifest.pack}).as_data(),
    )


def _key(workspace: Workspace) -> bytes:
    """The project's key, made when the first pack is."""
    with _making_key:
        stored = projects.open_project(workspace.db, workspace.project.name)
        if not stored.settings.pack_key:
            key = {"pack_key": secrets.token_hex(32)}
            stored = projects.update_project(workspace.with_project(stored), settings=key)
    return bytes.fromhex(stored.settings.pack_key)


def _sign(manifest: Manifest, key: bytes) -> str:
    content = json.dumps(manifest.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


@operation("team merge", role=Role.LEAD, effect=Effect.GRADUAL)
def merge_pack(workspace: Workspace, file: Path) -> Merged:
    """Store the grades that came back from a pack; doing it twice changes nothing.

    FILE is what the pack's download button wrote.

    Raises:
        BadInput: the file is no grades of a pack of this project, or was changed by hand.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise BadInput("{name} is too large for a pack's grades.", name=file.name)
        document = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as trouble:
        raise BadInput(
            "{file} cannot be read as the grades of a pack.", next_step="Check the file.", file=file
        ) from trouble
    try:
        manifest = Manifest.model_validate(document["manifest"])
        sent = list(document["events"])
        signature = str(document["signature"])
    except (KeyError, TypeError, ValidationError) as trouble:
        raise BadInput(
            "{name} holds no grades of a pack.",
            next_step="Send the file that the pack's download button wrote.",
            name=file.name,
        ) from trouble
    if manifest.project_id != workspace.project.id:
        raise BadInput(
            "{name} belongs to the project '{project}', not to '{other}'.",
            next_step="Merge it with --project {project}.",
            name=file.name,
            project=manifest.project,
            other=workspace.project.name,
        )
    if not hmac.compare_digest(_sign(manifest, _key(workspace)), signature):
        raise BadInput(
            "{name} was changed by hand: its list of outputs or its name does not fit its signature.",
            next_step="Ask for the file again as it was downloaded.",
            name=file.name,
        )
    return _store(workspace, manifest, sent)


def _store(workspace: Workspace, manifest: Manifest, sent: list[Any]) -> Merged:
    grader = workspace.by(signing.known_as(workspace.db, workspace.project, manifest.annotator))
    events: list[PackEvent] = []
    refused: list[dict[str, str]] = []
    for raw in sent:
        try:
            events.append(PackEvent.model_validate(raw))
        except ValidationError as trouble:
            name = str(raw.get("client_id", "?")) if isinstance(raw, dict) else "?"
            refused.append({"id": name[:80], "reason": trouble.errors()[0]["msg"]})
    stored = grade_table.stored(workspace.db, sorted(event.client_id for event in events))
    fresh = [event for event in events if event.client_id not in stored]
    ids = {event.client_id for event in events}
    online = {
        (grade.output_id, grade.criterion_id, grade.field): grade.at
        for grade in current_grades(workspace, grader.person)
        if grade.id not in ids
    }
    moments = {event.client_id: event.moment(manifest) for event in fresh}
    kept = []
    for event in fresh:
        later = online.get((event.output_id, event.criterion_id, event.field))
        if later and later > moments[event.client_id]:
            kept.append(event)

    def store(event: CardEvent) -> list[str]:
        grade = grade_of(grader, event)
        if grade.output_id not in manifest.outputs:
            raise BadInput("its output is not in the pack")
        return record(grader, [grade.model_copy(update={"at": moments[event.client_id]})])

    merged, reasons = store_each(tuple(event for event in fresh if event not in kept), store)
    return Merged(
        pack=manifest.pack,
        annotator=manifest.annotator,
        merged=len(merged),
        known=len(stored),
        kept_online=len(kept),
        refused=(*refused, *({"id": name, "reason": reason} for name, reason in reasons.items())),
    )
