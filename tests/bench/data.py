# SPDX-License-Identifier: Apache-2.0
"""The logs that are measured: made once, kept outside the tree under $TOCSIN_BENCH_DATA, never committed."""
import collections
import gzip
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
SHARED = next((p for p in (SOURCE.parent / "shared", Path(os.environ.get("TOCSIN_SHARED", "/nowhere"))) if p.is_dir()), None)
FOLDER = Path(os.environ.get("TOCSIN_BENCH_DATA", Path(tempfile.gettempdir()) / "tocsin-bench")) / "data"
REPEATS = 0.02  # of the events are delivered twice

# Selectors whose values are counted, so that generated patterns have a known answer.
SELECTORS = ["eventName", "eventSource", "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "recipientAccountId",
             "userIdentity.userName", "userIdentity.arn", "userIdentity.accessKeyId",
             "userIdentity.sessionContext.sessionIssuer.userName", "requestParameters.bucketName"]


def made(path, make):
    """`path`, made by make(temporary path) if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        began, part = time.monotonic(), path.with_name(path.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        make(part)
        part.rename(path)
        print(f"made {path.name} in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return path


def read_anew(words):
    """The logs that are among words of command lines come into the page cache in the same way, by being read from disk: what
    was just written lies there in other pieces, and mapping it costs another time."""
    for path in {Path(word.rpartition("=")[2]) for word in words}:
        if FOLDER not in path.parents:
            continue
        for file in path.iterdir() if path.is_dir() else [path]:
            with open(file, "rb") as f:
                os.fsync(f.fileno())
                os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while f.read(1 << 20):
                    pass


def generator():
    """The realistic generator if it is there, else the small one of the tests, which knows eight of the controls."""
    if SHARED:
        return [SHARED / "tools/gen_cloudtrail.py", "--dup", str(REPEATS)]
    return [SOURCE / "tests/support/make_trail.py", "--repeat", str(REPEATS)]


class Trail:
    """CloudTrail events: one NDJSON file, gz trees of delivery files, true counts."""

    def __init__(self, events, kind="trail", options=()):
        self.name = f"{kind}-{events}" if SHARED else f"small-{kind}-{events}"
        truth_file = FOLDER / f"{self.name}.truth.json"
        self.file = made(FOLDER / f"{self.name}.ndjson", lambda out: subprocess.run(
            [sys.executable, *generator(), *options, "--events", str(events), "--out", out, "--truth", truth_file], check=True))
        truth = json.loads(truth_file.read_text())
        self.unique, self.total = by_rule(truth["unique"]), by_rule(truth["total"])
        self.size = self.file.stat().st_size

    def tree(self, per_file):
        """The same events as delivery files {"Records":[...]}, gzipped; 800 of them are about 1.1 MB inflated."""
        return made(FOLDER / f"{self.name}-gz-{per_file}", lambda out: self.deliver(out, per_file))

    def deliver(self, out, per_file):
        out.mkdir()
        with open(self.file, "rb") as lines:
            for number in itertools.count():
                records = [line.rstrip(b"\n") for line in itertools.islice(lines, per_file)]
                if not records:
                    return
                stem = f"111122223333_CloudTrail_us-east-1_20260501T{number // 60 % 24:02}{number % 60:02}Z_{number:016x}"
                delivery = gzip.compress(b'{"Records":[' + b",".join(records) + b"]}", 6, mtime=0)
                (out / f"{stem}.json.gz").write_bytes(delivery)

    def values(self):
        """selector -> Counter of its texts; an event that is repeated counts once."""
        path = made(FOLDER / f"{self.name}.values.json", self.count_values)
        return {selector: collections.Counter(counts) for selector, counts in json.loads(path.read_text()).items()}

    def count_values(self, out):
        counts, seen = {selector: collections.Counter() for selector in SELECTORS}, set()
        for line in open(self.file, encoding="utf-8"):
            event = json.loads(line)
            if event["eventID"] in seen:
                continue
            seen.add(event["eventID"])
            for selector, counter in counts.items():
                value = resolve(event, selector.split("."))
                if isinstance(value, str):
                    counter[value] += 1
        out.write_text(json.dumps(counts))


def resolve(event, names):
    for name in names:
        event = event.get(name) if isinstance(event, dict) else None
    return event


def calm_trail(events):
    """Few refused calls: 1 event in 200 matches a control, where it is 1 in 15 of the generator's usual trail."""
    return Trail(events, "calm-trail", ["--error-rate", "0.003"] if SHARED else ())


def by_rule(truth):
    """True counts by the names of the pack's rules, which take the generator's stricter reading of 4.2."""
    counts = {name: count for name, count in truth.items() if name.startswith("cis-")}
    for control in truth:
        if re.fullmatch(r"4\.\d+", control):
            counts[f"cis-{control}"] = truth["4.2-strict" if control == "4.2" else control]
    return counts


def lines_of(name):
    with gzip.open(SHARED / "data" / name, "rt", encoding="utf-8", errors="replace") as f:
        return f.read().splitlines()


def varied(numbers, turn):
    """An IPv4 address of its own for every turn."""
    first, second, third, fourth = map(int, numbers)
    return f"{(first * 7 + turn) % 222 + 1}.{(second + turn) % 256}.{third}.{fourth}"


def multiply(out, source, megabytes, rewrite):
    """`source` again and again, each line rewritten with its running number and its turn, until `megabytes` are there."""
    written, number = 0, 0
    with open(out, "w", encoding="utf-8") as f:
        for turn in itertools.count():
            lines = [rewrite(line, number + i, turn) for i, line in enumerate(source)]
            number += len(lines)
            written += f.write("\n".join(lines) + "\n")
            if written >= megabytes * 1e6:
                return


IP = re.compile(r"\b(\d+)\.(\d+)\.(\d+)\.(\d+)\b")


def stamp(number, per_second, layout, cache={}):
    at = (int(1_772_323_200 + number / per_second), layout)  # from 2026-03-01 on
    if at not in cache:
        cache[at] = time.strftime(layout, time.gmtime(at[0]))
    return cache[at]


def apache(megabytes):
    def rewrite(line, number, turn):
        line = IP.sub(lambda m: varied(m.groups(), turn), line, count=1)
        return re.sub(r"\[[^\]]*\]", f"[{stamp(number, 10, '%d/%b/%Y:%H:%M:%S')} +0000]", line, count=1)

    return made(FOLDER / f"apache-{megabytes}.log",
                lambda out: multiply(out, lines_of("apache_access.log.gz"), megabytes, rewrite))


def sshd(megabytes):
    def rewrite(line, number, turn):
        line = IP.sub(lambda m: varied(m.groups(), turn), line)
        line = re.sub(r"\[(\d+)\]", lambda m: f"[{(int(m[1]) * 3 + turn) % 65000 + 300}]", line, count=1)
        return stamp(number, 1, "%b %d %H:%M:%S") + line[15:]

    return made(FOLDER / f"sshd-{megabytes}.log", lambda out: multiply(out, lines_of("sshd_auth.log.gz"), megabytes, rewrite))
