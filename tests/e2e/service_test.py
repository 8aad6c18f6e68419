#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The unit under a real systemd: this machine's system, in an overlay that is thrown away, booted as a container. Tocsin is
installed there as the guide says, follows a log that group adm may read, tells three channels, is reloaded, killed and stopped.

  service_test.py BIN_DIR CMAKE
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from world import Webhook, append_events, folder, wait_for

CONFIG = """
log_groups:
  app: { input: file, path: /var/log/app/*.log, lateness: 1s, start_at: beginning }
rules: [rules.d/*.yaml]
topics:
  ops:
    subscriptions:
      - webhook: { url: "@SERVER@/${credential:hook}" }
      - exec: { command: [/usr/bin/tee, /var/lib/tocsin/said] }
      - journal: {}
api: { listen: "off" }
"""
RULES = """
rules:
  - { name: boom, log_group: app, pattern: "{ $.n = * }", alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops] }
"""
# The unit's own 30 s are long to wait for.
IMPATIENT = "[Service]\nWatchdogSec=2s\n"


class Machine:
    """A copy of this machine, with nothing running but systemd's own."""

    def __init__(self, home):
        self.root = home / "root"
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", home], check=True)
        for name in ("upper", "work", "root"):
            (home / name).mkdir()
        layers = f"lowerdir=/,upperdir={home}/upper,workdir={home}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)
        (self.root / "etc/fstab").write_text("")
        self.said = open(home / "console", "wb")
        self.container = self.leader = None

    def boot(self):
        self.container = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.root, "--register=no", "--keep-unit", "-M", f"tocsin-{os.getpid()}",
             "--console=pipe", "-b", "--", "--unit=basic.target"], stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said)
        wait_for(self.is_up, 60, "the container to boot")

    def is_up(self):
        assert self.container.poll() is None, "the container ended"
        children = subprocess.run(["pgrep", "-P", str(self.container.pid)], capture_output=True, text=True, check=False)
        self.leader = children.stdout.split()[0] if children.stdout else None
        return self.leader and self.run("systemctl", "is-active", "basic.target", check=False).stdout == "active\n"

    def run(self, *command, check=True):
        done = subprocess.run(["nsenter", "-t", self.leader, "-a", *command], capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}{self.journal()}"
        return done

    def journal(self):
        return self.run("journalctl", "-u", "tocsind", "--no-pager", "-o", "cat", check=False).stdout

    def show(self, name):
        return self.run("systemctl", "show", "-P", name, "tocsind").stdout.strip()

    def kill(self, name):
        self.run("systemctl", "kill", "--kill-who=main", f"--signal={name}", "tocsind")

    def off(self):
        self.container.terminate()
        self.container.wait(60)


def install(machine, cmake, build, server):
    """As docs/guide.md says, with a log that only group adm may read."""
    subprocess.run([cmake, "--install", build, "--prefix", "/usr"], env={**os.environ, "DESTDIR": str(machine.root)},
                   check=True, stdout=subprocess.DEVNULL)
    machine.run("sh", "-c", "systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload")
    etc, log = machine.root / "etc/tocsin", machine.root / "var/log/app/app.log"
    (etc / "tocsin.yaml").write_text(CONFIG.replace("@SERVER@", server))
    (etc / "rules.d/app.yaml").write_text(RULES)
    (etc / "credentials/hook").write_text("c4cc14e1")
    (etc / "credentials/hook").chmod(0o600)
    log.parent.mkdir()
    log.touch()
    machine.run("chown", "-R", "root:adm", "/var/log/app")
    machine.run("chmod", "-R", "u=rwX,g=rX,o=", "/var/log/app")
    return etc, log


