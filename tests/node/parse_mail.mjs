// SPDX-License-Identifier: Apache-2.0
// What mailparser makes of mails: a JSON array of raw messages on standard input, an array of what it read on standard output.
import { simpleParser } from "mailparser";
import { readFileSync } from "node:fs";

const parsed = [];
for (const raw of JSON.parse(readFileSync(0, "utf8"))) {
  const mail = await simpleParser(raw, { skipImageLinks: true });
  parsed.push({
    subject: mail.subject, from: mail.from?.text, to: mail.to?.text, date: mail.date, messageId: mail.messageId,
    references: [].concat(mail.references ?? []), headers: Object.fromEntries(mail.headerLines.map((h) => [h.key, h.line])),
    text: mail.text, html: mail.html || "",
    attachments: mail.attachments.map((a) => ({ cid: a.cid, type: a.contentType, related: a.related, size: a.size,
                                                disposition: a.contentDisposition, png: a.content.subarray(1, 4).toString() })),
  });
}
console.log(JSON.stringify(parsed));
