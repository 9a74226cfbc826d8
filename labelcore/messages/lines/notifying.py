"""What telling people says."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import language, say
from labelcore.messages.letters import link_to, page_of
from labelcore.messages.lines.assigning import language_words
from labelcore.messages.notifying import missing_words, notice_words, state_words
from labelcore.messages.results import lines
from labelcore.messages.telling import clauses
from labelcore.stages.notifying import NoticeRow, NoticeSettings
from labelcore.text.showing import clock
from labelcore.workspace import Workspace


@lines("notices list")
def notices(workspace: Workspace, rows: Sequence[NoticeRow]) -> Iterator[str]:
    for row in rows:
        when, words = clock(row.notice.at), notice_words(row.notice)
        yield f"{row.notice.id}  {when}  {words}; {state_words(row)}"
        if row.state == "link":
            yield f"  {link_to(workspace, page_of(row.notice), language(), row.notice.person)}"
    if not rows:
        yield say("Nobody has been notified of anything yet.")


@lines("notices again")
def again(row: NoticeRow) -> Iterator[str]:
    yield say("{told}.", told=clauses((notice_words(row.notice), state_words(row))))


@lines("notices show", "notices set")
def settings(report: NoticeSettings) -> Iterator[str]:
    leads = {
        "link": say("Notices are handed over as links; nothing is sent."),
        "email": say("Notices go out by e-mail."),
        "webhook": say("Notices are posted to {webhook}.", webhook=report.webhook),
    }
    texts = (
        say("They may quote outputs and comments.")
        if report.texts
        else say("They quote no output and no comment.")
    )
    yield say(
        "{leads} {texts} Language: {language}.",
        leads=leads[report.channel],
        texts=texts,
        language=language_words(report.language),
    )
    if report.secret:
        yield say("Each post is signed with this secret, shown once:")
        yield report.secret
    yield from missing_words(report)
