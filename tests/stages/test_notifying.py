"""Notices: who is told, once, and never with texts that the project has not let out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import NotAllowed
from labelcore.messages.letters import one_line
from labelcore.models import NoticeRules, Output, Role
from labelcore.stages import notifying
from labelcore.store import notices as table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def test_a_mention_tells_the_other_and_nobody_of_themselves(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("secret text")
    ben = workspace.by("Ben")
    assert notifying.mention(ben, output.id, "ben", words="@ben") is None
    told = notifying.mention(ben, output.id, "Ana", words="@Ana is this right?")
    assert told and (told.person, told.made_by, told.output_id) == ("Ana", "Ben", output.id)
    assert told.words == "", "no text leaves unless the project asks for it"
    assert [notice.id for notice in notifying.notices_for(workspace.by("ana"))] == [told.id]
    assert notifying.notices_for(workspace.by("")) == []
    table.save_rules(workspace.db, NoticeRules(project_id=workspace.project.id, texts=True))
    again = notifying.mention(ben, output.id, "Ana", words="@Ana is this right?")
    assert again and again.words == "@Ana is this right?"
    assert [row.state for row in notifying.list_notices(workspace)] == ["link", "link"]


def test_a_notice_of_one_key_is_told_once(workspace: Workspace) -> None:
    assert notifying.tell(workspace, "reminder", "Ana", key="today Ana", figures={"n": 3})
    assert notifying.tell(workspace, "reminder", "Ana", key="today Ana", figures={"n": 3}) is None


def test_an_expert_does_not_read_what_others_are_told(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        notifying.list_notices(replace(workspace, role=Role.EXPERT))


def test_a_name_calls_nobody_and_leads_nowhere() -> None:
    line = one_line("@channel [here](https://e.example.org) ana@example.org\r\nBcc: x <!all>")
    assert line == "＠channel [here] (https://e.example.org) ana@example.org Bcc: x ‹!all›"
