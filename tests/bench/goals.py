# SPDX-License-Identifier: Apache-2.0
"""The rows of the table: whose speed, against whose, and at least how many times."""
from collections import namedtuple

# factor: what the rival's speed is divided by; less: a run whose time is taken off the subject's, here what loads its rules.
Row = namedtuple("Row", "key subject rival goal factor what less", defaults=(1.0, "", None))

ROWS = [
    Row("wc", "replay", "wc -l", 0.5, what="`wc -l` on the same file"),
    Row("wc-calm", "replay of a calm trail", "wc -l of a calm trail", 0.5, what="the same, 1 event in 200 matches instead of 1 in 15"),
    Row("duckdb", "replay", "DuckDB", 6, what="DuckDB, one thread, the same counts by SQL"),
    Row("quamina", "replay", "wc -l", 10, 7500 / 430, what="Quamina, taken as 430/7500 of `wc -l`"),
    Row("python", "replay", "Python", 25, what="Python, `json.loads` and a function per rule"),
    Row("jq", "replay", "jq", 60, what="jq"),
    Row("mtail", "replay", "mtail", 60, what="mtail"),
    Row("rsyslog", "replay", "rsyslog", 60, what="rsyslog, imfile and mmjsonparse"),
    Row("gz", "replay of a gz tree", "libdeflate-gunzip", 0.65, what="a gz tree: `libdeflate-gunzip` to nowhere"),
    Row("equal-1000", "replay, 1,000 equalities", "replay", 0.9, what="itself, 1,000 more equality patterns"),
    Row("equal-1000-loaded", "replay, 1,000 equalities", "replay", 0.9, what="the same, less the time to load the rules",
        less="load, 1,000 equalities"),
    Row("equal-10000", "replay, 10,000 equalities", "replay", 0.6, what="itself, 10,000 more equality patterns"),
    Row("equal-10000-loaded", "replay, 10,000 equalities", "replay", 0.6, what="the same, less the time to load the rules",
        less="load, 10,000 equalities"),
    Row("wildcards", "replay, 1,000 wildcards", "replay", 0.5, what="itself, 1,000 more wildcard patterns"),
    Row("regexes", "replay, 100 regexes", "replay", 0.3, what="itself, 100 more regexes"),
    Row("half", "replay, every second event", "replay", 0.45, what="itself, every second event matches"),
    Row("bare", "replay, no literals", "replay", 0.45, what="itself, no pattern can be prefiltered"),
    Row("cores", "replay, two cores", "replay", 1.8, what="two cores, one file"),
    Row("cores-gz", "replay of a gz tree, two cores", "replay of a gz tree", 1.8, what="two cores, a gz tree"),
    Row("cores-wc", "wc -l, two at once", "wc -l", 1.8, what="`wc -l` twice at once: what two cores of this machine give"),
    Row("apache", "replay of Apache lines", "mawk", 5, what="Apache lines, 20 space-delimited patterns: mawk"),
    Row("sshd", "replay of sshd lines", "grep -F -f", 1, what="sshd lines, 50 terms: `grep -c -F -f`"),
    Row("grep", "match", "grep", 1, what="`tocsin match -c`, one name: `grep -c`"),
    Row("ripgrep", "match", "ripgrep", 1, what="`tocsin match -c`, one name: `rg -c`"),
]
