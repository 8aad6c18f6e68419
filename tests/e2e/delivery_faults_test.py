#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty subscriptions, half of them with receivers that hang, flap, reset or answer 429, and kill -9 at random: every message
arrives or is a dead letter, a repeat has the same id, and of one alarm and key nothing overtakes what is less than a minute old.

  delivery_faults_test.py BIN_DIR [--transitions 10000] [--kills 100] [--keys 500] [--seed N] [--undisturbed]

It prints how long messages took to the receivers that answer. With --undisturbed all of them do, and the daemon is killed as
otherwise: what the times are to be compared with.
"""
import argparse
import hashlib
import json
import random
import shutil
import sqlite3
import sys
import threading
import time
from collections import defaultdict

from fault_server import FaultServer
from world import Daemon, folder, now_text, wait_for

CONFIG = """
log_groups:
  app: {{ input: file, path: "{{folder}}/app.log", lateness: 1s, start_at: beginning }}
rules: [rules.yaml]
topics:
  ops:
    subscriptions:
{subscriptions}
state: "{{folder}}/state"
api: {{ listen: "127.0.0.1:0", socket: "{{folder}}/api.sock" }}
"""

RULES = """
rules:
  - name: fault
    log_group: app
    pattern: '{ $.user = * }'
    alarm: { count: ">= 1", within: 1s }
    group_by: [$.user]
    notify: [ops]
