#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A subscription with a filter gets only what it asked for, and what was kept away is counted; a reload changes the filter.

  filter_test.py BIN_DIR
"""
import shutil
import sys

from world import APP_LOG, Daemon, Webhook, append_events, folder, wait_for

CONFIG = APP_LOG + """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@ALL@" }
      - webhook: { url: "@SOME@", filter: { NewStateValue: [ALARM], AlarmName: [{ prefix: "@PREFIX@" }] } }
"""

RULE = """
  - name: {name}
    log_group: app
    pattern: '{ $.what = "{name}" }'
    alarm: { count: ">= 1", within: 1h }
    group_by: [$.n]
    notify: [ops]
"""


def main(bin_dir):
    home = folder()
    (home / "rules.yaml").write_text("rules:" + "".join(RULE.replace("{name}", name) for name in ("fire", "flood")))
    everything, some = Webhook(), Webhook()
    config = CONFIG.replace("@ALL@", everything.url).replace("@SOME@", some.url)
    daemon = Daemon(bin_dir, home, config.replace("@PREFIX@", "fi")).start()

    def log(what, n):
        append_events(home / "app.log", {"what": what, "n": n})

    def names(hook):
        return sorted(f'{b["alarm"]["name"]}-{b["alarm"]["key"]["n"]}' for b in list(hook.bodies))

    def kept_away():
        lines = [line for line in daemon.get("/metrics")[1].splitlines() if line.startswith("tocsin_filtered_out_total")]
        return sum(float(line.split()[-1]) for line in lines)

    log("flood", 1)
    log("fire", 1)
    wait_for(lambda: names(everything) == ["fire-1", "flood-1"] and names(some) == ["fire-1"], 20, "one message of two")
    assert kept_away() == 1, daemon.get("/metrics")[1]

    daemon.config.write_text(config.replace("@PREFIX@", "fl").replace("{folder}", str(home)))
    daemon.reload()
    wait_for(lambda: daemon.said().count("configuration in force") >= 2, 20, "the reload")
    log("fire", 2)
    log("flood", 2)
    wait_for(lambda: len(names(everything)) == 4 and names(some) == ["fire-1", "flood-2"], 20, "the other one of two")
    assert kept_away() == 2
    daemon.stop()
    for hook in (everything, some):
        hook.close()
    shutil.rmtree(home)
    print("filter: ok")


if __name__ == "__main__":
    main(sys.argv[1])
