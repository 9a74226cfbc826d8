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

OF_THE_COMMAND = {"offered", "offered_feedback", "not_taken", "no_meaning", "kept_fits", "no_output"}
"""What the page asks or offers itself."""


@dataclass(frozen=True)
class SourceFile:
    """A file that somebody gave the page; ``key`` is its name in the session."""

    name: str
    key: str
    data: bytes | None = None

    def preview(
        self, workspace: Workspace, description: Description, mapping: Mapping | None = None
    ) -> importing.Preview:
        """How it would be read: by a description, or by a mapping with what is redacted."""
        if self.data is not None:
            return importing.preview_bytes(workspace, self.name, self.data, mapping, description)
        return importing.preview(workspace, self.name, mapping, described=description)

    def bring(
        self, workspace: Workspace, description: Description, mapping: Mapping
    ) -> importing.ImportResult:
        """Import it."""
        if self.data is not None:
            return importing.import_bytes(workspace, self.name, self.data, mapping, description)
        return importing.import_file(workspace, self.name, mapping, described=description)


def choose(workspace: Workspace) -> SourceFile | None:
    """The file that is to come in; a path only where it may be named.

    Raises:
        NotAllowed: it may not.
    """
    sources = {"upload": say("Upload a file"), "paste": say("Paste text")}
    if workspace.here or settings().folders:
        sources["path"] = say("A path on this machine") if workspace.here else say("A path on the server")
    source = shell.choose(
        say("Where it comes from"),
        sources,
        st.radio,
        horizontal=True,
        label_visibility="collapsed",
        key=f"{keys.IMPORT}-way",
    )
    prefix = f"{keys.IMPORT}-{st.session_state.get(keys.IMPORT_ROUND, 0)}"
    if source == "paste":
        return _pasted(prefix)
    if source == "path" and "path" in sources:
        path = st.text_input(
            say("A file, a folder or a pattern"), placeholder="outputs/*.jsonl", key=f"{prefix}-path"
        ).strip()
        if not path:
            return None
        places.check(workspace, path)
        return SourceFile(path, _key(prefix, path))
    upload = st.file_uploader(say("Choose a file"), key=f"{prefix}-file", label_visibility="collapsed")
    return SourceFile(upload.name, f"{prefix}-{upload.file_id}", upload.getvalue()) if upload else None


def show_formats(workspace: Workspace) -> None:
    """How to get a file out of each tool, and what comes along."""
    with st.expander(say("Which files, and how do I get one out of my tool?")):
        forms = {form.title: form for form in listing.formats(workspace)}
        tools = [title for title, form in forms.items() if form.get]
        tables = messages.listed(say(title) for title, form in forms.items() if not form.get)
        st.text(say("Any table or list of objects: {formats}.", formats=tables))
        tool = st.selectbox(
            say("Your tool"),
            tools,
            index=None,
            format_func=say,
            placeholder=say("Choose"),
            key=f"{keys.IMPORT}-tool",
        )
        if tool:
            st.text(say(forms[tool].get))
            st.text(say(forms[tool].brings))


def _pasted(prefix: str) -> SourceFile | None:
    text = st.text_area(
        say("Rows of a table with its header, JSON, or JSON lines"), height=160, key=f"{prefix}-text"
    )
    if not text.strip():
        return None
    return SourceFile(say("pasted text"), _key(prefix, text), text.encode("utf-8", "replace"))


def _key(prefix: str, text: str) -> str:
    return f"{prefix}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


def read(workspace: Workspace, file: SourceFile) -> tuple[importing.Preview, str] | None:
    """What the file is, with what may be chosen of it: the preview and a key of the choices.

    None where it cannot be read as it is.
    """
    choices = {
        name: str(st.session_state.get(f"{file.key}-as-{name}") or "")
        for name in ("format", "part", "encoding", "kept")
    }
    try:
        preview = _proposed(workspace, file, choices)
    except importing.SeveralParts as several:
        st.warning(shell.plain(several.what), icon=":material/table_view:")
        _choose_part(file, several.parts, None)
        return None
    except BadInput as trouble:
        st.error(shell.plain(trouble_words(trouble, on_page=True)), icon=":material/error:")
        _not_right(file, None, choices)
        return None
    _say_what_it_is(file, preview, choices)
    return preview, _key(file.key, repr(sorted(choices.items())))


