# SPDX-License-Identifier: Apache-2.0
"""Notifications to a local receiver (bench_receiver), by the real daemon and by Debian's prometheus-alertmanager.

Tocsin gets log lines, each of which puts one key of an alarm into ALARM, and stores every message (durability: full) before it
sends it. Alertmanager gets alerts by its API v2, each a group of its own, group_wait 0; it stores no message before it sends.
Times count from the write() of the line, or the POST of the alert, to the first byte of the webhook.
"""
import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

from process import cpu_seconds
from prometheus import free_port
from world import UnixConnection, wait_for

BATCH = 64  # alerts in a request, as Prometheus sends them
GAP = 0.01  # seconds between single messages


class Receiver:
    def __init__(self, binary, folder):
        self.record = folder / "received"
        self.process = subprocess.Popen([binary, self.record], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def count(self):
        """Messages that it has taken."""
        self.asking.request("GET", "/count")
        return int(self.asking.getresponse().read())

    def stop(self):
        """{(path, number): when it first came, in nanoseconds}"""
        self.process.stdin.close()
        self.process.wait(60)
        seen = {}
        for line in self.record.read_text().splitlines():
            path, number, at = line.split()
            seen.setdefault((path, int(number)), int(at))
        return seen


def stop(process):
    process.terminate()
    process.wait(60)


class Tocsin:
    def __init__(self, tocsind, folder, port, paths):
        self.folder = folder
        (folder / "rules.yaml").write_text(
            "rules:\n  - name: probe\n    log_group: app\n    pattern: '{ $.probe = * }'\n"
            "    alarm: { count: '>= 1', within: 1h }\n    group_by: [$.probe]\n    notify: [bench]\n    summary: '{{probe}}'\n")
        hooks = "".join(f"      - webhook: {{ url: 'http://127.0.0.1:{port}{path}' }}\n" for path in paths)
        (folder / "tocsin.yaml").write_text(
            f"log_groups:\n  app: {{ input: file, path: {folder}/app.log, lateness: 1s }}\nrules: [rules.yaml]\n"
            f"topics:\n  bench:\n    subscriptions:\n{hooks}"
            f"state: {folder}/state\ndurability: full\napi: {{ listen: 127.0.0.1:0, socket: {folder}/api.sock }}\n")
        self.log = open(folder / "app.log", "ab", buffering=0)
        self.start(tocsind)

    def start(self, tocsind):
        self.process = subprocess.Popen([tocsind, "--config", self.folder / "tocsin.yaml"],
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder / "err", "ab"))
        wait_for(lambda: self.get("/readyz")[0] == 200, 60, "tocsind to be ready")

    def get(self, path):
        connection = UnixConnection(self.folder / "api.sock")
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def send(self, numbers):
        stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.log.write(b"".join(json.dumps({"time": stamp, "probe": f"probe-{n}-end"}).encode() + b"\n" for n in numbers))

    def pending(self):
        """Messages in the outbox; None: it did not say so in time."""
        status, body = self.get("/api/v1/status")
        return json.loads(body)["outbox"]["waiting"] if status == 200 else None

    def stop(self):
        stop(self.process)


class Alertmanager:
    def __init__(self, folder, port, paths):
        hooks = "".join(f"      - {{ url: 'http://127.0.0.1:{port}{path}', send_resolved: false }}\n" for path in paths)
        (folder / "alertmanager.yml").write_text(
            "route: { receiver: bench, group_by: ['...'], group_wait: 0s, group_interval: 1h, repeat_interval: 24h }\n"
            f"receivers:\n  - name: bench\n    webhook_configs:\n{hooks}")
        self.port = free_port()
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=", "--log.level=error"],
            stdout=subprocess.DEVNULL, stderr=open(folder / "err", "ab"))
        wait_for(self.ready, 60, "Alertmanager to be ready")
        self.api = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def send(self, numbers):
        numbers = list(numbers)
        for first in range(0, len(numbers), BATCH):
            alerts = [{"labels": {"alertname": "probe", "severity": "medium", "probe": f"probe-{n}-end"},
                       "annotations": {"summary": f"probe {n}"}} for n in numbers[first:first + BATCH]]
            self.api.request("POST", "/api/v2/alerts", json.dumps(alerts), {"content-type": "application/json"})
            answer = self.api.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()

    def stop(self):
        stop(self.process)


class Run:
    """A sender, the receiver, and what was sent."""

    def __init__(self, bench, make, paths):
        self.folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
        self.receiver = Receiver(receiver_of(bench), self.folder)
        self.sender = make(self.folder, self.receiver.port, paths)
        self.answering = [p for p in paths if p.startswith("/ok")]
        self.sent, self.next = {}, 0

    def send(self, count):
        numbers = range(self.next, self.next + count)
        self.next += count
        self.sent.update(dict.fromkeys(numbers, time.monotonic_ns()))
        self.sender.send(numbers)
        return numbers

    def wait(self):
        wait_for(lambda: self.receiver.count() >= self.next * len(self.answering), 300, "every message at the receiver")

    def end(self):
        self.sender.stop()
        seen = self.receiver.stop()
        shutil.rmtree(self.folder)
        return {key: at for key, at in seen.items() if key[0] in self.answering}


