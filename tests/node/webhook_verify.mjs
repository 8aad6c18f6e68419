// SPDX-License-Identifier: Apache-2.0
// Verifies a request signed as Standard Webhooks, given on standard input as {"body", "headers"}.
//   webhook_verify.mjs whsec_...           by the specification's own library
//   webhook_verify.mjs FILE.pem            its v1a signature by an Ed25519 public key
// Prints {"valid": BOOL, "why": TEXT}.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { body, headers } = JSON.parse(readFileSync(0, "utf8"));
const key = process.argv[2];

function verifyAsymmetric() {
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const signatures = headers["webhook-signature"].split(" ").filter((s) => s.startsWith("v1a,"));
  const publicKey = createPublicKey(readFileSync(key));
  const fits = (s) => verify(null, Buffer.from(content), publicKey, Buffer.from(s.slice(4), "base64"));
  if (!signatures.some(fits)) throw new Error("no v1a signature of this key");
}

let answer = { valid: true, why: "" };
try {
  if (key.startsWith("whsec_")) new Webhook(key).verify(body, headers);
  else verifyAsymmetric();
} catch (error) {
  answer = { valid: false, why: String(error) };
}
console.log(JSON.stringify(answer));
