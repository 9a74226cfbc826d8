"""One thread for linear algebra on small matrices: several would wait for each other longer than they work.

The command line and the app begin so; these blocks are for programs that use the library, too.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_inside: list[threadpool_limits] = []
"""One entry for each block that is open; the limit goes when the last of them ends."""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Within the block BLAS uses one thread, in the whole process; blocks may overlap."""
    with _lock:
        _inside.append(_inside[0] if _inside else threadpool_limits(1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            limit = _inside.pop()
            if not _inside:
                limit.restore_original_limits()
