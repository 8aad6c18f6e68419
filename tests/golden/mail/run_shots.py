#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mails as a browser shows them, against the pictures in shots/: in a narrow and a wide window, on a light and a dark page.

  run_shots.py MAIL_SAMPLES        TOCSIN_APPROVE=1 writes the pictures instead
"""
import base64
import json
import os
import subprocess
import sys
from pathlib import Path

SHOTS = Path(__file__).resolve().parent / "shots"
SCRIPT = Path(__file__).resolve().parents[2] / "node" / "mail_shots.mjs"
# A moved letter is less, a missing line is more.
DIFFERENT_MOST = 0.02


def main(samples):
    mails = json.loads(subprocess.run([samples], capture_output=True, check=True).stdout)
    golden = {path.stem: base64.b64encode(path.read_bytes()).decode() for path in SHOTS.glob("*.png")}
    done = subprocess.run(["node", SCRIPT], input=json.dumps({"mails": mails, "golden": golden}), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        print(done.stderr)
        return 1
    faults = []
    for name, shot in json.loads(done.stdout).items():
        png = base64.b64decode(shot["png"])
        if os.environ.get("TOCSIN_APPROVE"):
            SHOTS.mkdir(exist_ok=True)
            (SHOTS / f"{name}.png").write_bytes(png)
        if shot["overflow"] > 0:
            faults.append(f"{name}: {shot['overflow']} px wider than the window")
        if os.environ.get("TOCSIN_APPROVE"):
            continue
        if shot["difference"] is None:
            faults.append(f"{name}: there is no such picture in {SHOTS}")
        elif shot["difference"] > DIFFERENT_MOST:
            got = Path.cwd() / f"{name}.got.png"
            got.write_bytes(png)
            faults.append(f"{name}: {shot['difference']:.1%} of it is different; it is kept as {got}")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
