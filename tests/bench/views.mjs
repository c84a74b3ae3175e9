// What each view of a capture takes in the browser, from the click to the answer of its last question:
// node tests/bench/views.mjs FILE [ROUNDS]
// Waits until the file is read and its hash is known, then goes through all views in order; the least of so many rounds (2) counts.
// A view whose questions take more than a second is marked. Learning is no question about the tables, and left out.

import { cpus } from "node:os";
import { give, hash, open, start, view, views } from "../browser/lib/browser.mjs";

const [path, rounds = "2"] = process.argv.slice(2);
/** Most that a view may take, ms. */
const MOST_MS = 1000;
/** Nothing more is asked when nothing was for so long, ms. */
const QUIET_MS = 400;
const LEFT_OUT = ["Anomalies", "Train", "Lessons", "Settings"];

/** Notes which questions are open, and when the last was asked or answered. A message begins with the job and the place of its kind. */
function watch() {
  const [ASK, FORGET, ANSWER] = [5, 6, 6];
  const number = (bytes) => {
    let [value, at] = [0, 2];
    for (let shift = 0; ; shift += 7, at += 1) {
      value += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at] < 128) return value;
    }
  };
  const open = new Set();
  window.asked = { open, last: 0 };
  window.Worker = class extends window.Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (data?.bytes?.[1] !== ANSWER) return;
        open.delete(number(data.bytes));
        window.asked.last = performance.now();
      });
    }

    postMessage(message, ...rest) {
      if (message?.bytes?.[1] === ASK) {
        open.add(number(message.bytes));
        window.asked.last = performance.now();
      }
      if (message?.bytes?.[1] === FORGET) open.clear();
      super.postMessage(message, ...rest);
    }
  };
}

const its = await start();
const { page, close } = await open(its, { init: watch });
const began = Date.now();
await give(page, path);
await page.getByRole("button", { name: "Save report" }).waitFor({ timeout: 1_200_000 });
const read = (Date.now() - began) / 1e3;
await hash(page, 1_200_000);
console.log(`${cpus().length} x ${cpus()[0].model}; ${its.browser.version()} Chromium; ${path} is read in ${read.toFixed(1)} s`);
const least = new Map();
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { name } of (await views(page)).filter(({ name }) => !LEFT_OUT.includes(name))) {
    const from = await page.evaluate(() => performance.now());
    await view(page, name);
    await page.waitForFunction(([from, quiet]) => window.asked.open.size === 0 && performance.now() - Math.max(window.asked.last, from) > quiet,
      [from, QUIET_MS], { timeout: 300_000, polling: 50 });
    const took = await page.evaluate((from) => Math.max(0, window.asked.last - from), from);
    least.set(name, Math.min(took, least.get(name) ?? Infinity));
  }
}
for (const [name, took] of least) console.log(`  ${name.padEnd(24)} ${took.toFixed(0).padStart(8)} ms${took > MOST_MS ? "  more than a second" : ""}`);
await close();
await its.stop();
