"""What people are told: notices, how far each got on its way, and how a project wants them sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelcore.models.base import Frozen, ProjectItem, new_id, now

Channel = Literal["link", "email", "webhook"]
NoticeKind = Literal["invitation", "reminder", "mention", "batch", "password", "address", "sign-in"]
NoticeState = Literal["waiting", "sending", "sent", "failed", "unclear", "given up"]


class NoticeRules(Frozen):
    """How a project's notices reach people. ``link``: nothing is sent, the lead hands a link over.

    ``secret`` signs what goes to the ``webhook``. ``texts``: notices may quote outputs and comments.
    """

    project_id: str
    channel: Channel = "link"
    webhook: str = ""
    secret: str = ""
    language: Literal["en", "zh"] = "en"
    texts: bool = False
    made_by: str = ""
    made_at: datetime = Field(default_factory=now)


class Notice(ProjectItem):
    """Something that a person is told; "" is whoever reads the channel. ``words``: a comment's, where the
    project lets texts leave. ``key``: what is told once only, "" where it may be told again.
    """

    kind: NoticeKind
    person: str
    channel: Channel
    output_id: str = ""
    words: str = ""
    figures: dict[str, Any] = Field(default_factory=dict)
    key: str = ""
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class NoticeStep(Frozen):
    """One step of a notice on its way. ``tries``: how often it was tried since somebody asked for it.

    ``why``: the code of what kept it, ``detail`` what a server said. ``unclear``: it may have arrived, so
    it is not sent again by itself. ``failed``: it is tried again until it is ``given up``.
    """

    step_id: str = Field(default_factory=lambda: new_id("step"))
    project_id: str
    notice_id: str
    state: NoticeState
    tries: int = 0
    why: str = ""
    detail: str = ""
    at: datetime = Field(default_factory=now)
