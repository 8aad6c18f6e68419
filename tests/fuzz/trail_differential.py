#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the specification's reference program what it thinks of the answers of trail_differential.

  trail_differential.py TRAIL_DIFFERENTIAL SOURCE_DIR [--patterns N] [--seed S]

Every event of data/cloudtrail.ndjson against N generated patterns: engine, plain evaluation and reference must agree. Exits 77
(skipped) where reference and data are not at hand: $TOCSIN_SHARED or ../shared.
"""
import argparse
import json
import subprocess
import sys
from decimal import InvalidOperation

from pattern_differential import STRAYS, load_reference


class DecodedOnce:
    """The reference decodes an event anew for each pattern; the result is the same."""

    def __init__(self, decoder):
        self.decoder = decoder
        self.known = {}

    def raw_decode(self, text):
        if text not in self.known:
            self.known[text] = self.decoder.raw_decode(text)
        return self.known[text]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("source")
    parser.add_argument("--patterns", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reference, shared = load_reference(options.source)
    trail = shared / "data" / "cloudtrail.ndjson" if shared else None
    if trail is None or not trail.is_file():
        print("no reference or no data at hand")
        return 77
    run = subprocess.run([options.program, str(trail), "--patterns", str(options.patterns), "--seed", str(options.seed)],
                         capture_output=True, text=True, check=False, encoding="utf-8")
    print(run.stderr.strip())
    if run.returncode != 0:
        print(run.stdout[:2000])
        return 1
    reference._decoder = DecodedOnce(reference._decoder)
    events = trail.read_text(encoding="utf-8").split("\n")
    if events[-1] == "":
        events.pop()
    pairs = bad = skipped = 0
    for row in map(json.loads, run.stdout.splitlines()):
        found = set(row["matches"])
        try:
            pattern = reference.compile_pattern(row["pattern"])
            right = {i for i, event in enumerate(events) if pattern.match(event) is not None}
        except (InvalidOperation, OverflowError, reference.PatternError) as e:
            skipped += 1
            print(f"skipped {row['pattern'][:200]}: {e!r}")
            continue
        pairs += len(events)
        if right != found and not STRAYS.search(row["pattern"]):
            bad += 1
            print(f"DISAGREE {row['pattern'][:400]}: events {sorted(right ^ found)[:5]}")
    print(f"{pairs} pairs by the reference, {skipped} patterns skipped, {bad} patterns disagree")
    return 1 if bad or skipped > options.patterns // 50 else 0


if __name__ == "__main__":
    sys.exit(main())
