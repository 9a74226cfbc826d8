"""Offline packs: outputs to grade in one HTML file without a network, and the way back.

A pack is signed with a key of the project, so its outputs and its person cannot be exchanged. Merging stores
each act once and never replaces a grade that the same person gave online later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from labelcore.errors import BadInput
from labelcore.models import APART, Frozen, Output, Role, new_id, now
from labelcore.operations import Effect, operation
from labelcore.stages import signing
from labelcore.stages.grading.acts import current_grades
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.card_names import key_of
from labelcore.stages.grading.mixing import gold_among
from labelcore.stages.grading.presses import coming_items, grade_of, setting_of, store_each, store_grade
from labelcore.stages.grading.queueing import QueueItem, grading_queue
from labelcore.stages.grading.suggesting import phrases
from labelcore.store import grades as grade_table, outputs as output_table, reservations
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_LARGEST = 50_000_000


class Manifest(Frozen):
    """What is signed: which outputs a pack holds, for whom, of which project, and until when they are held.

    ``marks``: for each output, which are gold; only who has the project's key can tell.
    """

    pack: str
    project_id: str
    project: str
    annotator: str
    outputs: tuple[str, ...]
    made_at: datetime
    held_until: datetime | None = None
    marks: tuple[str, ...] = ()


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
        """When it was made, or the next best that is known; never later than now."""
        try:
            return min((self.at or self.shown_at or manifest.made_at).astimezone(UTC), now())
        except OverflowError:  # the last hours of the year 9999
            return manifest.made_at


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
    days: Annotated[float, Field(gt=0, le=90, description="How long they are held for that person.")] = 3,
) -> WrittenPack:
    """Write outputs as one HTML file that is graded without a network.

    Raises:
        BadInput: the file exists, there is no name, or nothing left to grade.
    """
    if out.exists():
        raise BadInput("{out} exists already.", next_step="Name a new file.", out=out)
    pack = make_pack(workspace, annotator, n=n, days=days)
    return WrittenPack(**pack.manifest.model_dump(), out=out, contents=pack)


@operation(role=Role.LEAD, effect=Effect.GRADUAL)
def make_pack(workspace: Workspace, annotator: str, *, n: int = 50, days: float = 3) -> Pack:
    """The next n outputs of a person as their card has them, gold mixed in, and held while the pack is out.

    Raises:
        BadInput: there is no name, or nothing for them: with the reason.
    """
    if not annotator.strip():
        raise BadInput("A pack needs the name of who grades it.", next_step="Name an annotator.")
    grader = workspace.by(signing.known_as(workspace.db, workspace.project, annotator))
    queued = _items(grader, n)
    until = now() + timedelta(days=days) if workspace.project.rules.per_output else None
    if until:
        ids = [item.output.id for item in queued if not item.ending]
        reservations.hold(workspace.db, workspace.project.id, grader.person, ids, until)
    gold = gold_among(grader, [item.output.id for item in queued])
    for at, output in sorted(_outputs(grader, gold).items(), reverse=True):
        queued.insert(at, queued[at].model_copy(update={"output": output, "ending": ""}))
    key, name = key_of(workspace), new_id("pack")
    manifest = Manifest(
        pack=name,
        project_id=workspace.project.id,
        project=workspace.project.name,
        annotator=grader.person,
        outputs=tuple(item.output.id for item in queued),
        made_at=now(),
        held_until=until,
        marks=tuple(
            _mark(key, name, item.output.id, "gold" if item.output.id in gold.values() else "")
            for item in queued
        ),
    )
    setting = setting_of(grader, "en", phrases(grader))
    return Pack(
        manifest=manifest,
        signature=_sign(manifest, key),
        items=tuple(card.as_data() for card in coming_items(grader, queued)),
        # The browser keeps the presses of each pack apart from those of others.
        setting=setting.model_copy(update={"project": manifest.pack}).as_data(),
    )


def _items(grader: Workspace, n: int) -> list[QueueItem]:
    """What a person grades next, as their card has it; without what needs the app.

    Raises:
        BadInput: there is nothing, with the reason.
    """
    queue = grading_queue(grader, ahead=n)
    items = [item for item in queue.items if not item.unannounced and not item.relook]
    if items:
        return items
    why = "training" if queue.training else "relook" if queue.items else ""
    if not why and queue.waiting:
        why = queue.waiting.kind
    says, next_step = _NOTHING.get(why, _NOTHING[""])
    raise BadInput(says, next_step=next_step, annotator=grader.person)


_HELD = (
    Wording("Others hold what {annotator} could grade."),
    Wording("Give it back (labelcore team release), or wait until their time is over."),
)
_NOTHING = {
    "": (Wording("{annotator} has nothing left to grade."), Wording("Draw a sample first.")),
    "training": (
        Wording("{annotator} begins with training, where each answer is told at once: that needs the app."),
        Wording("They open Grade once, or you let them through: labelcore gold train NAME let-through"),
    ),
    "relook": (
        Wording("{annotator} is only asked to look at outputs again, which needs the app."),
        Wording("They open Grade."),
    ),
    "unassigned": (
        Wording("Nothing is assigned to {annotator}."),
        Wording("Assign outputs: labelcore team assign NAME"),
    ),
    "quota": (
        Wording("{annotator} has graded as many as were asked."),
        Wording("Assign more: labelcore team assign NAME"),
    ),
    "held": _HELD,
    "packed": _HELD,
    "skipped": (
        Wording("Only what {annotator} skipped twice is left."),
        Wording("Leave it to somebody else."),
    ),
}


def _outputs(workspace: Workspace, at: Mapping[int, str]) -> dict[int, Output]:
    outputs = output_table.many(workspace.db, list(at.values()))
    return {place: outputs[key] for place, key in at.items() if key in outputs}


def _mark(key: bytes, pack: str, output_id: str, kind: str) -> str:
    """Tells, to whoever has the project's key alone, whether an output is "gold" or "" for others."""
    content = f"{pack}\x1e{output_id}\x1e{kind}"
    return hmac.new(key, content.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def _sign(manifest: Manifest, key: bytes) -> str:
    # A pack that was made before a field was known goes without it.
    content = json.dumps(
        manifest.model_dump(mode="json", exclude_unset=True), sort_keys=True, ensure_ascii=False
    )
    return hmac.new(key, content.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


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
    signed = _sign(manifest, key_of(workspace)).encode()
    if not hmac.compare_digest(signed, signature.encode("utf-8", "surrogatepass")):
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
            name = name.encode("utf-8", "replace").decode()
            refused.append({"id": name[:80], "reason": trouble.errors()[0]["msg"]})
    old = grade_table.stored(workspace.db, sorted(event.client_id for event in events))
    fresh = [event for event in events if event.client_id not in old]
    ids = {event.client_id for event in events}
    online = {
        (grade.output_id, grade.criterion_id, grade.field): grade.at
        for grade in current_grades(workspace, grader.person)
        if grade.id not in ids
    }
    moments = {event.client_id: event.moment(manifest) for event in fresh}
    gold = _gold_in(manifest, key_of(workspace))
    later_online: list[str] = []

    def store(event: CardEvent) -> list[str]:
        is_gold = event.output_id in gold
        card = event.model_copy(update={"output_id": f"{event.output_id}~2-1"}) if is_gold else event
        grade = grade_of(grader, card)
        if grade.output_id not in manifest.outputs:
            raise BadInput("its output is not in the pack")
        later = online.get((grade.output_id, grade.criterion_id, grade.field))
        if later and later > moments[event.client_id] and grade.source not in APART:
            later_online.append(event.client_id)
            return []
        return store_grade(grader, grade.model_copy(update={"at": moments[event.client_id]}))

    merged, reasons = store_each(tuple(fresh), store)
    return Merged(
        pack=manifest.pack,
        annotator=manifest.annotator,
        merged=len(merged),
        known=len(old),
        kept_online=len(later_online),
        refused=(*refused, *({"id": name, "reason": reason} for name, reason in reasons.items())),
    )


def _gold_in(manifest: Manifest, key: bytes) -> set[str]:
    pairs = zip(manifest.outputs, manifest.marks, strict=False)
    return {output_id for output_id, mark in pairs if mark == _mark(key, manifest.pack, output_id, "gold")}
