"""What every page does first: speak the person's language, open the database, know the project and who is
here; and the few things that every page shows in the same way.
"""

import hashlib
import logging
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitAPIException, StreamlitPageNotFoundError
from streamlit.runtime.uploaded_file_manager import UploadedFile

from labelcore import places
from labelcore.access import sessions
from labelcore.access.sign_in import PASSWORD, SIGN_OUT
from labelcore.errors import LabelcoreError, NotAllowed
from labelcore.messages import NAMES, Language, call, say, speak, trouble_words
from labelcore.models import Project, Role, Visitor, tidy_name
from labelcore.settings import settings
from labelcore.stages import projects, signing
from labelcore.store import Database, audit, open_database
from labelcore.workspace import Workspace
from pages.widgets import keys, telling
from pages.widgets.menu import PAGES, ROLES, attend, faces_of, may_open, may_open_file, menu_for, offer_help
from pages.widgets.tables import (
    choose as choose,
    choose_rows as choose_rows,
    plain as plain,
    switch as switch,
    table as table,
)

ICON = f"data:image/png;base64,{b64encode((PAGES / 'widgets' / 'icon.png').read_bytes()).decode()}"
"""An address that holds it: a named icon would be fetched from elsewhere, a file read at each press."""
STYLES = PAGES / "widgets" / "styles"
_PLACE = (keys.PROJECT, keys.ANNOTATOR, keys.ROLE, keys.LANGUAGE)
Row = TypeVar("Row")
_log = logging.getLogger("labelcore.pages")


def language() -> Language:
    """What the person has chosen, else what the address says, else what the browser asks for."""
    chosen = st.session_state.get(keys.LANGUAGE) or _in_address(st.query_params.get(keys.LANGUAGE))
    return cast("Language", chosen) if chosen in NAMES else _of_browser()


def _of_browser() -> Language:
    return "zh" if str(st.context.locale or "").startswith("zh") else "en"


def _in_address(word: str | None) -> str | None:
    """The language that an address names: by its code, or in its word as the widget writes it."""
    return {name: code for code, name in NAMES.items()}.get(word or "", word)


def open_page(title: str, explain: str = "", *, page: str = "", **values: str) -> Workspace:
    """Title, database, project and person; stops with a clear sentence where one is missing.

    ``page``: its title in the menu, where that is another one. ``values`` fill the names in braces in
    ``explain``.
    """
    keep_place()
    speak(language())
    menu = st.sidebar.container(gap="xxsmall")
    st.set_page_config(page_icon=ICON, layout="wide")
    st.html(STYLES / "page.css")
    if language() == "zh":
        st.html(STYLES / "zh.css")
    attend(language())  # where the page stops before its menu too
    with guard():
        db = open_database(settings().db)
        caller = _visitor(db)
        project = _project(db, caller)
        workspace = signing.enter(db, project, caller, here=is_here())
    audit.ORIGIN.set(f"page {st.context.ip_address or 'here'}")
    call(project.settings.noun)
    st.session_state[keys.ENTERED_AS] = workspace.role
    page, title = page or title, say(title)
    st.set_page_config(page_title=" · ".join(dict.fromkeys((title, "labelcore"))))
    workspace = _ask_who(workspace)
    if keys.LANGUAGE not in st.session_state or language() != "en":
        st.session_state[keys.LANGUAGE] = language()  # on another page the box begins anew, with its first
    choose("Language · 语言", NAMES, st.sidebar.selectbox, key=keys.LANGUAGE)
    faces = {str(face): say(ROLES[face]) for face in _faces(workspace.role)}
    if st.session_state.get(keys.ROLE) not in faces:
        st.session_state[keys.ROLE] = str(role(workspace.role))
    if len(faces) > 1:
        choose(say("Role"), faces, st.sidebar.selectbox, key=keys.ROLE)
    _write_place()
    _show_menu(menu, workspace.role)
    offer_help(role(workspace.role), language())
    if not may_open(workspace.role, page):
        _stop_at_closed(workspace, page)
    telling.tell_kept()
    st.title(title)
    if explain:
        st.write(say(explain, **values))
    return workspace


def _stop_at_closed(workspace: Workspace, page: str) -> NoReturn:
    """Home leads to the first page that the role opens; any other page says that it is closed."""
    (first, its_title, _), *_ = menu_for(role(workspace.role), workspace.role)
    if page == "Home":
        open_at(first.name)
    st.error(say("Your role does not open this page in this project."), icon=":material/lock:")
    go_to(first.name, say("Open {step}", step=say(its_title)), {})
    st.stop()


def _visitor(db: Database) -> Visitor:
    """Who is here, by their session; stops where it has ended."""
    caller = sessions.visitor(db, st.context.cookies, st.context.headers)
    if caller is None:
        st.error(say("You are signed out."), icon=":material/lock:")
        st.markdown(f"[{say('Sign in')}]({sessions.SIGN_IN})")
        st.stop()
    return caller


