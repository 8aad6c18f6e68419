#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real mail server with STARTTLS and a login: the mail arrives, says who did what, and a server that was down or refused for a
while loses nothing.

  mail_test.py BIN_DIR
"""
import json
import shutil
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from world import SOURCE, Daemon, folder, json_records, node, wait_for

CONFIG = """
log_groups:
  trail: { input: file, path: "{folder}/trail.log", lateness: 1s, start_at: beginning }
rules: [rules.yaml]
topics:
  security:
    time_zone: Europe/Paris
    subscriptions:
      - email: { to: [secops@example.com, oncall@example.com], filter: { NewStateValue: [ALARM] } }
      - email-json: { to: robot@example.com }
email: { smtp: "smtp://localhost:@PORT@", from: tocsin@example.com, starttls: required, username: tocsin,
         password: "${credential:smtp}" }
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock" }
"""

RULES = """
rules:
  - name: sg-opened
    log_group: trail
    pattern: '{ $.eventName = AuthorizeSecurityGroupIngress }'
    alarm: { count: ">= 2", within: 1h }
    group_by: [$.requestParameters.groupId]
    notify: [security]
    severity: high
    summary: "{{userIdentity.userName}} opened {{requestParameters.groupId}}"
    runbook: https://wiki.example.com/sg-opened
"""


def certificate(home):
    """A CA-signed certificate for localhost; the daemon trusts it through SSL_CERT_FILE."""
    cert, key = home / "cert.pem", home / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


class MailServer:
    def __init__(self, home, port, tls, answers):
        self.record = home / f"mail-{answers[0].replace('=', '')}.jsonl"
        self.process = subprocess.Popen(
            ["/usr/bin/python3", SOURCE / "tests/support/smtp_receiver.py", "--record", self.record, "--port", str(port),
             "--tls", *tls, "--auth", "tocsin:s3cret-word", "--answers", ",".join(answers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def mails(self, robots=False):
        return [m for m in json_records(self.record) if (m["to"] == ["robot@example.com"]) == robots]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def event(group, age):
    now = (datetime.now(timezone.utc) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({
        "eventVersion": "1.09", "eventTime": now, "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory", "accountId": "111122223333",
                         "userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "requestParameters": {"groupId": group, "secretToken": "hunter2-hunter2", "ipPermissions": {"items": [
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
        "recipientAccountId": "111122223333", "eventID": f"id-{group}-{age}"}) + "\n"


def check_mime(raw):
    """What a receiver's own library reads: two bodies, the chart within the HTML, headers that sort, thread and keep quiet."""
    for mail in node("parse_mail.mjs", text=json.dumps(raw)):
        assert mail["subject"].startswith('ALARM: "sg-opened" in '), mail["subject"]
        assert mail["from"] == "tocsin@example.com", mail["from"]
        assert mail["headers"]["auto-submitted"].endswith("auto-generated")
        assert "<security." in mail["headers"]["list-id"], mail["headers"]["list-id"]
        assert len(mail["references"]) == 1 and mail["references"][0] != mail["messageId"], mail["references"]
        assert "for the first time in 30 days" in mail["text"], mail["text"]
        assert 'filter {"NewStateValue":["ALARM"]}' in mail["text"].replace("\n", " "), mail["text"]
        assert "CET" in mail["text"] or "CEST" in mail["text"], "times are not in the topic's zone"
        [chart] = mail["attachments"]
        assert chart["related"] and chart["type"] == "image/png" and chart["png"] == "PNG", chart
        assert chart["disposition"] == "inline" and f'cid:{chart["cid"]}' in mail["html"], chart


def check_json(raw, groups):
    """email-json: a mail of text alone, which is the SNS document; once for each alarm."""
    told = []
    for mail in node("parse_mail.mjs", text=json.dumps(raw)):
        assert mail["subject"].startswith('ALARM: "sg-opened" in '), mail["subject"]
        assert not mail["html"] and not mail["attachments"], mail
        document = json.loads(mail["text"])
        assert document["Type"] == "Notification" and document["Subject"] == mail["subject"], document
        assert document["MessageId"] in mail["messageId"], (document["MessageId"], mail["messageId"])
        assert document["TopicArn"].endswith(":security"), document["TopicArn"]
        message = json.loads(document["Message"])
        assert (message["AlarmName"], message["NewStateValue"]) == ("sg-opened", "ALARM"), message
        assert message["Trigger"]["Threshold"] == 2, message["Trigger"]
        told += [group for group in groups if group in document["Message"]]
    assert sorted(told) == sorted(groups), told


def main(bin_dir):
    home = folder()
    (home / "credentials").mkdir()
    (home / "credentials/smtp").write_text("s3cret-word\n")
    (home / "rules.yaml").write_text(RULES)
    tls = certificate(home)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    import os
    os.environ["CREDENTIALS_DIRECTORY"] = str(home / "credentials")
    os.environ["SSL_CERT_FILE"] = str(tls[0])
    daemon = Daemon(bin_dir, home, CONFIG.replace("@PORT@", str(port))).start()

    def log(group):
        with open(home / "trail.log", "a", encoding="utf-8") as trail:
            trail.write(event(group, timedelta(minutes=30)) + event(group, timedelta(0)))

    log("sg-while-down")  # nobody listens yet
    wait_for(lambda: "retry" in daemon.get("/metrics")[1], what="a first attempt to fail")

    # The server comes, refuses a few times, then takes everything.
    server = MailServer(home, port, tls, ["data=451", "rcpt=450", "250"])
    wait_for(lambda: len(server.mails()) == 2, 60, "both mails of the time without a server")
    log("sg-later")
    wait_for(lambda: len(server.mails()) == 4, 60, "both mails of the second alarm")
    mails = server.mails()
    assert {m["to"][0] for m in mails} == {"secops@example.com", "oncall@example.com"}
    assert all(m["tls"] and m["user"] for m in mails), "not encrypted, or not logged in"
    assert not any(m["defects"] for m in mails), [m["defects"] for m in mails]
    first = next(m for m in mails if "sg-while-down" in m["text"])
    for wanted in ("mallory", "AuthorizeSecurityGroupIngress", "203.0.113.7", "sg-while-down", "111122223333", "eu-west-1",
                   "https://wiki.example.com/sg-opened", "rules.yaml"):
        assert wanted in first["text"], f"the text part lacks {wanted}:\n{first['text']}"
        assert wanted in first["html"], f"the HTML part lacks {wanted}"
    assert "hunter2" not in first["raw"] and "AKIAIOSFODNN7EXAMPLE" not in first["raw"], "a secret in a mail"
    ids = [m["headers"]["Message-ID"] for m in mails]
    assert len(set(ids)) == 2, f"one id per message, the same for all who get it: {ids}"
    check_mime([m["raw"] for m in mails])
    wait_for(lambda: len(server.mails(robots=True)) == 2, 60, "both mails of JSON")
    robots = server.mails(robots=True)
    assert all(m["tls"] and m["user"] for m in robots), "not encrypted, or not logged in"
    assert all(m["type"] == "text/plain" and not m["defects"] for m in robots), [(m["type"], m["defects"]) for m in robots]
    assert not any("hunter2" in m["raw"] or "AKIAIOSFODNN7EXAMPLE" in m["raw"] for m in robots), "a secret in a mail of JSON"
    check_json([m["raw"] for m in robots], ["sg-while-down", "sg-later"])
    assert "s3cret-word" not in daemon.said(), "the password is in the log"
    daemon.stop()
    server.close()
    shutil.rmtree(home)
    print(first["text"])


if __name__ == "__main__":
    main(sys.argv[1])
