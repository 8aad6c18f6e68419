#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes CloudTrail-shaped events with true counts, for benchmarks and end-to-end tests.

  make_trail.py --events 200000 --out trail.ndjson --truth truth.json [--seed 1] [--rate 0.005] [--repeat 0.02]

Every event is about 1.4 KB. `rate` of them are changes that the pack cis-aws watches; `repeat` are delivered twice, some
hundred events later. The truth counts each control once per eventID (`unique`) and as delivered (`total`).
"""
import argparse
import json
import random
from datetime import datetime, timedelta, timezone

WATCHED = [  # control, source, name
    ("cis-4.4", "iam", "PutUserPolicy"),
    ("cis-4.5", "cloudtrail", "StopLogging"),
    ("cis-4.7", "kms", "DisableKey"),
    ("cis-4.8", "s3", "PutBucketPolicy"),
    ("cis-4.10", "ec2", "AuthorizeSecurityGroupIngress"),
    ("cis-4.11", "ec2", "CreateNetworkAclEntry"),
    ("cis-4.13", "ec2", "CreateRoute"),
    ("cis-4.14", "ec2", "DeleteVpc"),
]
ORDINARY = [
    ("ec2", "DescribeInstances"), ("ec2", "DescribeSecurityGroups"), ("sts", "AssumeRole"), ("s3", "GetObject"),
    ("s3", "GetBucketAcl"), ("kms", "Decrypt"), ("logs", "CreateLogStream"), ("iam", "ListRoles"), ("ssm", "GetParameter"),
    ("lambda", "ListFunctions20150331"), ("secretsmanager", "GetSecretValue"), ("rds", "DescribeDBInstances"),
]
AGENTS = [
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10 md/arch#x86_64 lang/python#3.11.9 cfg/retry-mode#legacy",
    "aws-cli/2.15.40 Python/3.11.8 Linux/5.15 exe/x86_64.debian.12 prompt/off command/ec2.describe-instances",
    "Terraform/1.5.7 (+https://www.terraform.io) terraform-provider-aws/5.57.0 aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22",
]


def identity(rnd, account):
    name = rnd.choice(["ana", "ben", "carol", "dave", "erin", "fay"])
    role = rnd.choice(["app-api", "ci-deploy", "ssm-managed", "glue-etl"])
    if rnd.random() < 0.3:
        return {"type": "IAMUser", "principalId": f"AIDAEXAMPLE{name.upper()}", "arn": f"arn:aws:iam::{account}:user/{name}",
                "accountId": account, "accessKeyId": "AKIAEXAMPLE%08d" % rnd.randrange(10**8), "userName": name}
    session = "i-%017x" % rnd.getrandbits(68)
    return {"type": "AssumedRole", "principalId": f"AROAEXAMPLE:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}", "accountId": account,
            "accessKeyId": "ASIAEXAMPLE%08d" % rnd.randrange(10**8),
            "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE",
                                                 "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account,
                                                 "userName": role},
                               "webIdFederationData": {},
                               "attributes": {"creationDate": "2026-05-01T07:00:00Z", "mfaAuthenticated": "false"}}}


def event(rnd, number, at, source, name):
    account = rnd.choice(["111122223333", "222233334444", "333344445555"])
    token = "%032x" % rnd.getrandbits(128)
    return {"eventVersion": "1.09", "userIdentity": identity(rnd, account), "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{source}.amazonaws.com", "eventName": name, "awsRegion": rnd.choice(["us-east-1", "eu-west-1"]),
            "sourceIPAddress": "198.51.100.%d" % rnd.randrange(1, 255), "userAgent": rnd.choice(AGENTS),
            "requestParameters": {"filterSet": {"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": f"vpc-{token[:17]}"}]}}]},
                                  "maxResults": 1000, "clientToken": token},
            "responseElements": None if rnd.random() < 0.7 else {"requestId": token, "_return": True},
            "requestID": token, "eventID": "%08x-0000-4000-8000-%012x" % (rnd.getrandbits(32), number),
            "readOnly": name.startswith(("Describe", "Get", "List")), "eventType": "AwsApiCall", "managementEvent": True,
            "recipientAccountId": account, "eventCategory": "Management",
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                           "clientProvidedHostHeader": f"{source}.us-east-1.amazonaws.com"}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10000)
    parser.add_argument("--out", required=True)
    parser.add_argument("--truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.005)
    parser.add_argument("--repeat", type=float, default=0.0)
    args = parser.parse_args()
    rnd = random.Random(args.seed)
    start = datetime(2026, 5, 1, tzinfo=timezone.utc)
    unique, total, late = {}, {}, []
    with open(args.out, "w", encoding="utf-8") as out:
        for number in range(args.events):
            at = start + timedelta(seconds=number // 20)
            control = None
            if rnd.random() < args.rate:
                control, source, name = rnd.choice(WATCHED)
                unique[control] = unique.get(control, 0) + 1
                total[control] = total.get(control, 0) + 1
            else:
                source, name = rnd.choice(ORDINARY)
            line = json.dumps(event(rnd, number, at, source, name), separators=(",", ":"))
            out.write(line + "\n")
            if rnd.random() < args.repeat:
                late.append((number + rnd.randrange(1, 500), line, control))
            while late and late[0][0] <= number:
                _, again, which = late.pop(0)
                out.write(again + "\n")
                if which:
                    total[which] += 1
        for _, again, which in late:
            out.write(again + "\n")
            if which:
                total[which] += 1
    if args.truth:
        with open(args.truth, "w", encoding="utf-8") as out:
            json.dump({"unique": unique, "total": total}, out)


if __name__ == "__main__":
    main()
