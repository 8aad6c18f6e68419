#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a receiver refuses becomes a dead letter: listed and shown, copied where the subscription says so, sent again under the same id
when the receiver is well, thrown away when nobody wants it; across kill -9. What a channel missed while it was down comes to it as one
message when it delivers again.

  dlq_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, json_records, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@HOOK@", redrive: { file: "{folder}/dead.ndjson" } }
  chat:
    subscriptions:
      - slack: { webhook_url: "@CHAT@", delivery_policy: { healthyRetryPolicy: { numRetries: 0 } } }
"""

RULES = """
rules:
  - { name: talk, log_group: app, pattern: '{ $.talk = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.talk], notify: [chat] }
  - { name: boom, log_group: app, pattern: '{ $.n = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops] }
"""
TAKEN_UP = 500  # dead letters at a time


def dead_letters(daemon):
    return json.loads(daemon.get("/api/v1/status")[1])["outbox"]["dead_letters"]


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    broken = [True]
    hook = Webhook(lambda n, body: 404 if broken else 200)
    down = [True]
    chat = Webhook(lambda n, body: 503 if down else 200)
    daemon = Daemon(bin_dir, home, CONFIG.replace("@HOOK@", hook.url).replace("@CHAT@", chat.url)).start()

    def log(**event):
        append_events(home / "app.log", event)

    for n in range(4):
        log(n=n)

    def letters(*more):
        return daemon.json_lines("dlq", "list", *more)

    wait_for(lambda: len(letters()) == 4, 20, "four dead letters")
    first = letters()[0]
    assert first["status"] == 404 and first["permanent"] and first["topic"] == "ops", first
    assert "127.0.0.1" in daemon.tocsin("dlq", "list") and first["message_id"] in daemon.tocsin("dlq", "show", str(first["id"]))
    wait_for(lambda: len(json_records(home / "dead.ndjson")) == 4, 20, "copies of the dead letters")
    assert {r["message_id"] for r in json_records(home / "dead.ndjson")} == {r["message_id"] for r in letters()}

    wanted = {letter["message_id"] for letter in letters()} - {first["message_id"]}
    assert "thrown away: 1" in daemon.tocsin("dlq", "purge", str(first["id"]))
    tried = len(hook.bodies)
    broken.clear()
    daemon.kill()
    daemon.start()
    assert len(letters("--topic", "ops")) == 3, "dead letters survive kill -9"
    assert "to be sent again: 3" in daemon.tocsin("dlq", "redrive", "--topic", "ops")
    wait_for(lambda: {b["id"] for b in list(hook.bodies)[tried:]} >= wanted, 20, "what was redriven, under the same ids")
    assert daemon.tocsin("dlq", "list") == "no dead letters\n"
    assert first["message_id"] not in {b["id"] for b in list(hook.bodies)[tried:]}
    metrics = daemon.get("/metrics")[1]
    assert 'tocsin_notifications_total{topic="ops",result="delivered"} 3' in metrics, metrics

    # A channel that was down is told what it missed, in one message, as soon as it takes one.
    for n in range(3):
        log(talk=f"lost-{n}")
    wait_for(lambda: len(letters("--topic", "chat")) == 3, 20, "dead letters of the channel that is down")
    assert not any(letter["permanent"] for letter in letters("--topic", "chat"))
    tried = len(chat.bodies)
    daemon.kill()
    down.clear()
    daemon.start()
    log(talk="found")
    wait_for(lambda: len(chat.bodies) == tried + 2, 20, "the new message and a digest of those before")
    digest = json.dumps(chat.bodies[-1])
    assert "DIGEST" in digest and all(f"lost-{n}" in digest for n in range(3)), digest
    wait_for(lambda: letters() == [], 20, "no dead letters left")

    # What is beyond those that are taken up at a time follows as soon as they have left.
    down.append(True)
    append_events(home / "app.log", *({"talk": f"many-{n}"} for n in range(TAKEN_UP + 10)))
    wait_for(lambda: dead_letters(daemon) == TAKEN_UP + 10, 60, "many dead letters")
    tried = len(chat.bodies)
    daemon.kill()
    down.clear()
    daemon.start()
    log(talk="found again")
    wait_for(lambda: dead_letters(daemon) == 0, 20, "no dead letters left of many")
    wait_for(lambda: len(chat.bodies) == tried + 3, 20, "the new message and two digests")
    told = [body["text"].split(" in ALARM")[0] for body in chat.bodies[-2:]]
    assert told == [f"DIGEST of talk: {TAKEN_UP}", "DIGEST of talk: 10"], told
    daemon.stop()
    hook.close()
    chat.close()
    shutil.rmtree(home)
    print("dlq: ok")


if __name__ == "__main__":
    main(sys.argv[1])
