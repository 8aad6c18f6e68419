#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random while a log grows and rotates: the daemon must tell what one uninterrupted run tells.

  kill_test.py BIN_DIR [--kills 50] [--seed N] [--rotate rename|copytruncate]

The writer stamps every line with its own time, one stream in order; lateness covers the outages. Afterwards `tocsin replay`
over everything written is the uninterrupted run, and the transitions must be the same (spec: time, section 9). The webhook
must have got every message, repeats only with the same id.
"""
import argparse
import json
import random
import shutil
import sqlite3
import sys
import threading
import time
from datetime import datetime, timezone

from world import OPS_WEBHOOK, Daemon, Webhook, folder, now_text, wait_for

CONFIG = """
log_groups:
  app: { input: file, path: "{folder}/log/app.log", lateness: 8s, start_at: beginning }
rules: [rules.yaml]
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock" }
""" + OPS_WEBHOOK

RULES = """
rules:
  - name: burst
    log_group: app
    pattern: '{ $.kind = burst }'
    alarm: { count: ">= 3", within: 2s }
    group_by: [$.user]
    notify: [ops]
  - name: heavy
    log_group: app
    pattern: '{ $.size = * }'
    alarm: { sum: "> 400", within: 3s, value: $.size }
    notify: [ops]
metric_filters:
  - name: errors
    log_group: app
    pattern: '{ $.kind = error }'
    metric: { namespace: Test, name: Errors, default: 0 }
alarms:
  - name: errors
    metric: { namespace: Test, name: Errors }
    statistic: Sum
    period: 10s
    evaluation_periods: 2
    datapoints_to_alarm: 1
    comparison: GreaterThanOrEqualToThreshold
    threshold: 3
    treat_missing_data: notBreaching
    actions: { alarm: [ops], ok: [ops] }
"""


class Writer(threading.Thread):
    """One line every few milliseconds, time never going back, the log rotated now and then."""

    def __init__(self, directory, seed, rotate):
        super().__init__(daemon=True)
        self.directory, self.random, self.rotate = directory, random.Random(seed), rotate
        self.done, self.lines, self.generation, self.error = threading.Event(), [], 0, None
        directory.mkdir()
        self.log = open(directory / "app.log", "ab", buffering=0)

    def run(self):
        try:
            while not self.done.is_set():
                self.write_line()
                if self.random.random() < 0.002:
                    self.rotate_log()
                self.done.wait(self.random.choice((0, 0.001, 0.004, 0.01)))
        except OSError as error:
            self.error = error

    def write_line(self):
        kind = self.random.choices(("burst", "error", "other"), (1, 1, 10 if int(time.time() / 4) % 2 else 400))[0]
        stamp = now_text()
        event = {"time": stamp, "n": len(self.lines), "kind": kind, "user": self.random.choice("abc")}
        if self.random.random() < 0.1:
            event["size"] = self.random.randrange(60 if int(time.time() / 7) % 2 else 5)
        line = json.dumps(event, separators=(",", ":"))
        self.lines.append(line)
        data = line.encode() + b"\n"
        if self.random.random() < 0.05:  # a partial line first
            cut = self.random.randrange(len(data))
            self.log.write(data[:cut])
            data = data[cut:]
        self.log.write(data)

    def rotate_log(self):
        self.generation += 1
        current, old = self.directory / "app.log", self.directory / f"app.log.{self.generation}"
        if self.rotate == "rename":
            current.rename(old)
            self.log = open(current, "ab", buffering=0)
        else:
            shutil.copyfile(current, old)
            self.log.truncate(0)


def replayed(lines):
    """{(alarm, key): [(from, to, event time)]} of replay's output, in order."""
    out = {}
    for row in map(json.loads, lines):
        if row["type"] == "transition":
            add(out, row["alarm"], row["key"], row["from"], row["to"], row["time"])
    return out


