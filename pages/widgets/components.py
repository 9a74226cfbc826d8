"""What runs in the browser, without an iframe: the grading card, the board of codes, the tables of
judges and of criteria.

Each keeps what the server has not acknowledged and sends it again; so a page stores before it draws:
``acknowledged = store(presses(KEY))``, then ``grading_card(next_items(acknowledged), key=KEY)``.
"""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import streamlit as st
from pydantic import Field, ValidationError
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from labelcore.browser import FILES, digest
from labelcore.messages.card import card_words
from labelcore.models import Frozen
from labelcore.stages.grading.card import (
    CardEvents,
    CardGuideline,
    CardItem,
    CardNews,
    Language,
    held_by_browser,
    read_events,
)

_MOST_ACTS = 50
Act = TypeVar("Act", bound=Frozen)
Name = Annotated[str, Field(min_length=1, max_length=200)]


class PressRoute(Frozen):
    """Where a card may send presses by itself: a path on this server, and who it may speak for."""

    path: str
    token: str


class BoardAct(Frozen):
    """One act, as the browser sends it. ``id`` is made there: the same act may arrive many times.

    merge: the codes ``sources`` go into ``target``; move: the quote ``text`` of ``grade_id`` goes to
    the code ``target``; undo: the act ``target`` is taken back.
    """

    id: Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
    kind: Literal["merge", "move", "undo"]
    target: Name
    sources: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    grade_id: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=50_000)] = ""


class CriteriaAct(Frozen):
    """What was done in the list of criteria: ``target`` is opened, or ``source`` goes into it."""

    kind: Literal["open", "merge"]
    target: Name
    source: Annotated[str, Field(max_length=200)] = ""


class PromptText(Frozen):
    """A prompt as it is being written. ``epoch`` names what was opened in the editor."""

    epoch: Annotated[str, Field(max_length=200)]
    system: Annotated[str, Field(max_length=200_000)]
    user: Annotated[str, Field(max_length=200_000)]


def presses(key: str) -> CardEvents:
    """The card's presses that came with this run; store them, then hand their ids to `grading_card`."""
    events, _ = read_events(payload_of(key, "graded"))
    st.session_state[f"{key}/handed-out"] = {event.client_id for event in events}
    return events


def grading_card(news: CardNews, *, route: PressRoute | None = None, key: str) -> CardEvents:
    """Draw the card and return what `presses` could not yet see, in the first run of a session.

    Args:
        news: what the card is told.
        route: where the card may send presses by itself; without one each press runs the page.
        key: of the component; must not contain two underscores in a row.
    """
    payload = payload_of(key, "graded")
    data = news.as_data(card_words(news.setting.language), held_by_browser(payload))
    data["refused"] |= read_events(payload)[1]
    # By its session the browser knows that a new server session has begun, and sends again.
    data["session"] = st.session_state.setdefault(f"{key}/session", uuid.uuid4().hex)
    data |= {"run": count_run(key), "route": route.model_dump() if route else None}
    result = draw("card", key, data, "graded")
    handed_out = st.session_state.pop(f"{key}/handed-out", set())
    return tuple(event for event in read_events(result.get("graded"))[0] if event.client_id not in handed_out)


def shown_output(item: CardItem, language: Language, *, key: str) -> None:
    """One output as the card shows it, to look at."""
    data = {"item": item.as_data(), "language": language, "messages": card_words(language)}
    draw("shown", key, data)


def shown_guideline(guideline: CardGuideline, language: Language, *, key: str) -> None:
    """The guidelines as the card shows them, to look at."""
    data = {"guideline": guideline.data, "language": language, "messages": card_words(language)}
    draw("guideline", key, data)


def board_acts(key: str) -> tuple[BoardAct, ...]:
    """The board's acts that came with this run; nothing that is no act is let in."""
    payload = payload_of(key, "acted")
    rows = payload.get("acts") if isinstance(payload, Mapping) else None
    acts: dict[str, BoardAct] = {}
    for raw in rows[:_MOST_ACTS] if isinstance(rows, list) else []:
        try:
            act = BoardAct.model_validate(raw)
        except ValidationError:
            continue
        acts.setdefault(act.id, act)
    return tuple(acts.values())


def judge_opened(key: str) -> str | None:
    """The judge whose row was pressed with this run."""
    payload = payload_of(key, "opened")
    judge_id = payload.get("id") if isinstance(payload, Mapping) else None
    return judge_id if isinstance(judge_id, str) else None


def act_of(key: str, kind: type[Act]) -> Act | None:
    """What was done in a component with this run."""
    try:
        return kind.model_validate(payload_of(key, "acted"))
    except ValidationError:
        return None


def prompt_written(key: str) -> tuple[PromptText | None, bool]:
    """What stands in the editor, and whether it is to be tried now."""
    for name in ("asked", "draft"):
        with suppress(ValidationError):
            return PromptText.model_validate(payload_of(key, name)), name == "asked"
    return None, False


def prompt_editor(words: Mapping[str, str], text: PromptText, slots: Mapping[str, str], *, key: str) -> None:
    """Draw the editor of a prompt; ``slots`` are names and what the chip says."""
    chips = [{"name": name, "words": label} for name, label in slots.items()]
    data = {"words": dict(words), "slots": chips} | text.model_dump()
    draw("prompt", key, data, "draft", "asked")


def payload_of(key: str, trigger: str) -> object:
    """What the browser sent with this run, before the component is drawn; None when nothing."""
    state = st.session_state.get(key)
    return state.get(trigger) if isinstance(state, Mapping) else None


def count_run(key: str) -> int:
    """Makes the data of each run differ, so that the browser hears of every one."""
    count: int = st.session_state.get(f"{key}/run", 0) + 1
    st.session_state[f"{key}/run"] = count
    return count


def draw(name: str, key: str, data: Mapping[str, Any], *sends: str) -> Any:
    """Draw a component: ``data`` has the shape of its news in browser/types.d.ts; what it ``sends`` is
    read with `payload_of`. The key must not contain two underscores in a row.
    """
    return _mounting(name)(key=key, data=dict(data), **{f"on_{word}_change": lambda: None for word in sends})


def _mounting(name: str) -> Any:
    """The mounting command of a component, its files registered with the running runtime.

    Files rather than strings: a string travels to the browser again with every run, and modules
    served from their address satisfy a content security policy of ``script-src 'self'``. The name
    changes with the files, so that no browser mixes old modules with new ones.
    """
    component = f"{name}-{digest()[:12]}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"labelcore.{component}") is None:
        config = ComponentConfig(name=component, asset_dir=FILES.name)
        manifest = ComponentManifest(name="labelcore", version="1", components=[config])
        manager.register_from_manifest(manifest, FILES.parent)
    return _declared(name, component)


@cache
def _declared(name: str, component: str) -> Any:
    """Once for each process: declaring it reads the file system, a twelfth of a press's time."""
    return st.components.v2.component(f"labelcore.{component}", js=f"{name}.js", css=f"{name}.css")