def _ask_who(workspace: Workspace) -> Workspace:
    """Where nobody signs in, a name is what people write."""
    if settings().sign_in:
        link = f" · [{say('Password')}]({PASSWORD})" if settings().sign_in == "accounts" else ""
        name = f":material/person: {plain(workspace.person)}"
        st.sidebar.markdown(f"{name}{link} · [{say('Sign out')}]({SIGN_OUT})")
        return workspace
    default = st.query_params.get(keys.ANNOTATOR, settings().annotator)
    st.session_state.setdefault(keys.ANNOTATOR, default)
    annotator = st.sidebar.text_input(
        say("Your name"), key=keys.ANNOTATOR, help=say("Your grades carry this name.")
    )
    if not annotator:
        st.query_params.pop(keys.ANNOTATOR, None)
    return workspace.by(tidy_name(str(annotator or "")))


def as_graded(workspace: Workspace) -> Workspace:
    """The person by the name under which they graded before: "anna" is Anna."""
    if settings().sign_in or not workspace.person:
        return workspace
    return workspace.by(signing.known_as(workspace.db, workspace.project, workspace.person))


def speak_as(workspace: Workspace) -> None:
    """In a part that runs without its page: the person's language, and the project's word for an output.

    Whoever has been signed out meanwhile, or has another role or name, gets the page anew.
    """
    speak(language())
    call(workspace.project.settings.noun)
    caller = sessions.visitor(workspace.db, st.context.cookies, st.context.headers)
    if settings().sign_in:
        now = (caller.name, caller.role_in(workspace.project.id)) if caller else None
        if now != (workspace.person, workspace.role):
            st.rerun()


