"""The menu: every file of ``pages/``, in the order of the loop, and which of them a role sees.

A page's file name gives its place and its address (``9_exporting.py`` is ``/exporting``), and its
constant ``MENU = (title, icon)`` what the menu shows. Below them is help: the page of the docs for a role.
"""

import ast
import re
from functools import cache
from pathlib import Path

import streamlit as st

from labelcore.messages import say
from labelcore.messages.phrases import IN_CATALOGUE
from labelcore.models import Role
from labelcore.wording import Wording
from pages.widgets.components import draw

PAGES = Path(__file__).parent.parent
ROLES = {
    Role.ENGINEER: Wording("Engineer"),
    Role.EXPERT: Wording("Expert"),
    Role.LEAD: Wording("Team lead"),
    Role.MANAGER: Wording("Product manager"),
}
"""The faces that people choose from at the door; the first is everybody's until then."""
_SEEN = {
    Role.EXPERT: ("grading", "progress"),
    Role.LEAD: ("home", "grading", "progress", "team", "results", "outputs"),
    Role.MANAGER: ("home", "results", "outputs"),
}
_NEEDS = {"team": Role.LEAD}
"""Pages of which every part asks for a role: the face alone does not open them."""
FIRST = {Role.EXPERT: "grading", Role.LEAD: "team", Role.MANAGER: "results", Role.ENGINEER: ""}
"""The address that an invitation opens."""


def address(file: Path) -> str:
    """The word under which a page is reached."""
    return file.stem.partition("_")[2]


@cache
def menu() -> tuple[tuple[Path, str, str], ...]:
    """(file, title, icon) of every page; the files are read, not run.

    Raises:
        ValueError: a page has no MENU.
    """
    return tuple((file, *_shown(file)) for file in sorted(PAGES.glob("[0-9]_*.py")))


def menu_for(face: Role, held: Role = Role.ADMIN) -> list[tuple[Path, str, str]]:
    """The pages of a face, as far as the role that somebody has opens them; an engineer's face shows all."""
    named = ((page, address(page[0])) for page in menu())
    return [
        page
        for page, name in named
        if name in _SEEN.get(face, (name,)) and held.includes(_NEEDS.get(name, held))
    ]


def faces_of(role: Role) -> list[Role]:
    """What somebody who has a role may look like, the role itself first; an admin like everybody."""
    return sorted((face for face in ROLES if role.includes(face)), key=lambda face: face is not role)


def may_open(role: Role, title: str) -> bool:
    """Whether the page of that title in the menu is one of the role's, or of one that it includes."""
    return any(title == known for face in faces_of(role) for _, known, _ in menu_for(face, role))


def may_open_file(role: Role, name: str) -> bool:
    """Whether the page in the file of that name is one that the role opens."""
    return any(file.name == name and may_open(role, title) for file, title, _ in menu())


def _shown(file: Path) -> tuple[str, str]:
    for part in ast.parse(file.read_text(encoding="utf-8")).body:
        match part:
            case ast.Assign(targets=[ast.Name(id="MENU")], value=value):
                title, icon = ast.literal_eval(value)
                return title, icon
    raise ValueError(f"{file.name} says nothing for the menu: MENU = (title, icon)")


DOCS = PAGES.parent / "docs"
_HELP_OF = {Role.EXPERT: "experts", Role.LEAD: "experts", Role.MANAGER: "managers"}
_PICTURE = re.compile(r"^!\[.*\]\(.*\)\n+", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def offer_help(role: Role, language: str) -> None:
    """A button in the menu that opens it; nothing where the docs are not beside the app."""
    file = DOCS / ("zh" if language == "zh" else "") / f"{_HELP_OF.get(role, 'engineers')}.md"
    if not file.exists() or not st.sidebar.button(say("Help"), icon=":material/help:", type="tertiary"):
        return
    title, _, text = _PICTURE.sub("", file.read_text("utf-8")).partition("\n")

    @st.dialog(title.removeprefix("# "), width="large")
    def show() -> None:
        st.markdown(_LINK.sub(r"\1", text))

    show()


def attend(language: str) -> None:
    """What the browser does around the menu: it closes on a phone once a page is chosen, and what Streamlit
    has screen readers say in English gives way to its translations.
    """
    instead = {words: say(key) for words, key in IN_CATALOGUE.items() if language != "en"}
    draw("menu", "closing-menu", {"language": language, "words": instead})
