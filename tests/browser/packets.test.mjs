// The packet table: columns, colours, marks, remarks; layers and bytes that mark each other.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { hash, open, openSample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

async function packets(sample = "portscan_syn") {
  const it = await open(its);
  await openSample(it.page, sample);
  await hash(it.page);
  await view(it.page, "Packets");
  const grid = it.page.getByRole("grid", { name: "Packets" });
  await grid.getByRole("row").nth(3).waitFor();
  const headings = () => grid.getByRole("columnheader").allInnerTexts();
  return { ...it, grid, headings };
}

describe("columns", () => {
  test("are hidden, shown, moved and made wider by keys and pointer, and stay so", async () => {
    const { page, close, grid, headings } = await packets();
    assert.deepEqual((await headings()).slice(0, 3), ["Number", "Time", "Source"]);
    await page.locator(".grid-columns:not(.colour-rules) > summary").click();
    const list = page.getByRole("group", { name: "Columns", exact: true });
    await list.getByRole("checkbox", { name: "Since start (s)" }).check();
    await list.getByRole("checkbox", { name: "Flow" }).uncheck();
    await list.getByRole("button", { name: "Source: earlier" }).click();
    await list.getByRole("button", { name: "Source: earlier" }).click();
    assert.deepEqual((await headings()).slice(0, 4), ["Number", "Time", "Source", "Since start (s)"]);
    assert.ok(!(await headings()).includes("Flow"));
    const since = (await headings()).indexOf("Since start (s)");
    const cell = await grid.locator("[data-row='0'] .cell").nth(since).innerText();
    assert.equal(cell, "0.000000");
    await list.getByRole("checkbox", { name: "Flow" }).press("Escape");
    await list.waitFor({ state: "hidden" });
    const source = grid.getByRole("columnheader", { name: "Source" });
    const width = async () => (await source.boundingBox()).width;
    const before = await width();
    const edge = await source.locator(".grid-edge").boundingBox();
    await page.mouse.move(edge.x + 3, edge.y + 5);
    await page.mouse.down();
    await page.mouse.move(edge.x + 63, edge.y + 5, { steps: 4 });
    await page.mouse.up();
    const wider = await width();
    assert.ok(Math.abs(wider - before - 60) < 4, `${before} to ${wider}`);
    // A row's cells are as wide as their headings.
    const own = await grid.locator("[data-row='0'] .cell").nth((await headings()).indexOf("Source")).boundingBox();
    assert.ok(Math.abs(own.width - wider) < 1.5);
    await page.reload();
    await openSample(page, "portscan_syn");
    await view(page, "Packets");
    await grid.getByRole("row").nth(3).waitFor();
    assert.deepEqual((await headings()).slice(0, 4), ["Number", "Time", "Source", "Since start (s)"]);
    assert.ok(Math.abs((await width()) - wider) < 1.5);
    await close();
  });
});

describe("colours", () => {
  const painted = (page, paint) => page.locator(`.packets-grid .grid-row.paint-${paint}`).count();

  test("are those of the first rule that fits, can be switched off and changed", async () => {
    const { page, close, grid } = await packets();
    await page.getByRole("combobox", { name: "Filter packets" }).fill("tcp.flags.reset == 1");
    await grid.locator(".cell").filter({ hasText: "Reset" }).first().waitFor();
    const remarks = async () => (await grid.locator(".grid-track .cell").allInnerTexts()).filter((text) => text.includes("Reset"));
    assert.ok((await remarks()).length > 0, "refused ports answer with a reset");
    assert.ok((await painted(page, "pink")) > 0);
    await page.locator(".colour-rules > summary").click();
    const rules = page.getByRole("group", { name: "Colour rules" });
    await rules.getByRole("checkbox", { name: "TCP resets: counts" }).uncheck();
    await page.waitForFunction(() => !document.querySelector(".packets-grid .paint-pink"));
    await rules.getByRole("button", { name: "Add a rule" }).click();
    const own = rules.getByRole("textbox", { name: "My rule: filter" });
    await own.fill("tcp.flags.reset ==");
    await own.blur();
    await rules.locator(".error").waitFor();
    await own.fill("tcp.flags.reset == 1");
    await own.blur();
    await rules.getByRole("combobox", { name: "My rule: colour" }).selectOption("green");
    for (let n = 0; n < 11; n += 1) await rules.getByRole("button", { name: "My rule: earlier" }).click();
    await page.waitForFunction(() => document.querySelector(".packets-grid .grid-row.paint-green"));
    await rules.getByRole("checkbox", { name: /^Colour the packets/ }).uncheck();
    await page.waitForFunction(() => !document.querySelector(".packets-grid .grid-row.painted"));
    await close();
  });
});

describe("marks", () => {
  test("are set by key, commented, stepped through, filtered, and kept with the file", async () => {
    const { page, close, grid } = await packets();
    await grid.locator("[data-row='2']").click();
    await grid.press("m");
    await grid.locator("[data-row='2'].is-marked").waitFor();
    const comment = page.getByRole("textbox", { name: "Comment on this packet" });
    await comment.fill("look here");
    await comment.blur();
    await grid.locator("[data-row='5']").click();
    await page.getByRole("region", { name: "Packet 6" }).waitFor();
    await page.getByRole("button", { name: "○ Mark" }).click();
    await grid.locator("[data-row='5'].is-marked").waitFor();
    await page.getByRole("button", { name: "Next marked packet" }).click();
    await page.getByRole("region", { name: "Packet 3" }).waitFor();
    assert.equal(await comment.inputValue(), "look here");
    await grid.focus();
    await grid.press("n");
    await page.getByRole("region", { name: "Packet 6" }).waitFor();
    await page.getByRole("button", { name: /Only marked \(2\)/ }).click();
    await page.waitForFunction(() => document.querySelector(".packets-grid")?.getAttribute("aria-rowcount") === "3");
    await page.getByRole("button", { name: /Only marked/ }).click();
    await page.reload();
    await openSample(page, "portscan_syn");
    await view(page, "Packets");
    await grid.locator("[data-row='2'].is-marked").waitFor();
    assert.equal(await grid.locator(".is-marked").count(), 2);
    await close();
  });
});

describe("layers and bytes", () => {
  test("mark each other: a field its bytes, and a byte its field", async () => {
    const { page, close, grid } = await packets();
    // The first TCP packet.
    await grid.locator("[data-row='6']").click();
    await page.getByRole("region", { name: "Packet 7" }).waitFor();
    const layers = page.getByRole("list", { name: "Layers" });
    await layers.getByRole("button", { name: "Source port" }).click();
    assert.equal(await page.locator(".hex-bytes .mark").allInnerTexts().then((all) => all.join("").trim().split(/\s+/).length), 2);
    const hex = page.getByRole("region", { name: /^Bytes/ });
    await hex.focus();
    for (const key of ["Home", "ArrowDown", "ArrowRight", "ArrowRight"]) await hex.press(key);
    // In Ethernet and IPv4 the byte at 18 is the first of the identification.
    await page.locator(".hex-said").filter({ hasText: /Byte 18 .*IPv4, Identification/ }).waitFor();
    assert.equal(await layers.getByRole("button", { name: "Identification" }).getAttribute("aria-pressed"), "true");
    const line = await page.locator(".hex-bytes").first().boundingBox();
    await page.mouse.click(line.x + line.width * (7.4 / 16), line.y + line.height / 2);
    await page.locator(".hex-said").filter({ hasText: /Byte 7 .*Ethernet, Source MAC/ }).waitFor();
    await hex.press("Escape");
    assert.equal(await page.locator(".hex .mark").count(), 0);
    await close();
  });
});