"""

HELD = 60  # seconds that a message waits for an older one of its alarm and key
REFUSED_FOR_GOOD = ", delivery_policy: { healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 1 } }"


def behaviours(rnd):
    def flapping(answer, seconds):
        return lambda n, t: answer if int(t / seconds) % 2 else 200

    def at_times(answer, share):
        return lambda n, t: answer if rnd.random() < share else 200

    paths = {f"/good/{i}": lambda n, t: 200 for i in range(10)}
    paths["/hang/always"] = lambda n, t: "hang"
    paths["/hang/flapping"] = flapping("hang", 5)
    paths["/reset/flapping"] = flapping("reset", 2)
    paths["/reset/some"] = at_times("reset", 0.02)
    paths["/500/flapping"] = flapping(500, 3)
    paths["/503/always"] = lambda n, t: 503
    paths["/429/flapping"] = flapping(429, 4)
    paths["/429/some"] = at_times(429, 0.02)
    paths["/404/some"] = at_times(404, 0.01)
    paths["/503/for-good"] = lambda n, t: 503
    return paths


class Writer(threading.Thread):
    """Every key once a round, a round every few seconds: between them each key comes to OK, whenever the lines are read."""

    def __init__(self, file, keys, rounds):
        super().__init__(daemon=True)
        self.keys, self.rounds = keys, rounds
        self.log = open(file, "ab", buffering=0)

    def run(self):
        pause = threading.Event()
        for _ in range(self.rounds):
            for key in range(self.keys):
                stamp = now_text()
                self.log.write(json.dumps({"time": stamp, "user": f"user-{key}"}).encode() + b"\n")
                pause.wait(1 / self.keys)
            pause.wait(2)


def rows(home, sql):
    """Of the database as it is, the daemon running or not."""
    db = sqlite3.connect(f"file:{home}/state/state.db?mode=ro", uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def told(home):
    """{transition: when it was decided}, of those that have messages."""
    found = (json.loads(text) for (text,) in rows(home, "SELECT json FROM transition"))
    return {t["id"]: t["decided_at"] / 1000 for t in found if not t["silent"]}


def dead_letters(home, server):
    """{(path, transition)}"""
    paths = {"ops/webhook/" + hashlib.sha256(server.url(path).encode()).hexdigest()[:32]: path for path in server.behaviours}
    found = rows(home, "SELECT d.endpoint, n.json FROM dead_letter d JOIN notification n ON n.id = d.notification")
    return {(paths[endpoint], json.loads(text)["transition"]["id"]) for endpoint, text in found}


def run(daemon, server, home, args, rnd):
    """Kills at random, some while the daemon starts, most after some messages; then all heals and the rest goes out."""
    writer = Writer(home / "app.log", args.keys, -(-args.transitions // (2 * args.keys)))
    writer.start()
    good = sum(path.startswith("/good/") for path in server.behaviours)
    most = max(2, 2 * good * args.transitions // max(1, args.kills))
    for _ in range(args.kills):
        if rnd.random() < 0.2:
            threading.Event().wait(rnd.random() * 0.5)
        else:
            live(daemon, server, rnd.randrange(most))
        daemon.kill()
        daemon.start(wait=False)
    writer.join()
    server.heal()
    wait_for(lambda: daemon.ready() and waiting(daemon) == 0, 1800, "the outbox to be empty")


def live(daemon, server, messages):
    """Until so many messages came, or none for a while."""
    wait_for(daemon.ready, 60, "tocsind to be ready")
    wanted, seen, since = len(server.receipts) + messages, len(server.receipts), time.monotonic()
    while seen < wanted and time.monotonic() < since + 3:
        threading.Event().wait(0.005)
        if len(server.receipts) > seen:
            seen, since = len(server.receipts), time.monotonic()


def waiting(daemon):
    status = json.loads(daemon.get("/api/v1/status")[1])
    quiet = status["alarms"]["ALARM"] == 0  # no OK is still to come
    return status["outbox"]["waiting"] if quiet else -1


def delays(transitions, receipts):
    """Milliseconds from the decision to the first receipt, of the receivers that always answer: sorted."""
    first = {}
    for r in receipts:
        if r.path.startswith("/good/"):
            first.setdefault((r.path, r.transition), r.at)
    return sorted(1000 * (at - transitions[transition]) for (_, transition), at in first.items())


def find_lost(transitions, dead, receipts, digests, paths):
    """Of what neither came nor is a dead letter a digest must have told: as many messages of that key, none newer than it says."""
    keys = {r.transition: (r.key, r.sequence) for r in receipts}
    taken = {(r.path, r.transition) for r in receipts if r.taken}
    told = defaultdict(list)
    for path, _, lines in {(r.path, r.id, tuple(r.digest)) for r in digests if r.taken}:
        for key, newest, messages in lines:
            told[path, key] += [newest] * messages
    problems = []
    for t in transitions:
        key, sequence = keys.get(t, ("", 0))
        for path in paths:
            if (path, t) in taken or (path, t) in dead:
                continue
            newest = max((n for n in told[path, key] if n >= sequence), default=None)
            if newest is None:
                problems.append(f"lost: {t} at {path}")
            else:
                told[path, key].remove(newest)
    return problems


def find_new_ids(receipts):
    ids = defaultdict(set)
    for r in receipts:
        ids[r.transition].add(r.id)
    return [f"transition {t} was sent under {len(found)} ids" for t, found in ids.items() if len(found) != 1]


def find_overtaken(transitions, dead, receipts):
    """Messages that arrived before an older one of their key: allowed only past a minute, and said of both. A newer one that came
    again after the older one was delivered by a daemon that was killed before it had noted that: the next one could not know."""
    problems, overtaken = [], 0
    chains = defaultdict(list)
    newest = {}  # when each was taken last
    for r in receipts:
        if r.taken and (r.path, r.transition) not in newest:
            chains[r.path, r.key].append(r)
        if r.taken:
            newest[r.path, r.transition] = r.at
    for (path, key), chain in chains.items():
        for i, later in enumerate(chain):
            for older in chain[i + 1:]:
                if older.sequence > later.sequence:
                    continue
                overtaken += 1
                age = later.at - transitions[older.transition]
                was_known = newest[path, later.transition] <= older.at
                if age < HELD - 0.1 or not later.overtaking or (was_known and not older.superseded):
                    problems.append(f"{path} {key}: {later.sequence} came before {older.sequence}, which was {age:.1f} s old; "
                                    f"overtaking {later.overtaking}, superseded {older.superseded}")
    return problems, overtaken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir")
    parser.add_argument("--transitions", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--undisturbed", action="store_true")
    args = parser.parse_args()
    print(f"seed {args.seed}, at least {args.transitions} transitions and {args.kills} kills", flush=True)
    rnd = random.Random(args.seed)
    home = folder()
    receivers = behaviours(random.Random(args.seed + 1))
    if args.undisturbed:
        receivers = dict.fromkeys(receivers, lambda n, t: 200)
    server = FaultServer(receivers, incurable=["/503/for-good", "/404/some"])
    (home / "rules.yaml").write_text(RULES)
    subscriptions = "\n".join(f'      - webhook: {{ url: "{server.url(path)}"{REFUSED_FOR_GOOD if path.endswith("for-good") else ""} }}'
                              for path in server.behaviours)
    daemon = Daemon(args.bin_dir, home, CONFIG.format(subscriptions=subscriptions)).start()
    run(daemon, server, home, args, rnd)
    transitions = told(home)
    dead = dead_letters(home, server)
    daemon.stop()
    server.close()
    receipts = [r for r in server.receipts if not r.key.startswith("tocsin-")]  # notices of Tocsin's own have ids of their own
    digests = [r for r in receipts if r.digest]
    receipts = [r for r in receipts if not r.digest]
    problems = find_lost(transitions, dead, receipts, digests, server.behaviours) + find_new_ids(receipts)
    faults, overtaken = find_overtaken(transitions, dead, receipts)
    problems += faults
    deliveries = len({(r.path, r.transition) for r in receipts if r.taken})
    folded = sum(messages for lines in {(r.path, r.id, tuple(r.digest)) for r in digests if r.taken} for _, _, messages in lines[2])
    print(f"{len(transitions)} transitions, {args.kills} kills, {len(receipts)} attempts, {deliveries} delivered, {folded} in digests "
          f"of dead letters, {len(dead)} dead letters, {overtaken} overtaken")
    times = delays(transitions, receipts)
    print("receivers that answer, from decision to receipt: " +
          ", ".join(f"{name} {times[int(len(times) * share)]:.0f} ms" for name, share in (("p50", .5), ("p90", .9), ("p99", .99))))
    if problems or len(transitions) < args.transitions * 0.9:
        print("\n".join(problems[:50]) or "too few transitions to prove anything")
        print(f"{len(problems)} problems; kept: {home}")
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
