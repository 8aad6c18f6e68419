#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An ALARM that nobody acknowledges is told up the chain over kill -9, once; an acknowledgement stops it; whoever was told hears of the
end; replay shows what would have been.

  escalation_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

TOPICS = """
topics:
  ops:
    escalate: [{ after: 2s, topic: oncall }, { after: 1h, topic: boss }]
    subscriptions: [{ webhook: { url: "@OPS@" } }]
  oncall: { subscriptions: [{ webhook: { url: "@ONCALL@" } }] }
  boss: { subscriptions: [{ webhook: { url: "@BOSS@" } }] }
"""

RULES = """
rules:
  - { name: fire, log_group: app, pattern: '{ $.what = "fire" }', alarm: { count: ">= 1", within: 3h }, notify: [ops] }
"""


def replayed(daemon, home, config):
    """(cause, topic) of what a replay of three hours tells after the first message."""
    lines = [{"time": "2026-03-01T10:00:00Z", "what": "fire"}, {"time": "2026-03-01T12:30:00Z", "what": "nothing"}]
    (home / "past.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (home / "past.yaml").write_text(config.replace("app.log", "past.log").replace("{folder}", str(home)))
    said = [json.loads(line) for line in daemon.tocsin("replay", "--config", home / "past.yaml", "--json").splitlines()]
    return [(s["cause"], s["topic"], s["time"]) for s in said if s["type"] == "notification" and "cause" in s]


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    hooks = {"OPS": Webhook(), "ONCALL": Webhook(), "BOSS": Webhook()}
    config = APP_LOG + TOPICS
    for name, hook in hooks.items():
        config = config.replace(f"@{name}@", hook.url)
    daemon = Daemon(bin_dir, home, config).start()

    def told(hook, state):
        """By id: what is sent again after a kill is the same message."""
        return {b["id"]: b["summary"] for b in list(hooks[hook].bodies) if b["state"] == state}

    def actions():
        return daemon.json_lines("alarms", "list", "fire")[0]["actions"]

    append_events(home / "app.log", {"what": "fire"})
    wait_for(lambda: told("OPS", "ALARM"), 20, "the first message")
    daemon.kill()
    daemon.start()
    wait_for(lambda: told("ONCALL", "ALARM"), 20, "the escalation")
    said, = told("ONCALL", "ALARM").values()
    assert said.startswith("Not acknowledged for 2s, told to ops: "), said
    wait_for(lambda: actions()["escalated_to"] == ["oncall"], 20, "who was told, in the status")
    assert actions()["next_escalation"] is not None
    shown = daemon.tocsin("alarms", "show", "fire")
    assert "escalated to topic oncall" in shown and "unless somebody acknowledges it" in shown, shown
    assert "Escalated to topic oncall: not acknowledged for 2s" in daemon.tocsin("alarms", "history", "fire")

    daemon.tocsin("alarms", "ack", "fire")
    assert actions()["next_escalation"] is None
    daemon.kill()
    daemon.start()
    assert actions()["next_escalation"] is None and actions()["escalated_to"] == ["oncall"]

    daemon.tocsin("alarms", "set-state", "fire", "OK", "--reason", "put out")
    wait_for(lambda: told("OPS", "OK"), 20, "the end, where it began")
    wait_for(lambda: told("ONCALL", "OK"), 20, "the end, where it was escalated to")
    assert len(told("ONCALL", "ALARM")) == 1 and not hooks["BOSS"].bodies
    assert replayed(daemon, home, config) == [("escalation", "oncall", "2026-03-01T10:00:02.000Z"),
                                              ("escalation", "boss", "2026-03-01T11:00:00.000Z")]
    daemon.stop()
    for hook in hooks.values():
        hook.close()
    shutil.rmtree(home)
    print("escalation: ok")


if __name__ == "__main__":
    main(sys.argv[1])
