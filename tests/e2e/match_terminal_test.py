#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tocsin match` on a terminal: how far it is, while the output goes elsewhere; else what matched in colour, and no progress.

  match_terminal_test.py BIN_DIR
"""
import os
import re
import subprocess
import sys

from world import wait_for

LINES = b"an ERROR in \x1b[31mred\n" + b"nothing\n" * 999


class Terminal:
    """A pseudo terminal: what a process writes to `end` is read without waiting."""

    def __init__(self):
        self.ours, self.end = os.openpty()
        os.set_blocking(self.ours, False)
        self.text = b""

    def read(self):
        try:
            while chunk := os.read(self.ours, 65536):
                self.text += chunk
        except OSError:  # nothing more for now, or nobody has it open any more
            pass
        return self.text


def check_progress(tocsin):
    terminal = Terminal()
    match = subprocess.Popen([tocsin, "match", "-c", "ERROR"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal.end)
    os.close(terminal.end)
    errors = 0

    def shown():
        nonlocal errors
        match.stdin.write(LINES)
        match.stdin.flush()
        errors += 1
        return re.findall(rb"\r\x1b\[K0 of 1 files, \d+ MiB, (\d+) found", terminal.read())

    found = wait_for(shown, what="the progress")
    assert 0 < int(found[0]) <= errors, (found, errors)
    out, _ = match.communicate()
    assert out == b"%d\n" % errors and match.returncode == 0, (out, errors)
    assert terminal.read().endswith(b"\r\x1b[K"), "the progress stays behind"


def check_colours(tocsin):
    terminal = Terminal()
    subprocess.run([tocsin, "match", "ERROR"], input=LINES, stdout=terminal.end, stderr=terminal.end, check=True,
                   env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
    assert terminal.read() == b"an \x1b[1;31mERROR\x1b[0m in \\x1b[31mred\r\n", terminal.text


def main(bin_dir):
    tocsin = os.path.join(bin_dir, "tocsin")
    check_progress(tocsin)
    check_colours(tocsin)
    print("progress is told where it does not disturb, and taken away")


if __name__ == "__main__":
    main(sys.argv[1])
