#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A dead man's switch is pinged while the chain works, again after kill -9, and not while the store takes no commits or no subscription
of its topic delivers; its URL is nowhere to be seen.

  dead_man_test.py BIN_DIR
"""
import json
import shutil
import sqlite3
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    dead_man: { url: "@SWITCH@/very-secret", method: POST, every: 1s }
    subscriptions: [{ webhook: { url: "@HOOK@" } }]
"""

RULES = """
rules:
  - { name: fire, log_group: app, pattern: '{ $.n = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops] }
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    refusing, broken = [], []
    switch = Webhook(lambda n, body: 500 if refusing else 200)
    hook = Webhook(lambda n, body: 404 if broken else 200)
    config = CONFIG.replace("@SWITCH@", switch.url).replace("@HOOK@", hook.url)
    daemon = Daemon(bin_dir, home, config).start()

    def report():
        one, = json.loads(daemon.get("/api/v1/status")[1])["dead_man"]
        return one

    def pinged(times):
        """That so many more pings come."""
        before = switch.count()
        wait_for(lambda: switch.count() >= before + times, 30, "pings")

    def withheld(why):
        """That no ping comes for that reason, although several were due."""
        wait_for(lambda: report()["withheld"] == why, 60, why)
        before, missed = switch.count(), misses()
        wait_for(lambda: misses() >= missed + 3, 30, "pings that are not sent")
        assert switch.count() <= before + 1, "pinged although " + why  # one may have been on its way
        assert why in daemon.tocsin("status", check=False)

    def misses():
        name = 'tocsin_dead_man_pings_total{topic="ops",result="withheld"} '
        lines = [line for line in daemon.get("/metrics")[1].splitlines() if line.startswith(name)]
        return float(lines[0].removeprefix(name)) if lines else 0

    pinged(2)
    assert switch.bodies[0]["type"] == "tocsin.alive" and switch.bodies[0]["topic"] == "ops", switch.bodies[0]
    daemon.kill()
    daemon.start()
    pinged(2)

    lock = sqlite3.connect(home / "state/state.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    append_events(home / "app.log", {"n": 1})
    withheld("the store does not take commits")
    lock.execute("ROLLBACK")
    lock.close()
    pinged(2)

    broken.append(True)
    append_events(home / "app.log", {"n": 2})
    withheld("no subscription of the topic delivers")
    broken.clear()
    append_events(home / "app.log", {"n": 3})
    pinged(2)

    refusing.append(True)
    wait_for(lambda: "HTTP 500" in (report()["failure"] or ""), 20, "the ping that fails, in the status")
    assert "dead man" in daemon.tocsin("status")
    refusing.clear()
    wait_for(lambda: report()["failure"] is None and report()["last_ok"], 20, "a ping that is taken again")
    seen = daemon.said() + daemon.tocsin("status", "--json") + daemon.get("/metrics")[1]
    assert "very-secret" not in seen
    assert not daemon.json_lines("dlq", "list")[1:], "pings are no dead letters"
    daemon.stop()
    for one in (switch, hook):
        one.close()
    shutil.rmtree(home)
    print("dead man: ok")


if __name__ == "__main__":
    main(sys.argv[1])
