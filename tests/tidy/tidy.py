#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules as a test: who may include whom, what the pure core must not touch, and small hygiene.

  tidy.py SOURCE_DIR        prints every breach as file:line: text; exit 1 if there is one
"""
import re
import subprocess
import sys
from pathlib import Path

# folder -> the project folders that it may include
MAY_INCLUDE = {
    "include": {"tocsin"},
    "rules": {"tocsin", "rules"},
    "notifiers": {"tocsin", "notifiers"},
    "daemon": {"tocsin", "rules", "notifiers", "daemon"},
    "tests": {"tocsin", "rules", "notifiers", "daemon", "support", "tests"},
}

# third party -> the files (prefixes) that alone may see it
BEHIND_ONE_FILE = {
    "yaml-cpp/": ["rules/ruleset/yaml_document"],
    "pcre2.h": ["rules/pattern/regex"],
    "curl/": ["notifiers/curl_"],
    "sqlite3.h": ["daemon/store/", "tests/unit/store/", "tests/sim/"],
    "spdlog/": ["daemon/"],
    "boost/": ["daemon/", "tests/"],
    "mustache.hpp": ["rules/message/"],
}

# Purity: no I/O, clock, thread or log in the core and in the vocabulary.
IMPURE = [
    (re.compile(r"::now\("), "reads a clock"),
    (re.compile(r"#include <(thread|mutex|shared_mutex|condition_variable|atomic|future|stop_token)>"), "threads"),
    (re.compile(r"#include <(fstream|iostream|filesystem|unistd\.h|fcntl\.h|sys/[a-z]+\.h|netdb\.h)>"), "does I/O"),
    (re.compile(r"\b(std::cout|std::cerr|printf|fopen|getenv)\b"), "does I/O"),
]
PURE = ("rules/",)
# The one assertion macro prints before it aborts.
PURE_EXCEPT = ("include/tocsin/result.hpp",)

LINE_MAX = 100
FUNCTION_BAND = range(61, 66)  # a ratchet: what creeps just over 60 lines is cut, the few honest long ones stand
FILE_LINES_MAX = 450

WORKPLACE = re.compile(r"/work/|/root/|localhost\.localdomain")


def sources(root):
    out = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=False).stdout.splitlines()
    return [p for p in out if (root / p).is_file()]


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
        if m:
            yield number, m.group(1)


def check_includes(path, text, say):
    folder = path.split("/")[0]
    allowed = MAY_INCLUDE.get(folder)
    for number, name in includes(text):
        top = name.split("/")[0]
        if allowed is not None and top in ("tocsin", "rules", "notifiers", "daemon", "tests") and top not in allowed:
            say(path, number, f"{folder}/ must not include {name}")
        for party, homes in BEHIND_ONE_FILE.items():
            if name.startswith(party) or name == party:
                if not any(path.startswith(h) for h in homes):
                    say(path, number, f"{party} may be seen only by {', '.join(homes)}")


def check_purity(path, text, say):
    if not path.startswith(PURE) or path in PURE_EXCEPT:
        return
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        for pattern, what in IMPURE:
            if pattern.search(code):
                say(path, number, f"the pure core {what}: {line.strip()}")


def check_hygiene(path, text, say):
    lines = text.splitlines()
    if not lines or "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:3]):
        say(path, 1, "the first lines lack // SPDX-License-Identifier: Apache-2.0")
    if path.endswith(".hpp") and "#pragma once" not in text:
        say(path, 1, "a header without #pragma once")
    if len(lines) > FILE_LINES_MAX and not path.startswith("tests/"):
        say(path, len(lines), f"{len(lines)} lines: which table or second noun hides in it?")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX and "http" not in line and 'R"' not in line:
            if not path.startswith("tests/") and not line.lstrip().startswith("//"):
                say(path, number, f"{len(line)} columns, at most {LINE_MAX}")
        if re.search(r"\b(FIXME|XXX|TODO)\b", line):
            say(path, number, "a note to oneself was left behind")


def check_functions(path, text, say):
    """Lengths of top-level function bodies: from a line that ends in '{' at column 0 to the closing '}' at column 0."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if start is None and re.match(r"^[A-Za-z].*\) (const )?(noexcept )?\{$", line):
            start = number
        elif start is not None and line == "}":
            if number - start + 1 in FUNCTION_BAND:
                say(path, start, f"a function of {number - start + 1} lines")
            start = None


def check_no_sleep(path, text, say):
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(sleep_for|sleep_until|usleep|nanosleep|time\.sleep)\s*\(", line.split("//")[0]):
            say(path, number, "a test that sleeps is a test that flakes")


def main(root):
    root = Path(root)
    breaches = []

    def say(path, number, text):
        breaches.append(f"{path}:{number}: {text}")

    for path in sources(root):
        if path.endswith((".cpp", ".hpp")):
            text = (root / path).read_text(encoding="utf-8")
            check_includes(path, text, say)
            check_purity(path, text, say)
            check_hygiene(path, text, say)
            if not path.startswith("tests/"):
                check_functions(path, text, say)
        if path.startswith("tests/") and path.endswith((".cpp", ".hpp", ".py")):
            check_no_sleep(path, (root / path).read_text(encoding="utf-8"), say)
        if path != "tests/tidy/tidy.py" and path.endswith((".cpp", ".hpp", ".md", ".py", ".yaml", ".txt", ".service", "run")):
            text = (root / path).read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if WORKPLACE.search(line):
                    say(path, number, "names the path of a machine")
    print("\n".join(breaches) if breaches else "tidy: nothing found")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
