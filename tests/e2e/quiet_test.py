#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `group` and `storm_control` hold waits in the outbox over kill -9, goes as one digest, and is in no other message.

  quiet_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@GROUPED@"@GROUP@ }
      - webhook: { url: "@EACH@" }
"""

RULES = """
rules:
  - name: fire
    log_group: app
    pattern: '{ $.what = "fire" }'
    alarm: { count: ">= 1", within: 1h }
    group_by: [$.n]
    notify: [ops]
  - name: storm
    log_group: app
    pattern: '{ $.what = "storm" }'
    alarm: { count: ">= 1", within: 1h }
    group_by: [$.n]
    notify: [ops]
    storm_control: { messages: 2, per: 1d }
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    grouped, each = Webhook(), Webhook()
    config = CONFIG.replace("@GROUPED@", grouped.url).replace("@EACH@", each.url)
    daemon = Daemon(bin_dir, home, config.replace("@GROUP@", ", group: { interval: 1h, by: [] }")).start()

    def log(what, n):
        append_events(home / "app.log", {"what": what, "n": n})

    def held():
        return json.loads(daemon.get("/api/v1/status")[1])["outbox"]["held"]

    def singles(hook, alarm):
        return {b["id"]: b["alarm"]["key"]["n"] for b in list(hook.bodies)
                if b["type"] == "alarm.state_changed" and b["alarm"]["name"] == alarm}

    def digests(hook):
        return {b["id"]: b for b in list(hook.bodies) if b["type"] == "alarm.digest"}

    log("fire", 1)
    wait_for(lambda: list(singles(grouped, "fire").values()) == ["1"], 20, "the first ALARM, at once")
    for n in range(2, 7):
        log("fire", n)
    wait_for(lambda: len(singles(each, "fire")) == 6, 20, "a message each where nothing is held")
    wait_for(lambda: held() == 5, 20, "five that wait")
    assert len(singles(grouped, "fire")) == 1 and not digests(grouped)

    # Storm control is the alarm's: it holds on both subscriptions, beyond two messages.
    for n in range(1, 6):
        log("storm", n)
    wait_for(lambda: len(singles(each, "storm")) == 2, 20, "two messages of the storm")
    wait_for(lambda: held() == 5 + 5 + 3, 20, "the storm's rest")

    daemon.kill()
    daemon.start()
    wait_for(lambda: held() == 13, 20, "what waited before it was killed")
    assert "13 for a digest" in daemon.tocsin("status")

    daemon.config.write_text(config.replace("@GROUP@", "").replace("{folder}", str(home)))
    daemon.reload()
    wait_for(lambda: digests(grouped), 20, "the digest that the reload lets go")
    body, = digests(grouped).values()
    told = sorted((a["alarm"], a["key"]["n"]) for a in body["alarms"])
    assert told == [("fire", str(n)) for n in range(2, 7)] + [("storm", str(n)) for n in range(1, 6)], told
    assert body["messages"] == 10 and body["state"] == "ALARM" and "10 in ALARM" in body["subject"], body
    wait_for(lambda: held() == 3, 20, "the storm on the other subscription, which goes on")
    assert not digests(each)
    daemon.stop()
    for hook in (grouped, each):
        hook.close()
    shutil.rmtree(home)
    print("quiet: ok")


if __name__ == "__main__":
    main(sys.argv[1])
