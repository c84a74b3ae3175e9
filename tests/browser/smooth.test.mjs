// The page answers while large and wide tables are read and shown: how long its own thread is kept busy at a time.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { done, give, hash, open, scratch, start, view } from "./lib/browser.mjs";

/** The page may be busy this long, ms; a machine that does other work beside may double it. */
const BUSY = 50;
const MOST_BUSY = 2 * BUSY;
/** What the page itself makes long is long each time; other work on the machine is there only sometimes. */
const TRIES = 3;
const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Writes a table of so many rows. */
async function write(name, head, n, row) {
  const path = join(folder, name);
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  out.write(`${head}\n`);
  for (let i = 0; i < n; i += 1000) {
    const rows = Array.from({ length: Math.min(1000, n - i) }, (_, at) => row(i + at));
    if (!out.write(`${rows.join("\n")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return path;
}

/** Opens a table, and visits `views` of it; answers each time that the page's thread was busy for longer than it may. */
async function busyWhile(path, views) {
  const { page, close } = await open(its);
  await page.evaluate(() => {
    window.busy = [];
    const note = (list) => list.getEntries().forEach(({ startTime, duration }) => window.busy.push({ startTime, duration }));
    new PerformanceObserver(note).observe({ type: "longtask" });
  });
  const places = [];
  const mark = async (what) => places.push({ what, from: await page.evaluate(() => performance.now()) });
  await mark("reading");
  await give(page, path);
  await page.getByTestId("reading").waitFor();
  await done(page, 300_000);
  await mark("shown");
  await hash(page, 300_000);
  for (const name of views) {
    await mark(name);
    await view(page, name);
    await page.getByRole("grid", { name }).locator('[aria-rowindex="2"]').waitFor();
    await page.waitForTimeout(300);
  }
  await mark("Overview");
  await view(page, "Overview");
  await page.waitForTimeout(500);
  const busy = await page.evaluate(() => window.busy);
  await close();
  const where = ({ startTime }) => places.findLast(({ from }) => from <= startTime)?.what;
  return busy.map((task) => ({ where: where(task), at: Math.round(task.startTime), took: Math.round(task.duration) }));
}

const tables = {
  "a long table of flows": () => write("flows.csv", "ts,src_ip,src_port,dst_ip,dst_port,proto,duration,packets,bytes", 2_000_000,
    (i) => `${1.7e9 + i / 1000},10.${i % 7}.${i % 251}.${i % 241},${1024 + (i % 60_000)},192.0.2.${i % 199},${i % 11 ? 443 : 53},6,${i % 13},${i % 17},${i % 9973}`),
  "a table of 2,000 columns": () => write("wide.csv", Array.from({ length: 2000 }, (_, i) => `a column with the number ${i}`).join(","), 1000,
    (i) => Array.from({ length: 2000 }, (_, at) => (i * at) % 9973).join(",")),
};
for (const [what, make] of Object.entries(tables)) {
  test(`${what} never keeps the page busy for long`, { timeout: 600_000 }, async () => {
    const path = await make();
    let tooLong;
    for (let n = 0; n < TRIES && tooLong?.length !== 0; n += 1) {
      const busy = await busyWhile(path, ["Columns", "Rows"]);
      for (const { where, at, took } of busy) console.log(`${what}: ${took} ms, ${where}, at ${at} ms`);
      console.log(`${what}: ${busy.length} times over ${BUSY} ms`);
      tooLong = busy.filter(({ took }) => took > MOST_BUSY);
    }
    assert.deepEqual(tooLong, []);
  });
}
