// Tables instead of captures: told, shown by column and by row, and read to the same result as natively.

import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { serve } from "../../scripts/host.mjs";
import { DIST, analysis, built, command, done, give, open, scratch, start, view } from "./lib/browser.mjs";
import { longTable } from "./lib/large_tables.mjs";

const folder = scratch();
const fixture = (name) => fileURLToPath(new URL(`../fixtures/tables/${name}`, import.meta.url));
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Opens a table on a fresh page. */
async function opened(path, from = its) {
  const it = await open(from);
  await give(it.page, path);
  await done(it.page);
  return it;
}

test("a table of flows says what it is, and gives what the command gives", async () => {
  const path = fixture("ctu13.binetflow");
  const { page, close } = await opened(path);
  const facts = await page.getByTestId("table-facts").innerText();
  for (const word of ["CTU-13", "seconds", "Label", "What is missing"]) assert.ok(facts.includes(word), `${word}: ${facts}`);
  const native = JSON.parse(command("analyze", path, "--json", "-", "--quiet"));
  const { summary, issues, findings } = await analysis(page);
  assert.deepEqual({ summary, issues, findings }, { summary: native.summary, issues: native.issues, findings: native.findings });
  const views = await page.getByRole("navigation", { name: "Views" }).innerText();
  assert.ok(views.includes("Flows") && views.includes("Columns") && views.includes("Rows") && !views.includes("Packets"));
  await close();
});

test("a table without addresses shows columns and rows, to sort and filter", async () => {
  const path = join(folder, "plain.csv");
  const rows = Array.from({ length: 3000 }, (_, i) => `${i},${(i * 7919) % 1000},${i % 3 ? "BENIGN" : "DDoS"}`);
  await writeFile(path, `a,b,Label\n${rows.join("\n")}\n`);
  const { page, close } = await opened(path);
  await view(page, "Columns");
  const columns = page.getByRole("grid", { name: "Columns" });
  await columns.getByRole("row").nth(3).waitFor();
  assert.match(await columns.innerText(), /label, never a feature/);
  await columns.getByText("b", { exact: true }).click();
  await page.getByText("Standard deviation").waitFor();
  await view(page, "Rows");
  const grid = page.getByRole("grid", { name: "Rows" });
  await grid.locator('[aria-rowindex="2"]').waitFor();
  assert.equal(Number(await grid.getAttribute("aria-rowcount")), 3001);
  await grid.getByRole("columnheader", { name: "b", exact: true }).getByRole("button").click();
  await page.getByRole("combobox", { name: "Filter rows" }).fill("Label=DDoS b>990");
  const wanted = rows.filter((row) => row.endsWith("DDoS") && Number(row.split(",")[1]) > 990).length;
  await page.waitForFunction((n) => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === String(n + 1), wanted);
  const first = await grid.locator('[aria-rowindex="2"]').innerText();
  assert.match(first, /991|992|993/);
  await close();
});

test("rows of a compressed table are read again from what it was unpacked to; beside a capture it is refused", async () => {
  const path = join(folder, "packed.csv.gz");
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i},${(i * 7919) % 1000},word${i % 7}`);
  await writeFile(path, gzipSync(`a,b,c\n${rows.join("\n")}\n`));
  const { page, close } = await opened(path);
  const native = JSON.parse(command("analyze", path, "--json", "-", "--quiet"));
  assert.deepEqual((await analysis(page)).issues, native.issues);
  await view(page, "Rows");
  const grid = page.getByRole("grid", { name: "Rows" });
  await grid.locator('[aria-rowindex="2"]').waitFor();
  await page.getByRole("combobox", { name: "Filter rows" }).fill("a>39998");
  await page.waitForFunction(() => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === "2");
  assert.match(await grid.locator('[aria-rowindex="2"]').innerText(), /39999\s+81\s+word1/);
  await give(page, [path, fixture("ctu13.binetflow")]);
  await page.getByText("Open a table on its own").waitFor();
  await close();
});

/** A host of the page whose worker, where it is another one's helper, first does what `script` says of its host. */
async function hostWith(name, script) {
  const its = join(folder, name);
  await cp(DIST, its, { recursive: true });
  const host = await serve(its);
  const worker = join(its, built(/^worker-\w+\.js$/, its));
  await writeFile(worker, `if (self.keepsRows) {${script(host.origin)}}\n${await readFile(worker, "utf8")}`);
  return host;
}

test("the rows of a large table are the same whether a helper keeps them, is missing or dies", async () => {
  const path = await longTable(folder, 200_000);
  const onSlice = (what) => `self.addEventListener("message", ({ data }) => { if (data instanceof ArrayBuffer) ${what}; });`;
  const hosts = [
    await hostWith("helped", (origin) => onSlice(`fetch("${origin}/slice")`)),
    await hostWith("alone", () => "throw new Error(\"no helper\");"),
    await hostWith("left", () => onSlice("throw new Error(\"the helper died\")")),
  ];
  const seen = [];
  for (const host of hosts) {
    const { page, close } = await opened(path, { ...its, host });
    await view(page, "Rows");
    await page.getByRole("combobox", { name: "Filter rows" }).fill("dst_port=53 bytes>9900");
    const rows = page.getByRole("grid", { name: "Rows" });
    await page.waitForFunction(() => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) < 1000);
    // The count is there before the rows are: the first row that passes is not the first of the table.
    await page.waitForFunction(() => {
      const first = document.querySelector("[role=grid] [aria-rowindex='2']")?.firstElementChild?.textContent;
      return first && first.trim() !== "1";
    });
    const shown = await rows.innerText();
    await view(page, "Columns");
    const columns = page.getByRole("grid", { name: "Columns" });
    await columns.getByText("dst_ip", { exact: true }).click();
    await page.getByRole("heading", { name: "Most frequent values" }).waitFor();
    seen.push({ shown, columns: await columns.innerText(), analysis: await analysis(page) });
    await close(/404/);
    await host.close();
  }
  assert.equal(seen[0].analysis.summary.flows, 200_000);
  assert.ok(hosts[0].seen.some(({ path }) => path === "/slice"), "the helper took no slice");
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual(seen[2], seen[0]);
});
