#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP receiver with scripted answers, for tests.

  http_receiver.py [--answers A,B,...] [--record FILE] [--tls CERT KEY [--client-ca FILE]] [--port N]

Prints its port on the first line of stdout and works until stdin ends. With --client-ca nobody gets in without a certificate of
that authority. The n-th request gets the n-th answer, further ones
the last; a path "/answer/A" asks for A itself and takes nothing from the script. An answer is
  200 404 500 ...       a status
  429:retry-after=1     a status with headers, separated by ":"
  302:location=http://...
  hang                  nothing, until the client goes away
  reset                 the connection is reset
  big                   200 with 1 MB of body
  echo:404              a status, and the request itself as the body
  drip                  200 with a body that never ends, a byte now and then
Every request is one JSON line of the record: {"method","path","headers","body","answer","connection"}; header names in lower
case, connection a number that keep-alive requests share.
"""
import itertools
import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import receiver_options


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, answers, record):
        super().__init__(address, Handler)
        self.answers = answers
        self.record = record
        self.lock = threading.Lock()
        self.connections = itertools.count(1)
        self.stopping = threading.Event()

    def take_answer(self, path):
        if path.startswith("/answer/"):
            return unquote(path[len("/answer/"):])
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def write(self, request):
        with self.lock:
            self.record.write(json.dumps(request) + "\n")
            self.record.flush()

    def handle_error(self, request, client_address):
        pass  # a client that goes away is part of the script


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.number = next(self.server.connections)

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = self.server.take_answer(self.path)
        self.server.write({
            "method": self.command, "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": body.decode("utf-8", "replace"), "answer": answer, "connection": self.number,
        })
        if answer.startswith("echo:"):
            said = f"{self.path}\n{self.headers}\n".encode() + body
            return self.answer_status(answer[len("echo:"):], said)
        getattr(self, "answer_" + answer, lambda: self.answer_status(answer))()

    do_GET = do_PUT = do_POST

    def answer_status(self, answer, body=b"ok"):
        status, *headers = answer.split(":", 1) if "=http" in answer else answer.split(":")
        self.send_response(int(status))
        body = b"" if status == "204" else body
        for header in headers:
            name, value = header.split("=", 1)
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_big(self):
        self.answer_status("200", b"x" * 1_000_000)

    def answer_hang(self):
        self.close_connection = True
        self.connection.recv(1)

    def answer_drip(self):
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        while not self.server.stopping.wait(0.05):
            self.wfile.write(b"x")

    def answer_reset(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def main():
    args = receiver_options.parser(answers="200").parse_args()
    with open(args.record, "a", encoding="utf-8") as record:
        server = Receiver(("127.0.0.1", args.port), args.answers.split(","), record)
        context = receiver_options.tls_context(args)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.stopping.set()
        server.shutdown()


if __name__ == "__main__":
    main()