def _proposed(workspace: Workspace, file: SourceFile, choices: dict[str, str]) -> importing.Preview:
    """As chosen; where nothing was, as the newest kept mapping for these columns."""
    fields = {name: value for name, value in choices.items() if name != "kept"}
    preview = file.preview(workspace, Description(**fields))
    name = choices["kept"] or next(iter(preview.kept), "")
    if not name or name == _BY_NAMES:
        return preview
    return file.preview(workspace, Description(kept=name)).model_copy(update={"kept": preview.kept})


_BY_NAMES = "-"


def _say_what_it_is(file: SourceFile, preview: importing.Preview, choices: dict[str, str]) -> None:
    scores = sum(signal.kind in {"grade", "verdict"} for signal in preview.seen)
    parts = [
        file.name,
        counted("One row", "{n:,} rows", n=preview.rows_read + preview.counts.get("apart", 0)),
        say(preview.title),
    ]
    if is_of_tool(preview) and scores:
        parts.append(counted("one kind of scores", "{n} kinds of scores", n=scores))
    if (kept := choices["kept"] or next(iter(preview.kept), "")) and kept != _BY_NAMES:
        parts.append(say("read as “{name}”", name=kept))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(" · ".join(parts), width="content")
        with st.popover(say("Not right?"), type="tertiary"):
            _not_right(file, preview, choices)
    shell.warn(
        [messages.sentence(warning) for warning in preview.warnings if warning.code not in OF_THE_COMMAND]
    )
    near = [say(near.title) for near in preview.nearest if near.format != preview.format]
    if near and not is_of_tool(preview):
        st.info(
            say("It may also be {names}: choose it under “Not right?”.", names=messages.listed(near[:3])),
            icon=":material/help:",
        )


def warn(preview: importing.Preview, *, beside: importing.Preview) -> None:
    """What is odd about the file as it is read now, and was not said of it before."""
    known = {*OF_THE_COMMAND, "several_grades"}
    new = [told for told in preview.warnings if told not in beside.warnings and told.code not in known]
    shell.warn([messages.sentence(told) for told in new])


def is_of_tool(preview: importing.Preview) -> bool:
    """Whether the format says what is what."""
    return preview.container is not None and preview.format != preview.container.format


def _not_right(file: SourceFile, preview: importing.Preview | None, choices: dict[str, str]) -> None:
    if preview:
        titles = {near.format: say(near.title) for near in (*preview.nearest, preview.container) if near}
        _choose(file, "format", say("Read it as"), titles, preview.format)
        if len(preview.parts) > 1 or choices["part"]:
            _choose_part(file, preview.parts or (choices["part"],), preview.guessed.part or None)
        if preview.kept:
            names = {name: name for name in preview.kept} | {_BY_NAMES: say("by the names of its columns")}
            _choose(file, "kept", say("Mapping"), names, preview.kept[0])
    st.text_input(
        say("Encoding, where letters look wrong"), placeholder="gb18030", key=f"{file.key}-as-encoding"
    )


def _choose(file: SourceFile, field: str, label: str, titles: dict[str, str], current: str) -> None:
    now = titles.get(current, say("Choose"))
    shell.choose(label, titles, index=None, placeholder=now, key=f"{file.key}-as-{field}")


def _choose_part(file: SourceFile, parts: tuple[str, ...], current: str | None) -> None:
    names = {part: part or say("(top)") for part in parts}
    _choose(file, "part", say("Which table or file of it?"), names, current or "")
