"""How many workers this machine has room for."""

from __future__ import annotations

import os

__all__ = ["cpus"]


def cpus() -> int:
    """CPUs this process may use: by its affinity and by its cgroup."""
    count = len(os.sched_getaffinity(0))
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = file.read().split()
        return count if quota == "max" else max(1, min(count, int(quota) // int(period)))
    except (OSError, ValueError):
        return count
