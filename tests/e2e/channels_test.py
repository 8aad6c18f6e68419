#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Endpoints that misbehave, each in its own way, and one that works: the good one is served at once, the others in the end or
never, and of the ones that never take it somebody is told.

  channels_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@GOOD@" }
      - webhook: { url: "@HANG@" }
      - webhook: { url: "@SLOWED@" }
      - webhook: { url: "@FLAKY@" }
      - webhook: { url: "@GONE@" }
"""

RULES = """
rules:
  - name: boom
    log_group: app
    pattern: '{ $.n = * }'
    alarm: { count: ">= 1", within: 1h }
    group_by: [$.n]
    notify: [ops]
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    hanging = [True]
    hooks = {
        "GOOD": Webhook(),
        "HANG": Webhook(lambda n, body: "hang" if hanging else 200),
        "SLOWED": Webhook(lambda n, body: (429, {"retry-after": "2"}) if n == 0 else 200),
        "FLAKY": Webhook(lambda n, body: (500, "reset", 503)[n] if n < 3 else 200),
        "GONE": Webhook(lambda n, body: 404),
    }
    config = CONFIG
    for name, hook in hooks.items():
        config = config.replace(f"@{name}@", hook.url)
    daemon = Daemon(bin_dir, home, config).start()

    def log(n):
        append_events(home / "app.log", {"n": n})

    def ids(name):
        return {b["id"] for b in list(hooks[name].bodies)}

    for n in range(5):
        log(n)
        wait_for(lambda wanted=n: sum(json.dumps(b["alarm"]["key"]) == json.dumps({"n": str(wanted)})
                                      for b in list(hooks["GOOD"].bodies)) >= 1,
                 5, f"message {n} at the endpoint that works, while the others do not")
    def is_alarm(body):
        return body["subject"].startswith("ALARM: ")  # a notice of a dead channel says so first

    messages = {b["id"] for b in list(hooks["GOOD"].bodies) if is_alarm(b)}
    assert len(messages) == 5, messages
    wait_for(lambda: messages <= ids("SLOWED"), 30, "everything at the endpoint that answered 429")
    wait_for(lambda: messages <= ids("FLAKY"), 60, "everything at the endpoint that failed and reset")

    # A 404 is final: the message is a dead letter, and the topic's other channels are told of it once.
    def told():
        return [b for b in list(hooks["GOOD"].bodies) if not is_alarm(b)]

    wait_for(told, 20, "a notice of the dead channel")
    wait_for(lambda: messages <= {d["message_id"] for d in json.loads(daemon.get("/api/v1/dead-letters")[1])["dead_letters"]},
             20, "every message of the channel that refuses among the dead letters")
    attempts = [b["id"] for b in hooks["GONE"].bodies if b["id"] in messages]
    assert len(attempts) == len(set(attempts)), "a permanent refusal was tried again"

    # The one that hangs still has its messages waiting; a kill loses none of them.
    daemon.kill()
    hanging.clear()
    hooks["HANG"].released.set()
    daemon.start()
    wait_for(lambda: messages <= ids("HANG"), 60, "what the hanging endpoint had not taken, after kill -9")
    daemon.stop()
    for hook in hooks.values():
        hook.close()
    shutil.rmtree(home)
    print("channels: ok")


if __name__ == "__main__":
    main(sys.argv[1])
