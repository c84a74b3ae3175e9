// What columns of a table are taken for is shown, changed by keyboard and by menu, kept by heading, saved and loaded, and
// gives what the command gives for the same choices.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { analysis, command, done, give, open, save, scratch, shot, start, view } from "./lib/browser.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** A scan and ordinary traffic under headings that mean nothing. */
async function strange(name, headings = ["qa", "qb", "qc", "qd", "qe", "qf", "qg", "qh", "qi"]) {
  const rows = Array.from({ length: 300 }, (_, n) =>
    `203.0.113.9,${40000 + n},10.0.0.5,${n + 1},tcp,04/07/2017 10:00:${String(n % 60).padStart(2, "0")},1,0,loud`);
  const others = Array.from({ length: 40 }, (_, n) =>
    `10.0.0.${20 + (n % 5)},${50000 + n},198.51.100.7,443,tcp,04/07/2017 10:01:${String(n).padStart(2, "0")},12,14,calm`);
  const path = join(folder, name);
  await writeFile(path, `${headings.join(",")}\n${[...rows, ...others].join("\n")}\n`);
  return path;
}

const list = (page, column) => page.getByRole("combobox", { name: `Take ${column} for`, exact: true });
// The roles are in the list from when it has the focus.
const take = async (page, column, role) => {
  await list(page, column).focus();
  await list(page, column).selectOption(role);
};
const row = (page, column) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: column, exact: true }) });
const chosen = (locator) => locator.evaluate((element) => element.selectedOptions[0].textContent);

async function again(page) {
  await page.getByRole("button", { name: "Read again with these" }).click();
  await page.getByRole("heading", { level: 1, name: "Reading", exact: true }).waitFor();
  await page.getByRole("button", { name: "Read again with these" }).and(page.locator(":disabled")).waitFor();
}

test("columns are shown with examples and reasons, and read again as chosen, as the command reads them", async () => {
  const path = await strange("strange.csv");
  const { page, close } = await open(its);
  await give(page, path);
  await done(page);
  await view(page, "Reading");
  assert.equal(await chosen(list(page, "qa")), "source address (as found)");
  const text = await row(page, "qd").innerText();
  for (const words of ["1", "2", "3", "values look like it"]) assert.ok(text.includes(words), `${words}: ${text}`);
  await take(page, "qg", "forward packets");
  await take(page, "qh", "backward packets");
  await list(page, "qi").focus();
  await page.keyboard.type("label");
  await page.keyboard.press("Tab");
  assert.equal(await chosen(list(page, "qi")), "label");
  await page.getByLabel("Order of dates in a table").selectOption("month_first");
  await page.getByText("3 columns are chosen for this table. Changes take effect").waitFor();
  assert.match(await row(page, "qg").innerText(), /takes effect when the file is read again/);
  await again(page);
  assert.match(await row(page, "qg").innerText(), /You chose it/);
  const own = await analysis(page);
  const native = JSON.parse(command("analyze", path, "--json", "-", "--quiet", "--date-order", "month-day",
    "--columns", "qg=forward packets,qh=backward packets", "--columns", "qi=label"));
  assert.deepEqual([own.table, own.summary, own.findings], [native.table, native.summary, native.findings]);
  assert.equal(own.table.label, "qi");
  assert.ok(own.findings.some(({ detector }) => detector === "port_scan"));
  await close();
});

test("choices are kept by heading for the next table, said there, and forgotten", async () => {
  const [first, second] = [await strange("first.csv"), await strange("second.csv")];
  const other = await strange("other.csv", ["ra", "rb", "rc", "rd", "re", "rf", "rg", "rh", "ri"]);
  const { page, close } = await open(its);
  await give(page, first);
  await done(page);
  await view(page, "Reading");
  await take(page, "qi", "label");
  await again(page);
  await page.reload();
  await page.getByTestId("start").waitFor();
  await give(page, second);
  await done(page);
  assert.match(await page.getByTestId("chosen-columns").innerText(), /Read as you chose, here or for an earlier table: qi as label/);
  await page.getByTestId("chosen-columns").getByRole("link").click();
  assert.equal(await chosen(list(page, "qi")), "label");
  await page.getByRole("button", { name: "Forget the choices for this table" }).click();
  await again(page);
  assert.equal(await chosen(list(page, "qi")), "figure (as found)");
  await take(page, "qi", "label");
  await give(page, other);
  await done(page);
  assert.equal(await page.getByTestId("chosen-columns").count(), 0);
  assert.equal((await analysis(page)).issues.filter(({ id }) => id.startsWith("column-")).length, 0);
  await close();
});

test("choices are saved as a file that the command and another browser take", async () => {
  const path = await strange("saved.csv");
  const { page, close } = await open(its);
  await give(page, path);
  await done(page);
  await view(page, "Reading");
  await take(page, "qi", "label");
  await take(page, "qf", "source port");
  const { name, text } = await save(page, "Save columns");
  assert.deepEqual([name, JSON.parse(text)], ["packetloupe-columns.json", { columns: { qf: "source port", qi: "label" } }]);
  const file = join(folder, name);
  await writeFile(file, text);
  await close();

  const fresh = await open(its);
  await give(fresh.page, path);
  await done(fresh.page);
  await view(fresh.page, "Reading");
  await fresh.page.getByTestId("columns-input").setInputFiles(file);
  await fresh.page.getByText("packetloupe-columns.json is in use.").waitFor();
  await again(fresh.page);
  assert.match(await row(fresh.page, "qf").innerText(), /not followed: its values cannot be taken for "source port"/);
  const own = await analysis(fresh.page);
  const native = JSON.parse(command("analyze", path, "--json", "-", "--quiet", "--columns", file));
  assert.deepEqual([own.table, own.issues, own.findings], [native.table, native.issues, native.findings]);
  await fresh.close();
});

test("of a large table the columns are looked at before it is analysed", async () => {
  const path = join(folder, "large.csv");
  const line = (n) => `10.0.${n % 200}.${n % 250},${1024 + (n % 60000)},198.51.100.7,443,tcp,${1500000000 + n},1,2,calm`;
  await writeFile(path, `qa,qb,qc,qd,qe,qf,qg,qh,qi\n${Array.from({ length: 250_000 }, (_, n) => line(n)).join("\n")}\n`);
  const { page, close } = await open(its);
  await page.getByRole("checkbox", { name: "Of a table, show how its columns are read first" }).check();
  await give(page, path);
  await page.getByText("Only the first rows were read so far").waitFor({ timeout: 60_000 });
  await take(page, "qi", "label");
  await page.getByRole("button", { name: "Analyse with these" }).click();
  await page.getByText("Only the first rows were read so far").waitFor({ state: "detached", timeout: 60_000 });
  await done(page);
  const { summary, table, issues } = await analysis(page);
  assert.deepEqual([summary.flows, table.label, issues.filter(({ id }) => id === "stopped-early")], [250_000, "qi", []]);
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 320]) {
    test(`the columns fit and are accessible: ${colorScheme}, ${width} pixels wide`, async () => {
      const path = await strange("fits.csv");
      const { page, close } = await open(its, { colorScheme, viewport: { width, height: 900 } });
      await give(page, path);
      await done(page);
      await view(page, "Reading");
      await take(page, "qi", "label");
      await shot(page, `reading-${colorScheme}-${width}`);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160))}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
      await close();
    });
  }
}
