// SPDX-License-Identifier: Apache-2.0
// Parses the Adaptive Cards of a message for Teams, given on standard input, by Microsoft's own parser. Prints
// {"events": [what it found wrong], "elements": [type of each element], "facts": {title: value}, "texts": [...]}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

// The bundle: the package's modules are not what Node takes for modules.
const cards = createRequire(import.meta.url)("adaptivecards/dist/adaptivecards.js");

const message = JSON.parse(readFileSync(0, "utf8"));
const answer = { events: [], elements: [], facts: {}, texts: [] };
for (const attachment of message.attachments) {
  if (attachment.contentType !== "application/vnd.microsoft.card.adaptive") answer.events.push("not a card");
  const card = new cards.AdaptiveCard();
  const context = new cards.SerializationContext(cards.Versions.v1_4);
  card.parse(attachment.content, context);
  for (let i = 0; i < context.eventCount; ++i) answer.events.push(context.getEventAt(i).message);
  for (const { message: text } of card.validateProperties().validationEvents) answer.events.push(text);
  for (let i = 0; i < card.getItemCount(); ++i) {
    const item = card.getItemAt(i);
    answer.elements.push(item.getJsonTypeName());
    if (item.text !== undefined) answer.texts.push(item.text);
    for (const fact of item.facts ?? []) answer.facts[fact.name] = fact.value;
  }
}
console.log(JSON.stringify(answer));
