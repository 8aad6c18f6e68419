#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A subscription made while the daemon runs, as SNS has it: asked to confirm, confirmed by the link, sent signed notifications, across
kill -9 and a reload; ended by its link, taken back; disabled by 410 and enabled again; ended by an operator. What would reach private
addresses is refused, so that all of this happens in a network of its own, where 203.0.113.7 is this machine.

  topics_test.py BIN_DIR
"""
import fcntl
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import urllib.request

from world import Daemon, Webhook, append_events, folder, node, wait_for

ADDRESS = "203.0.113.7"
IN_OWN_NETWORK = "TOCSIN_TEST_OWN_NETWORK"

CONFIG = """
log_groups:
  app: { input: file, path: "{folder}/app.log", lateness: 1s, start_at: beginning }
rules: [rules.yaml]
topics:
  ops: {}
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock", https: { listen: "203.0.113.7:0" } }
"""

RULES = """
rules:
  - { name: boom, log_group: app, pattern: '{ $.n = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops] }
"""


def bring_up(name, address=None):
    """ifup: an address of an interface, and its flag."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        label = struct.pack("16s", name.encode())
        if address:
            fcntl.ioctl(control, 0x8916, label + struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address)))
        flags = struct.unpack("16xH", fcntl.ioctl(control, 0x8913, label + bytes(16))[:18])[0]
        fcntl.ioctl(control, 0x8914, label + struct.pack("H14x", flags | 1))


def in_own_network():
    if os.environ.get(IN_OWN_NETWORK):
        bring_up("lo")
        bring_up("lo:1", ADDRESS)
        return
    root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.execvpe("unshare", ["unshare", *root, "--net", sys.executable, *sys.argv], {**os.environ, IN_OWN_NETWORK: "1"})


def main(bin_dir):
    in_own_network()
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    answers = {"gone": False}
    hook = Webhook(lambda n, body: 410 if answers["gone"] else 200, host=ADDRESS)
    daemon = Daemon(bin_dir, home, CONFIG).start()
    authority = home / "state/tls/authority.pem"
    os.environ["NODE_EXTRA_CA_CERTS"] = str(authority)

    def log(n):
        append_events(home / "app.log", {"n": n})

    def visit(url):
        with urllib.request.urlopen(url, context=ssl.create_default_context(cafile=str(authority)), timeout=10) as answer:
            return json.loads(answer.read())

    def got(kind):
        return [body for body in list(hook.bodies) if body["Type"] == kind]

    def told(n):
        return [b for b in got("Notification") if f'"value":"{n}"' in b["Message"].replace(" ", "")]

    def history():
        return daemon.get("/api/v1/alarms/boom/history")[1]

    def subscriptions():
        return daemon.json_lines("topics", "show", "ops")[0]["subscriptions"]

    for private in ("http://127.0.0.1:1/x", "https://localhost/x", "http://169.254.169.254/"):
        refused = subprocess.run([daemon.bin / "tocsin", "topics", "subscribe", "ops", private, "--socket", daemon.socket],
                                 capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and "public addresses" in refused.stderr, refused

    asked = daemon.json_lines("topics", "subscribe", "ops", hook.url)[0]
    assert asked["state"] == "pending confirmation", asked
    wait_for(lambda: got("SubscriptionConfirmation"), 20, "the question whether it wants the messages")
    question = got("SubscriptionConfirmation")[0]
    assert question["Token"] not in daemon.tocsin("topics", "show", "ops", "--json")
    log("before")
    wait_for(lambda: "before" in history(), 20, "an alarm that nobody is told of")
    daemon.kill()
    daemon.start()
    assert [s["state"] for s in subscriptions()] == ["pending confirmation"], "a subscription survives kill -9"
    here = json.loads(daemon.get("/api/v1/topics/ops")[1])["arn"]
    assert here == question["TopicArn"]
    # Asked again, as the test let the system choose a port, which is another by now.
    daemon.tocsin("topics", "subscribe", "ops", hook.url)
    wait_for(lambda: len(got("SubscriptionConfirmation")) == 2, 20, "the question, asked again")
    question = got("SubscriptionConfirmation")[1]
    assert visit(question["SubscribeURL"])["state"] == "confirmed"
    log("first")
    wait_for(lambda: told("first"), 20, "a notification")
    assert not told("before"), "nothing is sent before the confirmation"
    verdicts = node("sns_validate.mjs", ADDRESS.replace(".", r"\."), text=json.dumps([question, told("first")[0]]))
    assert verdicts == ["", ""], verdicts

    def reloaded_at():
        return json.loads(daemon.get("/api/v1/status")[1])["reloaded_at"]

    before = reloaded_at()
    daemon.reload()
    wait_for(lambda: reloaded_at() != before, 20, "the reload")
    log("reloaded")
    wait_for(lambda: told("reloaded"), 20, "a notification after a reload")

    assert visit(told("first")[0]["UnsubscribeURL"])["state"] == "unsubscribed"
    wait_for(lambda: got("UnsubscribeConfirmation"), 20, "the way back")
    log("left")
    wait_for(lambda: "left" in history(), 20, "an alarm that nobody is told of")
    assert visit(got("UnsubscribeConfirmation")[0]["SubscribeURL"])["state"] == "confirmed"
    log("back")
    wait_for(lambda: told("back"), 20, "a notification after the way back")
    assert not told("left")

    answers["gone"] = True
    log("gone")
    wait_for(lambda: len(daemon.json_lines("dlq", "list")) == 1, 20, "a dead letter of an endpoint that is gone")
    tried = len(hook.bodies)
    log("missed")
    wait_for(lambda: len(daemon.json_lines("dlq", "list")) == 2, 20, "a dead letter without an attempt")
    assert len(hook.bodies) == tried, "an endpoint that is gone was tried"
    assert "said that it is gone" in daemon.tocsin("status"), daemon.tocsin("status")
    assert [s["state"] for s in subscriptions()] == ["disabled"]
    answers["gone"] = False
    daemon.tocsin("topics", "enable", subscriptions()[0]["id"])
    wait_for(lambda: [s["state"] for s in subscriptions()] == ["confirmed"], 20, "an endpoint that is enabled again")
    daemon.tocsin("dlq", "redrive", "--all")
    wait_for(lambda: told("missed") and len(told("gone")) == 2, 20, "what it has missed")

    assert "ended" in daemon.tocsin("topics", "unsubscribe", asked["SubscriptionArn"])
    assert subscriptions() == []
    daemon.stop()
    hook.close()
    shutil.rmtree(home)
    print("topics: ok")


if __name__ == "__main__":
    main(sys.argv[1])
