"""What the benchmarks run on."""

import os
import platform
import subprocess
from pathlib import Path
from typing import Final

import duckdb

ROOT: Final = Path(__file__).parents[1]


def machine() -> str:
    """Return a line about processor, memory, and what runs the ledger."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}, "
        f"{memory:.0f} GiB of memory, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def commit() -> str:
    """Return the commit that is checked out, and whether something differs from it."""
    changed = _git("status", "--porcelain", "--", ".", ":!docs/performance.*")
    return f"{_git('describe', '--always')}{', and changes since' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def own_core() -> int:
    """Return the core that one system at a time has to itself."""
    return max(os.sched_getaffinity(0))
