# SPDX-License-Identifier: Apache-2.0
"""The options that the receivers of these tests have in common."""
import argparse
import ssl


def parser(answers):
    options = argparse.ArgumentParser()
    options.add_argument("--record", default="/dev/null")
    options.add_argument("--answers", default=answers)
    options.add_argument("--tls", nargs=2)
    options.add_argument("--client-ca")
    options.add_argument("--port", type=int, default=0)
    return options


def tls_context(args):
    """None without --tls."""
    if not args.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*args.tls)
    if args.client_ca:
        context.load_verify_locations(args.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
