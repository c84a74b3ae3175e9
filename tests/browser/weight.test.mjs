// What the page loads before it shows the findings of a capture, and what it loads only when that is asked for.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { DIST, done, give, open, sample, save, start, view } from "./lib/browser.mjs";

/** Most that may be loaded for the findings of a capture, bytes with Brotli at its best (quality 11). The goal is 2,200,000. */
const MOST = 2_420_000;

let its;
before(async () => { its = await start(); });
after(() => its.stop());

const weight = (names) => [...new Set(names)].reduce((sum, name) => sum + brotliCompressSync(readFileSync(join(DIST, name))).length, 0);
const isExtra = (name) => /^extra-\w+(\.js|_bg\.wasm)$/.test(name);

test("the findings of a capture need no more than so many bytes, and nothing of what learns and writes reports", { timeout: 240_000 }, async () => {
  const { page, host, close } = await open(its);
  const from = host.seen.length;
  await page.goto(host.url);
  await page.getByTestId("start").waitFor();
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await view(page, "Findings");
  const asked = () => host.seen.slice(from).map(({ path }) => path.split("?")[0].slice(1) || "index.html");
  const loaded = asked();
  assert.ok(loaded.some((name) => /^worker-\w+_bg\.wasm$/.test(name)), `${loaded}`);
  assert.deepEqual(loaded.filter(isExtra), []);
  const all = readdirSync(DIST).filter((name) => statSync(join(DIST, name)).isFile());
  const [first, whole] = [weight(loaded), weight(all)];
  console.log(`loaded for the findings of a capture: ${first} bytes with Brotli; the whole page without samples: ${whole}`);
  assert.ok(first <= MOST, `${first} bytes are more than ${MOST}`);
  // A report is written by what is loaded for it.
  await save(page, "Save findings (JSON)");
  assert.equal(new Set(asked().filter(isExtra)).size, 2);
  await close();
});
