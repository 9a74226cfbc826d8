"""What a card is called in the browser, and where it stands, where gold and silent repeats come in between.

Every card of such a project is then called in the same way, and nothing in a name or a place tells which is
which: only who has the project's key opens the name.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import secrets
import threading
from functools import lru_cache
from typing import Any

from labelcore.stages import projects
from labelcore.stages.grading.card import CardItem
from labelcore.stages.grading.queueing import AGAIN
from labelcore.store.live import live
from labelcore.workspace import Workspace

_NAME = re.compile(r"(.+)~([0-9a-f]{16})")
_ENDING = re.compile(rf"{AGAIN}(-\d+)?$")
_FIRST = 0.995
"""What is to be looked at again comes before all others of its place."""
_KEPT = 20_000
"""Names that are not made anew at each press: those of the coming cards of two hundred people."""
_making = threading.Lock()


def key_of(workspace: Workspace) -> bytes:
    """The project's key, made when it is needed first."""
    if key := workspace.project.settings.pack_key:
        return bytes.fromhex(key)
    with _making:
        project = projects.open_project(workspace.db, workspace.project.name)
        if not project.settings.pack_key:
            secret = {"pack_key": secrets.token_hex(32)}
            project = projects.update_project(workspace.with_project(project), settings=secret)
    return bytes.fromhex(project.settings.pack_key)


def output_of(card_id: str) -> str:
    """The output of a card whose ending says that it comes unannounced; else the card's id."""
    return _ENDING.sub("", card_id)


def named(workspace: Workspace, card: CardItem) -> dict[str, Any]:
    """What the browser calls the card, and where it puts it, where that is not what the card says."""
    rules, output_id = workspace.project.rules, output_of(card.output_id)
    if not (rules.gold_share or rules.repeat_share):
        return {}
    key, place = key_of(workspace), math.ceil(card.position)
    if "~" in output_id:  # announced: another look, a round, the training
        return {"position": place - _FIRST}
    ending = card.output_id.removeprefix(output_id)
    before = _share(key, f"place {place}")
    if ending:
        before += (1 - before) * _share(key, f"before {place}")
    name = f"{output_id}~{_tag(key, output_id, ending)}"
    return {"output_id": name, "position": round(place - before, 6)}


def opened(workspace: Workspace, card_id: str) -> str:
    """The card's id with an ending that can be read; as it is where it holds no closed name.

    Raises:
        ValueError: the name was made elsewhere.
    """
    match = _NAME.fullmatch(card_id)
    if not match:
        return card_id
    key, output_id = key_of(workspace), match[1]
    answers = live(workspace.db, workspace.project.id).apart(workspace.person, "gold")
    times = sum(apart.output_id == output_id for apart in answers) + 1
    for ending in ("", AGAIN, *(f"{AGAIN}-{at}" for at in range(1, times + 1))):
        if hmac.compare_digest(match[2], _tag(key, output_id, ending)):
            return f"{output_id}{ending}"
    raise ValueError(card_id)


@lru_cache(maxsize=_KEPT)
def _tag(key: bytes, output_id: str, ending: str) -> str:
    return hmac.new(key, f"card {output_id} {ending}".encode(), hashlib.sha256).hexdigest()[:16]


@lru_cache(maxsize=_KEPT)
def _share(key: bytes, what: str) -> float:
    """Between 0.02 and 0.98, the same for ever."""
    digest = hmac.new(key, what.encode(), hashlib.sha256).digest()
    return 0.02 + 0.96 * int.from_bytes(digest[:4], "big") / 2**32
