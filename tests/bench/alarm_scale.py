# SPDX-License-Identifier: Apache-2.0
"""Alarms by the hundred thousand: how many are judged in a second of CPU time, beside Prometheus, and what one costs in memory.

Ten alarms on each metric, as ten rules on each series; a new datapoint for every one of them each round. Tocsin's figure is
all that the Engine did, from the matched sample to the state of the alarm, early breach included; what it counts are closed
periods in which a datapoint had come since they were judged last. Nothing fires, in either.
"""
import json
import statistics
import subprocess

import prometheus

SIZES = (1_000, 10_000, 100_000)
EACH = 10  # alarms on a metric


def run(bench, alarms, metrics, touched, rounds):
    out = subprocess.run(["taskset", "-c", bench.core, bench.alarms, *map(str, (alarms, metrics, touched, rounds))],
                         capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def rate(runs):
    """Evaluations in a second of CPU time: the median run."""
    return statistics.median(r["evaluations"] / r["seconds"] for r in runs)


def there(bench):
    return bench.alarms.exists()


def measure(bench, rounds):
    rows = []
    sizes = SIZES if rounds > 1 else SIZES[:1]
    for alarms in sizes:
        metrics, minutes = alarms // EACH, max(5, 300_000 // alarms)
        all_touched = [run(bench, alarms, metrics, metrics, minutes) for _ in range(rounds)]
        few_touched = [run(bench, alarms, metrics, metrics // 100, minutes * 10) for _ in range(rounds)]
        for r in all_touched:
            if r["evaluations"] != alarms * minutes:
                raise SystemExit(f"{alarms} alarms: {r['evaluations']} evaluations in {minutes} minutes")
        rows.append(beside_prometheus(bench, alarms, metrics, rate(all_touched), rounds))
        rows.append((f"{alarms:,}, 1 % of them touched: CPU time of an evaluation, of one with all touched",
                     "about 1" if alarms == sizes[-1] else "", f"{rate(all_touched) / rate(few_touched):.2f} times", None))
        rows.append(memory(bench, alarms, metrics, all_touched))
    return rows


def beside_prometheus(bench, alarms, metrics, ours, rounds):
    goal = "20 times Prometheus"
    if not prometheus.there():
        return f"{alarms:,}: evaluations in a second", goal, f"{ours:,.0f}; Prometheus is not there", None
    theirs = [prometheus.measure(alarms, metrics, 10 if rounds > 1 else 3, bench.core) for _ in range(min(rounds, 2))]
    best = max(t["rate"] for t in theirs)
    return (f"{alarms:,}: evaluations in a second of CPU time", goal,
            f"{ours:,.0f}, Prometheus {best:,.0f}: {ours / best:.1f} times", ours / best >= 20)


def memory(bench, alarms, metrics, runs):
    """Resident memory after the run, less that of the same without alarms: with the same metrics, and with none."""
    held = statistics.median(r["resident"] for r in runs)
    metrics_only = run(bench, 0, metrics, metrics, 1)["resident"]
    nothing = run(bench, 0, 0, 0, 1)["resident"]
    each = (held - nothing) / alarms
    return (f"{alarms:,}: bytes per alarm", "under 1,024", f"{each:,.0f}, of them {(metrics_only - nothing) / alarms:,.0f} of the metrics",
            each < 1024 if alarms == SIZES[-1] else None)
