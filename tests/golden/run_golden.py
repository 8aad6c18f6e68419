#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `tocsin replay` in a folder with the arguments of its command.txt and compares what it prints with expected.txt.

  run_golden.py TOCSIN FOLDER        TOCSIN_APPROVE=1 writes expected.txt instead
"""
import difflib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path


def printed(tocsin, folder):
    arguments = shlex.split((folder / "command.txt").read_text(encoding="utf-8"))
    environment = {**os.environ, "TZ": "UTC", "NO_COLOR": "1"}
    answer = subprocess.run([tocsin, "replay", *arguments], cwd=folder, env=environment, capture_output=True, text=True,
                            check=False)
    # How long it took is the one thing that differs from run to run.
    out = re.sub(r' in [0-9.]+ s;', " in N s;", answer.stdout)
    out = re.sub(r'"seconds":[0-9.e-]+', '"seconds":N', out)
    errors = "".join(f"stderr: {line}\n" for line in answer.stderr.splitlines())
    return f"{out}{errors}exit {answer.returncode}\n"


def main(tocsin, folder):
    folder = Path(folder)
    expected = folder / "expected.txt"
    got = printed(tocsin, folder)
    if os.environ.get("TOCSIN_APPROVE"):
        expected.write_text(got, encoding="utf-8")
        return 0
    wanted = expected.read_text(encoding="utf-8") if expected.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), got.splitlines(True), "expected", "printed"))
    return got != wanted


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
