#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Slack bot against a workspace that keeps posts as Slack does, limits its rate and loses a post: of each alarm and key there
is one post, it shows the newest state, its thread tells the changes, and a killed daemon goes on where it was.

  slack_bot_test.py BIN_DIR
"""
import json
import os
import shutil
import sys
import threading

from world import APP_LOG, Daemon, LocalServer, RequestHandler, append_events, folder, wait_for

TOKEN = "xoxb-e2e-S3CRETS3CRET"
CONFIG = APP_LOG + """
topics:
  ops: { subscriptions: [{ slack: { token: "${credential:bot}", channel: "#alarms", url: "@API@" } }] }
"""
RULES = """
rules:
  - { name: boom, log_group: app, pattern: "{ $.n = * }", alarm: { count: ">= 1", within: 2s }, group_by: [$.n], notify: [ops] }
"""


class Slack:
    """chat.postMessage and chat.update of one channel."""

    def __init__(self):
        self.posts, self.calls, self.limited, self.lock = {}, [], 1, threading.Lock()
        outer = self

        class Handler(RequestHandler):
            def do_POST(self):
                body = self.read_json()
                with outer.lock:
                    status, headers, answer = outer.answer(self.path.rsplit("/", 1)[1], self.headers, body)
                self.send(status, headers, json.dumps(answer).encode())

        self.server = LocalServer(Handler)
        self.url = self.server.url + "/api"

    def answer(self, method, headers, body):
        if headers["authorization"] != f"Bearer {TOKEN}":
            return 200, {}, {"ok": False, "error": "invalid_auth"}
        if self.limited:
            self.limited -= 1
            return 429, {"retry-after": "1"}, {"ok": False, "error": "ratelimited"}
        self.calls.append((method, body))
        if method == "chat.update":
            if body["ts"] not in self.posts:
                return 200, {}, {"ok": False, "error": "message_not_found"}
            self.posts[body["ts"]].update(body)
            return 200, {}, {"ok": True, "channel": body["channel"], "ts": body["ts"], "message": body}
        assert method == "chat.postMessage", method
        ts = f"{len(self.calls)}.000100"
        if "thread_ts" in body:
            if body["thread_ts"] in self.posts:
                self.posts[body["thread_ts"]]["replies"].append(body)
        else:
            self.posts[ts] = {**body, "replies": []}
        return 200, {}, {"ok": True, "channel": "C123", "ts": ts, "message": body}

    def shown(self):
        """Of each post its state and the states that its thread told."""
        with self.lock:
            return {post["text"].split("n = ")[1].split(")")[0]:
                    [post["text"].split(":")[0]] + [r["text"].lstrip("*").split(":")[0] for r in post["replies"]]
                    for post in self.posts.values()}


def main(bin_dir):
    home = folder()
    (home / "credentials").mkdir()
    (home / "credentials/bot").write_text(TOKEN)
    os.environ["CREDENTIALS_DIRECTORY"] = str(home / "credentials")
    (home / "rules.yaml").write_text(RULES)
    slack = Slack()
    daemon = Daemon(bin_dir, home, CONFIG.replace("@API@", slack.url)).start()

    def log(*keys):
        append_events(home / "app.log", *({"n": n} for n in keys))

    def wait_for_posts(wanted, what):
        try:
            wait_for(lambda: slack.shown() == wanted, 60, what)
        except AssertionError:
            print("Slack shows", slack.shown())
            raise
        # What is not stored yet would be told again after a kill.
        wait_for(lambda: "\ntocsin_outbox_depth 0\n" in daemon.get("/metrics")[1], what="the outcome to be stored")

    log("a", "b")
    wait_for_posts({"a": ["OK", "OK"], "b": ["OK", "OK"]}, "both alarms and their end, one post each, in spite of a rate limit")
    daemon.kill()
    daemon.start()
    log("a")
    wait_for_posts({"a": ["OK", "OK", "ALARM", "OK"], "b": ["OK", "OK"]}, "the same post after a kill")
    with slack.lock:
        thread = next(p for p in slack.posts.values() if len(p["replies"]) == 3)["replies"]
        assert [r.get("reply_broadcast", False) for r in thread] == [False, True, False], thread
        assert {r["channel"] for r in thread} == {"C123"}, "the channel's id is known by now"
        slack.posts = {ts: post for ts, post in slack.posts.items() if len(post["replies"]) == 3}  # b's was deleted
    log("b")
    wait_for_posts({"a": ["OK", "OK", "ALARM", "OK"], "b": ["OK", "OK"]}, "a new post in the place of the one that was deleted")
    assert TOKEN not in daemon.said(), "the token is in the log"
    dead = json.loads(daemon.get("/api/v1/dead-letters")[1])["dead_letters"]
    assert not dead, dead
    daemon.stop()
    slack.server.shutdown()
    shutil.rmtree(home)
    print("slack bot: ok")


if __name__ == "__main__":
    main(sys.argv[1])