def as_now(
    workspace: Workspace, cookies: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Workspace:
    """For what a press does before its page runs anew: the workspace as its person may work in it now.

    Raises:
        NotAllowed: they have been signed out, or are somebody else.
    """
    if not settings().sign_in:
        return workspace
    caller = sessions.visitor(workspace.db, cookies or st.context.cookies, headers or st.context.headers)
    if caller is None or caller.name != workspace.person:
        raise NotAllowed("You are signed out.")
    return signing.enter(workspace.db, workspace.project, caller, here=workspace.here)


def keep_place() -> None:
    """Bring project, person, role and language along to another page: its widgets begin anew."""
    memory: dict[str, str] = st.session_state.setdefault(keys.PLACE, {})
    page = urlsplit(str(st.context.url or "")).path
    is_new = memory.setdefault("page", page) != page
    memory["page"] = page
    if person := st.session_state.pop(keys.NAMED, None):
        st.session_state[keys.ANNOTATOR] = person
    for key in _PLACE:
        if is_new and (kept := memory.get(key) or st.query_params.get(key)):
            st.session_state[key] = kept
        elif value := st.session_state.get(key) or st.query_params.get(key):
            memory[key] = str(_in_address(value) if key == keys.LANGUAGE else value)
        elif key in st.session_state:
            memory.pop(key, None)


def _write_place() -> None:
    """Let the address say where the person is, as links do: at once, for each write is a step of the
    browser's way back.
    """
    fresh = {key: value for key, value in place().items() if st.query_params.get(key) != value}
    if fresh:
        st.query_params.update(fresh)


def tell_address() -> None:
    """Have the browser's address say what the page is asked: a link to the page that is open changes only
    the latter, and the next press would bring back what stands in the address.
    """
    st.query_params.update(place())


def _faces(held: Role) -> list[Role]:
    """The faces that somebody may choose from; where nobody signs in, all."""
    return faces_of(held) if settings().sign_in else list(ROLES)


def role(held: Role = Role.ADMIN) -> Role:
    """The face that the person has chosen, or the link that they came by; ``held``: what they are here."""
    chosen = st.session_state.get(keys.ROLE) or st.query_params.get(keys.ROLE)
    faces = _faces(held)
    return Role(chosen) if chosen in faces else faces[0]


def ask_name() -> None:
    """On a phone the field on the left is out of sight."""
    words = say("Write your name first: every grade carries the name of who gave it.")
    name = st.text_input(words, key=keys.NAME).strip()
    st.button(say("Go on"), type="primary")
    if name:
        st.session_state[keys.NAMED] = name  # the field on the left stands already: it takes it next time
        st.rerun()


def _show_menu(container: Any, held: Role) -> None:
    """The role's pages; every link keeps where the person is. A page alone has no menu."""
    with suppress(StreamlitPageNotFoundError):
        for file, title, icon in menu_for(role(held), held):
            container.page_link(file, label=say(title), icon=icon, query_params=place(), width="stretch")


def is_here() -> bool:
    """Whether the visitor sits at this machine."""
    return places.sits_here(st.context.ip_address, st.context.headers)


def _project(db: Database, caller: Visitor) -> Project:
    """The one that is chosen; hidden ones are open to those who name them, others' to nobody."""
    first = projects.opened_first(db, caller.role_in).name
    mine = (project for project in projects.list_projects(db) if caller.role_in(project.id))
    known = {project.name: project for project in mine}
    if not known:
        st.info(
            plain(say("{person} is not in any project yet: ask whoever invited you.", person=caller.name))
        )
        st.markdown(f"[{say('Sign out')}]({SIGN_OUT})")
        st.stop()
    choice = st.session_state.get(keys.PROJECT) or st.query_params.get(keys.PROJECT)
    names = [name for name, project in known.items() if name == choice or not project.settings.hidden]
    names = names or list(known)
    if choice and choice not in known:
        st.error(plain(say("There is no project “{name}” here.", name=choice)), icon=":material/error:")
        go_to("0_home.py", say("Open {step}", step=names[0]), {keys.PROJECT: names[0]})
        st.stop()
    if st.session_state.get(keys.PROJECT) not in names:
        st.session_state[keys.PROJECT] = next(name for name in (choice, first, names[0]) if name in names)
    chosen: str = st.sidebar.selectbox(say("Project"), names, key=keys.PROJECT)
    return known[chosen]


@contextmanager
def guard() -> Iterator[None]:
    """Show what went wrong as a sentence with the next step; no traceback reaches a person."""
    try:
        yield
    except LabelcoreError as trouble:
        st.error(plain(trouble_words(trouble, on_page=True)), icon=":material/error:")
        st.stop()
    except Exception as trouble:
        if type(trouble).__module__.startswith("streamlit"):
            raise  # reruns and stops travel as exceptions
        _log.exception("a page failed")
        st.error(say("Something went wrong here; nothing that was saved is lost. The log says more."))
        st.stop()


def key_of(name: str, ids: Sequence[str]) -> str:
    """A widget's name that changes with the rows it shows: a choice or an edit belongs to its rows,
    and must not stay with their places when other rows stand there.
    """
    return f"{name}-{hashlib.sha256(chr(30).join(ids).encode()).hexdigest()[:16]}"


def page_of(rows: Sequence[Row], size: int, key: str) -> Sequence[Row]:
    """So many rows at a time; people choose the page where there are more."""
    pages = (len(rows) + size - 1) // size
    page = (
        st.number_input(say("Page (1 to {pages:,})", pages=pages), 1, pages, 1, key=f"{key}-page")
        if pages > 1
        else 1
    )
    return rows[(int(page) - 1) * size :][:size]


def show_tabs(
    shown: Mapping[str, Callable[[Workspace], None]],
    workspace: Workspace,
    key: str,
    opened: str | None = None,
) -> None:
    """Tabs by name, of which only the open one is computed; it stands in the address under ``key``, unless
    the page says which is ``opened`` at first and keeps it.
    """
    with guard():
        bound: Literal["query-params"] | None = None if opened else "query-params"
        tabs = st.tabs(list(shown), key=key, on_change="rerun", default=opened, bind=bound)
        for tab, show in zip(tabs, shown.values(), strict=True):
            if tab.open:
                with tab:
                    show(workspace)


@contextmanager
def file_of(upload: UploadedFile) -> Iterator[Path]:
    """What somebody gave a page, as a file for a while."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(upload.name).name
        file.write_bytes(upload.getvalue())
        yield file


def opens(file: str) -> bool:
    """Whether the visitor's role opens a page of this file's name."""
    return may_open_file(st.session_state.get(keys.ENTERED_AS, Role.ADMIN), file)


def go(file: str, label: str) -> None:
    """A link to another page that the role opens; without the navigation around it, the words alone."""
    if not opens(file):
        return
    try:
        st.page_link(PAGES / file, label=say(label), icon=":material/arrow_forward:", query_params=place())
    except StreamlitPageNotFoundError:
        st.write(say("{label} (in the menu of the app)", label=say(label)))


def go_to(file: str, label: str, parameters: Mapping[str, str], more: str = "") -> None:
    """A link to another page with its filters in the address; ``label`` may hold text from outside."""
    try:
        st.page_link(
            PAGES / file,
            label=plain(label),
            help=plain(more) or None,
            query_params=place() | dict(parameters),
        )
    except StreamlitPageNotFoundError:
        st.write(plain(label))


def open_at(file: str, **parameters: str) -> None:
    """Open another page now, at what is asked of it; without the navigation around it nothing happens."""
    filters = {key: value for key, value in parameters.items() if value}
    with suppress(StreamlitAPIException):
        st.switch_page(PAGES / file, query_params=place() | filters)


def place() -> dict[str, str]:
    """Project, person, role and language, as they are chosen or as the address has them."""
    chosen = {key: st.session_state.get(key) or st.query_params.get(key) for key in _PLACE}
    if chosen[keys.LANGUAGE]:
        chosen[keys.LANGUAGE] = NAMES[language()]
    return {key: str(value) for key, value in chosen.items() if value}


def aside(words: str, more: str | None = None) -> None:
    """Small print in the colour of the text: Streamlit's captions are too pale to be read by everybody."""
    st.markdown(f":small[{plain(words)}]", help=more)


def again() -> None:
    """Run the part of the page that somebody acted in anew; the whole page where it is no such part."""
    with suppress(StreamlitAPIException):
        st.rerun(scope="fragment")
    st.rerun()


def warn(sentences: Sequence[str]) -> None:
    """Warnings as sentences, each alone."""
    for sentence in sentences:
        st.warning(plain(say(sentence)), icon=":material/info:")
