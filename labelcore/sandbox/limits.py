"""What a check may use up, and the walls that a worker builds around itself before it runs one."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from dataclasses import dataclass

LONGEST_SOURCE = 20_000  # characters of a check
LONGEST_ROW = 2_000_000  # characters of an output with its input, context and metadata, as JSON
LONGEST_REASON = 500
LONGEST_ANSWER = 4_000_000  # bytes of a worker's answer; whoever sends more is killed
DEEPEST = 200  # calls within calls

_ADDRESS_SPACE = 2 << 30
_CPU_SECONDS = 900
_OPEN_FILES = 64
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
_NO_NEW_PRIVILEGES = 38


@dataclass(frozen=True)
class SandboxLimits:
    """Seconds and bytes for one check on one output, or on a batch, which is else run output by output."""

    seconds: float = 0.5
    memory: int = 64_000_000


def harden() -> bool:
    """Wall this process and its children in; True where they have no network interface either.

    No file can be written, no core dumped, memory and processor time end, privileges cannot be
    gained. The interpreter itself gives checks no way to files and network: these walls are for a
    fault in it. The process ends with its input, so with the one that started it; the kernel's
    signal at a parent's death is of no use here, as it comes when the starting THREAD ends.
    """
    if sys.platform == "win32":
        return False
    import resource

    for kind, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS does not know all of them
            resource.setrlimit(kind, (most, most))
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)  # Python 3.11 has no names for these
    alone = libc.unshare(_NEW_USER_AND_NETWORK) == 0  # many containers and some systems forbid it
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(alone)


def forbid_processes(pid: int) -> None:
    """From here on the process may start no other one; root is exempt by the kernel's rule."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError):  # it has ended, or may not be changed
            resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))
