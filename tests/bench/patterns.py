# SPDX-License-Identifier: Apache-2.0
"""Generated metric filters with known answers: many equalities, wildcards, regexes, and the two worst cases.

Every set is a list of (pattern, true count of matching events). Of each set 1 event in 50 carries a value that is looked
for; the other values look as real and occur nowhere.
"""
import itertools
import random
import re

import controls

SHARE = 0.02
VERBS = ("Describe List Get Update Create Delete Put Attach Detach Start Stop Register Deregister Enable Disable Import Export "
         "Associate Disassociate Batch Cancel Modify Reset Tag").split()
NOUNS = ("Fleet Thing Certificate Pipeline Domain Channel Dataset Mesh Gateway Ledger Broker Replica Snapshot Image Keyspace Vault "
         "Campaign Segment Route Listener Canary Profile Partner Stage Layer Robot Detector Device Portal Theme Schema Crawler "
         "Trigger Workflow Journey Template Queue Broadcast Playback Origin Budget Anomaly Finding Member Invitation Insight "
         "Widget Dashboard Contact Incident Plan Runbook Monitor Probe Entity").split()
TAILS = "s|Policy|Configuration|Attributes|Versions|History|Status|Permission|Association|Group|".split("|")
PEOPLE = "rosa tom uma vic walt xena yuri zoe lena nico otto paul".split()


def whole(value):
    return lambda text: text == value


def begins(value):
    return lambda text: text.startswith(value)


def ends(value):
    return lambda text: text.endswith(value)


def holds(value):
    return lambda text: value in text


class Picker:
    """Takes patterns while the events that they match fit into the budget; what matches nothing always fits."""

    def __init__(self, values, budget):
        self.values, self.left, self.taken = values, budget, {}

    def take(self, selector, comparison, test, must_match=False):
        pattern = f"{{ $.{selector} = {comparison} }}"
        count = sum(n for text, n in self.values[selector].items() if test(text))
        if pattern in self.taken or count > self.left or (must_match and not count):
            return False
        self.left -= count
        self.taken[pattern] = count
        return True


