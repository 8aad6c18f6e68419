#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cis_script.py FILE: the CIS controls as people write them in Python: json.loads, one function a rule. Prints the counts."""
import collections
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from controls import named  # noqa: E402

RULES = {}


def rule(name):
    return lambda function: RULES.setdefault(name, function)


@rule("cis-4.1")
def unauthorized(e):
    code = e.get("errorCode")
    return code is not None and (code.endswith("UnauthorizedOperation") or code.startswith("AccessDenied"))


@rule("cis-4.2")
def no_second_factor(e):
    return (e.get("eventName") == "ConsoleLogin" and (e.get("additionalEventData") or {}).get("MFAUsed", "Yes") != "Yes"
            and e["userIdentity"].get("type") == "IAMUser" and (e.get("responseElements") or {}).get("ConsoleLogin") == "Success")


@rule("cis-4.3")
def root(e):
    who = e["userIdentity"]
    return who.get("type") == "Root" and "invokedBy" not in who and e.get("eventType", "AwsServiceEvent") != "AwsServiceEvent"


@rule("cis-4.6")
def failed_sign_in(e):
    return e.get("eventName") == "ConsoleLogin" and e.get("errorMessage") == "Failed authentication"


def one_of(source, names):
    names = frozenset(names)
    if source is None:
        return lambda e: e.get("eventName") in names
    return lambda e: e.get("eventName") in names and e.get("eventSource") == source


def main():
    for name, (source, names) in named().items():
        RULES[name] = one_of(source, names)
    counts, seen = collections.Counter(), set()
    for line in open(sys.argv[1], "rb"):
        event = json.loads(line)
        for name, matches in RULES.items():
            if matches(event) and (name, event["eventID"]) not in seen:
                seen.add((name, event["eventID"]))
                counts[name] += 1
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
