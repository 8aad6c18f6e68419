#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A mail server with STARTTLS, AUTH and scripted answers, for tests. Needs Debian's python3-aiosmtpd.

  smtp_receiver.py [--record FILE] [--answers A,B,...] [--tls CERT KEY [--client-ca FILE]] [--auth USER:PASSWORD] [--port N]

Prints its port on the first line of stdout and works until stdin ends. With --tls it offers STARTTLS, with --auth it demands a
login, over TLS if there is TLS, with --client-ca a certificate of that authority. The n-th mail gets the n-th answer, further
ones the last. An answer is
  250                   taken
  rcpt=550  data=451    refused at RCPT or after DATA, with that code
  close                 the connection is closed at RCPT
  hang                  no answer to RCPT, until the client goes away
  big                   a megabyte of answer to RCPT
Every mail that was taken is one JSON line of the record: {"from","to","tls","user","headers","text","html","defects","raw"},
parsed by Python's email module; headers decoded, names as they stood; defects: what that module found wrong.
"""
import asyncio
import email
import email.policy
import json
import logging
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

import receiver_options


def parse(envelope, session):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    defects = [repr(d) for part in message.walk() for d in part.defects]
    return {
        "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
        "user": getattr(session, "user", None),
        "headers": {k: str(v) for k, v in message.items()},
        "type": message.get_content_type(),
        "text": text.get_content() if text else None, "html": html.get_content() if html else None,
        "defects": defects, "raw": envelope.content.decode("utf-8", "replace"),
    }


class Script:
    """aiosmtpd's handler: answers as scripted, records what it takes."""

    def __init__(self, answers, record):
        self.answers = answers
        self.record = record

    def take_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.answer = self.take_answer()
        if envelope.answer == "close":
            server.transport.close()
        if envelope.answer == "hang":
            await asyncio.Event().wait()
        if envelope.answer == "big":
            return "250 " + "x" * 1_000_000
        if envelope.answer.startswith("rcpt="):
            return envelope.answer[5:] + " scripted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.answer.startswith("data="):
            return envelope.answer[5:] + " scripted"
        self.record.write(json.dumps(parse(envelope, session)) + "\n")
        self.record.flush()
        return "250 OK taken"


def authenticator(expected):
    def check(server, session, envelope, mechanism, data):
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        given = data.login.decode() + ":" + data.password.decode()
        session.user = data.login.decode()
        return AuthResult(success=given == expected, handled=False)
    return check


def main():
    parser = receiver_options.parser(answers="250")
    parser.add_argument("--auth")
    args = parser.parse_args()
    # A client that gives up is part of the script.
    logging.disable()
    warnings.simplefilter("ignore")
    context = receiver_options.tls_context(args)
    with open(args.record, "a", encoding="utf-8") as record:
        script = Script(args.answers.split(","), record)

        def session():
            return SMTP(script, hostname="localhost", tls_context=context,
                        authenticator=authenticator(args.auth) if args.auth else None,
                        auth_required=bool(args.auth), auth_require_tls=bool(args.tls))
        asyncio.run(serve(session, args.port))


async def serve(session, port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    main()
