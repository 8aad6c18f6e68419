#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The event bus: every change of an alarm reaches a file and a webhook as CloudWatch's EventBridge record, also what nobody is
told of, over kill -9, rotation of the file and a reload.

  event_bus_test.py BIN_DIR
"""
import json
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, json_records, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - file: { path: "{folder}/ops.ndjson", format: cloudwatch }
      - webhook: { url: "@TOPIC@", format: eventbridge }
event_bus:
  - webhook: { url: "@BUS@" }
  - file: { path: "{folder}/bus.ndjson" }
"""

RULES = """
rules:
  - name: quiet
    log_group: app
    pattern: '{ $.n = * }'
    alarm: { count: ">= 1", within: 1h }
  - name: told
    log_group: app
    pattern: '{ $.n = * }'
    alarm: { count: ">= THRESHOLD", within: 1h }
    notify: [ops]
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES.replace("THRESHOLD", "1"))
    closed = [True]
    bus = Webhook(lambda n, body: 503 if closed else 200)
    topic = Webhook()
    daemon = Daemon(bin_dir, home, CONFIG.replace("@BUS@", bus.url).replace("@TOPIC@", topic.url)).start()

    def in_file(name="bus.ndjson"):
        return json_records(home / name)

    def changes(records):
        return {(r["detail"]["alarmName"], r["detail"]["state"]["value"]) for r in records
                if r["detail-type"] == "CloudWatch Alarm State Change"}

    def operations(records):
        return {(r["detail"]["alarmName"], r["detail"]["operation"]) for r in records
                if r["detail-type"] == "CloudWatch Alarm Configuration Change"}

    append_events(home / "app.log", {"n": 1})
    red = {("quiet", "ALARM"), ("told", "ALARM")}
    wait_for(lambda: changes(in_file()) >= red, 20, "both alarms in the file, also the one that tells nobody")
    assert operations(in_file()) == {("quiet", "create"), ("told", "create")}
    wait_for(lambda: topic.bodies, 10, "a topic's webhook in the same format")
    assert topic.bodies[0]["detail"]["alarmName"] == "told", topic.bodies[0]
    wait_for(lambda: in_file("ops.ndjson"), 10, "a topic's file")
    assert in_file("ops.ndjson")[0]["AlarmName"] == "told"

    # The bus's webhook refused everything so far; a kill loses none of it.
    daemon.kill()
    closed.clear()
    before = in_file()
    (home / "bus.ndjson").rename(home / "bus.ndjson.1")
    daemon.start()
    wait_for(lambda: changes(list(bus.bodies)) >= red, 30, "what the webhook had not taken, after kill -9")
    sent = {}
    for record in list(bus.bodies) + before:
        sent.setdefault(record["id"], set()).add(json.dumps(record, sort_keys=True))
    assert all(len(texts) == 1 for texts in sent.values()), "one id, two records"
    assert {r["id"] for r in before} == set(sent), "file and webhook differ"
    record = next(r for r in before if r["detail-type"] == "CloudWatch Alarm State Change")
    assert record["detail"]["configuration"]["metrics"][0]["metricStat"]["period"] == 3600, record

    # The rotated file is left alone, and a reload is told with what it replaced.
    (home / "rules.yaml").write_text(RULES.replace("THRESHOLD", "2"))
    daemon.reload()
    wait_for(lambda: ("told", "update") in operations(in_file()), 20, "the changed configuration in the new file")
    update = next(r["detail"] for r in in_file() if r["detail"].get("operation") == "update")
    assert update["previousConfiguration"]["threshold"] == 1 and update["configuration"]["threshold"] == 2, update

    # The alarm's history has what became of its messages, and nothing of the bus.
    wait_for(lambda: len(actions(daemon)) == 2, 10, "both actions in the history")
    assert {a["notificationResource"] for a in actions(daemon)} == {"arn:aws:sns:us-east-1:000000000000:ops"}
    assert {a["actionState"] for a in actions(daemon)} == {"Succeeded"}
    daemon.stop()
    for hook in (bus, topic):
        hook.close()
    shutil.rmtree(home)
    print("event bus: ok")


def actions(daemon):
    items = daemon.json_lines("alarms", "history", "told")
    return [json.loads(i["HistoryData"]) for i in items if i["HistoryItemType"] == "Action"]


if __name__ == "__main__":
    main(sys.argv[1])