def check_delivery(machine, hook, log, n):
    append_events(log, {"n": n})
    told = wait_for(lambda: [b for b in list(hook.bodies) if b["alarm"]["key"] == {"n": str(n)}], what=f"the alarm of {n}")
    wait_for(lambda: machine.run("journalctl", "-t", "tocsin", f"TOCSIN_KEY=n={n}", "--no-pager", "-o", "cat").stdout,
             what=f"the entry of {n} in the journal")
    said = machine.root / "var/lib/tocsin/said"
    wait_for(lambda: said.exists() and f'"n":"{n}"' in said.read_text(), what=f"the command to get {n}")
    assert len(told) == 1, told


def check_reload(machine, rules):
    machine.run("systemctl", "reload", "tocsind")
    good = rules.read_text()
    rules.write_text(good.replace("notify", "notfy"))
    refused = machine.run("systemctl", "reload", "tocsind", check=False)
    assert refused.returncode != 0, "a faulty rule was reloaded"
    place = "rules.d/app.yaml:3:"
    wait_for(lambda: place in machine.journal() and "did you mean" in machine.journal(), what="the fault in the journal")
    assert machine.show("ActiveState") == "active"
    rules.write_text(good)
    machine.run("systemctl", "reload", "tocsind")


def check_restarts(machine):
    """Killed and hanging, it comes back; on a faulty configuration nobody tries again."""
    machine.kill("KILL")
    wait_for(lambda: machine.show("NRestarts") == "1" and machine.show("ActiveState") == "active", what="the first restart")
    machine.kill("STOP")
    wait_for(lambda: machine.show("NRestarts") == "2" and machine.show("ActiveState") == "active", what="the watchdog")


def check_stop(machine, etc):
    machine.run("systemctl", "stop", "tocsind")
    assert (machine.show("ActiveState"), machine.show("Result")) == ("inactive", "success"), machine.journal()
    (etc / "rules.d/app.yaml").write_text("rules: 3\n")
    assert machine.run("systemctl", "start", "tocsind", check=False).returncode != 0
    wait_for(lambda: machine.show("ActiveState") == "failed", what="the unit to fail")
    assert (machine.show("ExecMainStatus"), machine.show("NRestarts")) == ("78", "0"), machine.journal()
    assert "c4cc14e1" not in machine.journal(), "the secret is in the journal"


def in_namespace(home, bin_dir, cmake):
    hook, machine = Webhook(), Machine(home)
    try:
        machine.boot()
        etc, log = install(machine, cmake, Path(bin_dir).parent, hook.url)
        drop_in = machine.root / "etc/systemd/system/tocsind.service.d/test.conf"
        drop_in.parent.mkdir()
        drop_in.write_text(IMPATIENT)
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "start", "tocsind")
        check_delivery(machine, hook, log, 1)
        check_reload(machine, etc / "rules.d/app.yaml")
        check_restarts(machine)
        check_delivery(machine, hook, log, 2)
        assert len(json.loads(machine.run("tocsin", "status", "--json").stdout)["log_groups"]) == 1
        check_stop(machine, etc)
    finally:
        machine.off()
        hook.close()
    print("service: ok")


def can_boot(home):
    """Why not, or nothing: a container needs mounts of its own."""
    if shutil.which("systemd-nspawn") is None:
        return "there is no systemd-nspawn"
    tried = subprocess.run(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs "$1" && mkdir "$1/u" "$1/w" "$1/r" && '
                            'mount -t overlay overlay -o "lowerdir=/,upperdir=$1/u,workdir=$1/w" "$1/r" && '
                            'systemd-nspawn -q -D "$1/r" --register=no --keep-unit true', "sh", home],
                           capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode != 0 else None


def main(*args):
    if os.environ.get("TOCSIN_IN_NAMESPACE"):
        return in_namespace(Path(args[0]), *args[1:])
    home = folder()
    if reason := can_boot(home):
        print("service: no container can be started here: " + reason)
        return 77
    done = subprocess.run(["unshare", "--mount", sys.executable, __file__, home, *args], check=False,
                          env={**os.environ, "TOCSIN_IN_NAMESPACE": "1"})
    home.rmdir()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
