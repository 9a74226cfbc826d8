"""A notice as it is sent: one line, a text and a link, in the language that the project chose."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode

from labelcore.messages.catalogue import say
from labelcore.messages.notifying import notice_words, subject_words
from labelcore.models import Notice, NoticeRules
from labelcore.settings import settings
from labelcore.workspace import Workspace

_MOST_IN_LINE, _MOST_QUOTED = 120, 500
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_CALL = re.compile(r"(?<!\w)@")
PLACE = ("labelcore-project", "labelcore-language", "labelcore-annotator", "labelcore-role")
"""How the app's addresses name the project, the language, the person and their role."""
_PAGES = {"reminder": "grading", "mention": "progress", "batch": "team"}


class Letter(NamedTuple):
    """What is sent. ``subject`` and ``line``, which names the person, are one line without anything that
    formats or calls people.
    """

    subject: str
    line: str
    text: str
    link: str


def one_line(text: str) -> str:
    """Names in a subject or a chat: no line ends, no controls, nothing that chats read as a command, a call
    or a link.
    """
    line = " ".join(_CONTROL.sub(" ", text).split()).replace("<", "‹").replace(">", "›")
    line = _CALL.sub("＠", line.replace("](", "] ("))
    return f"{line[: _MOST_IN_LINE - 1]}…" if len(line) > _MOST_IN_LINE else line


def link_to(workspace: Workspace, page: str, language: str, person: str = "", role: str = "") -> str:
    """The address of a page of this project for somebody; where people sign in their name is not in it."""
    place = settings()
    values = (workspace.project.name, language, *(("", "") if place.sign_in else (person, role)))
    query = urlencode({key: value for key, value in zip(PLACE, values, strict=True) if value})
    return f"{base()}/{page}?{query}"


def page_of(notice: Notice) -> str:
    """The page that a notice leads to."""
    return str(notice.figures.get("page") or _PAGES.get(notice.kind, ""))


def base() -> str:
    """Where the app is reached."""
    place = settings()
    return (place.url or f"http://{place.address}:{place.port}").rstrip("/")


def letter_of(workspace: Workspace, notice: Notice, rules: NoticeRules, link: str, quoted: str) -> Letter:
    """A notice in words; ``quoted``: the text of its output, "" where none may leave."""
    project, subject = one_line(workspace.project.name), one_line(subject_words(notice))
    quotes = [_quote(text) for text in (notice.words, quoted) if text and rules.texts]
    by = one_line(rules.made_by) or say("whoever leads the project")
    foot = say("labelcore sends this for the project “{project}”, as {by} set it up.", project=project, by=by)
    return Letter(
        subject=say("{project}: {words}", project=project, words=subject),
        line=say("{project}: {words}", project=project, words=one_line(notice_words(notice))),
        text="\n\n".join((say("{words}.", words=subject), *quotes, link, foot)) + "\n",
        link=link,
    )


def trial_letter(workspace: Workspace, link: str) -> Letter:
    """What a test sends."""
    project = one_line(workspace.project.name)
    subject = say("{project}: {words}", project=project, words=say("a test of notices"))
    text = say("This is a test: notices of the project “{project}” arrive here.", project=project)
    return Letter(subject, subject, f"{text}\n\n{link}\n", link)


def _quote(text: str) -> str:
    cut = _CONTROL.sub(" ", text)[:_MOST_QUOTED]
    more = "…" if len(text) > _MOST_QUOTED else ""
    return "\n".join(f"> {line}" for line in f"{cut}{more}".splitlines())
