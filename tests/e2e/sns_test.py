#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SNS envelopes that a receiver can check: AWS' own validator takes both versions of the signature and refuses a changed message;
the certificate comes over https from the daemon, is renewed while it runs, and an operator's own may serve it. Raw delivery, filters
on attributes.

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

from world import Daemon, Webhook, append_events, certificate, folder, node, wait_for

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
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock", https: { listen: "127.0.0.1:0"@OWN@ } }
"""

RULES = """
rules:
  - { name: mild, log_group: app, pattern: '{ $.what = "mild" }', alarm: { count: ">= 1", within: 1h }, notify: [ops, old] }
  - { name: later, log_group: app, pattern: '{ $.later = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.later], notify: [ops, old] }
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


def serves(url, authority):
    try:
        return bool(fetch(url, authority))
    except urllib.error.URLError:
        return False


def verdicts(envelopes, authority):
    """What AWS' validator says of each, if it trusts `authority`; "": nothing."""
    os.environ["NODE_EXTRA_CA_CERTS"] = str(authority)
    return node("sns_validate.mjs", "127.0.0.1", text=json.dumps(envelopes))


def shorten(tls):
    """The signing certificate gets ten days to live: of the same key and by the same authority."""
    request = tls / "request"
    subprocess.run(["openssl", "req", "-new", "-key", tls / "signing.key", "-subj", "/CN=short", "-out", request], check=True)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", tls / "authority.pem", "-CAkey", tls / "authority.key",
                    "-set_serial", "7", "-days", "10", "-out", tls / "signing.pem"], check=True, capture_output=True)
    request.unlink()
    return (tls / "signing.pem").read_text()


def sent_later(daemon, hooks, name):
    """The two messages, of either signature, of an event that is written now."""
    before = {key: len(hooks[key].bodies) for key in ("SIGNED", "OLD")}
    append_events(daemon.folder / "app.log", {"later": name})
    for key, count in before.items():
        wait_for(lambda k=key, n=count: len(hooks[k].bodies) == n + 1, 20, f"the message of {name} at {key}")
    return [hooks[key].bodies[-1] for key in before]


def renewal(daemon, hooks, tls):
    """A signing certificate that ends soon is made anew in the running daemon; what was signed before stays valid."""
    before = list(hooks["SIGNED"].bodies) + list(hooks["OLD"].bodies)
    short = shorten(tls)
    daemon.tocsin("reload")
    assert (tls / "signing.pem").read_text() != short
    after = sent_later(daemon, hooks, "renewed")
    assert {b["SigningCertURL"] for b in before}.isdisjoint({b["SigningCertURL"] for b in after}), after
    assert verdicts([*before, *after], tls / "authority.pem") == [""] * 6


def own_certificate(daemon, config, hooks, tls):
    """The server shows an operator's certificate, which is read again when it has changed; signatures stay as they were."""
    home = daemon.folder
    certificate(home, "server", "IP:127.0.0.1")
    own = config.replace("@OWN@", f", certificate: {home}/server.pem, key: {home}/server.key")
    daemon.config.write_text(own.replace("{folder}", str(home)))
    daemon.stop()
    daemon.start()
    signed = sent_later(daemon, hooks, "own")
    url = signed[0]["SigningCertURL"]
    assert serves(url, home / "server.pem") and not serves(url, tls / "authority.pem")
    assert verdicts(signed, home / "server.pem") == [""] * 2
    certificate(home, "next", "IP:127.0.0.1")
    for kind in ("pem", "key"):
        (home / f"next.{kind}").rename(home / f"server.{kind}")
    assert not serves(url, home / "server.pem")
    daemon.tocsin("reload")
    assert serves(url, home / "server.pem"), "the operator's next certificate"


def alarms(hook):
    return sorted(json.loads(body["Message"])["AlarmName"] for body in list(hook.bodies))


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    hooks = {name: Webhook() for name in ("SIGNED", "RAW", "GRAVE", "OLD")}
    config = CONFIG
    for name, hook in hooks.items():
        config = config.replace(f"@{name}@", hook.url)
    daemon = Daemon(bin_dir, home, config.replace("@OWN@", "")).start()
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
    signed, old = list(hooks["SIGNED"].bodies), list(hooks["OLD"].bodies)
    assert {b["SignatureVersion"] for b in signed} == {"2"} and {b["SignatureVersion"] for b in old} == {"1"}
    changed = {**signed[0], "Message": signed[0]["Message"] + " "}
    said = verdicts([*signed, *old, changed], authority)
    assert said[:-1] == [""] * 4, said
    assert "signature" in said[-1], said

    url = signed[0]["SigningCertURL"]
    signing = home / "signing.pem"
    signing.write_text(fetch(url, authority))
    subprocess.run(["openssl", "verify", "-CAfile", authority, signing], check=True, capture_output=True)
    assert fetch(url.rsplit("/", 1)[0] + "/authority.pem", authority) == authority.read_text()
    # Whoever sees a message must not be able to end a subscription of the configuration, and learns nothing else there.
    assert refused(signed[0]["UnsubscribeURL"], authority) == 403
    assert refused(url.split("/sns")[0] + "/api/v1/status", authority) == 404
    assert refused(url.split("/sns")[0] + "/metrics", authority) == 404
    assert oct((home / "state/tls/signing.key").stat().st_mode & 0o777) == "0o600"

    renewal(daemon, hooks, home / "state/tls")
    own_certificate(daemon, config, hooks, home / "state/tls")

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
