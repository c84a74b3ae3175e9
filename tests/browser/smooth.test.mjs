// The page answers while large and wide tables are read and shown: how long its own thread is kept busy at a time.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { done, give, hash, open, scratch, start, view } from "./lib/browser.mjs";

/** The page's thread may work this long at a time, ms of the processor: other work on the machine does not count. */
const MOST_BUSY = 50;
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

/** Opens a table, and visits `views` of it; answers the tasks of the page's thread, the longest first. */
async function tasksWhile(path, views) {
  const { page, close } = await open(its);
  const places = [];
  const mark = (what) => places.push({ what, from: Number(process.hrtime.bigint() / 1000n) });
  await its.browser.startTracing(page, { categories: ["toplevel"] });
  mark("reading");
  await give(page, path);
  await page.getByTestId("reading").waitFor();
  await done(page, 300_000);
  mark("shown");
  await hash(page, 300_000);
  for (const name of views) {
    mark(name);
    await view(page, name);
    await page.getByRole("grid", { name }).locator('[aria-rowindex="2"]').waitFor();
    await page.waitForTimeout(300);
  }
  mark("Overview");
  await view(page, "Overview");
  await page.waitForTimeout(500);
  const { traceEvents } = JSON.parse((await its.browser.stopTracing()).toString());
  await close();
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isOfPage = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  const where = ({ ts }) => places.findLast(({ from }) => from <= ts)?.what;
  return traceEvents.filter((event) => event.name === "ThreadControllerImpl::RunTask" && event.tdur && isOfPage(event))
    .map((task) => ({ where: where(task), worked: Math.round(task.tdur / 1000), took: Math.round(task.dur / 1000) }))
    .sort((one, other) => other.worked - one.worked);
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
    const tasks = await tasksWhile(path, ["Columns", "Rows"]);
    assert.ok(tasks.length > 100, `only ${tasks.length} tasks were seen`);
    for (const { where, worked, took } of tasks.slice(0, 5)) console.log(`${what}: ${worked} ms of work in ${took} ms, ${where}`);
    assert.deepEqual(tasks.filter(({ worked }) => worked > MOST_BUSY), []);
  });
}
