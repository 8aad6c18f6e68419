# SPDX-License-Identifier: Apache-2.0
"""Who runs: one function makes one Run. Names are what the rows of goals.py refer to."""
import collections
import json
import os
import shutil
import tempfile
from functools import cached_property
from pathlib import Path

import controls
import data
import lines
import patterns
from process import Run

RIVALS = Path(__file__).resolve().parent / "rivals"
MODULES = data.FOLDER.parent / "node/node_modules"
NAME = "StopLogging"


class Bench:
    """What is measured: binaries, logs (made when first asked for) and a folder for generated rules and programs."""

    def __init__(self, bin_dir, events, sample_events, megabytes, cores):
        self.tocsin, self.tocsind = str(bin_dir / "tocsin"), str(bin_dir / "tocsind")
        self.alarms = bin_dir / "bench_alarms"
        self.events, self.sample_events, self.megabytes = events, sample_events, megabytes
        self.core, self.both = cores[0], ",".join(cores)
        self.folder, self.rule_files = Path(tempfile.mkdtemp(prefix="tocsin-bench-")), {}
        os.environ.setdefault("TOCSIN_PACKS", str(data.SOURCE / "rules/packs"))

    def close(self):
        shutil.rmtree(self.folder)

    @cached_property
    def trail(self):
        return data.Trail(self.events)

    @cached_property
    def sample(self):
        """The smaller trail, for rivals that are slow."""
        return data.Trail(self.sample_events)

    @cached_property
    def calm(self):
        return data.calm_trail(self.events)

    @cached_property
    def values(self):
        return self.trail.values()

    def put(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def replay(self, path, expect, rules=(), size=None, group="cloudtrail", pack=True, **more):
        argv = [self.tocsin, "replay", *(["--pack", "cis-aws"] if pack else []), *(["--rules", *rules] if rules else []),
                "--log-group", f"{group}={path}", "--json"]
        return Run(argv, size or Path(path).stat().st_size, matched if expect else None, expect, **more)

    def rule_file(self, name, filters):
        """A generated rule file, written once: its path, and the true counts."""
        if name not in self.rule_files:
            path = self.folder / f"{name}.yaml"
            self.rule_files[name] = path, patterns.write_rules(path, name, "cloudtrail", filters())
        return self.rule_files[name]

    def with_more(self, name, filters):
        """replay with the CIS pack and more rules."""
        rules, counts = self.rule_file(name, filters)
        return self.replay(self.trail.file, self.trail.unique | counts, [rules])

    def load(self, name, filters):
        """The same over a single event: what it takes to load the rules."""
        with open(self.trail.file, encoding="utf-8") as trail:
            one = self.put("one.ndjson", trail.readline())
        return self.replay(one, None, [self.rule_file(name, filters)[0]], group="cloudtrail:cloudtrail")


def matched(out):
    return json.loads(out.strip().splitlines()[-1])["matched"]


def names(out):
    return collections.Counter(out.split())


def mtail_counts(out):
    return {f"cis-{name[4:].replace('_', '.')}": metrics[0]["LabelValues"][0]["Value"]["Value"]
            for name, metrics in json.loads(out).items()}


def rsyslog(b):
    folder = b.folder / "rsyslog"
    folder.mkdir(exist_ok=True)
    log = folder / "trail.ndjson"
    with open(log, "wb") as f, open(b.sample.file, "rb") as source:
        shutil.copyfileobj(source, f)
        f.write(b'{"benchEnd":1}\n')
    (folder / "rsyslog.conf").write_text(controls.rsyslog(log, folder))
    return Run(["python3", RIVALS / "rsyslog_count.py", folder], b.sample.size, names, b.sample.total)


def gunzip(b):
    files = sorted(b.trail.tree(800).iterdir())
    return Run(["libdeflate-gunzip", "-c", *files], b.trail.size, discard=True)


def sshd(b):
    path = data.sshd(b.megabytes)
    counts, _ = lines.count_terms(path)
    return b.replay(path, dict(counts), [lines.term_rules(b.folder / "terms.yaml")], group="auth:file", pack=False)


def grep_terms(b):
    path = data.sshd(b.megabytes)
    return Run(["grep", "-c", "-F", "-f", b.put("terms", "\n".join(lines.TERMS) + "\n"), path], path.stat().st_size, int,
               lines.count_terms(path)[1])


def apache(b):
    path = data.apache(b.megabytes)
    rules, program = lines.web_rules(b.folder / "web.yaml"), b.put("web.awk", lines.awk())
    expect = counts_of_awk(os.popen(f"mawk -f {program} {path}").read())
    return b.replay(path, expect, [rules], group="web:file", pack=False)


def counts_of_awk(out):
    return {line.split()[0]: int(line.split()[1]) for line in out.splitlines()}


def mawk(b):
    path = data.apache(b.megabytes)
    return Run(["mawk", "-f", b.put("web.awk", lines.awk()), path], path.stat().st_size)


def one_name(argv):
    """Counts the events of one name; text tools look for the name as it is written (ripgrep says nothing for none)."""
    return lambda b: Run([*argv, b.trail.file], b.trail.size, lambda out: int(out or 0), count_text(b.trail.file, f'"eventName":"{NAME}"'))


def count_text(path, text):
    text = text.encode()
    return sum(text in line for line in open(path, "rb"))


CONTESTANTS = {
    "replay": lambda b: b.replay(b.trail.file, b.trail.unique),
    "replay of a calm trail": lambda b: b.replay(b.calm.file, b.calm.unique),
    "wc -l of a calm trail": lambda b: Run(["wc", "-l", b.calm.file], b.calm.size),
    "replay, two cores": lambda b: b.replay(b.trail.file, b.trail.unique, cores=b.both),
    "replay of a gz tree": lambda b: b.replay(b.trail.tree(800), b.trail.unique, size=b.trail.size),
    "replay of a gz tree, two cores": lambda b: b.replay(b.trail.tree(800), b.trail.unique, size=b.trail.size, cores=b.both),
    "replay, 1,000 equalities": lambda b: b.with_more("eq1", lambda: patterns.equalities(b.values, b.events, 1000)),
    "replay, 10,000 equalities": lambda b: b.with_more("eq10", lambda: patterns.equalities(b.values, b.events, 10000)),
    "load, 1,000 equalities": lambda b: b.load("eq1", lambda: patterns.equalities(b.values, b.events, 1000)),
    "load, 10,000 equalities": lambda b: b.load("eq10", lambda: patterns.equalities(b.values, b.events, 10000)),
    "replay, 1,000 wildcards": lambda b: b.with_more("wild", lambda: patterns.wildcards(b.values, b.events, 1000)),
    "replay, 100 regexes": lambda b: b.with_more("regex", lambda: patterns.regexes(b.values, b.events, 100)),
    "replay, every second event": lambda b: b.with_more("half", lambda: patterns.every_second_event(b.values)),
    "replay, no literals": lambda b: b.with_more("bare", lambda: patterns.without_literals(b.trail.unique)),
    "replay of Apache lines": apache,
    "replay of sshd lines": sshd,
    "match": lambda b: one_name([b.tocsin, "match", "-c", f'{{ $.eventName = "{NAME}" }}'])(b),
    "wc -l": lambda b: Run(["wc", "-l", b.trail.file], b.trail.size),
    "wc -l, two at once": lambda b: Run(["sh", "-c", 'wc -l "$0" & wc -l "$0"; wait', b.trail.file], 2 * b.trail.size, cores=b.both),
    "DuckDB": lambda b: Run(["node", RIVALS / "duckdb.mjs", MODULES, b.put("cis.sql", controls.sql(b.trail.file))], b.trail.size,
                            json.loads, b.trail.unique),
    "Python": lambda b: Run(["python3", RIVALS / "cis_script.py", b.sample.file], b.sample.size, json.loads, b.sample.unique),
    "jq": lambda b: Run(["jq", "-nrf", b.put("cis.jq", controls.jq()), b.sample.file], b.sample.size, names, b.sample.total),
    "mtail": lambda b: Run(["mtail", "-one_shot", "-progs", b.put("cis.mtail", controls.mtail()), "-logs", b.sample.file],
                           b.sample.size, mtail_counts, b.sample.total),
    "rsyslog": rsyslog,
    "libdeflate-gunzip": gunzip,
    "mawk": mawk,
    "grep -F -f": grep_terms,
    "grep": one_name(["grep", "-c", f'"eventName":"{NAME}"']),
    "ripgrep": one_name(["rg", "-c", f'"eventName":"{NAME}"']),
}

# What a rival needs besides its own name in PATH.
PROGRAMS = {"wc -l": "wc", "wc -l of a calm trail": "wc", "wc -l, two at once": "wc", "DuckDB": "node", "Python": "python3", "rsyslog": "rsyslogd", "grep -F -f": "grep", "ripgrep": "rg"}


def there(name):
    """Whether a rival is installed; Tocsin always is."""
    if name.startswith(("replay", "match", "load")):
        return not ("Apache" in name or "sshd" in name) or (data.SHARED is not None and shutil.which("mawk") is not None)
    return shutil.which(PROGRAMS.get(name, name)) is not None and (name != "DuckDB" or MODULES.is_dir())
