#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every *.jsonl of a folder through `tocsin test`.

  run_cases.py TOCSIN FOLDER

A row is a test as it stands in a test file. Exit 1 if one does not pass.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PATTERN_CASE = ("message", "match", "extracted", "metricValue", "sample")


def as_test(row):
    """Pattern rows keep what is judged; the rest stands beside, as people write it in a `cases` list."""
    if "pattern" not in row or "alarm" in row or row.get("error"):
        return row
    test = {key: value for key, value in row.items() if key not in PATTERN_CASE}
    test["cases"] = [{key: row[key] for key in PATTERN_CASE if key in row}]
    return test


def run(tocsin, path, folder):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    file = Path(folder) / (path.stem + ".test.yaml")
    file.write_text(json.dumps({"tests": [as_test(row) for row in rows]}, ensure_ascii=False), encoding="utf-8")
    answer = subprocess.run([tocsin, "test", "--format", "json", str(file)], capture_output=True, text=True, check=False)
    sys.stderr.write(answer.stderr)
    results = [json.loads(line) for line in answer.stdout.splitlines()]
    if [r["name"] for r in results] != [row["id"] for row in rows]:
        return len(rows), ["the results are not the tests in file order"]
    return len(rows), [f'{r["name"]}: {r["detail"]}' for r in results if not r["ok"]]


def main(tocsin, source):
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(Path(source).glob("*.jsonl")):
            total, wrong = run(tocsin, path, folder)
            print(f"{path.name}: {total - len(wrong)} of {total}")
            for line in wrong:
                print("  " + line)
            failed = failed or bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