def there(bench):
    return receiver_of(bench).exists()


def receiver_of(bench):
    return Path(bench.tocsind).parent / "bench_receiver"


def contestants(bench):
    found = {"Tocsin": lambda folder, port, paths: Tocsin(bench.tocsind, folder, port, paths)}
    if shutil.which("prometheus-alertmanager"):
        found["Alertmanager"] = Alertmanager
    return found


def paths_of(count):
    return [f"/ok/{i}" for i in range(count)]


def rate(bench, make, subscriptions, messages):
    """Of a burst: deliveries in a second, and in a second of the sender's CPU time."""
    run = Run(bench, make, paths_of(subscriptions))
    run.send(1)  # its connections are there
    run.wait()
    before = cpu_seconds(run.sender.process.pid)
    burst = run.send(messages)
    run.wait()
    took = cpu_seconds(run.sender.process.pid) - before
    seen = run.end()
    last = max(at for (_, number), at in seen.items() if number in burst)
    deliveries = messages * subscriptions
    return deliveries / ((last - run.sent[burst[0]]) / 1e9), deliveries / took


def latency(bench, make, paths, messages):
    """Milliseconds from sending to receipt, each message on its own: sorted."""
    run = Run(bench, make, paths)
    run.send(1)
    run.wait()
    for _ in range(messages):
        run.send(1)
        threading.Event().wait(GAP)
    run.wait()
    seen = run.end()
    return sorted((at - run.sent[number]) / 1e6 for (_, number), at in seen.items() if number > 0)


def p(times, share):
    return times[min(len(times) - 1, int(len(times) * share))]


def resident(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def held(bench, subscriptions, keys):
    """MiB of a daemon whose messages were all delivered, of one for which all wait, and of the latter after a start."""
    figures = []
    for paths in (paths_of(subscriptions), [f"/hang/{i}" for i in range(subscriptions)]):
        run = Run(bench, lambda *a: Tocsin(bench.tocsind, *a), paths)
        run.send(keys)
        waiting = 0 if run.answering else keys * subscriptions
        run.wait()
        wait_for(lambda: run.sender.pending() == waiting, 300, "the outbox")
        figures.append(resident(run.sender.process.pid))
        if waiting:
            run.sender.process.kill()
            run.sender.process.wait()
            run.sender.start(bench.tocsind)
            figures.append(resident(run.sender.process.pid))
            run.sender.process.kill()
        run.end()
    return figures


def measure(bench, rounds):
    quick = rounds == 1
    burst, single = (300, 30) if quick else (5000, 1000)
    rows = []
    for subscriptions in (1, 10):
        best = {name: max(rate(bench, make, subscriptions, burst) for _ in range(1 if quick else 3))
                for name, make in contestants(bench).items()}
        figures = ", ".join(f"{name} {wall:,.0f} ({cpu:,.0f})" for name, (wall, cpu) in best.items())
        ahead = best["Tocsin"][0] / best["Alertmanager"][0] if "Alertmanager" in best else None
        rows.append((f"a burst of {burst:,} messages to {subscriptions} subscription{'s' * (subscriptions > 1)}, deliveries a second "
                     "(of CPU time)", "more than Alertmanager", figures, ahead and ahead > 1))
    for subscriptions in (1, 10):
        times = {name: latency(bench, make, paths_of(subscriptions), single) for name, make in contestants(bench).items()}
        figures = "; ".join(f"{name} p50 {p(t, .5):.2f} ms, p99 {p(t, .99):.2f} ms" for name, t in times.items())
        rows.append((f"from transition to receipt, {subscriptions} subscription{'s' * (subscriptions > 1)}", "", figures, None))
    bad = ["/hang/0", "/hang/1", "/429/0", "/500/0", "/flap/0"]
    make = contestants(bench)["Tocsin"]
    calm = p(latency(bench, make, paths_of(10), single), .99)
    disturbed = p(latency(bench, make, paths_of(10) + bad, single), .99)
    rows.append(("p99 of 10 subscriptions beside 5 that hang, flap, answer 429 or 500", "at most twice the undisturbed, or 20 ms more",
                 f"{disturbed:.2f} ms, undisturbed {calm:.2f} ms", disturbed <= max(2 * calm, calm + 20)))
    subscriptions, keys = (10, 300) if quick else (10, 10_000)
    none, waiting, started = held(bench, subscriptions, keys)
    rows.append((f"{subscriptions * keys:,} messages wait, resident memory", "",
                 f"{waiting:.0f} MiB, after a start {started:.0f}; {none:.0f} if all were delivered", None))
    return rows
