#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SNS envelopes that a receiver can check: AWS' own validator takes both versions of the signature and refuses a changed message;
the certificate comes over https from the daemon. Raw delivery, filters on attributes.

  sns_test.py BIN_DIR
"""
import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

from world import Daemon, Webhook, append_events, folder, node, wait_for

CONFIG = """
log_groups:
  app: { input: file, path: "{folder}/app.log", lateness: 1s, start_at: beginning }
rules: [rules.yaml]
topics:
  ops:
    subscriptions:
      - webhook: { url: "@SIGNED@", format: sns }
      - webhook: { url: "@RAW@", raw: true }
      - webhook: { url: "@GRAVE@", format: sns, filter_scope: MessageAttributes, filter: { Severity: [critical], tag.team: [blue] } }
  old:
    signature_version: 1
    subscriptions:
      - webhook: { url: "@OLD@", format: sns }
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock", https: { listen: "127.0.0.1:0" } }
"""

RULES = """
rules:
  - { name: mild, log_group: app, pattern: '{ $.what = "mild" }', alarm: { count: ">= 1", within: 1h }, notify: [ops, old] }
  - name: grave
    log_group: app
    pattern: '{ $.what = "grave" }'
    alarm: { count: ">= 1", within: 1h }
    notify: [ops, old]
    severity: critical
    tags: { team: blue }
    summary: "caf\u00e9 \U0001F525 {{what}}"
"""


def fetch(url, authority):
    context = ssl.create_default_context(cafile=str(authority))
    with urllib.request.urlopen(url, context=context, timeout=10) as answer:
        return answer.read().decode()


def refused(url, authority):
    try:
        fetch(url, authority)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def alarms(hook):
    return sorted(json.loads(body["Message"])["AlarmName"] for body in list(hook.bodies))


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    hooks = {name: Webhook() for name in ("SIGNED", "RAW", "GRAVE", "OLD")}
    config = CONFIG
    for name, hook in hooks.items():
        config = config.replace(f"@{name}@", hook.url)
    daemon = Daemon(bin_dir, home, config).start()
    warned = daemon.tocsin("check", str(daemon.config))
    assert "weak-signature" in warned and "unsigned" not in warned, warned
    for what in ("mild", "grave"):
        append_events(home / "app.log", {"what": what})
    for name in ("SIGNED", "OLD"):
        wait_for(lambda n=name: alarms(hooks[n]) == ["grave", "mild"], 20, f"both messages at {name}")
    wait_for(lambda: len(hooks["RAW"].bodies) == 2, 20, "both messages, raw")
    assert sorted(body["AlarmName"] for body in hooks["RAW"].bodies) == ["grave", "mild"]
    assert all(h["x-amz-sns-rawdelivery"] == "true" for h in hooks["RAW"].headers)
    assert alarms(hooks["GRAVE"]) == ["grave"], "a filter on attributes"

    authority = home / "state/tls/authority.pem"
    os.environ["NODE_EXTRA_CA_CERTS"] = str(authority)
    signed, old = list(hooks["SIGNED"].bodies), list(hooks["OLD"].bodies)
    assert {b["SignatureVersion"] for b in signed} == {"2"} and {b["SignatureVersion"] for b in old} == {"1"}
    changed = {**signed[0], "Message": signed[0]["Message"] + " "}
    verdicts = node("sns_validate.mjs", "127.0.0.1", text=json.dumps([*signed, *old, changed]))
    assert verdicts[:-1] == [""] * 4, verdicts
    assert "signature" in verdicts[-1], verdicts

    url = signed[0]["SigningCertURL"]
    certificate = home / "signing.pem"
    certificate.write_text(fetch(url, authority))
    subprocess.run(["openssl", "verify", "-CAfile", authority, certificate], check=True, capture_output=True)
    assert fetch(url.rsplit("/", 1)[0] + "/authority.pem", authority) == authority.read_text()
    # Whoever sees a message must not be able to end a subscription of the configuration, and learns nothing else there.
    assert refused(signed[0]["UnsubscribeURL"], authority) == 403
    assert refused(url.split("/sns")[0] + "/api/v1/status", authority) == 404
    assert refused(url.split("/sns")[0] + "/metrics", authority) == 404
    assert oct((home / "state/tls/signing.key").stat().st_mode & 0o777) == "0o600"

    # The same key after a restart: what was signed before is valid still.
    daemon.stop()
    before = (home / "state/tls/signing.pem").read_text()
    daemon.start()
    assert (home / "state/tls/signing.pem").read_text() == before
    daemon.stop()
    for hook in hooks.values():
        hook.close()
    shutil.rmtree(home)
    print("sns: ok")


if __name__ == "__main__":
    main(sys.argv[1])
