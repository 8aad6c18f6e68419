#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A channel that fails is one incident: the topic's others are told once, over kill -9, and once more when it works again, with what
was missed; a topic's only channel is told of on topic `default`.

  channel_incident_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@BAD@" }
      - webhook: { url: "@GOOD@" }
  alone: { subscriptions: [{ webhook: { url: "@BAD@" } }] }
  default: { subscriptions: [{ webhook: { url: "@FALLBACK@" } }] }
"""

RULES = """
rules:
  - { name: fire, log_group: app, pattern: '{ $.n = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops, alone] }
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    broken = [True]
    hooks = {"BAD": Webhook(lambda n, body: 404 if broken else 200), "GOOD": Webhook(), "FALLBACK": Webhook()}
    config = CONFIG
    for name, hook in hooks.items():
        config = config.replace(f"@{name}@", hook.url)
    daemon = Daemon(bin_dir, home, config).start()

    def log(n):
        append_events(home / "app.log", {"n": n})

    def status():
        return json.loads(daemon.get("/api/v1/status")[1])

    def told(hook, words):
        return [b for b in list(hooks[hook].bodies) if words in b["summary"]]

    def dead():
        return len(daemon.json_lines("dlq", "list"))

    log(1)
    wait_for(lambda: told("GOOD", "Not delivered to"), 20, "the notice on the topic's other channel")
    wait_for(lambda: told("FALLBACK", "Not delivered to"), 20, "the notice on topic default")
    assert told("FALLBACK", "Not delivered to")[0]["alarm"]["name"] == "tocsin-channel"
    log(2)
    wait_for(lambda: dead() == 4, 20, "two messages of each topic given up")
    daemon.kill()
    daemon.start()
    log(3)
    wait_for(lambda: dead() == 6, 20, "what is given up after the restart")
    wait_for(lambda: len(status()["channels"]) == 2, 20, "both channels in the status")
    assert " fails for " in daemon.tocsin("status")
    assert "\ntocsin_channels_failing 2\n" in wait_for(
        lambda: (m := daemon.get("/metrics")[1]) and "tocsin_channels_failing 2" in m and m, 20, "the metric")

    broken.clear()
    log(4)
    wait_for(lambda: told("GOOD", "works again after"), 20, "word that it works again")
    wait_for(lambda: told("FALLBACK", "works again after"), 20, "word of it on topic default")
    for hook in ("GOOD", "FALLBACK"):
        again, = {b["id"]: b for b in told(hook, "works again after")}.values()
        assert "; 3 messages became dead letters" in again["summary"] and again["state"] == "OK", again
        assert again["reason"].startswith("Dead letters of topic") and again["reason"].count("ALARM: fire") == 3, again
        assert len({b["id"] for b in told(hook, "Not delivered to")}) == 1, "one incident was told more than once"
    wait_for(lambda: status()["channels"] == [], 20, "no channel that fails")
    daemon.stop()
    for hook in hooks.values():
        hook.close()
    shutil.rmtree(home)
    print("channel incident: ok")


if __name__ == "__main__":
    main(sys.argv[1])
