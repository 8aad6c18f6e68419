#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A private Postfix that demands TLS and a client certificate: it takes our mail as it is meant, what it refuses for good is a dead
letter, what it puts off arrives later. As root, which Postfix is made for.

  postfix_test.py BIN_DIR
"""
import email
import email.policy
import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys

from world import APP_LOG, RECEIVERS, Daemon, append_events, certificate, folder, user_rule, wait_for

CONFIG = APP_LOG + """
topics:
  ops: { subscriptions: [email: { to: [ops@example.com, refused@example.com, later@example.com] }] }
email: { smtp: "smtp://localhost:@PORT@", from: "Glöckner <tocsin@example.com>", starttls: required,
         tls: { ca: server.pem, certificate: client.pem, key: client.key } }
"""
RULES = user_rule('summary: "{{{user}}} went off"')
USER = "jürgen\r\nBcc: mallory@example.com\r\n.\r\n" + "x" * 2000

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {postfix}/usr/lib/postfix/sbin
command_directory = {postfix}/usr/sbin
shlib_directory = {postfix}/usr/lib/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
export_environment = MAIL_CONFIG LD_LIBRARY_PATH
maillog_file = /dev/stdout
mail_owner = uucp
setgid_group = news
default_privs = nobody
myhostname = mail.example.com
mydestination =
local_recipient_maps =
alias_maps =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = example.com
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {home}/server.pem
smtpd_tls_key_file = {home}/server.key
smtpd_tls_CAfile = {home}/client.pem
smtpd_tls_req_ccert = yes
smtpd_tls_received_header = yes
smtpd_recipient_restrictions = reject_unauth_destination, check_recipient_access texthash:{home}/access
"""
MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Accounts that every Debian has own its files, so that none has to be made."""

    def __init__(self, home):
        self.home = home
        home.chmod(0o755)  # its programs are not root's
        postfix = RECEIVERS / "postfix"
        uid, gid = pwd.getpwnam("uucp").pw_uid, grp.getgrnam("uucp").gr_gid
        for name in ("data", "mail"):
            (home / name).mkdir()
            os.chown(home / name, uid, gid)
        (home / "queue/pid").mkdir(parents=True)
        for name in "active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace".split():
            (home / "queue" / name).mkdir()
            os.chown(home / "queue" / name, uid, gid)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        (home / "mailboxes").write_text("".join(f"{name}@example.com {name}/\n" for name in ("ops", "refused", "later")))
        (home / "access").write_text("refused@example.com 550 5.1.1 nobody of that name\nlater@example.com 450 4.2.0 greylisted\n")
        (home / "conf").mkdir()
        (home / "conf/main.cf").write_text(MAIN_CF.format(home=home, postfix=postfix, uid=uid, gid=gid))
        (home / "conf/master.cf").write_text(MASTER_CF.format(port=self.port))
        self.process = subprocess.Popen(
            [postfix / "usr/lib/postfix/sbin/master", "-c", home / "conf", "-d"], stderr=subprocess.STDOUT,
            stdout=open(home / "postfix.log", "wb"), start_new_session=True,
            env={"PATH": os.environ["PATH"], "MAIL_CONFIG": str(home / "conf"), "LD_LIBRARY_PATH": str(postfix / "usr/lib/postfix")})
        wait_for(self.listens, what="Postfix to listen; it said:\n" + self.said())

    def listens(self):
        assert self.process.poll() is None, f"Postfix ended with {self.process.returncode}:\n{self.said()}"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def said(self):
        return (self.home / "postfix.log").read_text(errors="replace")

    def take_all(self):
        (self.home / "access").write_text("")
        self.process.send_signal(signal.SIGHUP)

    def mails(self, name):
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                for path in (self.home / "mail" / name / "new").glob("*")]

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def check(bin_dir, home, server):
    daemon = Daemon(bin_dir, home, CONFIG.replace("@PORT@", str(server.port))).start()
    append_events(home / "app.log", {"user": USER})

    def alarms(name):  # without the notice of what was refused
        return [m for m in server.mails(name) if m["Subject"].startswith("ALARM: ")]

    mail, = wait_for(lambda: alarms("ops"), 60, "the mail at the address that is fine; Postfix said:\n" + server.said())
    assert mail["From"] == "Glöckner <tocsin@example.com>" and mail["To"] == "ops@example.com", mail.items()
    assert mail["Bcc"] is None and "TLSv1" in mail["Received"] and 'Client CN "client"' in mail["Received"], mail.items()
    assert "jürgen" in mail.get_body(("plain",)).get_content() and "jürgen" in mail.get_body(("html",)).get_content()
    assert not [d for part in mail.walk() for d in part.defects]
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())

    dead, = wait_for(lambda: json.loads(daemon.get("/api/v1/dead-letters")[1])["dead_letters"], 30, "what is refused for good")
    assert "refused@example.com" in json.dumps(dead) and "550" in json.dumps(dead), dead
    assert not alarms("later") and not alarms("refused")
    server.take_all()
    late, = wait_for(lambda: alarms("later"), 60, "what was put off")
    assert late["Message-ID"] == mail["Message-ID"], "one id per message"
    assert len(alarms("ops")) == 1, "what was taken was sent again"
    daemon.stop()


def main(bin_dir):
    if os.getuid() != 0:
        os.execvp("sudo", ["sudo", "-n", sys.executable, *sys.argv])
    home = folder()
    for name in ("server", "client"):
        certificate(home, name)
    (home / "rules.yaml").write_text(RULES)
    server = Postfix(home)
    try:
        check(bin_dir, home, server)
    finally:
        server.close()
    shutil.rmtree(home)
    print("postfix: ok")


if __name__ == "__main__":
    main(sys.argv[1])
