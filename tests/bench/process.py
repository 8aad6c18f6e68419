# SPDX-License-Identifier: Apache-2.0
"""Whole processes, timed: on given cores, in turn, and how much memory they held."""
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional


@dataclass
class Run:
    """One contestant: a command over `size` bytes of log, and what its output must say."""
    argv: list
    size: int
    count: Optional[Callable] = None  # output -> counts
    expect: object = None
    cores: Optional[str] = None  # as taskset writes them; None: the one core of the race
    discard: bool = False  # the output is nowhere
    wall: list = field(default_factory=list)  # seconds
    cpu: list = field(default_factory=list)
    exact: Optional[bool] = None  # None: nothing to count

    def once(self, core):
        output = subprocess.DEVNULL if self.discard else tempfile.TemporaryFile()
        began = time.monotonic()
        process = subprocess.Popen(["taskset", "-c", self.cores or core, *map(str, self.argv)], stdout=output,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        self.wall.append(time.monotonic() - began)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        process.returncode = os.waitstatus_to_exitcode(status)
        if self.count and self.exact is not False:
            output.seek(0)
            self.exact = self.check(output.read().decode(errors="replace"))

    def check(self, text):
        try:
            counts = self.count(text)
        except (ValueError, KeyError, IndexError, StopIteration):
            return False
        if isinstance(self.expect, dict):
            return all(counts.get(name, 0) == wanted for name, wanted in self.expect.items())
        return counts == self.expect

    def speed(self, less=None, seconds="wall"):
        """MB/s, by the clock on the wall or by CPU time; `less`: a run whose time does not count."""
        took = statistics.median(getattr(self, seconds)) - (statistics.median(getattr(less, seconds)) if less else 0)
        return self.size / max(took, 1e-3) / 1e6


def cpu_seconds(pid):
    """That a running process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def race(runs, rounds, core):
    """Every contestant once a round, in turn; one warm-up round first, whose times are forgotten."""
    for number in range(rounds + 1):
        for name, run in runs.items():
            progress(f"{'warm-up' if number == 0 else f'round {number} of {rounds}'}: {name}")
            run.once(core)
            if number == 0:
                run.wall.clear()
                run.cpu.clear()
    progress("")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


LAUNCHER = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


def resident(argv, core):
    """Peak resident MiB and CPU seconds. Started by a small process, because the peak of a child begins with its parent's:
    nothing below some 9 MiB can be seen."""
    out = subprocess.run(["taskset", "-c", core, sys.executable, "-I", "-S", "-c", LAUNCHER, *map(str, argv)],
                         capture_output=True, text=True, check=True).stdout.split()
    return int(out[0]) / 1024, float(out[1])
