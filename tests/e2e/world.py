# SPDX-License-Identifier: Apache-2.0
"""What end-to-end tests share: a daemon that can be killed, a webhook that records, conditions instead of sleeps."""
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
RECEIVERS = SOURCE / "build/receivers"  # servers that tests/install-receivers unpacked


# A configuration to which a test adds its topics: it follows app.log, in which append_events() writes, by rules.yaml.
APP_LOG = """
log_groups:
  app: { input: file, path: "{folder}/app.log", lateness: 1s, start_at: beginning }
rules: [rules.yaml]
state: "{folder}/state"
api: { listen: "127.0.0.1:0", socket: "{folder}/api.sock" }
"""


# What a test adds to a configuration that has no topics: one whose webhook the test fills in.
OPS_WEBHOOK = """
topics:
  ops:
    subscriptions:
      - webhook: { url: "@URL@" }
"""


def user_rule(*more):
    """rules.yaml with one alarm, `boom`, for each user that app.log names; `more`: lines of it."""
    lines = ["name: boom", "log_group: app", 'pattern: "{ $.user = * }"', 'alarm: { count: ">= 1", within: 1h }',
             "group_by: [$.user]", "notify: [ops]", *more]
    return "rules:\n  - " + "\n    ".join(lines) + "\n"


def now_text():
    """RFC 3339, UTC, with milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def append_events(path, *events):
    """Appends lines of JSON to a log, each with the time of now."""
    stamp = now_text()
    with open(path, "a", encoding="utf-8") as log:
        log.write("".join(json.dumps({"time": stamp, **event}) + "\n" for event in events))


def wait_for(condition, timeout=30, what="the condition"):
    """Polls until `condition()` is true and returns its value; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {timeout} s in vain for {what}"
        threading.Event().wait(0.01)


def json_records(path):
    """The JSON lines another process has written so far; a line that it is still writing is not one yet."""
    written = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in written.splitlines(keepends=True) if line.endswith("\n")]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class RequestHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read_json(self):
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def send(self, status, headers=None, body=b""):
        self.send_response(status)
        for name, value in {**(headers or {}), "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class LocalServer(http.server.ThreadingHTTPServer):
    """Serves from now on, on a free port."""

    daemon_threads = True

    def __init__(self, handler, host="127.0.0.1"):
        super().__init__((host, 0), handler)
        self.url = f"http://{host}:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a daemon that is killed cuts its connections


class Webhook:
    """Records the JSON bodies it gets. `answer(n, body)` gives (status, headers) for the n-th request, default 200;
    "hang" keeps the connection open, "reset" cuts it."""

    def __init__(self, answer=None, host="127.0.0.1"):
        self.bodies, self.headers, self.lock = [], [], threading.Lock()
        self.released = threading.Event()
        outer = self

        class Handler(RequestHandler):
            def do_POST(self):
                body = self.read_json()
                with outer.lock:
                    number = len(outer.bodies)
                    outer.bodies.append(body)
                    outer.headers.append(dict(self.headers))
                status = answer(number, body) if answer else 200
                if status == "hang":
                    outer.released.wait(60)
                    self.close_connection = True
                    return
                if status == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    self.close_connection = True
                    return
                self.send(*(status if isinstance(status, tuple) else (status,)))

        self.server = LocalServer(Handler, host)
        self.url = self.server.url + "/hook"

    def count(self):
        with self.lock:
            return len(self.bodies)

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Daemon:
    """tocsind in a folder of its own: `config` is the YAML text with {folder} filled in."""

    def __init__(self, bin_dir, folder, config):
        self.bin, self.folder = Path(bin_dir), Path(folder)
        self.config = self.folder / "tocsin.yaml"
        self.socket = self.folder / "api.sock"
        self.config.write_text(config.replace("{folder}", str(self.folder)))
        self.errors = self.folder / "stderr"
        self.process = None

    def start(self, wait=True):
        env = {**os.environ, "TOCSIN_PACKS": str(SOURCE / "rules/packs")}
        self.process = subprocess.Popen([self.bin / "tocsind", "--config", self.config],
                                        stderr=open(self.errors, "ab"), stdout=subprocess.DEVNULL, env=env)
        if wait:
            wait_for(self.ready, 30, "tocsind to be ready; it said:\n" + self.said())
        return self

    def said(self):
        return self.errors.read_text(errors="replace")[-4000:] if self.errors.exists() else ""

    def get(self, path):
        connection = UnixConnection(self.socket)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def ready(self):
        assert self.process.poll() is None, f"tocsind ended with {self.process.returncode}:\n{self.said()}"
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        assert code == 0, f"tocsind ended with {code} after SIGTERM:\n{self.said()}"

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def run(self, *args):
        """The command line, talking to this daemon, when it has ended."""
        return subprocess.run([self.bin / "tocsin", *args], capture_output=True, text=True, check=False,
                              env={**os.environ, "TOCSIN_SOCKET": str(self.socket),
                                   "TOCSIN_PACKS": str(SOURCE / "rules/packs")})

    def tocsin(self, *args, check=True):
        """Its output."""
        done = self.run(*args)
        assert not check or done.returncode == 0, f"tocsin {' '.join(map(str, args))}: {done.returncode}\n{done.stderr}"
        return done.stdout

    def json_lines(self, *args):
        return [json.loads(line) for line in self.tocsin(*args, "--json").splitlines()]


def node(script, *args, text=""):
    """What a script of tests/node, a receiver's own library, says of `text`: its standard output as JSON."""
    done = subprocess.run(["node", SOURCE / "tests/node" / script, *map(str, args)], input=text, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, f"{script}: {done.stderr}"
    return json.loads(done.stdout)


def certificate(home, name, hosts="DNS:localhost"):
    """NAME.pem and NAME.key in `home`: a certificate of `hosts` that is its own authority."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName={hosts}", "-keyout", home / f"{name}.key",
                    "-out", home / f"{name}.pem"], check=True, capture_output=True)


def folder():
    return Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
