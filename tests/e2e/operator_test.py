#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an engineer on call types, against a real daemon: a state set by hand reaches the webhook, a silence holds and releases,
an acknowledgement survives kill -9, actions are switched off and on, and 10,000 alarms are listed in bounded pages.

  operator_test.py BIN_DIR
"""
import json
import os
import pwd
import shutil
import subprocess
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops: { subscriptions: [{ webhook: { url: "@HOOK@" } }] }
"""

RULES = """
rules:
  - name: fire
    log_group: app
    pattern: '{ $.what = "fire" }'
    alarm: { count: ">= 1", within: 1h }
    notify: [ops]
    tags: { floor: "3" }
  - name: flood
    log_group: app
    pattern: '{ $.what = "flood" }'
    alarm: { count: ">= 1", within: 1h }
    group_by: [$.room]
    notify: [ops]
  - name: crowd
    log_group: app
    pattern: '{ $.what = "crowd" }'
    alarm: { count: ">= 5", within: 1h }
    group_by: [$.room]
    max_keys: 2
    notify: [ops]
"""

MANY = 10_000


class World:
    def __init__(self, bin_dir, rules=RULES):
        os.environ.pop("SUDO_USER", None)
        self.home, self.hook = folder(), Webhook()
        (self.home / "app.log").touch()
        (self.home / "rules.yaml").write_text(rules)
        self.daemon = Daemon(bin_dir, self.home, CONFIG.replace("@HOOK@", self.hook.url)).start()
        self.tocsin = self.daemon.tocsin

    def log(self, what, **fields):
        append_events(self.home / "app.log", {"what": what, **fields})

    def alarm(self, name):
        return self.daemon.json_lines("alarms", "list", name)[0]

    def keys(self, name, state):
        """The keys of an alarm with group_by in that state."""
        return [a for a in self.daemon.json_lines("alarms", "list", name, "--state", state) if a["key"]]

    def told(self, text):
        return [b for b in list(self.hook.bodies) if text in json.dumps(b)]

    def refused(self, *args):
        """What a command says that ends with 1."""
        done = subprocess.run([self.daemon.bin / "tocsin", *args], capture_output=True, text=True, check=False,
                              env={**os.environ, "TOCSIN_SOCKET": str(self.daemon.socket)})
        assert done.returncode == 1, f"{args}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stderr

    def close(self):
        self.daemon.stop()
        self.hook.close()
        shutil.rmtree(self.home)


def set_state(world):
    said = world.tocsin("alarms", "set-state", "fire", "ALARM", "--reason", "a drill at noon")
    assert said == "fire set to ALARM\n", said
    wait_for(lambda: world.told("a drill at noon"), what="the drill's message")
    alarm = world.alarm("fire")
    me = pwd.getpwuid(os.getuid()).pw_name
    assert alarm["state"] == "ALARM" and alarm["actions"]["set_by"] == me, alarm
    assert f"set by {me}" in world.tocsin("alarms", "list", "fire")
    assert "did you mean \"fire\"?" in world.refused("alarms", "set-state", "fier", "OK", "--reason", "x")


def acknowledge_and_crash(world):
    said = world.tocsin("alarms", "ack", "fire", "--for", "4h", "--comment", "looking at it")
    assert said == "acknowledged fire\n", said
    world.daemon.kill()  # what was answered is stored
    world.daemon.start()
    ack = world.alarm("fire")["actions"]["acknowledged"]
    assert ack["comment"] == "looking at it", ack
    shown = world.tocsin("alarms", "show", "fire")
    assert "acknowledged by " in shown and "looking at it" in shown, shown
    assert "1 acknowledged" in world.tocsin("status")
    assert world.tocsin("alarms", "unack", "fire").startswith("no longer acknowledged")
    assert world.alarm("fire")["actions"]["acknowledged"] is None
    assert "not acknowledged" in world.refused("alarms", "unack", "fire")


