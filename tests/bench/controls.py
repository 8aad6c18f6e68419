# SPDX-License-Identifier: Apache-2.0
"""The 15 controls of the pack cis-aws as programs of other tools, made from the pack itself.

Eleven controls are a list of event names, most with a source; the other four are written out for each tool.
"""
import json
import re

from data import SOURCE

PACK = (SOURCE / "rules/packs/cis-aws.yaml").read_text()


def patterns():
    """rule -> its pattern, as the pack writes it."""
    return {m[1]: " ".join(m[2].split()) for m in re.finditer(r"- name: (cis-4\.\d+)\n.*?pattern: >-\n(.*?)\n    summary:",
                                                               PACK, re.S)}


def named():
    """rule -> (event source or None, event names) of the eleven."""
    found = {}
    for rule, pattern in patterns().items():
        names = re.findall(r"\$\.eventName = (\w+)", pattern)
        source = re.search(r"\$\.eventSource = ([\w.]+)", pattern)
        if names and "errorMessage" not in pattern:
            found[rule] = (source[1] if source else None, names)
    return found


def jq():
    """Prints the name of a rule for each match."""
    by_name = {}
    for rule, (source, names) in named().items():
        for name in names:
            by_name.setdefault(name, []).append([rule, source])
    return f'''
{json.dumps(by_name)} as $named | inputs | . as $e |
  ($named[.eventName // ""] // empty | .[] | select(.[1] == null or .[1] == $e.eventSource) | .[0]),
  (select(.errorCode != null and (.errorCode | (endswith("UnauthorizedOperation") or startswith("AccessDenied")))) | "cis-4.1"),
  (select(.eventName == "ConsoleLogin") |
    (select(.errorMessage == "Failed authentication") | "cis-4.6"),
    (select(.userIdentity.type == "IAMUser" and .responseElements.ConsoleLogin == "Success" and
            .additionalEventData.MFAUsed != null and .additionalEventData.MFAUsed != "Yes") | "cis-4.2")),
  (select(.userIdentity.type == "Root" and (.userIdentity | has("invokedBy") | not) and
          .eventType != null and .eventType != "AwsServiceEvent") | "cis-4.3")
'''


def sql(trail):
    """One row with the count of every rule, each eventID once."""
    conditions = {rule: f"eventName IN ({', '.join(repr(n) for n in names)})" + (f" AND eventSource = '{source}'" if source else "")
                  for rule, (source, names) in named().items()}
    conditions["cis-4.1"] = "errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%'"
    conditions["cis-4.2"] = ("eventName = 'ConsoleLogin' AND additionalEventData.MFAUsed != 'Yes' AND userIdentity.type = 'IAMUser' "
                             "AND responseElements.ConsoleLogin = 'Success'")
    conditions["cis-4.3"] = "userIdentity.type = 'Root' AND userIdentity.invokedBy IS NULL AND eventType != 'AwsServiceEvent'"
    conditions["cis-4.6"] = "eventName = 'ConsoleLogin' AND errorMessage = 'Failed authentication'"
    counts = ", ".join(f'count(DISTINCT eventID) FILTER (WHERE {c}) AS "{rule}"' for rule, c in conditions.items())
    text = {name: "VARCHAR" for name in ("eventName", "eventSource", "errorCode", "errorMessage", "eventType", "eventID")}
    columns = text | {"userIdentity": "STRUCT(type VARCHAR, invokedBy VARCHAR)", "additionalEventData": "STRUCT(MFAUsed VARCHAR)",
                      "responseElements": "STRUCT(ConsoleLogin VARCHAR)"}
    return f"SELECT {counts} FROM read_json('{trail}', format = 'newline_delimited', columns = {columns})"


def mtail():
    """Counters by regexes over the text, which is all that mtail has: look-alikes deeper in an event count too."""
    wanted = {rule: [f'"eventName":"({"|".join(names)})"'] + ([f'"eventSource":"{re.escape(source)}"'] if source else [])
              for rule, (source, names) in named().items()}
    wanted["cis-4.1"] = ['"errorCode":"([^"]*UnauthorizedOperation|AccessDenied[^"]*)"']
    wanted["cis-4.2"] = ['"eventName":"ConsoleLogin"', '"MFAUsed":"([^Y"]|Y[^e"])', '"type":"IAMUser"', '"ConsoleLogin":"Success"']
    wanted["cis-4.3"] = ['"userIdentity":{"type":"Root"']
    wanted["cis-4.6"] = ['"eventName":"ConsoleLogin"', '"errorMessage":"Failed authentication"']
    unwanted = {"cis-4.3": '"invokedBy":|"eventType":"AwsServiceEvent"'}
    program = []
    for rule, regexes in wanted.items():
        counter = rule.replace("-", "_").replace(".", "_")
        count = f"  {counter}++\n"
        if rule in unwanted:
            count = f"/{unwanted[rule]}/ {{\n}} else {{\n{count}}}\n"
        for regex in reversed(regexes):
            count = f"/{regex}/ {{\n{count}}}\n"
        program.append(f"counter {counter}\n{count}")
    return "".join(program)


def rsyslog(trail, folder):
    """imfile -> mmjsonparse -> one line with the rule's name for each match; the last line of `trail` ends it,
    so one worker keeps them in order."""
    rules = [(rule, f"$!eventName == {json.dumps(names)}" + (f' and $!eventSource == "{source}"' if source else ""))
             for rule, (source, names) in named().items()]
    rules += [
        ("cis-4.1", r're_match($!errorCode, "UnauthorizedOperation\$") or $!errorCode startswith "AccessDenied"'),
        ("cis-4.2", '$!eventName == "ConsoleLogin" and $!additionalEventData!MFAUsed != "" and '
                    '$!additionalEventData!MFAUsed != "Yes" and $!userIdentity!type == "IAMUser" and '
                    '$!responseElements!ConsoleLogin == "Success"'),
        ("cis-4.3", '$!userIdentity!type == "Root" and not exists($!userIdentity!invokedBy) and '
                    '$!eventType != "" and $!eventType != "AwsServiceEvent"'),
        ("cis-4.6", '$!eventName == "ConsoleLogin" and $!errorMessage == "Failed authentication"'),
        ("end", 'exists($!benchEnd)'),
    ]
    tests = "\n".join(f'  if {condition} then {{ set $.rule = "{rule}"; call matched }}' for rule, condition in rules)
    return f'''global(workDirectory="{folder}" maxMessageSize="256k")
main_queue(queue.workerThreads="1")
module(load="imfile") module(load="mmjsonparse")
template(name="rule" type="string" string="%$.rule%\\n")
ruleset(name="matched") {{ action(type="omfile" file="{folder}/out" template="rule") }}
ruleset(name="count") {{
  action(type="mmjsonparse" cookie="")
{tests}
}}
input(type="imfile" File="{trail}" Tag="trail" ruleset="count" addMetadata="off")
'''
