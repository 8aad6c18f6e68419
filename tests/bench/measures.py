# SPDX-License-Identifier: Apache-2.0
"""Figures that are no race: memory, the time to compile patterns, latency, alarms, a daemon of many, notifications. Each gives lines of (what, goal, measured, holds)."""
import statistics
from pathlib import Path

import alarm_scale
import daemon_scale
import latency
import notifications
import patterns
from process import resident


def replay(bench, path, *more):
    return [bench.tocsin, "replay", "--pack", "cis-aws", "--log-group", f"cloudtrail:cloudtrail={path}", "--json", *more]


def memory(bench, rounds):
    """Peak resident MiB, with the ids that tell repeats and without: what is left must not grow with the input."""
    rows = []
    for what, paths in (("NDJSON", [t.file for t in (bench.sample, bench.trail)]),
                        ("gz objects of 8 MB", [t.tree(5500) for t in (bench.sample, bench.trail)])):
        for path, trail in zip(paths, (bench.sample, bench.trail)):
            whole, _ = resident(replay(bench, path), bench.core)
            bare, _ = resident(replay(bench, path, "--no-dedup"), bench.core)
            rows.append((f"{what}, {trail.size / 1e6:.0f} MB", "under 32 MB without the ids",
                         f"{bare:.1f} MiB, with ids {whole:.1f}", bare * 1.048576 < 32))
    return rows


def compile_patterns(bench, rounds):
    """Loading rules: a replay of one event with them, less one with the pack alone (CPU seconds, peak resident memory)."""
    one = bench.put("one.ndjson", open(bench.trail.file, encoding="utf-8").readline())

    def load(*more):
        runs = [resident(replay(bench, one, *more), bench.core) for _ in range(rounds)]
        return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)

    base, rows = load(), []
    for name, make, number in (("equalities", patterns.equalities, 10000), ("wildcards", patterns.wildcards, 1000),
                               ("regexes", patterns.regexes, 100)):
        rules = Path(bench.folder / f"load-{name}.yaml")
        patterns.write_rules(rules, "load", "cloudtrail", make(bench.values, bench.events, number))
        mebibytes, seconds = (a - b for a, b in zip(load("--rules", rules), base))
        rows.append((f"{number:,} {name} from YAML to ready, alarms included", "under 1 s" if number == 10000 else "",
                     f"{seconds:.3f} s, {mebibytes * 1024 / number:.2f} KiB each", seconds < 1 if number == 10000 else None))
    return rows


def first_byte(bench, rounds):
    """From the write() of a line to the first byte of the webhook at a local receiver, durability: full."""
    row = latency.measure(bench.tocsind, 200 if rounds > 1 else 20)
    return [("write() to the first byte at a local webhook", "",
             "p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms".format(*(row[k] for k in ("p50", "p99", "max"))), None)]


def alarms(bench, rounds):
    if not alarm_scale.there(bench):
        return [("bench_alarms is not built", "", "", None)]
    return alarm_scale.measure(bench, rounds)


def delivery(bench, rounds):
    if not notifications.there(bench):
        return [("bench_receiver is not built", "", "", None)]
    return notifications.measure(bench, rounds)


MEASURES = {"memory": memory, "compile": compile_patterns, "latency": first_byte, "alarms": alarms, "daemon": daemon_scale.measure,
            "notifications": delivery}