def silence(world):
    added = world.daemon.json_lines("silence", "add", "flo*", "--for", "2h", "--reason", "the pipes are mended")[0]
    assert added["concerned"] == 1, added
    world.log("flood", room="a")
    key = wait_for(lambda: world.keys("flood", "ALARM"), what="flood in ALARM")[0]
    assert key["actions"]["hold"]["name"] == added["silence"] and key["actions"]["waiting"], key
    assert "the pipes are mended" in world.tocsin("silence", "list")
    assert "silenced" in world.tocsin("alarms", "list", "flood")
    wait_for(lambda: "tocsin_held_actions 1" in world.daemon.get("/metrics")[1], what="a held action in the metrics")
    assert 'tocsin_alarms_not_evaluated{evaluation_state="PARTIAL_DATA"} 0' in world.daemon.get("/metrics")[1]
    world.daemon.kill()  # and still holds after it
    world.daemon.start()
    assert "the pipes are mended" in world.tocsin("alarms", "show", "flood")
    assert not world.told("flood"), world.told("flood")
    world.tocsin("silence", "remove", added["silence"])
    wait_for(lambda: world.told("flood"), what="what the silence had held")
    assert world.tocsin("silence", "list").startswith("no silences")
    assert "no silence" in world.refused("silence", "remove", added["silence"])


def switch(world):
    assert world.tocsin("alarms", "disable", "f*") == "disabled the actions of 2 alarms\n"
    before = world.hook.count()
    world.log("flood", room="b")
    wait_for(lambda: len(world.keys("flood", "ALARM")) == 2, what="a second key in ALARM")
    assert "actions off" in world.tocsin("alarms", "list", "flood", "--keys")
    assert world.tocsin("alarms", "enable", "f*") == "enabled the actions of 2 alarms\n"
    world.log("flood", room="c")
    wait_for(lambda: world.hook.count() > before, what="a message after it was enabled again")
    assert not [b for b in world.hook.bodies if b["alarm"]["key"] == {"room": "b"}], "told although actions were off"
    assert "3 keys" in world.tocsin("alarms", "list", "flood")


def crowd(world):
    for room in "abc":
        world.log("crowd", room=room)
    wait_for(lambda: "1 of crowd gave way while their samples still counted" in world.tocsin("status"), what="a key that was dropped")
    wait_for(lambda: 'tocsin_keys_dropped_total{alarm="crowd"} 1' in world.daemon.get("/metrics")[1], what="its metric")


def too_late(world):
    world.log("fire", time="2020-02-02T02:02:02.000Z")
    said = wait_for(lambda: (s := world.tocsin("status")) and "too late to be judged" in s and s, what="an event that came too late")
    assert f"The last event of app that was too late to be judged: {world.home / 'app.log'}:" in said, said


def operate(bin_dir):
    world = World(bin_dir)
    try:
        set_state(world)
        acknowledge_and_crash(world)
        silence(world)
        switch(world)
        crowd(world)
        too_late(world)
        world.daemon.kill()
        assert "is tocsind running?" in world.refused("alarms", "list")
        world.daemon.start()
    finally:
        world.close()


def list_many(bin_dir):
    alarm = ("  - { name: a%05d, metric: { namespace: App, name: Fires }, statistic: Sum, period: 60s, evaluation_periods: 1,"
             " comparison: GreaterThanThreshold, threshold: %d, tags: { floor: \"%d\" } }\n")
    rules = ("metric_filters:\n  - { name: fires, log_group: app, pattern: '{ $.what = \"fire\" }',"
             " metric: { namespace: App, name: Fires, value: 1 } }\nalarms:\n")
    world = World(bin_dir, rules + "".join(alarm % (n, n, n % 100) for n in range(MANY)))
    try:
        status, body = world.daemon.get("/api/v1/alarms")
        page = json.loads(body)
        assert status == 200 and len(page["alarms"]) == 100 and page["next"] and len(body) < 200_000, len(body)
        assert len(world.tocsin("alarms", "list").splitlines()) == 101
        names = [a["alarm"] for a in world.daemon.json_lines("alarms", "list")]
        assert len(names) == MANY and len(set(names)) == MANY, len(names)
        assert len(world.daemon.json_lines("alarms", "list", "--tag", "floor=7")) == MANY // 100
        assert len(world.tocsin("alarms", "list", "a0000?").splitlines()) == 11
    finally:
        world.close()


def main(bin_dir):
    operate(bin_dir)
    list_many(bin_dir)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
