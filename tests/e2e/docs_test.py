#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents for users tell the truth: what they show is written and run, in the order in which it stands there.

  docs_test.py BIN_DIR

- A `yaml` block whose first line is `# FILE` is written as that file. A path from / lies below a folder of the test.
- A `console` block holds commands, each behind `$ `, and below them what they print: those lines, in that order; other lines
  may stand between them. `[...]` in a line stands for any text; alone on a line it says that lines are left out there.
- A command runs in a shell. One that shows no output must end with 0 or 1 (the answer is no); none may crash. `STANDS_FOR` are
  those that a test cannot run as they are, `NOT_RUN` those that it cannot run at all. `mail.example.com` and `hooks.example.com` are receivers of the test.
"""
import os
import re
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

from mail_test import MailServer, certificate
from world import SOURCE, Daemon, Webhook, folder, wait_for

# Those of one row follow each other on the same machine.
DOCUMENTS = (("README.md",), ("docs/guide.md", "docs/testing-rules.md", "docs/maths.md"))

# Paths of the documents that lie in the test's folder.
PLACES = ("/etc/tocsin", "/var/lib/tocsin", "/var/log", "/run/tocsin")

NOT_RUN = (
    r"\./tests/run",  # runs this
    r"sudo install -m 600 /dev/stdin /etc/tocsin/credentials/[a-z]+",  # the test has its own secrets
)


class World:
    """A machine in a folder: what the documents call / is `root`."""

    def __init__(self, bin_dir):
        self.root, self.bin = folder(), Path(bin_dir).resolve()
        for place in PLACES + ("/etc/tocsin/rules.d", "/etc/tocsin/credentials", "/home", "/bin"):
            (self.root / place[1:]).mkdir(parents=True, exist_ok=True)
        self.home = self.root / "home"
        os.symlink(SOURCE / "tests", self.home / "tests")
        (self.root / "var/log/auth.log").touch()
        (self.root / "var/log/cloudtrail").mkdir()
        (self.root / "etc/tocsin/credentials/smtp").write_text("s3cret-word\n")
        self.hook = Webhook()
        (self.root / "etc/tocsin/credentials/slack").write_text(self.hook.url + "\n")
        self.mail = self.daemon = None
        self.wrap_tocsin()

    def wrap_tocsin(self):
        """`tocsin` as it is on a machine whose configuration is the test's."""
        wrapper = self.root / "bin/tocsin"
        config = f"--config {self.root}/etc/tocsin/tocsin.yaml"
        wrapper.write_text(f"""#!/bin/sh
case " $* " in
  *" --config "*|" check "*" --help "*) ;;
  " rules "*" --rules "*|" rules "*" --pack "*|" replay "*" --rules "*|" replay "*" --pack "*) ;;
  " check "*|" rules "*) exec {self.bin}/tocsin "$@" {config} ;;
esac
exec {self.bin}/tocsin "$@"
""")
        wrapper.chmod(0o755)
        (self.root / "bin/tocsind").symlink_to(self.bin / "tocsind")

    def environment(self):
        return {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "200",
                "TOCSIN_PACKS": str(SOURCE / "rules/packs"), "TOCSIN_SOCKET": f"{self.root}/run/tocsin/tocsin.sock",
                "CREDENTIALS_DIRECTORY": f"{self.root}/etc/tocsin/credentials",
                "SSL_CERT_FILE": f"{self.root}/cert.pem"}

    def here(self, text):
        """Text of a document, on this machine."""
        for place in PLACES:
            text = re.sub(rf"(?<![\w.]){place}\b", f"{self.root}{place}", text)
        return text

    def write(self, path, text):
        target = Path(self.here(path)) if path.startswith("/") else self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = self.here(text)
        if "mail.example.com:587" in text:
            self.start_mail()
            text = text.replace("mail.example.com:587", f"localhost:{self.mail.port}")
        target.write_text(text.replace("https://hooks.example.com/tocsin", self.hook.url)
                          .replace("listen: 127.0.0.1:8686", 'listen: "127.0.0.1:0"'))

    def start_mail(self):
        if self.mail is None:
            self.mail = MailServer(self.root, 0, certificate(self.root), ["250"])

    # Commands that are not run as they stand.
    def start(self):
        daemon = Daemon(self.bin, self.root / "home", "")
        daemon.config = self.root / "etc/tocsin/tocsin.yaml"
        daemon.socket = self.root / "run/tocsin/tocsin.sock"
        os.environ.update(self.environment())
        self.daemon = daemon.start()
        return ""

    def reload(self):
        """The unit checks first and reloads then."""
        faults = self.shell("tocsin check --quiet")
        if not faults:
            self.daemon.reload()
        return faults

    def log(self, tag, message):
        """What logger and rsyslog do."""
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        with open(self.root / "var/log/auth.log", "a", encoding="utf-8") as log:
            log.write(f"{now} web-1 {tag}: {message}\n")
        return ""

    def quickstart(self):
        return self.shell(f"{SOURCE}/packaging/quickstart --bin {self.bin}")

    def shell(self, command, codes=range(126)):
        done = subprocess.run(["sh", "-c", self.here(command)], cwd=self.home, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        assert done.returncode in codes, f"$ {command}\nended with {done.returncode}:\n{done.stdout}"
        return done.stdout.replace(str(self.root), "").replace(f"{SOURCE}/rules/packs", "/usr/share/tocsin/packs")

    def run(self, command, codes=range(126)):
        command = command.split("  #")[0].strip()
        for pattern in NOT_RUN:
            if re.fullmatch(pattern, command):
                return None
        for pattern, act in STANDS_FOR:
            if match := re.fullmatch(pattern, command):
                return act(self, *match.groups())
        return self.shell(command.removeprefix("sudo "), codes)

    def close(self):
        if self.daemon:
            self.daemon.stop()
        if self.mail:
            self.mail.close()
        self.hook.close()
        shutil.rmtree(self.root)


STANDS_FOR = (
    (r"sudo systemctl enable --now tocsind", World.start),
    (r"sudo systemctl reload tocsind", World.reload),
    (r"logger -p auth\.info -t (\S+) \"(.*)\"", World.log),
    (r"\./packaging/quickstart", World.quickstart),
)


def missing(expected, output):
    """The first expected line that the output lacks, or None."""
    lines = iter(line.rstrip() for line in output.splitlines())
    for wanted in expected:
        if wanted.strip() in ("", "[...]"):
            continue
        pattern = ".*".join(re.escape(part) for part in wanted.rstrip().split("[...]"))
        if not any(re.fullmatch(pattern, line) for line in lines):
            return wanted
    return None


def blocks(document):
    """(line, language, lines) of each fenced block."""
    fence = None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```") and fence is None:
            fence = (number, line[3:].strip(), [])
        elif line.startswith("```"):
            yield fence
            fence = None
        elif fence:
            fence[2].append(line)
    assert fence is None, f"{document}:{fence[0]}: a block without an end"


def commands(number, lines):
    """(line, command, expected lines) of a console block."""
    found = []
    for at, line in enumerate(lines, number + 1):
        if line.startswith("$ "):
            found.append((at, line[2:], []))
        elif found:
            found[-1][2].append(line)
        else:
            raise AssertionError(f"line {at}: output without a command")
    return found


def run_document(document, world):
    """Runs the document; the faults, as text."""
    faults, ran = [], 0
    for number, language, lines in blocks(document):
        if language == "yaml" and lines and (name := re.fullmatch(r"# (\S+\.yaml)", lines[0])):
            world.write(name[1], "\n".join(lines) + "\n")
        for at, command, expected in commands(number, lines) if language == "console" else []:
            output = world.run(command) if expected else world.run(command, codes=(0, 1))
            if output is None:
                continue
            ran += 1
            # What the daemon does takes its milliseconds.
            for _ in range(100 if world.daemon else 0):
                if missing(expected, output) is None:
                    break
                threading.Event().wait(0.1)
                output = world.run(command)
            if (lacks := missing(expected, output)) is not None:
                faults.append(f"{document.name}:{at}: $ {command}\ndoes not print\n  {lacks}\nbut\n{output}")
    assert ran, f"{document.name}: nothing was run"
    print(f"{document.name}: {ran} commands")
    return faults


def judge_itself():
    """A test that cannot fail would prove nothing."""
    output = "alpha 1\nbeta 2\ngamma 3\n"
    assert missing(["alpha [...]", "[...]", "gamma 3"], output) is None
    assert missing(["beta 2", "alpha 1"], output) == "alpha 1", "order counts"
    assert missing(["alpha"], output) == "alpha", "whole lines count"


def main(bin_dir):
    judge_itself()
    faults = []
    for names in DOCUMENTS:
        world = World(bin_dir)
        try:
            for name in names:
                faults += run_document(SOURCE / name, world)
        finally:
            world.close()
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
