// SPDX-License-Identifier: Apache-2.0
// What AWS' own sns-validator says of SNS envelopes: a JSON array of them on standard input, "" or what is wrong of each on
// standard output. Its certificates come over https from the host of the first argument; NODE_EXTRA_CA_CERTS names whom to trust.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const MessageValidator = createRequire(import.meta.url)("sns-validator");
const validator = new MessageValidator(new RegExp(`^${process.argv[2]}:\\d+$`), "utf8");
const judge = (envelope) => new Promise((done) => validator.validate(envelope, (error) => done(error ? error.message : "")));
const verdicts = [];
for (const envelope of JSON.parse(readFileSync(0, "utf8"))) verdicts.push(await judge(envelope));
console.log(JSON.stringify(verdicts));
