// SPDX-License-Identifier: Apache-2.0
// HTML mails in a headless Chromium, at 380 and 900 px, light and dark. Standard input: { mails: { name: { html, images: { id:
// base64 } } }, golden: { shot: base64 } }. Standard output: { shot: { png: base64, overflow: px, difference: share of the
// picture's blocks that differ from the golden shot, null without one } }, a shot being "name-380-dark".
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

const input = JSON.parse(readFileSync(0, "utf8"));
// Fonts differ between machines: shots are made with one that every machine which runs the tests has.
const oneFont = `* { font-family: "DejaVu Sans" !important; } pre { font-family: "DejaVu Sans Mono" !important; }`;
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run",
         "--font-render-hinting=none", "--force-color-profile=srgb"],
});

async function shoot(mail, width, colorScheme) {
  const page = await browser.newPage({ viewport: { width, height: 600 }, colorScheme, javaScriptEnabled: true });
  await page.route("**", (route) => route.abort());  // a mail fetches nothing
  const html = mail.html.replace(/cid:([^"]+)/g, (_, id) => `data:image/png;base64,${mail.images[id]}`);
  await page.setContent(html, { waitUntil: "load" });
  await page.addStyleTag({ content: oneFont });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const png = await page.screenshot({ fullPage: true });
  await page.close();
  return { png: png.toString("base64"), overflow };
}

// The share of blocks of 10 x 10 px whose mean colour is another one. Edges of letters move by a pixel from one version of the
// browser to the next; a text that is gone, another colour or a broken layout is many blocks. Another height is all of them.
async function difference(page, got, wanted) {
  return page.evaluate(async ([a, b]) => {
    const [first, second] = [await pixelsOf(a), await pixelsOf(b)];
    if (first.width !== second.width || Math.abs(first.height - second.height) > 0.02 * second.height) return 1;
    const size = 10;
    const mean = (data, x, y) => {
      const sum = [0, 0, 0];
      for (let dy = 0; dy < size; ++dy)
        for (let dx = 0; dx < size; ++dx)
          for (let c = 0; c < 3; ++c) sum[c] += data.data[((y + dy) * data.width + x + dx) * 4 + c];
      return sum.map((s) => s / (size * size));
    };
    let blocks = 0, different = 0;
    const height = Math.min(first.height, second.height);
    for (let y = 0; y + size <= height; y += size)
      for (let x = 0; x + size <= first.width; x += size) {
        const [m, n] = [mean(first, x, y), mean(second, x, y)];
        ++blocks;
        if (m.some((v, c) => Math.abs(v - n[c]) > 24)) ++different;
      }
    return different / blocks;
  }, [got, wanted]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

// A tenth of the browser's own picture: few colours, which is all that a text of few colours needs.
async function small(page, png) {
  const { width, height, palette, indexes } = await page.evaluate(async (base64) => {
    const { width, height, data } = await pixelsOf(base64);
    for (const step of [8, 16, 32, 64]) {
      const colours = new Map();
      let indexes = "";
      for (let i = 0; i < data.length && colours.size <= 256; i += 4) {
        const key = [0, 1, 2].map((c) => Math.min(255, Math.round(data[i + c] / step) * step)).join();
        if (!colours.has(key)) colours.set(key, colours.size);
        indexes += String.fromCharCode(colours.get(key));
      }
      if (colours.size <= 256)
        return { width, height, palette: [...colours.keys()], indexes: btoa(indexes) };
    }
  }, png);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const pixels = Buffer.from(indexes, "base64");
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; ++y) pixels.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header),
                        chunk("PLTE", Buffer.from(palette.flatMap((c) => c.split(",").map(Number)))),
                        chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]).toString("base64");
}

// The pixels of a PNG, as a page has them.
async function pixelsOf(base64) {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

const judge = await browser.newPage();
await judge.addScriptTag({ content: pixelsOf.toString() });
const shots = {};
for (const [name, mail] of Object.entries(input.mails))
  for (const width of [380, 900])
    for (const scheme of ["light", "dark"]) {
      const id = `${name}-${width}-${scheme}`;
      const shot = await shoot(mail, width, scheme);
      const golden = input.golden[id];
      shots[id] = { ...shot, png: await small(judge, shot.png),
                    difference: golden ? await difference(judge, shot.png, golden) : null };
    }
await browser.close();
console.log(JSON.stringify(shots));
