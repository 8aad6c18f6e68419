#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our filter patterns with the specification's reference program on random (pattern, event) pairs.

  pattern_differential.py PATTERN_ANSWERS SOURCE_DIR [--count N] [--seed S]

Half of the patterns are made from the grammar, the rest are mutated ones, so that errors are compared too. Events are random,
made to fit, and real CloudTrail events. Exits 77 (skipped) where the reference is not at hand: $TOCSIN_SHARED or ../shared.
"""
import argparse
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
import warnings
from decimal import InvalidOperation
from pathlib import Path

WORDS = ["Root", "root", "ERROR", "a", "b", "ab", "x", "GET", "s3", "1", "12", "404", "0", "5", "true", "null", "", "4xx"]
NAMES = ["a", "b", "c", "type", "eventName", "errorCode", "user-id", "n", "list"]
NUMBERS = ["0", "-0", "1", "1.0", "1e0", "10e-1", "12", "404", "4.04e2", "9007199254740993", "9007199254740992",
           "18446744073709551616", "0.1", "0.10", "1e400", "1E+5", "100000", "-1", "-1.5", "5"]

# Where the reference strays from its own text: an escape that begins a class, and laziness after ? and {m,n}.
STRAYS = re.compile(r"\[\^?\\|\?\?|\}\?")


warnings.simplefilter("ignore", FutureWarning)  # '[--' and '||' in a class: literal here


def load_reference(source):
    for shared in (os.environ.get("TOCSIN_SHARED"), Path(source) / ".." / "shared"):
        path = Path(shared or "/nonexistent") / "tools" / "reference_patterns.py"
        if path.is_file():
            spec = importlib.util.spec_from_file_location("reference_patterns", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module, Path(shared)
    return None, None


class Maker:
    def __init__(self, seed, trail):
        self.r = random.Random(seed)
        self.trail = trail

    def pick(self, *options):
        return self.r.choice(options)

    def word(self):
        w = self.r.choice(WORDS)
        return self.pick(w, w, w, w + "*", "*" + w, "*" + w + "*", w[:1] + "*" + w[1:], "*")

    def regex(self):
        atoms = ["a", "b", "Root", ".", "\\d", "\\w", "\\s", "\\S", "[ab]", "[^a]", "[a-c0-9]", "\\.", "\\x41", "4", "R", "o",
                 "[]a]", "[a-]", "\\*", " ", "-", "=", "[^]\\d]", "[+--]"]
        quantifiers = ["", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}", "*?", "+?"]
        body = "".join(self.r.choice(atoms) + self.r.choice(quantifiers) for _ in range(self.r.randint(1, 4)))
        if self.r.random() < 0.2:
            body = "^" + body
        if self.r.random() < 0.2:
            body += "$"
        if self.r.random() < 0.2:
            body += "|" + self.r.choice(atoms)
        return "%" + body + "%"

    def quoted(self):
        w = self.pick(self.word(), self.word(), 'say "x"', "back\\slash", "50% off", "é", "日本", "a b", "[x]", "{y}", "\\n")
        return '"' + w.replace("\\", self.pick("\\\\", "\\")).replace('"', '\\"') + '"'

    def value(self, op):
        if op in ("=", "!="):
            return self.pick(self.word() or "a", self.word() or "a", self.quoted(), self.quoted(), self.r.choice(NUMBERS),
                             self.r.choice(NUMBERS), self.regex())
        return self.r.choice(NUMBERS)

    def op(self):
        return self.pick("=", "=", "=", "!=", "!=", "<", ">", "<=", ">=")

    def white(self):
        return self.pick(" ", " ", "", "  ", "\t")

    def selector(self):
        out = "$"
        for _ in range(self.pick(1, 1, 1, 2, 2, 3)):
            out += self.pick(*["." + self.r.choice(NAMES)] * 6, ".*", "[*]", "[0]", "[1]", ".['" + self.r.choice(NAMES) + "']",
                             "['a.b']", '["c"]')
        return out

    def json_condition(self):
        if self.r.random() < 0.25:
            return self.selector() + " " + self.pick("IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS", "NOT EXISTS", "is null")
        op = self.op()
        return self.selector() + self.white() + op + self.white() + self.value(op)

    def expression(self, condition, depth, parens=True):
        if depth == 0 or self.r.random() < 0.5:
            return condition()
        joined = self.pick(" && ", " || ", "&&", "||").join(
            self.expression(condition, depth - 1, parens) for _ in range(self.r.randint(2, 3)))
        return "(" + joined + ")" if parens and self.r.random() < 0.5 else joined

    def json_pattern(self):
        return "{" + self.white() + self.expression(self.json_condition, 2) + self.white() + "}"

    def field_entry(self):
        name = self.r.choice(NAMES + ["w1", "ip", "status"])
        if self.r.random() < 0.5:
            return name

        def condition():
            op = self.op()
            return name + self.white() + op + self.white() + self.value(op)
        return self.expression(condition, 1, parens=False)

    def delimited_pattern(self):
        entries = [self.pick("", self.field_entry(), self.field_entry(), self.field_entry()) for _ in range(self.r.randint(0, 4))]
        if self.r.random() < 0.4:
            entries.insert(self.r.randint(0, len(entries)), "...")
        return "[" + self.pick(",", ", ", " , ").join(entries) + "]"

    def terms_pattern(self):
        return " ".join(self.pick("", "", "", "-", "?", "- ") + self.pick(self.r.choice(WORDS), self.quoted(), self.regex())
                        for _ in range(self.r.randint(1, 4)))

    def pattern(self):
        p = self.pick(self.json_pattern, self.json_pattern, self.delimited_pattern, self.terms_pattern)()
        if self.r.random() < 0.35:
            p = self.mutated(p)
        return p

    def mutated(self, text):
        text = list(text)
        for _ in range(self.r.randint(1, 2)):
            at = self.r.randint(0, len(text))
            what = self.r.random()
            if what < 0.4:
                text.insert(at, self.r.choice(list("{}[]()\"'%$.,=!<>&|*-+?\\ aé0@:") + ["\n", "&&", "||", "..."]))
            elif text:
                at = min(at, len(text) - 1)
                if what < 0.8:
                    del text[at]
                else:
                    text[at] = self.r.choice("{}[]()\"%$.,=!<>&|*-+? a0")
        return "".join(text)

    def json_value(self, depth):
        if depth == 0 or self.r.random() < 0.6:
            return self.pick(*[lambda: json.dumps(self.r.choice(WORDS))] * 4, lambda: self.r.choice(NUMBERS), lambda: self.r.choice(NUMBERS),
                             lambda: "true", lambda: "false", lambda: "null", lambda: json.dumps(self.quoted()),
                             lambda: '"R\\u006fot"', lambda: '"\\u00e9"')()
        if self.r.random() < 0.4:
            return "[" + ",".join(self.json_value(depth - 1) for _ in range(self.r.randint(0, 3))) + "]"
        return self.json_object(depth - 1)

    def json_object(self, depth):
        names = [self.r.choice(NAMES + ["a.b", "\\u0061"]) for _ in range(self.r.randint(0, 4))]
        return "{" + ",".join('"' + n + '":' + self.white() + self.json_value(depth) for n in names) + "}"

    def line(self):
        tokens = [self.pick(self.r.choice(WORDS), self.r.choice(NUMBERS), '"' + self.r.choice(WORDS) + ' x"', "[" + self.r.choice(WORDS) + " y]",
                            '"', "[", "]", "é", '""', "[]", 'k="a b"', "a\\") for _ in range(self.r.randint(0, 7))]
        return self.pick("", "", " ", "\t").join([""] + [self.pick(" ", " ", "  ", "\t", "\n").join(tokens)]) + self.pick("", "", " ")

    def message(self, pattern):
        if pattern.lstrip().startswith("{"):
            if self.trail and self.r.random() < 0.15:
                return self.r.choice(self.trail)
            text = self.pick(self.json_object(3), self.json_object(3), self.json_object(3), "[" + self.json_object(2) + "]")
            if self.r.random() < 0.15:
                text = self.mutated(text)
            return self.pick("", "", "", " ", "\n") + text
        return self.pick(self.line, self.line, lambda: self.json_object(1), lambda: self.mutated(pattern))()

    def metric_value(self, pattern):
        if pattern.lstrip().startswith("{"):
            return self.pick("1", "2.5", self.selector(), "$." + self.r.choice(NAMES))
        return self.pick("1", "$1", "$2", "$a", "$w1", "$" + self.r.choice(NAMES))


def reference_answer(reference, question):
    try:
        pattern = reference.compile_pattern(question["pattern"])
    except reference.PatternError as e:
        return {"error": str(e)}
    match = pattern.match(question["message"])
    if match is None:
        return {"match": False}
    sample = reference.metric_sample(match, question["metricValue"])
    if sample is not None and sample in (float("inf"), float("-inf")):
        sample = None  # not finite: no sample
    return {"match": True, "extracted": match.extracted, "sample": sample}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("answers")
    parser.add_argument("source")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reference, shared = load_reference(options.source)
    if reference is None:
        print("no reference at hand")
        return 77
    trail_file = shared / "data" / "cloudtrail.ndjson"
    trail = trail_file.read_text(encoding="utf-8").splitlines() if trail_file.is_file() else []
    maker = Maker(options.seed, trail)
    questions, expected = [], []
    while len(questions) < options.count:
        pattern = maker.pattern()
        question = {"pattern": pattern, "message": maker.message(pattern), "metricValue": maker.metric_value(pattern)}
        try:
            answer = reference_answer(reference, question)
        except (InvalidOperation, RecursionError, OverflowError):
            continue
        questions.append(question)
        expected.append(answer)
    lines = "".join(json.dumps(q) + "\n" for q in questions)
    run = subprocess.run([options.answers], input=lines, capture_output=True, text=True, check=True, encoding="utf-8")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(questions), "an answer is missing"
    bad = 0
    matched = errors = 0
    for question, want, got in zip(questions, expected, answers):
        matched += want.get("match", False)
        errors += "error" in want
        same = ("error" in want) == ("error" in got) and all(got.get(k) == want.get(k) for k in ("match", "extracted", "sample"))
        if same or (STRAYS.search(question["pattern"]) and "%" in question["pattern"]):
            continue
        bad += 1
        if bad <= 20:
            print(f"DISAGREE {json.dumps(question, ensure_ascii=False)[:600]}\n  reference {want}\n  ours      {got}")
    print(f"{len(questions)} pairs, {matched} matches, {errors} errors, {bad} disagree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
