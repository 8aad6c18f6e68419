#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Tocsin beside what people would use instead, and beside itself, in one run on one machine.

  bench.py BIN_DIR [--rows NAME...] [--rounds 5] [--json FILE]     a gigabyte: needs 6 GB of memory, 4 GB of disk, 15 minutes
  bench.py BIN_DIR --quick                                         30 MB, one round: tries everything out
  bench.py --list                                                  the rows and their goals

Whole processes on one core each, page cache warm, tools in turn, median of the rounds, counts compared with the truth. Only
the ratios of one run mean anything. Exit 1 if Tocsin counted wrong. Rivals: install_rivals.sh; what is not there is left out.
"""
import argparse
import json
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "e2e")]
import data  # noqa: E402
import machine  # noqa: E402
from contestants import CONTESTANTS, Bench, there  # noqa: E402
from goals import ROWS  # noqa: E402
from measures import MEASURES  # noqa: E402
from process import race  # noqa: E402

EXACT = {True: "exact", False: "WRONG", None: ""}
HOLDS = {True: "yes", False: "**no**", None: ""}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir", type=Path, nargs="?", help="folder of tocsin and tocsind, a Release build")
    parser.add_argument("--rows", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--events", type=int, default=760_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", default="1,0", help="the core of the race, and the second one for two")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    args = parser.parse_args()
    names = [row.key for row in ROWS] + list(MEASURES)
    if args.list:
        print("\n".join([f"{row.key:12} {row.what}: {row.goal}" for row in ROWS] + list(MEASURES)))
        sys.exit(0)
    if args.bin_dir is None or set(args.rows or ()) - set(names):
        parser.error("rows are " + " ".join(names) if args.bin_dir else "BIN_DIR is wanted")
    args.rows = args.rows or names
    return args


def run_races(bench, rows, rounds):
    """The contestants of the rows, run in turn; rows with a rival that is not installed are left out."""
    left_out = [row for row in rows if not (there(row.rival) and there(row.subject))]
    rows = [row for row in rows if row not in left_out]
    runs = {name: make(bench) for name, make in CONTESTANTS.items() if any(name in (row.subject, row.rival, row.less) for row in rows)}
    data.read_anew(str(word) for run in runs.values() for word in run.argv)
    race(runs, rounds, bench.core)
    return rows, left_out, runs


def print_races(rows, runs):
    print("| row | against | goal | measured | by CPU time | holds | MB/s | rival MB/s | counts: ours, rival |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        ours, rival, less = runs[row.subject], runs[row.rival], runs.get(row.less)
        ratio, by_cpu = (ours.speed(less, by) / rival.speed(None, by) * row.factor for by in ("wall", "cpu"))
        by_cpu = "" if ours.cores else f"{by_cpu:.2f}"
        print(f"| {row.key} | {row.what} | {row.goal} | {ratio:.2f} | {by_cpu} | {HOLDS[ratio >= row.goal]} | {ours.speed(less):.0f} | "
              f"{rival.speed() / row.factor:.0f} | {EXACT[ours.exact]}, {EXACT[rival.exact] or '-'} |")


def main():
    args = arguments()
    events, sample, megabytes = (20_000, 5_000, 5) if args.quick else (args.events, args.events // 10, 300)
    rounds = 1 if args.quick else args.rounds
    cores = args.cores.split(",")[:os.cpu_count()]
    bench = Bench(args.bin_dir.resolve(), events, sample, megabytes, cores)
    print(f"{machine.describe()}\n" + ", ".join(f"{name} {number}" for name, number in machine.versions().items()) +
          f"\n{events:,} CloudTrail events, {bench.trail.size / 1e6:.0f} MB; Python, jq, mtail and rsyslog get {sample:,} of them; "
          f"median of {rounds}\n", flush=True)
    rows, left_out, runs = run_races(bench, [row for row in ROWS if row.key in args.rows], rounds)
    if rows:
        print_races(rows, runs)
    for row in left_out:
        print(f"left out, because a rival or the logs are not there: {row.key}")
    measured = {name: measure(bench, rounds) for name, measure in MEASURES.items() if name in args.rows}
    if measured:
        print("\n| figure | goal | measured | holds |\n| --- | --- | --- | --- |")
        for name, lines in measured.items():
            for what, goal, figure, holds in lines:
                print(f"| {name}: {what} | {goal} | {figure} | {HOLDS[holds]} |")
    if args.json:
        args.json.write_text(json.dumps({"machine": machine.describe(), "versions": machine.versions(), "measured": measured, "runs": {
            name: {"bytes": run.size, "wall": run.wall, "cpu": run.cpu, "exact": run.exact} for name, run in runs.items()}}, indent=1))
    bench.close()
    wrong = [name for name, run in runs.items() if name.startswith(("replay", "match")) and run.exact is False]
    sys.exit(f"counted wrong: {', '.join(wrong)}" if wrong else 0)


if __name__ == "__main__":
    main()