def add(out, alarm, key, was, to, time_text):
    # With lateness an alarm may fire before its first period has closed; replay has none, and closes it first.
    was = "OK" if was == "INSUFFICIENT_DATA" else was
    if was != to:
        out.setdefault((alarm, json.dumps(key, sort_keys=True)), []).append((was, to, time_text))


def stored(home):
    """All transitions that the store has, oldest first: the database is read as it is, the daemon running or not."""
    db = sqlite3.connect(f"file:{home}/state/state.db?mode=ro", uri=True)
    try:
        return [json.loads(row[0]) for row in db.execute("SELECT json FROM transition ORDER BY sequence")]
    finally:
        db.close()


def changes(home):
    """How many of them replay would tell."""
    out = {}
    for row in stored(home):
        add(out, row["alarm"], dict(row["key"]), row["from"], row["to"], row["at"])
    return sum(map(len, out.values()))


def rfc3339(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


ENOUGH_TRANSITIONS = 10  # fewer prove nothing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rotate", choices=["rename", "copytruncate"], default="rename")
    args = parser.parse_args()
    print(f"seed {args.seed}, {args.kills} kills, rotation by {args.rotate}")
    rnd = random.Random(args.seed)
    home = folder()
    hook = Webhook()
    (home / "rules.yaml").write_text(RULES)
    writer = Writer(home / "log", args.seed, args.rotate)
    daemon = Daemon(args.bin_dir, home, CONFIG.replace("@URL@", hook.url)).start()
    writer.start()
    # A file that was rotated away before the daemon ever saw it is none of its business.
    wait_for(lambda: any(p["newest"] for p in json.loads(daemon.get("/api/v1/streams")[1])["streams"]), 20, "a first line")
    daemon.kill()
    kills, deadline = 0, time.monotonic() + 120
    while kills < args.kills or changes(home) <= ENOUGH_TRANSITIONS:  # replay leaves out what ends with the last line
        assert time.monotonic() < deadline, "waited 120 s in vain for transitions"
        kills += 1
        daemon.start(wait=rnd.random() < 0.7)
        threading.Event().wait(rnd.random() ** 2 * 1.5)
        daemon.kill()
    daemon.start()
    writer.done.set()
    writer.join()
    assert writer.error is None, writer.error

    everything = home / "all.log"
    everything.write_text("".join(line + "\n" for line in writer.lines))
    last = json.loads(writer.lines[-1])["time"]
    expected = replayed(daemon.tocsin("replay", "--config", str(daemon.config), "--log-group",
                                      f"app:file={everything}", "--json").splitlines())

    def watermark_passed():
        group = json.loads(daemon.get("/api/v1/status")[1])["log_groups"][0]
        return (group["watermark"] or "") > last

    wait_for(watermark_passed, 40, "the watermark to pass the last line")
    actual, told = {}, set()
    for row in stored(home):
        if rfc3339(row["at"]) >= last:
            continue  # the daemon's watermark goes on after the newest event, replay's does not
        add(actual, row["alarm"], dict(row["key"]), row["from"], row["to"], rfc3339(row["at"]))
        if not row["silent"]:
            told.add(row["id"])
    problems = []
    for key in sorted(set(expected) | set(actual)):
        if expected.get(key) != actual.get(key):
            problems.append(f"{key}:\n  one run: {expected.get(key)}\n  killed:  {actual.get(key)}")
    count = sum(len(v) for v in expected.values())
    ids = {}
    wait_for(lambda: told <= {b["transition_id"] for b in list(hook.bodies)}, 30, "every message at the webhook")
    for body in hook.bodies:
        ids.setdefault(body["transition_id"], set()).add(body["id"])
    problems += [f"transition {t} was sent under {len(m)} ids" for t, m in ids.items() if len(m) != 1]
    daemon.stop()
    hook.close()
    print(f"{len(writer.lines)} lines, {writer.generation} rotations, {count} transitions, "
          f"{len(hook.bodies)} messages for {len(ids)} transitions")
    if problems or count < ENOUGH_TRANSITIONS:
        print("\n".join(problems) or "too few transitions to prove anything")
        print(f"kept: {home}")
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
