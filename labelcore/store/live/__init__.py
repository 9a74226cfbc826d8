"""What is kept in memory of the tables, and how it keeps up with them.

A cache knows a cursor, and asks the database's :class:`~labelcore.store.feed.Feed` what was stored
since. One process owns the file today, so the feed is in memory; where several share a database, a feed
that reads the tables takes its place, and the caches stay. Outputs and answers never change once they
are stored, so what is kept of them needs no feed.
"""

from labelcore.store.live.grading import (
    JUDGED,
    Live,
    changed_here,
    follow,
    follow_hold,
    forget,
    is_followed,
    live,
)

__all__ = ["JUDGED", "Live", "changed_here", "follow", "follow_hold", "forget", "is_followed", "live"]
