# SPDX-License-Identifier: Apache-2.0
"""A daemon with a hundred thousand alarms on ten thousand metrics: what a start and a reload cost, and what memory they leave.

Ten alarms on each metric (Sum, 60 s, N of 1 to 5) in ten rule files; a reload finds one threshold in a thousand edited. Each figure is
taken when the daemon says that it is ready, as the service manager hears it; a reload begins when it computes nothing any more, for
with its first watermark each alarm leaves INSUFFICIENT_DATA.
"""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

METRICS, EACH, FILES = 10_000, 10, 10
CONFIG = """log_groups:
  app: {{ input: file, path: {folder}/app.log, lateness: 1s }}
rules: [filters.yaml, alarms-*.yaml]
topics:
  ops: {{ subscriptions: [{{ file: {{ path: {folder}/told.ndjson }} }}] }}
state: {folder}/state
api: {{ listen: 127.0.0.1:0, socket: {folder}/api.sock }}
"""
FILTER = """  - name: requests-failed-{i}
    log_group: app
    pattern: '{{ $.kind = "k{i}" }}'
    metric: {{ namespace: Shop/Checkout, name: requests-failed-{i}, value: 1 }}
"""
ALARM = """  - name: too-many-failed-{i}
    metric: {{ namespace: Shop/Checkout, name: requests-failed-{metric} }}
    statistic: Sum
    period: 1m
    evaluation_periods: {n}
    comparison: GreaterThanThreshold
    threshold: {threshold}
    treat_missing_data: notBreaching
    actions: {{ alarm: [ops], ok: [ops] }}
"""


def alarm(i, metrics, edited):
    return ALARM.format(i=i, metric=i % metrics, n=i // metrics % 5 + 1, threshold=2000 if edited else 1000 + i % 100)


def write_rules(folder, metrics, edited):
    (folder / "filters.yaml").write_text("metric_filters:\n" + "".join(FILTER.format(i=i) for i in range(metrics)))
    alarms = metrics * EACH
    for part in range(FILES):
        here = range(part * alarms // FILES, (part + 1) * alarms // FILES)
        text = "".join(alarm(i, metrics, edited and i % 1000 == 7) for i in here)
        (folder / f"alarms-{part}.yaml").write_text("alarms:\n" + text)


class Daemon:
    """Started and ready."""

    def __init__(self, tocsind, folder):
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(folder / "notify"))
        self.told.settimeout(600)
        self.process = subprocess.Popen([tocsind, "--config", folder / "tocsin.yaml"], stderr=subprocess.DEVNULL,
                                        env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")})
        self.wait_ready()

    def wait_ready(self):
        while b"READY=1" not in self.told.recv(4096):
            pass

    def figures(self):
        """CPU seconds so far, resident MiB now, peak."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        status = dict(line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines())
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return cpu, *(int(status[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))

    def rest(self):
        before, now = -1.0, self.figures()[0]
        while now - before > 0.1:
            threading.Event().wait(2)
            before, now = now, self.figures()[0]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.wait_ready()

    def stop(self, folder):
        self.process.terminate()
        self.process.wait(120)
        self.told.close()
        (folder / "notify").unlink()


def measure(bench, rounds):
    metrics = METRICS if rounds > 1 else METRICS // 100
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    (folder / "tocsin.yaml").write_text(CONFIG.format(folder=folder))
    (folder / "app.log").touch()
    rows = []

    def row(what, before, after):
        figure = f"{after[0] - before[0]:.1f} s of CPU time, resident {after[1]:.0f} MiB, peak so far {after[2]:.0f}"
        rows.append((f"{metrics * EACH:,} alarms, {what}", "", figure, None))

    write_rules(folder, metrics, edited=False)
    daemon = Daemon(bench.tocsind, folder)
    row("first start", (0,), daemon.figures())
    daemon.stop(folder)
    daemon = Daemon(bench.tocsind, folder)
    row("start", (0,), daemon.figures())
    for number in range(2):
        write_rules(folder, metrics, edited=number == 0)
        daemon.rest()
        before = daemon.figures()
        daemon.reload()
        row(f"reload {number + 1}", before, daemon.figures())
    daemon.stop(folder)
    shutil.rmtree(folder)
    return rows
