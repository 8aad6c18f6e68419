# SPDX-License-Identifier: Apache-2.0
"""Random scenarios for the engine, with the transitions that the reference (reference_time.py) gives for them.

A scenario is a JSON object: lateness, max_stall, max_age, start, replay, rules, calls, expect. `calls` is what the Engine
is told, in order; `expect` maps "alarm|key" to [[from, to, event time, late], ...]. All times are whole seconds.
"""
import copy
import importlib.util
import random
import sys

START = 1_767_225_600   # 2026-01-01T00:00:00Z: a multiple of every period used


def load_reference(path):
    spec = importlib.util.spec_from_file_location("reference_time", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference_time"] = module
    spec.loader.exec_module(module)
    return module


def bind(ref):
    """The reference, with what it leaves to its caller: when alarms begin, times of lines without one, waking up."""
    far = ref.FAR

    class Long(ref.Long):
        op = ">="
        key_start = None    # keyed: nothing is judged before the key's first sample

        def point(self, end):
            if self.op == ">=" and self.stat != "minimum":
                return super().point(end)
            vals = [v for k in range((end - self.p) // self.step, end // self.step) for v in self.cells.get(k, ())]
            if not vals:
                return None
            value = {"count": len(vals), "sum": sum(vals), "maximum": max(vals), "minimum": min(vals),
                     "average": sum(vals) / len(vals)}[self.stat]
            return {">=": value >= self.limit, "<=": value <= self.limit, ">": value > self.limit,
                    "<": value < self.limit}[self.op]

        def begin(self, w):
            self.closed = w // self.step * self.step
            if self.early:      # samples may have come before
                self._early()

        def add(self, t, v, w):
            if self.key_start is not None and t >= w - self.oldest:
                self.key_start = min(self.key_start, t // self.step * self.step)
            if self.closed == -far:     # no watermark yet: nothing can be judged
                self.cells.setdefault(t // self.step, []).append(v)
                return
            super().add(t, v, w)

        def advance(self, w):
            if self.closed == -far:
                return
            while self.key_start is not None and self.closed + self.step <= min(w, self.key_start):
                self.closed += self.step
                if self.early and self.state != "ALARM":
                    self._early()
            # One period at a time: a key without data is in OK but for absence that counts (spec: alarms, section 12), and 
            # the reference forgets cells by the watermark that a jump ends at, not by each instant.
            while self.closed + self.step <= w:
                end, treat = self.closed + self.step, self.treat
                if self.key_start is not None and treat != "breaching" and not any(p is not None for p in self.points(end)):
                    self.treat = "notBreaching"
                super().advance(end)
                self.treat = treat

    class Engine(ref.Engine):
        def __init__(self, lateness, max_stall, max_age, specs):
            super().__init__(lateness, max_stall, max_age=max_age)
            self.specs = specs
            self.extra = {}     # stream -> [time of the last line, when it was read, more was unread]
            self.last_wall = None
            for s in specs:
                if not s["keyed"]:
                    self.alarms[s["name"], ""] = self.make(s, -far)

        def make(self, s, seen):
            if s["form"] == "short":
                cond = ref.Cond(s["stat"], s["op"], s["limit"])
                return ref.Short(cond, s["within"], self.late, seen, self.max_age)
            a = Long(s["period"], s["n"], s["m"], s["treat"], s["stat"], s["limit"], s["anchor"], self.late)
            a.op = s["op"]
            up = s["op"] in (">", ">=")
            a.early = up if s["stat"] in ("count", "sum", "maximum") else s["stat"] == "minimum" and not up
            a.plain = a.state = "INSUFFICIENT_DATA"
            a.closed = -far
            return a

        def wake(self, wall):
            """After a gap in which nobody tried to read, no stream has been stuck."""
            if self.last_wall is not None and wall - self.last_wall > self.max_stall / 2:
                for s in self.streams.values():
                    if s.unread:
                        s.since = wall
            self.last_wall = wall

        def restarted(self, wall):
            for s in self.streams.values():
                if s.unread:
                    s.since = wall
            self.last_wall = wall

        def move(self, wall):
            before = self.w
            if before == -far and self.streams:
                marks = [self.mark(s, wall) for s in self.streams.values()]
                w = min(min(marks), wall - self.late)
                if w > before:
                    for (name, key), a in self.alarms.items():
                        if isinstance(a, Long):
                            a.begin(w)
                        elif a.seen == -far:
                            a.seen = w
            super().move(wall)

        def look(self, wall, streams):
            self.wake(wall)
            for name, unread, first in streams:
                s = self.found(name, wall, None if first is None else min(first, wall), unread)
                if not unread:
                    self.at_end(name, wall)
                    self.extra.setdefault(name, [None, 0, False])[2] = False
            for name in set(self.streams) - {s[0] for s in streams}:
                del self.streams[name]
                self.extra.pop(name, None)
            self.move(wall)

        def take(self, stream, wall, more, t, key, value, id):
            """One event; t None: no time stands in it."""
            self.wake(wall)
            x = self.extra.setdefault(stream, [None, 0, False])
            timed = t is not None
            if not timed:
                t = x[0] if x[0] is not None and (x[2] or wall - x[1] <= 60) else wall
            assigned = wall if t > wall + ref.HOUR * 2 else t
            self.extra[stream] = [assigned, wall, more]
            s = self.streams[stream]
            if s.newest == -far and s.checked == -far:
                s.newest = min(assigned, wall)
            self.read(ref.Event(t, wall, stream, key, value, id, timed), wall, more)

        def apply(self, e):
            if e.key is None:
                return
            if e.id is not None:
                if e.id in self.ids:
                    self.repeats += 1
                    return
                self.ids[e.id] = e.t
            for s in self.specs:
                k = (s["name"], e.key if s["keyed"] else "")
                known = k in self.alarms
                a = self.alarms[k] if known else self.make(s, e.t)
                if isinstance(a, ref.Short) and e.t < self.w - a.oldest:
                    continue    # dropped: it makes no key and is no sign of life
                if not known:
                    self.alarms[k] = a
                    if isinstance(a, Long):
                        a.key_start = far
                        if self.w > -far:
                            a.begin(self.w)
                            a.advance(self.w)
                    else:
                        a.advance(self.w)
                if s["keyed"] and isinstance(a, ref.Short) and a.c.zero:
                    a.seen = min(a.seen, e.t)
                a.add(e.t, e.value, self.w)

        def expect(self):
            return {f"{n}|{k}": [list(x) for x in a.out] for (n, k), a in self.alarms.items() if a.out}

    return Engine


def random_rules(r):
    rules = []
    for i in range(r.randint(1, 4)):
        keyed = r.random() < 0.4
        if r.random() < 0.55:
            stat = r.choice(["count", "count", "count", "sum", "average", "minimum", "maximum"])
            limit = r.choice([1, 1, 2, 3, 5]) if stat == "count" else r.choice([1, 2, 4, 8])
            rules.append({"name": f"a{i}", "form": "short", "stat": stat, "op": r.choice([">=", ">=", ">", "<", "<="]),
                          "limit": limit, "within": r.choice([30, 60, 300, 600]), "keyed": keyed})
        else:
            n = r.choice([1, 1, 2, 3, 5])
            stat, op = r.choice([("sum", ">="), ("sum", ">="), ("count", ">="), ("count", ">"), ("maximum", ">="),
                                 ("average", ">="), ("minimum", "<="), ("minimum", "<"), ("sum", "<")])
            rules.append({"name": f"a{i}", "form": "long", "stat": stat, "op": op, "limit": r.choice([1, 2, 3, 5]),
                          "period": r.choice([10, 60, 60, 120, 300]), "n": n, "m": r.randint(1, n),
                          "treat": r.choice(["missing", "ignore", "breaching", "notBreaching"]),
                          "anchor": r.choice(["fixed", "minute"]), "keyed": keyed})
    return rules


def random_events(r, lateness):
    """[(event time or None, wall, stream, key, value, id)] in order of arrival."""
    events, ids = [], []
    span = r.choice([300, 1200, 3600, 7200])
    t = START + r.randint(0, 600)
    for _ in range(r.choice([5, 15, 40, 80])):
        t += r.choice([0, 1, 2, 10, 30, 60, span // 10, r.randint(0, span // 4)])
        delay = r.choice([0, 0, 1, r.randint(0, max(1, lateness)), r.randint(0, 3 * lateness + 30)])
        wall, stamp = t + delay, t
        luck = r.random()
        if luck < 0.03:
            stamp = t + r.choice([5 * 3600, 3000, 400, 10 ** 9])    # forged
        elif luck < 0.06:
            stamp = None
        elif luck < 0.1:
            stamp = t - r.choice([100, 1000, 5000])
        id = None
        if r.random() < 0.5:
            id = r.choice(ids) if ids and r.random() < 0.2 else f"id{len(ids)}"
            ids.append(id)
        key = None if r.random() < 0.15 else r.choice(["x", "x", "y", ""])
        events.append((stamp, wall, r.choice("abc"[:r.choice([1, 1, 2, 3])]), key, r.choice([0, 1, 1, 1, 2, 3, 7]), id))
    events.sort(key=lambda e: e[1])
    return events


def make(Engine, seed):
    r = random.Random(seed)
    lateness = r.choice([0, 5, 60, 300, 900])
    scenario = {"seed": seed, "lateness": lateness, "max_stall": r.choice([120, 600]),
                "max_age": r.choice([0, 600, 86400]), "start": START, "replay": r.random() < 0.12,
                "rules": random_rules(r)}
    events = random_events(r, lateness)
    if scenario["replay"]:
        return replay(Engine, scenario, events, r)
    engine = Engine(lateness, scenario["max_stall"], scenario["max_age"], scenario["rules"])
    run(engine, scenario, events, r)
    return scenario


def replay(Engine, scenario, events, r):
    scenario["lateness"] = 0
    engine = Engine(0, scenario["max_stall"], scenario["max_age"], scenario["rules"])
    calls = scenario["calls"] = []
    merged = sorted((e for e in events if e[0] is not None and e[0] < START + 10 ** 6), key=lambda e: (e[0], e[2]))
    for i, (t, _, stream, key, value, id) in enumerate(merged):
        engine.found("replay", t, t)
        engine.take("replay", t, True, t, key, value, id)
        if calls and calls[-1][2] == stream and r.random() < 0.5:
            calls[-1][4].append([t, key, value, id])
            calls[-1][1] = t
        else:
            calls.append(["read", t, stream, True, [[t, key, value, id]]])
    until = (merged[-1][0] if merged else START) + r.choice([0, 60, 4000])
    calls.append(["finish", until])
    if merged:
        engine.found("replay", until, first_unread=False)
        engine.at_end("replay", until)
        engine.move(until)
    scenario["expect"] = engine.expect()
    return scenario


def run(engine, scenario, events, r):
    """What arrives is found by looks, read in batches of any size, with outages, crashes and stuck streams."""
    calls = scenario["calls"] = []
    crash = r.choice([0, 0, 0.05, 0.2])
    by = {}
    for e in events:
        by.setdefault(e[2], []).append(e)
    pos = {s: 0 for s in by}
    gone, stuck = set(), {}
    saved = (copy.deepcopy(engine), dict(pos), set(gone))
    calls.append(["save"])
    now = min(e[1] for e in events) if events else START
    end = max((e[1] for e in events), default=START) + r.choice([0, 1000, 3 * 3600])
    step = r.choice([1, 20, 60, 300])

    def here(s, wall):
        return sum(e[1] <= wall for e in by[s])

    def look():
        streams = []
        for s in by:
            if s in gone or here(s, now) == 0:
                continue
            unread = here(s, now) > pos[s]
            first = by[s][pos[s]][0] if unread else None
            streams.append([s, unread, None if first is None else min(first, now)])
        if not streams and not engine.streams:
            return
        if streams:
            calls.append(["look", now, streams])
            engine.look(now, streams)

    def save():
        nonlocal saved
        calls.append(["save"])
        saved = (copy.deepcopy(engine), dict(pos), set(gone))

    def maybe_crash():
        nonlocal engine, pos, gone
        if r.random() >= crash:
            return
        calls.append(["crash", now])
        engine, pos, gone = copy.deepcopy(saved[0]), dict(saved[1]), set(saved[2])
        engine.restarted(now)
        look()

    while now <= end:
        for s in by:
            if s not in stuck and r.random() < 0.03:
                stuck[s] = now + r.choice([60, 700, 2000])
            if stuck.get(s, now) < now:
                del stuck[s]
            if pos[s] and pos[s] == len(by[s]) and here(s, now) == pos[s] and r.random() < 0.05:
                gone.add(s)
        look()
        while True:
            todo = [s for s in by if s not in stuck and s not in gone and here(s, now) > pos[s]]
            if not todo:
                break
            s = r.choice(todo)
            n = min(r.choice([1, 1, 3, 100]), here(s, now) - pos[s])
            batch = by[s][pos[s]:pos[s] + n]
            pos[s] += n
            more = here(s, now) > pos[s]
            calls.append(["read", now, s, more, [[e[0], e[3], e[4], e[5]] for e in batch]])
            for i, e in enumerate(batch):
                engine.take(s, now, more or i + 1 < n, e[0], e[3], e[4], e[5])
            if r.random() < 0.3:
                save()
            maybe_crash()
        look()
        if r.random() < 0.3:
            now += r.choice([0, 1, 30])
            calls.append(["advance", now])
            engine.wake(now)
            engine.move(now)
        if r.random() < 0.5:
            save()
        maybe_crash()
        now += r.choice([1, step, step, 2 * step]) + (r.choice([900, 3600]) if r.random() < 0.03 else 0)
    scenario["expect"] = engine.expect()
