#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Differential test of the engine against the reference of the time specification.

  run_scenarios.py DRIVER --frozen FILE.jsonl.gz            scenarios with their expectation, as they were stored
  run_scenarios.py DRIVER --reference PATH [--count N] [--seed S]   new ones; exit 77 (skipped) if there is neither
                                                                    $TOCSIN_SHARED/tools/reference_time.py nor PATH
  run_scenarios.py --freeze FILE.jsonl.gz --reference PATH --count N   stores N scenarios
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import scenarios


def judge(driver, batch):
    text = "".join(json.dumps({k: v for k, v in s.items() if k != "expect"}) + "\n" for s in batch)
    answer = subprocess.run([driver], input=text, capture_output=True, text=True, check=False)
    sys.stderr.write(answer.stderr)
    lines = answer.stdout.splitlines()
    wrong = 0
    for i, s in enumerate(batch):
        got = json.loads(lines[i]) if i < len(lines) else None
        if got == s["expect"]:
            continue
        wrong += 1
        if wrong <= 3:
            print(f"seed {s['seed']} differs")
            for name in sorted(set(s["expect"]) | set(got or {})):
                if got is None or got.get(name) != s["expect"].get(name):
                    rule = next(x for x in s["rules"] if x["name"] == name.split("|")[0])
                    print(f"  {name} {rule}\n    expected {s['expect'].get(name)}\n    got      {got and got.get(name)}")
    return wrong


def main():
    p = argparse.ArgumentParser()
    p.add_argument("driver", nargs="?")
    p.add_argument("--frozen")
    p.add_argument("--freeze")
    p.add_argument("--reference")
    p.add_argument("--count", type=int, default=300)
    p.add_argument("--seed", type=int, default=0, help="of the first scenario; 0: by the clock")
    a = p.parse_args()
    if a.frozen:
        with gzip.open(a.frozen, "rt", encoding="utf-8") as f:
            batch = [json.loads(line) for line in f]
        wrong = judge(a.driver, batch)
        print(f"{len(batch) - wrong} of {len(batch)} frozen scenarios agree")
        return 1 if wrong or not batch else 0
    shared = os.environ.get("TOCSIN_SHARED")
    places = [Path(shared) / "tools" / "reference_time.py"] if shared else []
    reference = next((p for p in (*places, Path(a.reference)) if p.exists()), None)
    if reference is None:
        print("no reference here: skipped")
        return 77
    engine = scenarios.bind(scenarios.load_reference(reference))
    first = a.seed or int(time.time()) % 10 ** 9
    batch = [scenarios.make(engine, first + i) for i in range(a.count)]
    if a.freeze:
        with open(a.freeze, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
            for s in batch:
                f.write((json.dumps(s, separators=(",", ":")) + "\n").encode())
        return 0
    wrong = judge(a.driver, batch)
    total = sum(len(v) for s in batch for v in s["expect"].values())
    print(f"seeds {first}..{first + a.count - 1}: {a.count - wrong} of {a.count} agree ({total} transitions)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
