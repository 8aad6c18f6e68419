#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rsyslog_count.py FOLDER: rsyslogd with FOLDER/rsyslog.conf until it has written the line "end" to FOLDER/out; prints that."""
import subprocess
import sys
import threading
from pathlib import Path

folder = Path(sys.argv[1])
out = folder / "out"
for old in [out, *folder.glob("imfile-state*")]:
    old.unlink(missing_ok=True)
daemon = subprocess.Popen(["rsyslogd", "-n", "-f", folder / "rsyslog.conf", "-i", folder / "pid"], stderr=subprocess.DEVNULL)
pause, waited = threading.Event(), 0.0
while not (out.exists() and out.read_bytes().endswith(b"end\n")):
    pause.wait(0.01)
    waited += 0.01
    if daemon.poll() is not None or waited > 300:
        sys.exit("rsyslogd did not come to the end")
daemon.kill()
daemon.wait()
print(out.read_text().replace("end\n", ""), end="")
