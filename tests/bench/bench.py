#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what people feel, beside what they would use instead, in one run on one machine.

  bench.py BIN_DIR throughput [--events 200000] [--rounds 3]
  bench.py BIN_DIR latency [--lines 200]

throughput  MB/s, events/s and peak resident memory of `tocsin match` and `tocsin replay` with the CIS pack; grep and jq
            answer the same question as `match`. Whole processes, page cache warm, tools in turn, median of the rounds.
latency     milliseconds from a line's write() to the first byte of the webhook at a local receiver, durability: full.

Only the ratios of one run mean anything. Prints a table and, with --json FILE, the figures.
"""
import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
PATTERN = "{ $.eventName = AuthorizeSecurityGroupIngress }"
JQ = 'select(.eventName == "AuthorizeSecurityGroupIngress") | 1'


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown CPU")
    return f"{model}, {os.cpu_count()} cores, Linux {os.uname().release}"


def timed(argv):
    """Seconds, peak resident KiB and standard output of one whole process."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        return seconds, usage.ru_maxrss, out.read().decode(errors="replace")


def throughput(bin_dir, args):
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    trail, truth = folder / "trail.ndjson", folder / "truth.json"
    subprocess.run([sys.executable, SOURCE / "tests/support/make_trail.py", "--events", str(args.events), "--out", trail,
                    "--truth", truth, "--repeat", "0.02"], check=True)
    size, wanted = trail.stat().st_size, json.loads(truth.read_text())
    env_packs = SOURCE / "rules/packs"
    os.environ["TOCSIN_PACKS"] = str(env_packs)
    tocsin = str(bin_dir / "tocsin")
    tools = {
        "wc -l": ["wc", "-l", str(trail)],
        "tocsin match -c": [tocsin, "match", "-c", PATTERN, str(trail)],
        "tocsin replay, CIS pack": [tocsin, "replay", "--pack", "cis-aws", "--log-group", f"cloudtrail={trail}", "--json"],
        "grep -c": ["grep", "-c", '"eventName":"AuthorizeSecurityGroupIngress"', str(trail)],
        "jq": ["jq", "-c", JQ, str(trail)],
    }
    tools = {name: argv for name, argv in tools.items() if shutil.which(argv[0])}
    runs = {name: [] for name in tools}
    for _ in range(args.rounds):
        for name, argv in tools.items():
            runs[name].append(timed(argv))
    expect = wanted["total"]["cis-4.10"]
    counts = {"tocsin match -c": lambda out: int(out), "grep -c": lambda out: int(out), "jq": lambda out: len(out.split())}
    rows = []
    for name, results in runs.items():
        seconds = statistics.median(r[0] for r in results)
        exact = counts[name](results[0][2]) == expect if name in counts else None
        if name.startswith("tocsin replay"):
            matched = json.loads(results[0][2].strip().splitlines()[-1])["matched"]
            exact = all(matched.get(k) == v for k, v in wanted["unique"].items())
        rows.append({"tool": name, "MB/s": size / seconds / 1e6, "events/s": args.events / seconds,
                     "peak MiB": max(r[1] for r in results) / 1024, "exact": exact})
    base = next(r for r in rows if r["tool"].startswith("tocsin replay"))["MB/s"]
    print(f"{machine()}\n{size / 1e6:.0f} MB, {args.events} events and 2 % repeats, median of {args.rounds} rounds\n")
    print(f"{'tool':26} {'MB/s':>8} {'events/s':>10} {'peak MiB':>9} {'replay is':>10}  counts")
    for r in rows:
        exact = {True: "exact", False: "WRONG", None: ""}[r["exact"]]
        print(f"{r['tool']:26} {r['MB/s']:8.0f} {r['events/s']:10.0f} {r['peak MiB']:9.1f} {base / r['MB/s']:9.2f}x  {exact}")
    shutil.rmtree(folder)
    return rows


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


def fsync_ms(folder):
    times = []
    with open(folder / "fsync", "wb", buffering=0) as f:
        for _ in range(50):
            f.write(b"x" * 4096)
            began = time.monotonic()
            os.fsync(f.fileno())
            times.append((time.monotonic() - began) * 1000)
    return statistics.median(times)


def latency(bin_dir, args):
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
    daemon = subprocess.Popen([bin_dir / "tocsind", "--config", folder / "tocsin.yaml"], stderr=open(folder / "err", "wb"))
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
    for number in range(first, first + args.lines):
        write(number)
        if not receiver.wait(number):
            sys.exit(f"probe {number} never arrived")
        threading.Event().wait(0.02)
    daemon.terminate()
    daemon.wait(10)
    took = sorted((receiver.seen[n] - written[n]) / 1e6 for n in range(first, first + args.lines))
    row = {"lines": args.lines, "p50 ms": took[len(took) // 2], "p99 ms": took[int(len(took) * 0.99)], "max ms": took[-1],
           "fsync ms": fsync_ms(folder)}
    print(f"{machine()}\nfrom write() to the first byte at a local webhook, durability: full, {args.lines} lines: "
          f"p50 {row['p50 ms']:.2f} ms, p99 {row['p99 ms']:.2f} ms, max {row['max ms']:.2f} ms "
          f"(fsync of 4 KiB here: {row['fsync ms']:.2f} ms)")
    shutil.rmtree(folder)
    return [row]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir", type=Path)
    parser.add_argument("what", choices=["throughput", "latency"])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = {"throughput": throughput, "latency": latency}[args.what](args.bin_dir, args)
    if args.json:
        args.json.write_text(json.dumps({"machine": machine(), args.what: rows}, indent=1))


if __name__ == "__main__":
    main()
