"""What telling people says."""

from collections.abc import Iterator, Sequence

from labelcore.messages.notifying import notice_words, state_words
from labelcore.messages.results import lines
from labelcore.stages.notifying import NoticeRow


@lines("notices list")
def notices(rows: Sequence[NoticeRow]) -> Iterator[str]:
    for row in rows:
        when, words = f"{row.notice.at:%Y-%m-%d %H:%M}", notice_words(row.notice)
        yield f"{row.notice.id}  {when}  {words}; {state_words(row)}"
    if not rows:
        yield "Nobody has been told anything yet."
