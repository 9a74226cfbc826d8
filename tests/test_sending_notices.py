"""Notices on their way: a real mail server and a real receiver on loopback; nothing arrives twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from labelcore.errors import BadInput
from labelcore.messages import letters, sending
from labelcore.models import NoticeStep, Output, Project, now
from labelcore.post import hooks
from labelcore.settings import settings
from labelcore.stages import grading, notifying, people, projects
from labelcore.stages.notifying import NoticeChange
from labelcore.store import close_database, notices as table, open_database
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.databases import empty_file
from tests.post_servers import HookServer, MailServer, hook_server, mail_server

Add = Callable[..., list[Output]]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        for name, value in mail_settings(server.port).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield server
    settings.cache_clear()


def mail_settings(port: int) -> dict[str, str]:
    named = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "labelcore@example.org"}
    return {f"LABELCORE_SMTP_{name}": value for name, value in named.items()} | {
        "LABELCORE_URL": "https://app.example.org/"
    }


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with hook_server() as server:
        yield server


@pytest.fixture
def lead(workspace: Workspace) -> Workspace:
    return workspace.by("Lea")


def by_mail(lead: Workspace, *, texts: bool = False) -> None:
    notifying.set_notices(lead, changed=NoticeChange(channel="email", texts=texts))
    people.set_address(lead, "Ana", "ana@example.org")


def states(lead: Workspace) -> list[tuple[str, str]]:
    return [(row.state, row.why) for row in notifying.list_notices(lead)]


def later(lead: Workspace, minutes: float) -> None:
    """As if the newest steps were of so long ago."""
    lead.db.run("UPDATE notice_step SET made_at = made_at - ?", [timedelta(minutes=minutes)])


def test_a_mention_is_mailed_once_and_quotes_nothing(
    lead: Workspace, add_outputs: Add, mails: MailServer
) -> None:
    (output,) = add_outputs("the secret text")
    by_mail(lead)
    notifying.mention(lead, output.id, "Ana", words="@Ana look at clause 4")
    assert sending.send_notices(lead).sent == 1
    assert sending.send_notices(lead).sent == 0
    [letter] = mails.messages
    assert (letter["To"], letter["From"]) == ("ana@example.org", "labelcore@example.org")
    assert letter["Subject"] == "test: Lea mentioned you in a comment"
    body = letter.get_content()
    assert "https://app.example.org/progress?labelcore-project=test" in body
    assert "secret" not in body and "clause" not in body
    assert states(lead) == [("sent", "")]


def test_where_the_project_asks_for_it_texts_are_quoted(
    lead: Workspace, add_outputs: Add, mails: MailServer
) -> None:
    (output,) = add_outputs("the secret text\nline 2 \u202e")
    by_mail(lead, texts=True)
    notifying.mention(lead, output.id, "Ana", words="@Ana look")
    sending.send_notices(lead)
    body = mails.messages[0].get_content()
    assert "> @Ana look" in body and "> the secret text\r\n> line 2" in body


def test_hostile_names_make_no_header_and_call_nobody(
    lead: Workspace, mails: MailServer, hook: HookServer
) -> None:
    hostile = "x\r\nBcc: all@example.org\r\n\r\n<!channel> \u202eevil"
    project = projects.open_project(lead.db, hostile)
    lead = replace(lead, person="Eve\nBcc: eve@example.org <!here>").with_project(project)
    by_mail(lead)
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    sending.send_notices(lead)
    [letter] = mails.messages
    assert letter["Bcc"] is None and "\u202e" not in letter["Subject"]
    assert letter["Subject"] == "x Bcc: all@example.org ‹!channel› evil: 3 outputs wait for your grade"
    notifying.set_notices(lead, changed=NoticeChange(channel="webhook", webhook=hook.url))
    notifying.mention(lead, "o", "Ana")
    sending.send_notices(lead)
    assert "<!" not in json.loads(hook.posts[0][1])["text"]


def test_what_is_refused_is_tried_again_and_then_given_up(lead: Workspace, mails: MailServer) -> None:
    by_mail(lead)
    mails.plan = [("rcpt", "451 later"), ("rcpt", "550 no such user")]
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    assert sending.send_notices(lead).failed == 1
    assert sending.send_notices(lead) == sending.SentNotices(sent=0, failed=0, given_up=0, unclear=0)
    later(lead, 1.5)
    assert sending.send_notices(lead).given_up == 1
    [row] = notifying.list_notices(lead)
    assert (row.state, row.tries, row.detail) == ("given up", 2, "550 no such user")
    notifying.send_again(lead, row.notice.id)
    assert sending.send_notices(lead).sent == 1
    assert len(mails.letters) == 1
    with pytest.raises(BadInput, match="Only what was not sent"):
        notifying.send_again(lead, row.notice.id)


@pytest.mark.whole
def test_a_server_that_is_not_there_is_tried_six_times(
    lead: Workspace, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_mail(lead)
    monkeypatch.setenv("LABELCORE_SMTP_PORT", "1")
    settings.cache_clear()
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    found = []
    for _ in range(7):
        sending.send_notices(lead)
        found.append(notifying.list_notices(lead)[0])
        later(lead, 800)
    assert [(row.state, row.tries) for row in found][-3:] == [("failed", 5), ("given up", 6), ("given up", 6)]
    assert {row.why for row in found} == {"unreachable"}


def test_where_no_server_answers_the_others_are_not_tried_in_that_round(
    lead: Workspace, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_mail(lead)
    monkeypatch.setenv("LABELCORE_SMTP_PORT", "1")
    settings.cache_clear()
    for n in (1, 2, 3):
        notifying.tell(lead, "reminder", "Ana", figures={"n": n})
    assert sending.send_notices(lead).failed == 1
    assert sorted(states(lead)) == [("failed", "unreachable"), ("waiting", ""), ("waiting", "")]


def test_somebody_without_a_mailbox_is_said(lead: Workspace, mails: MailServer) -> None:
    by_mail(lead)
    notifying.tell(lead, "reminder", "Ben", figures={"n": 3})
    sending.send_notices(lead)
    assert states(lead) == [("failed", "no mailbox")]
    people.set_address(lead, "Ben", "ben@example.org")
    later(lead, 2)
    assert sending.send_notices(lead).sent == 1


def test_a_server_that_falls_silent_after_the_letter_gets_it_no_second_time(
    lead: Workspace, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelcore.post.mail._SECONDS", 0.3)
    by_mail(lead)
    mails.plan = [("after data", "silence")]
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    assert sending.send_notices(lead).unclear == 1
    later(lead, 800)
    assert sending.send_notices(lead) == sending.SentNotices(sent=0, failed=0, given_up=0, unclear=0)
    assert states(lead) == [("unclear", "fell silent")] and len(mails.letters) == 1


KILLED = """
import sys
from pathlib import Path
from labelcore.messages import sending
from labelcore.stages import projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
db = open_database(Path(sys.argv[1]))
sending.send_due(Workspace(db, projects.open_project(db, "test")))
"""


@pytest.mark.slow
def test_after_a_kill_nothing_is_sent_twice(tmp_path: Path, mails: MailServer) -> None:
    path = empty_file(tmp_path / "a.duckdb")
    db = open_database(path)
    lead = Workspace(db, projects.open_project(db, "test"), person="Lea")
    by_mail(lead)
    for n in (1, 2):
        notifying.tell(lead, "reminder", "Ana", figures={"n": n})
    close_database(path)
    mails.plan = [("after data", "silence")]
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], env=dict(os.environ))
    try:
        assert mails.arrived.wait(240)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    lead = replace(lead, db=open_database(path))
    found = sending.send_due(lead)
    assert (found.sent, found.unclear) == (1, 1), "the other one goes out; of the first nobody knows"
    assert sending.send_due(lead).sent == 0
    assert len({letter["Message-ID"] for letter in mails.messages}) == len(mails.letters) == 2
    close_database(path)


def test_a_webhook_gets_a_signed_post_without_texts(
    lead: Workspace, add_outputs: Add, hook: HookServer
) -> None:
    (output,) = add_outputs("the secret text")
    made = notifying.set_notices(lead, changed=NoticeChange(channel="webhook", webhook=hook.url))
    assert len(made.secret) == 64
    assert notifying.show_notices(lead).secret == "", "it is shown once"
    notifying.mention(lead, output.id, "Ana", words="@Ana look")
    assert sending.send_notices(lead).sent == 1
    [(headers, body)] = hook.posts
    moment = headers["X-Labelcore-Time"]
    assert headers["X-Labelcore-Signature"] == f"sha256={hooks.signature(made.secret, moment, body)}"
    told = json.loads(body)
    assert told.keys() == {"id", "kind", "person", "output_id", "at", "text", "link"}
    assert told["text"].startswith(
        "test: Ana: Lea mentioned you in a comment http://127.0.0.1:8501/progress?"
    )
    assert headers["X-Labelcore-Id"] == told["id"]


def test_a_webhooks_channel_is_told_no_comment_while_somebody_grades_the_output_blind(
    lead: Workspace, add_outputs: Add, hook: HookServer
) -> None:
    first, second = add_outputs("one", "two")
    changed = NoticeChange(channel="webhook", webhook=hook.url, texts=True)
    notifying.set_notices(lead, changed=changed)
    for person, outputs in (("Ben", (first, second)), ("Ana", (first, second)), ("Cleo", (first,))):
        for output in outputs:
            grading.grade(lead.by(person), output.id, "pass")
    for output in (first, second):
        grading.comment(lead.by("Ben"), output.id, f"@Ana the hidden {output.text}")
    assert sending.send_notices(lead).sent == 2
    told = {json.loads(body)["output_id"]: body.decode() for _, body in hook.posts}
    assert "the hidden one" in told[first.id]
    assert "the hidden" not in told[second.id]  # Cleo has yet to grade it


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("huge", ("sent", "")),
        ("slow", ("unclear", "fell silent")),
        (302, ("given up", "redirects")),
        (404, ("given up", "answered")),
        (503, ("failed", "answered")),
    ],
)
def test_what_a_webhook_answers(
    lead: Workspace,
    hook: HookServer,
    monkeypatch: pytest.MonkeyPatch,
    answer: int | str,
    state: tuple[str, str],
) -> None:
    monkeypatch.setattr(hooks, "_TIMEOUT", aiohttp.ClientTimeout(total=0.4))
    notifying.set_notices(lead, changed=NoticeChange(channel="webhook", webhook=hook.url))
    hook.plan = [answer]
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    sending.send_notices(lead)
    assert states(lead) == [state]
    assert len(hook.posts) == 1, "no redirect is followed"


def test_a_mail_server_that_cannot_be_is_not_reached(
    lead: Workspace, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_mail(lead)
    monkeypatch.setenv("LABELCORE_SMTP_HOST", f"{'a' * 70}.example.org")
    settings.cache_clear()
    people.set_address(lead, "Lea", "lea@example.org")
    assert sending.try_channel(lead).why == "unreachable"


def test_a_test_says_what_came_of_it(lead: Workspace, mails: MailServer, hook: HookServer) -> None:
    with pytest.raises(BadInput, match="links that you pass on"):
        sending.try_channel(lead)
    by_mail(lead)
    with pytest.raises(BadInput, match="no e-mail address of Lea"):
        sending.try_channel(lead)
    people.set_address(lead, "Lea", "lea@example.org")
    assert sending.try_channel(lead) == sending.ChannelTried(to="lea@example.org", why="", detail="")
    mails.plan = [("rcpt", "550 no")]
    assert sending.try_channel(lead).why == "refused"
    notifying.set_notices(lead, changed=NoticeChange(channel="webhook", webhook=hook.url))
    hook.plan = [500]
    assert sending.try_channel(lead).detail == "500"
    assert notifying.list_notices(lead) == []


def test_what_waits_when_the_channel_changes_is_not_sent(lead: Workspace, mails: MailServer) -> None:
    by_mail(lead)
    notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    notifying.set_notices(lead, changed=NoticeChange(channel="link"))
    sending.send_all(lead.db)
    assert states(lead) == [("waiting", "")]
    sending.send_due(lead)
    assert states(lead) == [("given up", "changed")] and mails.letters == []


def test_an_invitation_by_mail_carries_a_secret_that_the_outbox_does_not_hold(
    lead: Workspace, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_SIGN_IN", "accounts")
    settings.cache_clear()
    by_mail(lead)
    people.invite(lead, "Ana")
    sending.send_all(lead.db)
    body = mails.messages[0].get_content()
    secret = body.partition("https://app.example.org/labelcore/join?invitation=")[2].split()[0]
    assert secret and secret not in str(lead.db.rows("FROM notice")) + str(lead.db.rows("FROM notice_step"))


def test_the_links_name_the_place_as_the_pages_do(project: Project) -> None:
    assert letters.PLACE == (keys.PROJECT, keys.LANGUAGE, keys.ANNOTATOR, keys.ROLE)


def test_a_step_that_a_dead_process_left_is_said(lead: Workspace, mails: MailServer) -> None:
    by_mail(lead)
    notice = notifying.tell(lead, "reminder", "Ana", figures={"n": 3})
    assert notice
    left = {"project_id": lead.project.id, "notice_id": notice.id, "tries": 1, "at": now()}
    table.step(lead.db, NoticeStep(state="sending", **left))
    sending.send_notices(lead)
    assert states(lead) == [("unclear", "interrupted")] and mails.letters == []
