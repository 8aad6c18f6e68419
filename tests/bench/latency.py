# SPDX-License-Identifier: Apache-2.0
"""From a line's write() to the first byte of its webhook at a local receiver, through the real daemon."""
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path


class Receiver(threading.Thread):
    """Notes the monotonic time of the first byte of each request and the line number that its body names."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.seen, self.more = {}, threading.Condition()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        buffer = b""
        while True:
            chunk = connection.recv(65536)
            if not chunk:
                return
            at = time.monotonic_ns() if not buffer else at
            buffer += chunk
            head, _, body = buffer.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if not length or len(body) < int(length[1]):
                continue
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            number = re.search(rb"probe-(\d+)-end", body)
            buffer = b""
            if number:
                with self.more:
                    self.seen.setdefault(int(number[1]), at)
                    self.more.notify_all()

    def wait(self, number, timeout=10):
        with self.more:
            return self.more.wait_for(lambda: number in self.seen, timeout)


def measure(tocsind, lines):
    """Milliseconds: p50, p99, max over `lines` lines."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    receiver = Receiver()
    receiver.start()
    (folder / "rules.yaml").write_text(
        "rules:\n  - name: probe\n    log_group: app\n    pattern: '{ $.probe = * }'\n"
        "    alarm: { count: '>= 1', within: 1m }\n    group_by: [$.probe]\n    notify: [bench]\n"
        "    summary: '{{probe}}'\n")
    (folder / "tocsin.yaml").write_text(
        f"log_groups:\n  app: {{ input: file, path: {folder}/app.log, lateness: 1s }}\nrules: [rules.yaml]\n"
        f"topics:\n  bench:\n    subscriptions:\n      - webhook: {{ url: 'http://127.0.0.1:{receiver.port}/' }}\n"
        f"state: {folder}/state\ndurability: full\napi: {{ listen: 127.0.0.1:0, socket: {folder}/api.sock }}\n")
    log = open(folder / "app.log", "ab", buffering=0)
    daemon = subprocess.Popen([tocsind, "--config", folder / "tocsin.yaml"], stderr=open(folder / "err", "wb"))
    written = {}

    def write(number):
        stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": stamp, "probe": f"probe-{number}-end"}).encode() + b"\n"
        written[number] = time.monotonic_ns()
        log.write(line)

    deadline, number = time.monotonic() + 30, 0
    while True:  # warm up until the daemon answers
        write(number)
        if receiver.wait(number, 0.5):
            break
        if time.monotonic() > deadline:
            sys.exit("the daemon delivered nothing:\n" + (folder / "err").read_text())
        number += 1
    first = number + 1
    for number in range(first, first + lines):
        write(number)
        if not receiver.wait(number):
            sys.exit(f"probe {number} never arrived")
        threading.Event().wait(0.02)
    daemon.terminate()
    daemon.wait(10)
    took = sorted((receiver.seen[n] - written[n]) / 1e6 for n in range(first, first + lines))
    shutil.rmtree(folder)
    return {"p50": took[len(took) // 2], "p99": took[int(len(took) * 0.99)], "max": took[-1]}
