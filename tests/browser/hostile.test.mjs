// Text from a capture is data: on the page, in the report, and in tables that a spreadsheet opens.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { done, give, open, save, scratch, start, view } from "./lib/browser.mjs";
import { nameAnswer, pcap, request } from "./lib/packets.mjs";

const MARKUP = "<img src=x onerror=alert(1)>";
const FORMULA = "=cmd|' /C calc'!A0";
let its;
before(async () => { its = await start(); });
after(() => its.stop());

for (const [what, frames, text] of [
  ["a name server's answer", [nameAnswer(MARKUP), ...request("plain.example")], MARKUP],
  ["an HTTP host", request(MARKUP), MARKUP],
  ["a formula as a name", [nameAnswer(FORMULA), ...request(FORMULA)], FORMULA],
]) {
  test(`${what} stays text`, async () => {
    const { page, close } = await open(its);
    const path = join(scratch(), "hostile.pcap");
    await writeFile(path, pcap(frames));
    await give(page, path);
    await done(page);
    await view(page, "Flows");
    const grid = page.getByRole("grid", { name: "Flows" });
    await grid.getByRole("row").nth(1).waitFor();
    const flows = await grid.innerText();
    await view(page, "Packets");
    await page.getByRole("grid", { name: "Packets" }).getByRole("row").nth(1).click();
    await page.getByRole("region", { name: /^Packet \d/ }).waitFor();
    const shown = `${flows}${await page.locator("main").innerText()}`.toLowerCase();
    assert.ok(shown.includes(text.toLowerCase()), "it is not shown at all");
    assert.equal(await page.locator("img").count(), 0);
    const report = (await save(page, "Save report")).text;
    assert.ok(!report.includes("<img"), "markup in the report");
    const csv = (await save(page, "Save flows (CSV)")).text;
    for (const cell of csv.split(/[\n,]/)) assert.doesNotMatch(cell, /^"?[=+@]/, `a formula in the table: ${cell}`);
    await close();
  });
}

test("control characters and direction marks in a name do not turn the page's text", async () => {
  const { page, close } = await open(its);
  const path = join(scratch(), "turned.pcap");
  await writeFile(path, pcap([nameAnswer("\u202eevil\u0007"), ...request("a.example")]));
  await give(page, path);
  await done(page);
  await view(page, "Flows");
  await page.getByRole("grid", { name: "Flows" }).getByRole("row").nth(1).waitFor();
  const shown = await page.locator("body").innerText();
  assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
  await close();
});
