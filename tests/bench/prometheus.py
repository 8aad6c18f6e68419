# SPDX-License-Identifier: Apache-2.0
"""Prometheus evaluating threshold rules, on one core: how many in a second of CPU time.

Its CPU time is all that the process took while rules were evaluated without a pause (the group's interval is shorter than
its evaluation): a scrape of the series every 15 s and its garbage collector are in it, as reading the samples is in Tocsin's.
No rule fires, in either. `by_its_clock` is by its own prometheus_rule_group_duration_seconds, on the wall.
"""
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path

from process import cpu_seconds
from world import wait_for


class Target(http.server.BaseHTTPRequestHandler):
    """The series; each has another value at every scrape."""
    series, scrapes = 0, 0

    def do_GET(self):
        Target.scrapes += 1
        body = "".join(f"requests_failed_{i} {(Target.scrapes * 7 + i) % 900}\n" for i in range(Target.series)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def write(folder, rules, series, target):
    # The name of a metric for each series: the selector that Prometheus finds soonest.
    alerts = "\n".join(f"  - alert: TooManyFailed{i}\n    expr: requests_failed_{i % series} > {1000 + i % 100}" for i in range(rules))
    (folder / "rules.yml").write_text(f"groups:\n- name: bench\n  interval: 20ms\n  rules:\n{alerts}\n")
    (folder / "prometheus.yml").write_text(
        "global: { scrape_interval: 15s }\nrule_files: [rules.yml]\nscrape_configs:\n"
        f"- job_name: bench\n  static_configs: [{{ targets: ['127.0.0.1:{target}'] }}]\n")


class Server:
    def __init__(self, folder, core, port):
        self.url = f"http://127.0.0.1:{port}/metrics"
        self.process = subprocess.Popen(
            ["taskset", "-c", core, "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
            env=os.environ | {"GOMAXPROCS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def numbers(self):
        text = urllib.request.urlopen(self.url, timeout=60).read().decode()

        def one(name):
            return sum(float(v) for v in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))

        return {"evaluations": one("prometheus_rule_evaluations_total"), "failures": one("prometheus_rule_evaluation_failures_total"),
                "cpu": one("process_cpu_seconds_total"), "groups": one("prometheus_rule_group_duration_seconds_sum"),
                "resident": one("process_resident_memory_bytes"), "scraped": one("prometheus_target_interval_length_seconds_count")}

    def numbers_when(self, holds):
        """Its numbers as soon as they are there and `holds` of them."""
        def found():
            assert self.process.poll() is None, "Prometheus has ended"
            try:
                now = self.numbers()
            except OSError:
                return None  # it does not listen yet
            return now if holds(now) else None

        return wait_for(found, 180, "Prometheus to evaluate")

    def cpu(self):
        """Seconds, of the kernel's count: to ask Prometheus itself would cost it some."""
        return cpu_seconds(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def free_port():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def there():
    return shutil.which("prometheus") is not None


def measure(rules, series, seconds, core):
    """{"rate": rules per second of CPU time, "by_its_clock": per second of its groups' durations, "resident": bytes}."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    Target.series = series
    target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    write(folder, rules, series, target.server_port)
    server = Server(folder, core, free_port())
    try:
        server.numbers_when(lambda n: Target.scrapes > 0)
        start = server.numbers_when(lambda n: n["evaluations"] > 0)["evaluations"]
        began = server.numbers_when(lambda n: n["evaluations"] >= start + 2 * rules)  # all has been seen once
        worked = server.cpu() + seconds
        wait_for(lambda: server.cpu() >= worked, 60 + 10 * seconds, "Prometheus to work")
        # Only whole evaluations of the group are in its durations.
        ended = server.numbers_when(lambda n: n["evaluations"] >= began["evaluations"] + rules)
        took = {name: ended[name] - began[name] for name in began}
        if took["failures"]:
            raise RuntimeError("rules of Prometheus failed")
        return {"rate": took["evaluations"] / took["cpu"], "by_its_clock": took["evaluations"] / max(took["groups"], 1e-9),
                "resident": ended["resident"]}
    finally:
        server.stop()
        target.shutdown()
        shutil.rmtree(folder)
