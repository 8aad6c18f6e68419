#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus Alertmanager, by TLS with a client certificate: it shows our alerts with their labels, keeps them although its
resolve_timeout is a second, and resolves them when the alarm ends.

  alertmanager_test.py BIN_DIR
"""
import http.client
import json
import re
import shutil
import ssl
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from world import APP_LOG, RECEIVERS, Daemon, certificate, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - alertmanager: { url: "https://localhost:@PORT@/am/", tls: { ca: server.pem, certificate: client.pem, key: client.key } }
"""
RULES = """
rules:
  - { name: goes-on, log_group: app, pattern: "{ $.n = * }", alarm: { count: ">= 1", within: 1h }, group_by: [$.n], notify: [ops],
      severity: high, runbook: "https://wiki.example.com/goes-on" }
  - { name: ends, log_group: app, pattern: "{ $.m = * }", alarm: { count: ">= 1", within: 2s }, group_by: [$.m], notify: [ops] }
"""
HOSTILE = "{{ $labels }} \"quoted\" \\ é 漢 \u2028 end"


class Alertmanager:
    def __init__(self, home):
        self.home = home
        (home / "am.yml").write_text("global: { resolve_timeout: 1s }\nroute: { receiver: none }\nreceivers: [{ name: none }]\n")
        (home / "web.yml").write_text(json.dumps({"tls_server_config": {
            "cert_file": str(home / "server.pem"), "key_file": str(home / "server.key"),
            "client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(home / "client.pem")}}))
        self.said = home / "am.log"
        self.process = subprocess.Popen(
            [RECEIVERS / "prometheus-alertmanager/usr/bin/prometheus-alertmanager", f"--config.file={home}/am.yml",
             f"--web.config.file={home}/web.yml", f"--storage.path={home}/am", "--web.listen-address=127.0.0.1:0",
             "--web.route-prefix=/am", "--cluster.listen-address="], cwd=RECEIVERS / "prometheus-alertmanager",
            stdout=open(self.said, "wb"), stderr=subprocess.STDOUT)
        found = wait_for(lambda: re.search(r'"Listening on" address=127\.0\.0\.1:(\d+)\s', self.said.read_text()),
                         what="Alertmanager to listen")
        self.port = int(found[1])
        self.tls = ssl.create_default_context(cafile=home / "server.pem")
        self.tls.load_cert_chain(home / "client.pem", home / "client.key")

    def alerts(self):
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.tls, timeout=10)
        connection.request("GET", "/am/api/v2/alerts")
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        return {a["labels"].get("n", a["labels"].get("m")): a for a in json.loads(answer.read())}

    def close(self):
        self.process.kill()
        self.process.wait()


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def main(bin_dir):
    home = folder()
    for name in ("server", "client"):
        certificate(home, name)
    (home / "rules.yaml").write_text(RULES)
    receiver = Alertmanager(home)
    daemon = Daemon(bin_dir, home, CONFIG.replace("@PORT@", str(receiver.port))).start()

    def log(**fields):
        now = datetime.now(timezone.utc)
        with open(home / "app.log", "a", encoding="utf-8") as out:
            out.write(json.dumps({"time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), **fields}) + "\n")
        return now

    logged = log(n=HOSTILE)
    log(m="short")
    wait_for(lambda: len(receiver.alerts()) == 2, what="both alerts")
    # The short one ends, so what is left did not end by itself although resolve_timeout has passed meanwhile.
    wait_for(lambda: len(receiver.alerts()) == 1, 30, "the alert that ends to be resolved")
    (value, alert), = receiver.alerts().items()
    assert value == HOSTILE.replace("\u2028", " "), value
    assert alert["status"]["state"] == "active", alert
    assert alert["labels"]["alertname"] == "goes-on" and alert["labels"]["severity"] == "high", alert["labels"]
    assert alert["annotations"]["runbook_url"] == "https://wiki.example.com/goes-on", alert["annotations"]
    assert abs(instant(alert["startsAt"]) - logged) < timedelta(minutes=1), alert
    assert instant(alert["endsAt"]) - logged > timedelta(days=300), alert
    log(m="short")
    wait_for(lambda: "short" in receiver.alerts(), what="the alert that comes again")
    dead = json.loads(daemon.get("/api/v1/dead-letters")[1])["dead_letters"]
    assert not dead, dead
    daemon.stop()
    receiver.close()
    shutil.rmtree(home)
    print("alertmanager: ok")


if __name__ == "__main__":
    main(sys.argv[1])
