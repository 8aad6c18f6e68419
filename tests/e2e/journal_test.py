#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The channel `journal` against a real journald, in a mount namespace of its own: the machine's journal is not touched.

  journal_test.py BIN_DIR
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from world import APP_LOG, Daemon, append_events, folder, user_rule, wait_for

CONFIG = APP_LOG + """
topics:
  ops: { subscriptions: [journal: {}] }
"""
RULES = user_rule("severity: critical", 'summary: "{{user}} went off"')
JOURNALD = "/lib/systemd/systemd-journald"
SOCKET = Path("/run/systemd/journal/socket")


def entries(*matches):
    said = subprocess.run(["journalctl", "--no-pager", "-o", "json", *matches], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in said.stdout.splitlines()]


def in_namespace(bin_dir):
    for path in ("/run", "/var/log"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    SOCKET.parent.mkdir(parents=True)
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    daemon = Daemon(bin_dir, home, CONFIG).start()
    append_events(home / "app.log", {"user": "mallory\nTOCSIN_STATE=OK"})
    # Without journald nothing is lost.
    wait_for(lambda: "retry" in daemon.get("/metrics")[1], what="a first attempt to fail")
    with open(home / "journald", "wb") as said:
        journald = subprocess.Popen([JOURNALD], stdout=said, stderr=said)
    try:
        found = wait_for(lambda: entries("MESSAGE_ID=3a7f1d0c5b6e4c2f9e81d4a6b0c25f77"), 60, "the entry in the journal")
        assert len(found) == 1, found
        entry = found[0]
        for name, value in {"PRIORITY": "2", "SYSLOG_IDENTIFIER": "tocsin", "TOCSIN_ALARM": "boom", "TOCSIN_STATE": "ALARM",
                            "TOCSIN_SEVERITY": "critical", "TOCSIN_TOPIC": "ops", "_COMM": "tocsind"}.items():
            assert entry[name] == value, f"{name} is {entry.get(name)}: {entry}"
        assert entry["MESSAGE"].startswith("ALARM: boom (user = mallory TOCSIN_STATE=OK)"), entry["MESSAGE"]
        assert entries("TOCSIN_ALARM=boom", "TOCSIN_STATE=ALARM") and not entries("TOCSIN_STATE=OK")
        daemon.stop()
    finally:
        journald.kill()
        journald.wait()
    shutil.rmtree(home)
    print("journal: ok")


def main(bin_dir):
    if os.environ.get("TOCSIN_IN_NAMESPACE"):
        in_namespace(bin_dir)
        return
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    unshare = ["unshare", *user, "--mount", "--propagation", "private"]
    if subprocess.run([*unshare, "true"], check=False).returncode != 0:
        print("journal: no mounts of one's own here, as below chroot")
        sys.exit(77)
    subprocess.run([*unshare, sys.executable, *sys.argv], env={**os.environ, "TOCSIN_IN_NAMESPACE": "1"}, check=True)


if __name__ == "__main__":
    main(sys.argv[1])
