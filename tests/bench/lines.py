# SPDX-License-Identifier: Apache-2.0
"""Apache lines with 20 space-delimited patterns, sshd lines with 50 terms: the same questions for Tocsin, mawk and grep."""
import collections

import data
from patterns import write_rules

# (a condition of the pattern, the same in awk) over the nine fields of a combined log line
CONDITIONS = [
    ("status = 404", "status == 404"),
    ("status = 5*", "status ~ /^5/"),
    ("status = 403", "status == 403"),
    ("status = 416", "status == 416"),
    ("status = 206", "status == 206"),
    ("status = 301", "status == 301"),
    ("status = 4* && status != 404", "status ~ /^4/ && status != 404"),
    ("bytes > 20000000", "bytes != \"-\" && bytes > 20000000"),
    ("bytes > 50000000", "bytes != \"-\" && bytes > 50000000"),
    ('request = "POST *"', "request ~ /^POST /"),
    ('request = "HEAD *"', "request ~ /^HEAD /"),
    ('request = "OPTIONS *"', "request ~ /^OPTIONS /"),
    ('request = "*.php*"', "request ~ /\\.php/"),
    ('request = "*wp-login*"', "request ~ /wp-login/"),
    ('request = "*HTTP/1.0"', "request ~ /HTTP\\/1\\.0$/"),
    ('request = "GET /robots.txt*"', "request ~ /^GET \\/robots\\.txt/"),
    ("ip = 66.249.*", "ip ~ /^66\\.249\\./"),
    ('user != "-"', "user != \"-\""),
    ('referrer = "*semicomplete.com/admin*"', "referrer ~ /semicomplete\\.com\\/admin/"),
    ('agent = "*sqlmap*"', "agent ~ /sqlmap/"),
]
FIELDS = ["ip", "id", "user", "time", "request", "status", "bytes", "referrer", "agent"]


def delimited(condition):
    field = condition.split()[0]
    return "[" + ", ".join(condition if name == field else name for name in FIELDS) + "]"


def awk():
    """One program with the twenty conditions; quotes split the line, blanks what is between them."""
    tests = "\n".join(f"  if ({test}) n[{i}]++" for i, (_, test) in enumerate(CONDITIONS))
    return f'''BEGIN {{ FS = "\\"" }}
NF >= 6 {{
  split($1, head, " "); ip = head[1]; user = head[3]
  request = $2; split($3, answer, " "); status = answer[1]; bytes = answer[2]; referrer = $4; agent = $6
{tests}
}}
END {{ for (i = 0; i < {len(CONDITIONS)}; i++) printf "web-%05d %d\\n", i, n[i] }}
'''


TERMS = """Accepted password
Accepted keyboard-interactive
authentication failure
POSSIBLE BREAK-IN ATTEMPT
maximum authentication attempts exceeded for root
Failed password for root
Failed password for invalid user admin
Failed password for invalid user oracle
Failed password for invalid user postgres
Failed password for invalid user git
Failed password for invalid user test
Too many authentication failures for
Bad protocol version identification
Did not receive identification string
Unable to negotiate
no matching key exchange method
no matching cipher found
Corrupted MAC on input
Bad packet length
ssh_dispatch_run_fatal
fatal: Read from socket failed
Timeout before authentication
User root not allowed because
not allowed because not listed in AllowUsers
not allowed because account is locked
Authentication refused: bad ownership
Could not load host key
reverse mapping checking getaddrinfo
Address already in use
error: Bind to port
subsystem request for sftp
Connection reset by
error: kex_exchange_identification
banner exchange
password changed for
new user: name=
new group: name=
delete user
failed adding user
removed group
added to group
incorrect password attempts
NOT in sudoers
COMMAND=/bin/bash
COMMAND=/usr/sbin/visudo
COMMAND=/usr/bin/passwd
Successful su for
FAILED su for
segfault at
Out of memory""".splitlines()


def count_terms(path):
    """True counts by rule, and of the lines with any of the terms."""
    counts, any_of_them, terms = collections.Counter(), 0, [term.encode() for term in TERMS]
    for line in open(path, "rb"):
        found = [i for i, term in enumerate(terms) if term in line]
        any_of_them += bool(found)
        counts.update(f"term-{i:05}" for i in found)
    return counts, any_of_them


def web_rules(path):
    write_rules(path, "web", "web", [(delimited(condition), None) for condition, _ in CONDITIONS], "{ count: '>= 100', within: 5m }")
    return path


def term_rules(path):
    write_rules(path, "term", "auth", [(f'"{term}"', None) for term in TERMS], "{ count: '>= 100', within: 5m }")
    return path
