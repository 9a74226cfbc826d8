"""Letters by e-mail, through the server that the settings name."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import formatdate

from labelcore.post import UndeliveredMessage
from labelcore.post.addresses import is_mailbox
from labelcore.settings import settings

_SECONDS = 20.0
_PERMANENT = 500


def send(to: str, subject: str, text: str, letter_id: str) -> None:
    """Hand a letter to the server; its id makes the Message-ID.

    Raises:
        UndeliveredMessage: the server was not reached or did not take it; unclear where it fell silent after
            the whole letter was sent.
    """
    if not settings().smtp_host or not is_mailbox(settings().smtp_from):
        raise UndeliveredMessage("no server")
    try:
        with _server() as server:
            _hand_over(server, to, _letter(to, subject, text, letter_id))
    except smtplib.SMTPResponseException as trouble:
        words = trouble.smtp_error
        answer = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
        is_final = trouble.smtp_code >= _PERMANENT and not isinstance(
            trouble, smtplib.SMTPAuthenticationError
        )
        raise UndeliveredMessage("refused", f"{trouble.smtp_code} {answer}", for_good=is_final) from None
    except smtplib.SMTPNotSupportedError:
        raise UndeliveredMessage("no encryption") from None
    except (smtplib.SMTPException, OSError, ValueError) as trouble:  # a host that no name can be
        raise UndeliveredMessage("unreachable", str(trouble)) from None


def _letter(to: str, subject: str, text: str, letter_id: str) -> bytes:
    sender = settings().smtp_from
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{letter_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter.as_bytes()


@contextlib.contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    place, security = settings(), settings().smtp_security
    where, here = (str(place.smtp_host), place.smtp_port), place.smtp_from.rpartition("@")[2]
    if security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, here, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(*where, here, timeout=_SECONDS)
    try:
        if security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if place.smtp_password is not None and security != "none":
            server.login(place.smtp_user, place.smtp_password.get_secret_value())
        yield server
        with contextlib.suppress(smtplib.SMTPException, OSError):  # it has the letter already
            server.quit()
    finally:
        server.close()


def _hand_over(server: smtplib.SMTP, to: str, letter: bytes) -> None:
    server.ehlo_or_helo_if_needed()
    _check(server.mail(settings().smtp_from))
    _check(server.rcpt(to))
    try:
        answer = server.data(letter)
    except smtplib.SMTPDataError:
        raise
    except (smtplib.SMTPException, OSError) as trouble:
        raise UndeliveredMessage("fell silent", str(trouble), unclear=True) from None
    _check(answer)


def _check(answer: tuple[int, bytes]) -> None:
    if answer[0] not in {250, 251}:
        raise smtplib.SMTPResponseException(*answer)
