"""Where notices may be sent: mailboxes, and addresses that lead nowhere inside."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import replace

import pytest

from labelcore.errors import BadInput, NotAllowed
from labelcore.post import UndeliveredMessage, hooks
from labelcore.post.addresses import fault_of, is_mailbox
from labelcore.settings import settings
from labelcore.stages import notifying
from labelcore.stages.notifying import NoticeChange
from labelcore.workspace import Workspace


@pytest.mark.parametrize("name", ["a@b", "a@b.org, c@d.org", "a@b.org\n", "<a@b.org>", "a b@c.org", "@", ""])
def test_only_one_mailbox_is_one(name: str) -> None:
    assert is_mailbox(name) == (name == "a@b")


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://hooks.example.org/T0/B0?x=1", ""),
        ("http://127.0.0.1:8065/hook", ""),
        ("http://hooks.example.org/", "not https"),
        ("ftp://hooks.example.org/", "not https"),
        ("https://10.0.0.7/", "inner"),
        ("https://169.254.169.254/latest", "inner"),
        ("https://[::ffff:10.0.0.7]/", "inner"),
        ("https://[fd00::1]/", "inner"),
        ("https://0.0.0.0/", "inner"),
        ("https://user:word@hooks.example.org/", "no address"),
        ("https://hooks.example.org/\r\nX: 1", "no address"),
        ("https://hooks.example.org:99999/", "no address"),
        ("hooks.example.org", "no address"),
        ("https://…", "no address"),
        ("https://127.1/", "no address"),
        ("https://2130706433/", "no address"),
        ("https://:@hooks.example.org/", "no address"),
        ("https://１０.0.0.7/", "inner"),
        ("https://\U0001fbf1\U0001fbf0.0.0.7/", "inner"),
        ("https://[64:ff9b::a00:7]/", "inner"),
        ("https://[64:ff9b::808:808]/", ""),
        ("https://[fec0::1]/", "inner"),
        ("https://例子.example.org/", ""),
    ],
)
def test_where_a_webhook_may_lead(address: str, fault: str) -> None:
    assert fault_of(address) == fault


def test_a_name_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = socket.gethostname()
    with contextlib.suppress(OSError):
        found = ipaddress.ip_address(socket.getaddrinfo(name, 1)[0][4][0])
        if name != "localhost" and not found.is_global:
            assert why(f"https://{name}:1/") == "inner"
            monkeypatch.setenv("LABELCORE_WEBHOOK_HOSTS", f"other, {name}")
            settings.cache_clear()
            assert why(f"https://{name}:1/") == "unreachable"
            settings.cache_clear()


def why(address: str) -> str:
    with pytest.raises(UndeliveredMessage) as trouble:
        hooks.post(address, "k", {"id": "n"})
    return trouble.value.why


def test_who_is_not_at_this_machine_lets_nothing_lead_to_it(workspace: Workspace) -> None:
    for address in ("http://localhost:9/", "https://ｌocalhost:9/", "https://１２７.0.0.1:9/"):
        change = NoticeChange(channel="webhook", webhook=address)
        with pytest.raises(NotAllowed):
            notifying.set_notices(replace(workspace, here=False), changed=change)
    with pytest.raises(BadInput, match="cannot be used"):
        notifying.set_notices(workspace, changed=NoticeChange(channel="webhook"))
