#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP and SIGTERM as an operator meets them: a good file takes over without losing state, a bad one changes nothing and
says so, a removed alarm that is red says OK, and a clean stop exits with 0.

  reload_test.py BIN_DIR
"""
import shutil
import sys

from world import APP_LOG, OPS_WEBHOOK, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + OPS_WEBHOOK

RULE = """
  - name: {name}
    log_group: app
    pattern: '{{ $.kind = {kind} }}'
    alarm: {{ count: ">= 1", within: {within} }}
    notify: [ops]
"""


def rules(*items):
    return "rules:" + "".join(RULE.format(name=n, kind=k, within=w) for n, k, w in items)


def main(bin_dir):
    home, hook = folder(), Webhook()
    file = home / "rules.yaml"
    file.write_text(rules(("one", "a", "1h"), ("two", "b", "1h")))
    daemon = Daemon(bin_dir, home, CONFIG.replace("@URL@", hook.url)).start()

    def line(kind):
        append_events(home / "app.log", {"kind": kind})

    def told(alarm, state):
        return [b for b in list(hook.bodies) if b["alarm"]["name"] == alarm and b["state"] == state]

    line("a")
    wait_for(lambda: told("one", "ALARM"), what="the first alarm")

    # A bad file: the old rules go on, and the operator is told where the mistake is.
    good = file.read_text()
    file.write_text(good.replace("$.kind = b", "$.kind == b"))
    daemon.reload()
    wait_for(lambda: "bad-pattern" in daemon.said(), what="the mistake in the log")
    refused = daemon.run("reload")
    assert refused.returncode == 78 and f"{file}:10:" in refused.stderr, refused
    line("b")
    wait_for(lambda: told("two", "ALARM"), what="an alarm of the rules that stayed")

    # A good one: a new rule works, a kept one keeps its state, a removed one that was red says OK.
    file.write_text(rules(("one", "a", "1h"), ("three", "c", "1h")))
    assert daemon.tocsin("reload") == "in force, alarms: 2\n"
    wait_for(lambda: told("two", "OK"), what="the last word of the removed alarm")
    line("a")
    line("c")
    wait_for(lambda: told("three", "ALARM"), what="an alarm of the new rule")
    states = {a["alarm"]: a["state"] for a in daemon.json_lines("alarms", "list")}
    assert states == {"one": "ALARM", "three": "ALARM"}, states
    assert len(told("one", "ALARM")) == 1, "the kept alarm told its state again"

    # What is in use cannot be changed below it.
    config = daemon.config.read_text()
    daemon.config.write_text(config + "durability: normal\n")
    daemon.reload()
    wait_for(lambda: "`durability` and `api` change only with a restart" in daemon.tocsin("status"),
             what="the refusal in the status")
    daemon.config.write_text(config)

    daemon.stop()
    # What is configured wrongly from the start does not start: 78 tells systemd not to try again.
    file.write_text("rules: 3\n")
    daemon.start(wait=False)
    code = daemon.process.wait(20)
    assert code == 78, f"an invalid configuration ended with {code}"
    hook.close()
    shutil.rmtree(home)
    print("reload: ok")


if __name__ == "__main__":
    main(sys.argv[1])
