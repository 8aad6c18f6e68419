#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes from outside: whatever is thrown at the inputs, the daemon goes on, counts it, and the next honest event fires.

  hostile_test.py BIN_DIR
"""
import gzip
import json
import os
import random
import shutil
import sys
from datetime import datetime, timedelta, timezone

from world import OPS_WEBHOOK, Daemon, Webhook, folder, wait_for

CONFIG = """
log_groups:
  app:   { input: file, path: "{folder}/log/*.log", lateness: 1s, start_at: beginning }
  trail: { input: cloudtrail, path: "{folder}/trail", lateness: 1s, start_at: beginning }
rules: [rules.yaml]
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock" }
""" + OPS_WEBHOOK

RULES = """
rules:
  - name: honest-line
    log_group: app
    pattern: '{ $.honest = * }'
    alarm: { count: ">= 1", within: 1s }
    group_by: [$.honest]
    notify: [ops]
  - name: honest-record
    log_group: trail
    pattern: '{ $.eventName = Honest }'
    alarm: { count: ">= 1", within: 1s }
    group_by: [$.requestID]
    notify: [ops]
"""


def now(offset=0):
    at = datetime.now(timezone.utc) + timedelta(seconds=offset)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main(bin_dir):
    home, hook = folder(), Webhook()
    (home / "rules.yaml").write_text(RULES)
    (home / "log").mkdir()
    trail = home / "trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23"
    trail.mkdir(parents=True)
    daemon = Daemon(bin_dir, home, CONFIG.replace("@URL@", hook.url)).start()
    rnd = random.Random(7)
    numbers = iter(range(1000))

    def write(data, name="app.log"):
        with open(home / "log" / name, "ab") as log:
            log.write(data)

    def put(data, suffix=".json.gz"):
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%MZ")
        name = f"111122223333_CloudTrail_us-east-1_{stamp}_{next(numbers):016x}{suffix}"
        (trail / ("." + name)).write_bytes(data)
        (trail / ("." + name)).rename(trail / name)
        return trail / name

    def records(*events):
        return json.dumps({"Records": list(events)}).encode()

    def fires(what):
        """An honest line and an honest record still get through after `what`."""
        tag = f"n{next(numbers)}"
        write(json.dumps({"time": now(), "honest": tag}).encode() + b"\n")
        put(gzip.compress(records({"eventTime": now()[:19] + "Z", "eventName": "Honest", "requestID": tag,
                                   "eventID": tag, "recipientAccountId": "111122223333"})))

        def arrived():
            keys = [json.dumps(b["alarm"]["key"]) for b in list(hook.bodies)]
            return sum(tag in key for key in keys) >= 2

        wait_for(arrived, 40, f"both honest events after {what}; the daemon said:\n{daemon.said()}")

    fires("a quiet start")
    write(rnd.randbytes(300_000) + b"\n")
    put(rnd.randbytes(50_000))
    put(rnd.randbytes(50_000), ".json")
    fires("binary garbage")
    write(b"x" * 100_000_000 + b"\n")
    fires("a line of 100 MB")
    write(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n")
    put(gzip.compress(records({"eventName": "X", "deep": "@"}).replace(b'"@"', b"[" * 100_000 + b"]" * 100_000)))
    fires("JSON nested 100,000 deep")
    whole = gzip.compress(records(*[{"eventName": "Y", "eventTime": now()[:19] + "Z", "n": i} for i in range(2000)]))
    put(whole[: len(whole) // 2])
    put(gzip.compress(b"\0" * 200_000_000))
    fires("a truncated gz and a gz bomb")
    write(b"\xff\xfe{\xc3\x28}\n" + b"\0" * 100 + b"\n", "other.log")
    fires("invalid UTF-8 and NULs")
    if os.getuid() != 0:  # root reads everything
        put(whole).chmod(0)
    shutil.rmtree(home / "trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11")
    (home / "log/other.log").unlink()
    trail.mkdir(parents=True)
    fires("a vanished directory")
    metrics = daemon.get("/metrics")[1]
    assert metrics.rstrip().endswith("# EOF"), metrics[-200:]
    trouble = [line for line in metrics.splitlines()
               if line.startswith(("tocsin_parse_errors", "tocsin_dropped", "tocsin_input")) and not line.endswith(" 0")]
    assert trouble, "nothing of all that was counted:\n" + metrics
    daemon.stop()
    hook.close()
    shutil.rmtree(home)
    print("hostile:", *trouble, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1])
