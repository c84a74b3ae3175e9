// Tables that are large each in its own way: one has many rows, the other many columns.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { done, give, hash, view, views } from "./browser.mjs";

/** Views that show rows, which come from the worker. */
const GRIDS = ["Flows", "Columns", "Rows"];

/** Writes a table of so many rows; answers its path. */
async function write(path, head, n, row) {
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

/** A table of so many flows, in `folder`. */
export const longTable = (folder, n) => write(join(folder, `${n}-flows.csv`),
  "ts,src_ip,src_port,dst_ip,dst_port,proto,duration,packets,bytes", n,
  (i) => `${1.7e9 + i / 1000},10.${i % 7}.${i % 251}.${i % 241},${1024 + (i % 60_000)},192.0.2.${i % 199},${i % 11 ? 443 : 53},6,${i % 13},${i % 17},${i % 9973}`);

/** A table of so many columns and 1,000 rows, in `folder`. */
export const wideTable = (folder, n) => write(join(folder, `${n}-columns.csv`),
  Array.from({ length: n }, (_, i) => `a column with the number ${i}`).join(","), 1000,
  (i) => Array.from({ length: n }, (_, at) => (i * at) % 9973).join(","));

/** Opens a table on this page and visits all its views; `mark` is told the name of each before it shows. */
export async function visit(page, path, mark) {
  await mark("reading");
  await give(page, path);
  await page.getByTestId("reading").waitFor();
  await done(page, 300_000);
  await mark("shown");
  await hash(page, 300_000);
  const names = (await views(page)).map(({ name }) => name);
  for (const name of [...names, "Overview"]) {
    await mark(name);
    await view(page, name);
    if (GRIDS.includes(name)) await page.getByRole("grid", { name }).locator('[aria-rowindex="2"]').waitFor();
    await page.waitForTimeout(500);
  }
}