def invented(rnd):
    """selector -> a maker of values for it."""
    account, word = lambda: "%012d" % rnd.randrange(10**11, 10**12), lambda: rnd.choice(NOUNS).lower()
    key = lambda: "".join(rnd.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    makers = {
        "eventName": lambda: rnd.choice(VERBS) + rnd.choice(NOUNS) + rnd.choice(TAILS),
        "eventSource": lambda: f"{word()}{rnd.choice(['', '-data', 'v2', '-runtime'])}.amazonaws.com",
        "sourceIPAddress": lambda: ".".join(str(rnd.randrange(1, 255)) for _ in range(4)),
        "userAgent": lambda: f"{word()}-agent/{rnd.randrange(9)}.{rnd.randrange(99)}.{rnd.randrange(99)} lang/go#1.{rnd.randrange(20)}",
        "errorCode": lambda: f"{rnd.choice(NOUNS)}{rnd.choice(['NotFound', 'LimitExceeded', 'InUse', 'AlreadyExists'])}Exception",
        "recipientAccountId": account,
        "userIdentity.userName": lambda: f"{rnd.choice(PEOPLE)}{rnd.randrange(400)}",
        "userIdentity.arn": lambda: f"arn:aws:iam::{account()}:user/{rnd.choice(PEOPLE)}{rnd.randrange(400)}",
        "userIdentity.accessKeyId": lambda: rnd.choice(["AKIA", "ASIA"]) + key(),
        "userIdentity.sessionContext.sessionIssuer.userName": lambda: f"{word()}-{word()}-{rnd.randrange(99)}",
        "requestParameters.bucketName": lambda: f"{word()}-{rnd.choice(['logs', 'backup', 'data'])}-{account()}",
    }
    return makers


def shares(values):
    """60 % on eventName, 20 % on other top-level names, 20 % two or three deep."""
    selectors = [s for s in values if s not in ("eventName", "errorMessage")]
    return [(0.6, ["eventName"]), (0.2, [s for s in selectors if "." not in s]), (0.2, [s for s in selectors if "." in s])]


def equalities(values, events, number):
    rnd, made = random.Random(number), invented(random.Random(number + 1))
    taken = {}
    for share, selectors in shares(values):
        picker, wanted = Picker(values, share * SHARE * events), round(share * number)
        present = [(s, v) for s in selectors for v in values[s]]
        rnd.shuffle(present)
        for selector, value in present[:wanted // 4]:
            picker.take(selector, f'"{value}"', whole(value))
        for selector in itertools.cycle(selectors):
            if len(picker.taken) >= wanted:
                break
            value = made[selector]()
            if value not in values[selector]:
                picker.take(selector, f'"{value}"', lambda _: False)
        taken |= picker.taken
    return list(taken.items())


def wildcards(values, events, number):
    """A third each: beginning, end, anywhere."""
    rnd, made = random.Random(number), invented(random.Random(number + 2))
    picker = Picker(values, SHARE * events)
    ways = itertools.cycle([(lambda v: (f'"{v}*"', begins(v)), lambda v: v[:max(5, len(v) * 2 // 3)]),
                            (lambda v: (f'"*{v}"', ends(v)), lambda v: v[-max(5, len(v) // 2):]),
                            (lambda v: (f'"*{v}*"', holds(v)), lambda v: v[len(v) // 4:][:max(5, len(v) // 2)])])
    for share, selectors in shares(values):
        until = len(picker.taken) + round(share * number)
        while len(picker.taken) < until:
            selector, (render, cut) = rnd.choice(selectors), next(ways)
            known = rnd.random() < 0.1
            value = cut(rnd.choice(list(values[selector])) if known else made[selector]())
            picker.take(selector, *render(value), must_match=known)
    return list(picker.taken.items())


REGEXES = {
    "userAgent": ["[Kk]ali|parrot|pentoo", r"^aws-cli/1\.[0-9]+\.[0-9]+ Python/2", r"[Tt]erraform/0\.1[0-9]", r"^Boto3/1\.[0-9]{1,2}\.",
                  r"sqlmap/[0-9.]+", r"^python-requests/2\.[0-9]+", r"^curl/[0-9]+\.[0-9]+", r"Windows NT 6\.[0-3]", r"go#1\.1[0-9]",
                  r"OpenJDK_64-Bit_Server_VM/1[01]\.", r"^aws-sdk-java/1\.1[01]\.", r"S3Console/0\.[0-3]", r"Pulumi/[0-9]+\.[0-9]+",
                  r"md/arch#[ap][rp]", "[Pp]acu|[Cc]loud[Ss]ploit", r"^aws-sdk-ruby[23]/", r"exec-env/AWS_ECS_[A-Z]+", "Android [0-9]+",
                  r"nodejs1[024]\.x", r"^APN/1\.0 .*Terraform/1\.[0-4]\."],
    "userIdentity.arn": [r":user/[a-z]+-admin$", r"^arn:aws:iam::[0-9]{12}:root$", r":assumed-role/[A-Za-z]*Breakglass[A-Za-z]*/",
                         r"^arn:aws-[cu][a-z-]+:", r":user/svc-|:user/bot-", r":role/.*-[0-9]{4}$", r":user/[a-z]+\.[a-z]+$",
                         r"assumed-role/[a-z]+-deploy-prod/", r":assumed-role/OrganizationAccountAccessRole/",
                         r"^arn:aws:iam::0000[0-9]{8}:", r":federated-user/.+", r"AWSReservedSSO_[A-Z][A-Za-z]+Break_[0-9a-f]{16}",
                         r"/i-0[0-9a-f]{16}$", r"/vendor[-_][a-z]+", r":user/dave[0-9]$|:user/erin[0-9]$", r":saml-provider/",
                         r"assumed-role/ci-[a-z]+-3[0-9]/", r"/botocore-session-[0-9]{10}$", r":user/.*@.*\.",
                         r"assumed-role/lambda-[a-z]+-1/"],
    "errorMessage": [r"not authorized to perform: iam:[A-Z][A-Za-z]+ on", r"explicit deny in an? [a-z-]+ policy", r"^Rate exceeded for .+",
                     r"token .* expired", r"MFA|MultiFactor", r"^The security token included", r"cannot assume role arn:aws:iam::[0-9]+",
                     r"perform: kms:[A-Z][A-Za-z]+ on", r"perform: secretsmanager:.* on resource", r"^No updates? .* to be performed",
                     r"vpc-[0-9a-f]{8,17}", r"quota|limit exceeded", r"sts:AssumeRole.*external", r"^You are not subscribed",
                     r"already exists$", r"^[0-9]{2,} validation errors?", r"InvalidKeyPair|InvalidAMI", r"session [a-z]* ?too long",
                     r"by a service control policy$", r"perform: organizations:[A-Z]"],
    "eventName": [f"^{v}[A-Z][a-z]+{t}$" for v, t in zip(VERBS[4:], TAILS[1:10])] +
                 [f"^{v}.*{n}s?$" for v, n in zip(VERBS[3:], NOUNS)] + [f"{n}|{m}s$" for n, m in zip(NOUNS[10:40], NOUNS[20:])],
}


def regexes(values, events, number):
    """As people write them: 40 on eventName, 20 each on userAgent, ARN and error message, some anchored."""
    picker = Picker(values, SHARE * events)
    for selector, texts in REGEXES.items():
        for text in texts:
            if len(picker.taken) < number:
                picker.take(selector, f"%{text}%", re.compile(text, re.S).search)
    return list(picker.taken.items())


def every_second_event(values):
    """One pattern that about half of the events match: calls in four of the eight accounts."""
    accounts = sorted(values["recipientAccountId"].items())[::2]
    return [("{ " + " || ".join(f'$.recipientAccountId = "{a}"' for a, _ in accounts) + " }", sum(n for _, n in accounts))]


def without_literals(counts):
    """The controls, each with an alternative that no literal stands for and that no event fulfils."""
    return [(f"{{ ({pattern[1:-1]}) || $.eventID NOT EXISTS }}", counts.get(rule, 0)) for rule, pattern in controls.patterns().items()]


def write_rules(path, prefix, log_group, filters, alarm="{ count: '>= 5', within: 5m }"):
    """A rule file in the short form; returns the true count by rule."""
    with open(path, "w", encoding="utf-8") as f:
        f.write("rules:\n")
        for number, (pattern, _) in enumerate(filters):
            f.write(f"  - name: {prefix}-{number:05}\n    log_group: {log_group}\n    pattern: '{pattern}'\n    alarm: {alarm}\n")
    return {f"{prefix}-{number:05}": count for number, (_, count) in enumerate(filters)}
