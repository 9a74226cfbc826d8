"""What a process takes of a machine, and which machine it is."""

from __future__ import annotations

import os
import time
from pathlib import Path


def memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) / 1024
    return 0.0


def processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """How fast the machine is now: shared ones vary by two within minutes."""
    started = time.perf_counter()
    sum(i * i for i in range(2_000_000))
    return (
        f"this machine now: {1000 * (time.perf_counter() - started):.0f} ms for two million squares in Python"
    )
