# SPDX-License-Identifier: Apache-2.0
"""On what and with what a run was made."""
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from contestants import MODULES

ASK = {"jq": ["jq", "--version"], "mtail": ["mtail", "--version"], "rsyslog": ["rsyslogd", "-v"], "Python": ["python3", "--version"],
       "libdeflate": ["libdeflate-gunzip", "-V"], "mawk": ["mawk", "-W", "version"], "grep": ["grep", "--version"],
       "ripgrep": ["rg", "--version"], "Prometheus": ["prometheus", "--version"],
       "Alertmanager": ["prometheus-alertmanager", "--version"], "Node": ["node", "--version"]}


def versions():
    found = {}
    for name, argv in ASK.items():
        if shutil.which(argv[0]):
            done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            number = re.search(r"\d+\.\d+[\w.~-]*", done.stdout + done.stderr)
            found[name] = number[0] if number else "?"
    package = MODULES / "@duckdb/node-api/package.json"
    if package.exists():
        found["DuckDB"] = json.loads(package.read_text())["version"]
    return found


def fsync_ms(folder):
    times = []
    with open(folder / "fsync", "wb", buffering=0) as f:
        for _ in range(50):
            f.write(b"x" * 4096)
            began = time.monotonic()
            os.fsync(f.fileno())
            times.append((time.monotonic() - began) * 1000)
    return statistics.median(times)


def describe():
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    wide = next((name for flag, name in (("avx512bw", "AVX-512"), ("avx2", "AVX2")) if flag in info), "no AVX2")
    with tempfile.TemporaryDirectory() as folder:
        fsync = fsync_ms(Path(folder))
    return (f"{model[1] if model else 'unknown CPU'} ({wide}), {os.cpu_count()} cores, Linux {os.uname().release}, fsync of 4 KiB "
            f"{fsync:.2f} ms, load {os.getloadavg()[0]:.1f}")
