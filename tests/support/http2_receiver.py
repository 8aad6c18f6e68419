#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP/2 receiver over TLS, for tests. Needs Debian's python3-h2.

  http2_receiver.py --record FILE --tls CERT KEY

Prints its port on the first line of stdout and works until stdin ends. Every request is one JSON line of the record:
{"path","connection","stream"}, a connection being a number that its requests share. It is answered with 200, but for the path
/hang, which is never answered.
"""
import argparse
import asyncio
import itertools
import json
import ssl
import sys

import h2.connection
import h2.events


class Receiver(asyncio.Protocol):
    numbers = itertools.count(1)

    def __init__(self, record):
        self.record, self.number = record, next(self.numbers)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.paths = {}

    def connection_made(self, transport):
        self.transport = transport
        self.http.initiate_connection()
        self.transport.write(self.http.data_to_send())

    def data_received(self, data):
        for event in self.http.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.paths[event.stream_id] = dict(event.headers)[b":path"].decode()
            elif isinstance(event, h2.events.DataReceived):
                self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.answer(event.stream_id)
        self.transport.write(self.http.data_to_send())

    def answer(self, stream):
        path = self.paths.pop(stream)
        self.record.write(json.dumps({"path": path, "connection": self.number, "stream": stream}) + "\n")
        self.record.flush()
        if path != "/hang":
            self.http.send_headers(stream, [(":status", "200")], end_stream=True)


async def serve(record, context):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(record), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", required=True)
    parser.add_argument("--tls", nargs=2, required=True)
    args = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*args.tls)
    context.set_alpn_protocols(["h2"])
    with open(args.record, "a", encoding="utf-8") as record:
        asyncio.run(serve(record, context))


if __name__ == "__main__":
    main()
