# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver with a behaviour of its own for every path, that notes each request: fast enough for thousands a second."""
import asyncio
import json
import threading
import time
from dataclasses import dataclass

STATUS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


@dataclass
class Receipt:
    """A message that came: `at` is wall time in seconds, `taken` that it was answered with 200, `digest` what it says of each alarm
    if it stands for several: [(key, sequence of the newest, messages)]."""
    path: str
    at: float
    taken: bool
    id: str
    transition: str
    sequence: int
    key: str
    overtaking: bool
    superseded: bool
    digest: list


class FaultServer:
    """`behaviours`: path -> function of (number of the request at this path, seconds since the start) that gives 200 or another
    status, "hang" or "reset". From heal() on those of `incurable` alone still fail; what hangs is let go."""

    def __init__(self, behaviours, incurable=()):
        self.behaviours, self.incurable = behaviours, set(incurable)
        self.receipts, self.counts = [], dict.fromkeys(behaviours, 0)
        self.healed, self.began, self.open = False, time.monotonic(), 0
        self.loop, self.port, ready = asyncio.new_event_loop(), 0, threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def heal(self):
        def release():
            self.healed = True
            self.released.set()
        self.loop.call_soon_threadsafe(release)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.released = asyncio.Event()
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1000))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
                if not await self._answer(path, json.loads(await reader.readexactly(length)), writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # a daemon that is killed cuts its connections
        finally:
            writer.close()

    async def _answer(self, path, body, writer):
        """False: the connection is over."""
        number = self.counts[path]
        self.counts[path] += 1
        behave = self.behaviours[path]
        cured = self.healed and path not in self.incurable
        answer = 200 if cured else behave(number, time.monotonic() - self.began)
        digest = [(a["dedup_key"], a["sequence"], a["messages"]) for a in body.get("alarms", [])]
        self.receipts.append(Receipt(path, time.time(), answer == 200, body["id"], body.get("transition_id", ""),
                                     body.get("sequence", 0), body["dedup_key"], body.get("overtaking", False),
                                     body.get("superseded", False), digest))
        if answer == "hang":
            await self.released.wait()
            return False
        if answer == "reset":
            writer.transport.abort()
            return False
        extra = "retry-after: 1\r\n" if answer == 429 else ""
        writer.write(f"HTTP/1.1 {answer} {STATUS[answer]}\r\n{extra}content-length: 0\r\n\r\n".encode())
        await writer.drain()
        return True
