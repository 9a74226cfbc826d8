"""Where a file comes from: an upload, pasted text, or a path on this machine; and how it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from labelcore import messages, places
from labelcore.errors import BadInput
from labelcore.messages import say, trouble_words
from labelcore.messages.catalogue import counted
from labelcore.settings import settings
from labelcore.stages import importing
from labelcore.stages.importing import Description, Mapping, listing
from labelcore.workspace import Workspace
from pages.widgets import keys, shell

OF_THE_COMMAND = {"offered", "offered_feedback", "not_taken", "no_meaning", "kept_fits"}
"""What the page asks or offers itself."""


@dataclass(frozen=True)
class GivenFile:
    """A file that somebody gave the page; ``key`` is its name in the session."""

    name: str
    key: str
    data: bytes | None = None

    def preview(
        self, place: Workspace, described: Description, mapping: Mapping | None = None
    ) -> importing.Preview:
        """How it would be read: by a description, or by a mapping with what is redacted."""
        if self.data is not None:
            return importing.preview_bytes(place, self.name, self.data, mapping, described)
        return importing.preview(place, self.name, mapping, described=described)

    def bring(self, place: Workspace, described: Description, mapping: Mapping) -> importing.ImportResult:
        """Import it."""
        if self.data is not None:
            return importing.import_bytes(place, self.name, self.data, mapping, described)
        return importing.import_file(place, self.name, mapping, described=described)


def choose(place: Workspace) -> GivenFile | None:
    """The file that is to come in; a path only where it may be named.

    Raises:
        NotAllowed: it may not.
    """
    ways = {"upload": say("Upload a file"), "paste": say("Paste text")}
    if place.here or settings().folders:
        ways["path"] = say("A path on this machine") if place.here else say("A path on the server")
    way = st.radio(
        say("Where it comes from"),
        list(ways),
        format_func=ways.__getitem__,
        horizontal=True,
        label_visibility="collapsed",
        key=f"{keys.IMPORT}-way",
    )
    turn = f"{keys.IMPORT}-{st.session_state.get(keys.IMPORT_ROUND, 0)}"
    if way == "paste":
        return _pasted(turn)
    if way == "path" and "path" in ways:
        path = st.text_input(
            say("A file, a folder or a pattern"), placeholder="outputs/*.jsonl", key=f"{turn}-path"
        ).strip()
        if not path:
            return None
        places.check(place, path)
        return GivenFile(path, _key(turn, path))
    came = st.file_uploader(say("Choose a file"), key=f"{turn}-file", label_visibility="collapsed")
    return GivenFile(came.name, f"{turn}-{came.file_id}", came.getvalue()) if came else None


def show_formats(place: Workspace) -> None:
    """How to get a file out of each tool, and what comes along."""
    with st.expander(say("Which files, and how do I get one out of my tool?")):
        known = {form.title: form for form in listing.formats(place)}
        tools = [title for title, form in known.items() if form.get]
        plain = messages.listed(say(title) for title, form in known.items() if not form.get)
        st.text(say("Any table or list of objects: {formats}.", formats=plain))
        tool = st.selectbox(
            say("Your tool"),
            tools,
            index=None,
            format_func=say,
            placeholder=say("Choose"),
            key=f"{keys.IMPORT}-tool",
        )
        if tool:
            st.text(say(known[tool].get))
            st.text(say(known[tool].brings))


def _pasted(turn: str) -> GivenFile | None:
    text = st.text_area(
        say("Rows of a table with its header, JSON, or JSON lines"), height=160, key=f"{turn}-text"
    )
    if not text.strip():
        return None
    return GivenFile(say("pasted text"), _key(turn, text), text.encode("utf-8", "replace"))


def _key(turn: str, text: str) -> str:
    return f"{turn}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


def read(place: Workspace, given: GivenFile) -> tuple[importing.Preview, str] | None:
    """What the file is, with what may be chosen of it: the preview and a key of the choices.

    None where it cannot be read as it is.
    """
    chosen = {
        name: str(st.session_state.get(f"{given.key}-as-{name}") or "")
        for name in ("format", "part", "encoding", "kept")
    }
    try:
        seen = _proposed(place, given, chosen)
    except importing.SeveralParts as several:
        st.warning(shell.plain(several.what), icon=":material/table_view:")
        _choose_part(given, several.parts, None)
        return None
    except BadInput as trouble:
        st.error(shell.plain(trouble_words(trouble, on_page=True)), icon=":material/error:")
        _not_right(given, None, chosen)
        return None
    _say_what_it_is(given, seen, chosen)
    return seen, _key(given.key, repr(sorted(chosen.items())))


def _proposed(place: Workspace, given: GivenFile, chosen: dict[str, str]) -> importing.Preview:
    """As chosen; where nothing was, as the newest kept mapping for these columns."""
    told = {name: value for name, value in chosen.items() if name != "kept"}
    open_one = given.preview(place, Description(**told))
    name = chosen["kept"] or next(iter(open_one.kept), "")
    if not name or name == _BY_NAMES:
        return open_one
    return given.preview(place, Description(kept=name)).model_copy(update={"kept": open_one.kept})


_BY_NAMES = "-"


def _say_what_it_is(given: GivenFile, seen: importing.Preview, chosen: dict[str, str]) -> None:
    scores = sum(told.kind in {"grade", "verdict"} for told in seen.seen)
    parts = [
        given.name,
        counted("One row", "{n:,} rows", n=seen.rows_read + seen.counts.get("apart", 0)),
        say(seen.title),
    ]
    if is_of_tool(seen) and scores:
        parts.append(counted("one kind of scores", "{n} kinds of scores", n=scores))
    if (kept := chosen["kept"] or next(iter(seen.kept), "")) and kept != _BY_NAMES:
        parts.append(say("read as “{name}”", name=kept))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(" · ".join(parts), width="content")
        with st.popover(say("Not right?"), type="tertiary"):
            _not_right(given, seen, chosen)
    shell.warn([messages.sentence(told) for told in seen.warnings if told.code not in OF_THE_COMMAND])
    near = [say(near.title) for near in seen.nearest if near.format != seen.format]
    if near and not is_of_tool(seen):
        st.info(
            say("It may also be {names}: choose it under “Not right?”.", names=", ".join(near[:3])),
            icon=":material/help:",
        )


def is_of_tool(seen: importing.Preview) -> bool:
    """Whether the format says what is what."""
    return seen.container is not None and seen.format != seen.container.format


def _not_right(given: GivenFile, seen: importing.Preview | None, chosen: dict[str, str]) -> None:
    if seen:
        titles = {near.format: say(near.title) for near in (*seen.nearest, seen.container) if near}
        _choose(given, "format", say("Read it as"), titles, seen.format)
        if len(seen.parts) > 1 or chosen["part"]:
            _choose_part(given, seen.parts or (chosen["part"],), seen.guessed.part or None)
        if seen.kept:
            names = {name: name for name in seen.kept} | {_BY_NAMES: say("by the names of its columns")}
            _choose(given, "kept", say("Mapping"), names, seen.kept[0])
    st.text_input(
        say("Encoding, where letters look wrong"), placeholder="gb18030", key=f"{given.key}-as-encoding"
    )


def _choose(given: GivenFile, what: str, label: str, titles: dict[str, str], now: str) -> None:
    names = list(titles)
    st.selectbox(
        label,
        names,
        index=None,
        format_func=lambda name: titles[name],
        placeholder=titles.get(now, say("Choose")),
        key=f"{given.key}-as-{what}",
    )


def _choose_part(given: GivenFile, parts: tuple[str, ...], now: str | None) -> None:
    names = {part: part or say("(top)") for part in parts}
    _choose(given, "part", say("Which table or file of it?"), names, now or "")
