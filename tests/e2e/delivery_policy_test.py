#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Delivery policies as SNS has them, by each backoff function: as many attempts as they say, under one id, then a dead letter; a topic's
policy holds for a subscription without one; a throttle costs no attempt. When each attempt is made: tests/unit/notifiers/delivery_policy_test.

  delivery_policy_test.py BIN_DIR
"""
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

FUNCTIONS = ("linear", "arithmetic", "geometric", "exponential")

# A topic each: whoever else is told of a channel that fails would be told here.
CONFIG = APP_LOG + """
topics:
  plain:
    delivery_policy: { http: { defaultHealthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 1 },
                               defaultRequestPolicy: { headerContentType: application/json } } }
    subscriptions: [{ webhook: { url: "@PLAIN@" } }]
  throttled:
    subscriptions: [{ webhook: { url: "@THROTTLED@", delivery_policy: { throttlePolicy: { maxReceivesPerSecond: 5 } } } }]
"""

REFUSED = """  @FUNCTION@:
    subscriptions:
      - webhook:
          url: "@URL@"
          delivery_policy:
            healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 2, numRetries: 4, numNoDelayRetries: 1, numMinDelayRetries: 1,
                                  numMaxDelayRetries: 1, backoffFunction: @FUNCTION@ }
"""

RULES = """
rules:
  - { name: fire, log_group: app, pattern: '{ $.n = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.n],
      notify: [plain, linear, arithmetic, geometric, exponential] }
  - { name: many, log_group: app, pattern: '{ $.m = * }', alarm: { count: ">= 1", within: 1h }, group_by: [$.m], notify: [throttled] }
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text(RULES)
    throttled, plain = Webhook(), Webhook(lambda n, body: 503)
    refusing = {function: Webhook(lambda n, body: 503) for function in FUNCTIONS}
    config = CONFIG.replace("@PLAIN@", plain.url).replace("@THROTTLED@", throttled.url)
    for function, hook in refusing.items():
        config += REFUSED.replace("@URL@", hook.url).replace("@FUNCTION@", function)
    daemon = Daemon(bin_dir, home, config).start()

    append_events(home / "app.log", {"n": 1})
    wait_for(lambda: len(daemon.json_lines("dlq", "list")) == 5, 60, "five dead letters")
    assert sorted(letter["attempts"] for letter in daemon.json_lines("dlq", "list")) == [2, 5, 5, 5, 5]
    for function, hook in refusing.items():
        assert hook.count() == 5 and len({body["id"] for body in hook.bodies}) == 1, (function, hook.bodies)
    assert plain.count() == 2 and plain.headers[0]["content-type"] == "application/json", plain.headers

    append_events(home / "app.log", *({"m": m} for m in range(1, 8)))
    wait_for(lambda: throttled.count() >= 7, 30, "all messages behind the throttle")
    assert sorted(body["alarm"]["key"]["m"] for body in throttled.bodies) == list("1234567"), throttled.bodies
    daemon.stop()
    for hook in (throttled, plain, *refusing.values()):
        hook.close()
    shutil.rmtree(home)
    print("delivery policy: ok")


if __name__ == "__main__":
    main(sys.argv[1])
