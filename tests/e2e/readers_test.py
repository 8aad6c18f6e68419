#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What receivers' own libraries say of our requests: Standard Webhooks' verifies the signatures, Microsoft's parser reads the
cards for Teams, of plain alarms and of hostile ones.

  readers_test.py BIN_DIR
"""
import base64
import json
import os
import shutil
import subprocess
import sys

from world import APP_LOG, SOURCE, Daemon, append_events, folder, json_records, node, user_rule, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "http://127.0.0.1:@PORT@/one", signing_key: "${credential:one}" }
      - webhook: { url: "http://127.0.0.1:@PORT@/both", signing_key: ["${credential:two}", "${credential:one}"] }
      - webhook: { url: "http://127.0.0.1:@PORT@/pair", signing_key: "${credential:pair}" }
      - teams: { webhook_url: "http://127.0.0.1:@PORT@/teams" }
"""
RULES = user_rule('summary: "{{{user}}} did it"', 'runbook: "https://wiki.example.com/boom?a=1&b=2"')
HOSTILE = [
    "alice", "漢字 é \U0001f514", "<at>everyone</at> [link](javascript:alert(1)) **bold** `code`", "{{DATE(2020-01-01,SHORT)}} ${x}",
    "\u202e right to left \u0000 \u2028 null", "'\"\\\r\n.\r\n", "x" * 200, "\ud83d lone",
]
TEAMS_BYTES_MAX = 28 * 1024


def keys(home):
    """whsec_ keys, and an Ed25519 pair as whsk_ and as a public key in PEM."""
    (home / "credentials").mkdir()
    made = {name: "whsec_" + base64.b64encode(os.urandom(32)).decode() for name in ("one", "two", "other")}
    private = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER"], check=True, capture_output=True).stdout
    made["pair"] = "whsk_" + base64.b64encode(private[-32:]).decode()
    for name, text in made.items():
        (home / "credentials" / name).write_text(text)
    public = home / "public.pem"
    subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-out", public], input=private, check=True)
    os.environ["CREDENTIALS_DIRECTORY"] = str(home / "credentials")
    return {**made, "pair": public}


def verdict(request, key):
    return node("webhook_verify.mjs", key, text=json.dumps(request))["valid"]


def check_signatures(requests, key):
    for request in requests["/one"]:
        assert verdict(request, key["one"]), request
    first = requests["/one"][0]
    assert not verdict(first, key["other"]), "a signature that any key verifies"
    assert not verdict({**first, "body": first["body"] + " "}, key["one"]), "a signature that any body has"
    assert verdict(requests["/both"][0], key["one"]) and verdict(requests["/both"][0], key["two"]), "one of two keys does not verify"
    for request in requests["/pair"]:
        assert verdict(request, key["pair"]), request
    assert not verdict({**requests["/pair"][0], "body": "{}"}, key["pair"])


def check_cards(requests):
    for request in requests:
        assert len(request["body"].encode()) < TEAMS_BYTES_MAX
        card = node("adaptive_card.mjs", text=request["body"])
        assert card["events"] == [], card["events"]
        assert card["elements"][:2] == ["TextBlock", "TextBlock"] and "FactSet" in card["elements"], card["elements"]
        assert "ALARM" in card["texts"][0] and "OK -> ALARM" in card["facts"]["State"].replace("INSUFFICIENT\\_DATA", "OK"), card


def main(bin_dir):
    home = folder()
    key = keys(home)
    (home / "rules.yaml").write_text(RULES)
    record = home / "requests.jsonl"
    receiver = subprocess.Popen([sys.executable, SOURCE / "tests/support/http_receiver.py", "--record", record],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    port = receiver.stdout.readline().decode().strip()
    daemon = Daemon(bin_dir, home, CONFIG.replace("@PORT@", port)).start()
    append_events(home / "app.log", *({"user": user} for user in HOSTILE))

    def requests():
        by_path = {}
        for request in json_records(record):
            by_path.setdefault(request["path"], []).append(request)
        return by_path

    wait_for(lambda: [len(of_path) for of_path in requests().values()] == [len(HOSTILE)] * 4, 60, "every message at every receiver")
    check_signatures(requests(), key)
    check_cards(requests()["/teams"])
    daemon.stop()
    receiver.stdin.close()
    receiver.wait()
    shutil.rmtree(home)
    print("readers: ok")


if __name__ == "__main__":
    main(sys.argv[1])
