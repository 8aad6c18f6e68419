#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` puts on a machine works from there: programs find their packs, the unit is one that systemd takes and
that is sandboxed, the manuals know every command.

  install_test.py BIN_DIR CMAKE
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from world import SOURCE, folder

EXPOSURE_MAX = 15  # `systemd-analyze security`, in tenths of its points


def run(*command, expect=0):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == expect, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def check_programs(prefix):
    listed = run(prefix / "bin/tocsin", "rules", "list", "--pack", "cis-aws")
    installed = prefix / "share/tocsin/packs/cis-aws.yaml"
    assert listed.count(str(installed)) == 15, f"not 15 rules of {installed}:\n{listed}"
    run(prefix / "bin/tocsin", "test", prefix / "share/tocsin/packs/cis-aws.test.yaml")
    run(prefix / "bin/tocsin", "check", "--config", prefix / "share/doc/tocsin/examples/tocsin.yaml")
    run(prefix / "bin/tocsind", "--check", "--config", prefix / "share/doc/tocsin/examples/tocsin.yaml")


def check_unit(prefix):
    unit = prefix / "lib/systemd/system/tocsind.service"
    assert f"ExecStart={prefix}/bin/tocsind " in unit.read_text(), unit.read_text()
    for settings in ("lib/sysusers.d/tocsin.conf", "lib/tmpfiles.d/tocsin.conf"):
        assert (prefix / settings).is_file(), settings
    if shutil.which("systemd-analyze") is None:
        print("skipped: no systemd-analyze to judge the unit with")
        return
    faults = run("systemd-analyze", "verify", "--man=no", unit)
    assert "tocsind" not in faults, faults
    run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE_MAX}", unit)


def check_manuals(prefix):
    built = run(prefix / "bin/tocsin", "--help").split("not built yet")[0]
    manual = (prefix / "share/man/man1/tocsin.1").read_text()
    for command in re.findall(r"^  ([a-z]+) ", built, re.M):
        assert re.search(rf'^\.B[RI]? "?{command}\b', manual, re.M), f"tocsin(1) lacks {command}"
    daemon = (prefix / "share/man/man8/tocsind.8").read_text().replace("\\-", "-")
    for option in re.findall(r"--[a-z]+", run(prefix / "bin/tocsind", "--help")):
        assert option in daemon or option == "--help", f"tocsind(8) lacks {option}"
    if shutil.which("groff"):
        for page in ("man1/tocsin.1", "man8/tocsind.8"):
            warnings = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", prefix / "share/man" / page],
                                      capture_output=True, text=True, check=True).stderr
            assert not warnings, warnings


def main(bin_dir, cmake):
    prefix = folder()
    run(cmake, "--install", Path(bin_dir).parent, "--prefix", prefix)
    check_programs(prefix)
    check_unit(prefix)
    check_manuals(prefix)
    for document in ("README.md", "LICENSE", "docs/guide.md"):
        if (SOURCE / document).exists():
            assert (prefix / "share/doc/tocsin" / document).is_file(), document
    shutil.rmtree(prefix)


if __name__ == "__main__":
    main(*sys.argv[1:])
