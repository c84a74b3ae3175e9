// The whole way by keyboard alone: from the start to a packet, with a focus that can be seen, and back again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { done, open, openSample, start, view, views } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** What has the focus: its role or tag, its name, and whether the focus can be seen. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const isSeen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const name = element.getAttribute("aria-label") ?? element.innerText ?? "";
  return { kind: element.getAttribute("role") ?? element.tagName.toLowerCase(), name: name.trim(), isSeen };
});

/** Presses Tab until something named so has the focus. */
async function tabTo(page, kind, name, most = 140) {
  const passed = [];
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    assert.ok(now.isSeen || now.kind === "body", `the focus on ${now.kind} ${now.name} cannot be seen`);
    if (now.kind === kind && name.test(now.name)) return now;
    passed.push(`${now.kind} ${now.name.slice(0, 30)}`);
  }
  assert.fail(`no ${kind} ${name} within ${most} tabs: ${passed.join(", ")}`);
}

test("from the start to the bytes of a packet", async () => {
  const { page, close } = await open(its);
  await tabTo(page, "a", /Skip to/, 3);
  await tabTo(page, "button", /Open a file/);
  await tabTo(page, "button", /Port scan/);
  await page.keyboard.press("Enter");
  await done(page);
  await tabTo(page, "a", /^Findings/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Findings" }).waitFor();
  await page.locator("main").getByRole("link", { name: /scan/i }).first().waitFor();
  await tabTo(page, "a", /scan/i);
  await page.keyboard.press("Enter");
  await page.getByTestId("finding").waitFor();
  await tabTo(page, "a", /Show its packets/);
  await page.keyboard.press("Enter");
  const grid = page.getByRole("grid", { name: "Packets" });
  await grid.locator('[aria-rowindex="4"]').waitFor();
  await tabTo(page, "grid", /Packets/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: /^Packet \d/ }).waitFor();
  // What Alt and the left arrow do in a browser with a window.
  await page.goBack();
  await page.getByRole("region", { name: /^Packet \d/ }).waitFor({ state: "detached" });
  await close();
});

test("every view that is offered is a few tabs away", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  for (const { name } of await views(page)) {
    await page.locator(".skip").focus();
    // There are as many links as views, and the header stands before them; the palette is quicker.
    await tabTo(page, "a", new RegExp(`^${name}`), 60);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name, exact: true }).waitFor({ state: "attached" });
  }
  await close();
});

test("a table answers to Home, End and the arrow keys", async () => {
  const { page, close } = await open(its);
  await openSample(page, "benign_web");
  await view(page, "Packets");
  const grid = page.getByRole("grid", { name: "Packets" });
  await grid.getByRole("row").nth(1).waitFor();
  const rows = Number(await grid.getAttribute("aria-rowcount"));
  await tabTo(page, "grid", /Packets/);
  await page.keyboard.press("Control+End");
  await grid.locator(`[aria-rowindex="${rows}"]`).waitFor();
  await page.keyboard.press("Control+Home");
  await grid.locator('[aria-rowindex="2"]').waitFor();
  await close();
});

test("a chart can be read out", async () => {
  const { page, close } = await open(its);
  await openSample(page, "benign_web");
  const slider = page.getByRole("slider", { name: /^Read values/ }).first();
  await slider.focus();
  const before = await slider.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const after = await slider.getAttribute("aria-valuetext");
  assert.ok(after && after !== before, `${before} then ${after}`);
  const table = page.getByRole("button", { name: /^Show as table/ }).first();
  await table.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("table").first().waitFor();
  await close();
});

test("back and forward go through the views", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await view(page, "Flows");
  await view(page, "Issues");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor({ state: "attached" });
  await page.goForward();
  await page.getByRole("heading", { level: 1, name: "Issues" }).waitFor({ state: "attached" });
  await close();
});

test("the focus is never lost where what had it goes", async () => {
  const { page, close } = await open(its);
  await openSample(page, "benign_web");
  const isKept = async (what) => {
    await page.waitForFunction(() => document.activeElement && document.activeElement !== document.body, undefined, { timeout: 2000 })
      .catch(() => assert.fail(`the focus is lost: ${what}`));
  };
  await page.getByRole("button", { name: "Save report", exact: true }).focus();
  await page.keyboard.press("Enter");
  const download = page.waitForEvent("download");
  await page.getByRole("dialog", { name: "Report" }).getByRole("button", { name: "Write report" }).press("Enter");
  await download;
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await isKept("a dialog that was sent");
  assert.equal((await focused(page)).name, "Save report");
  await view(page, "Protocols");
  const chips = page.getByRole("list", { name: "All views are narrowed to" }).getByRole("listitem");
  for (const name of [/^Remove the filter/, /^Clear selection/]) {
    await page.keyboard.press("Control+k");
    await page.locator("dialog [role=combobox]:focus").waitFor();
    await page.keyboard.type("udp");
    await page.keyboard.press("Enter");
    await chips.first().waitFor();
    await page.getByRole("button", { name }).press("Enter");
    await chips.first().waitFor({ state: "detached" });
    await isKept(String(name));
  }
  await page.getByTestId("file-input").first().setInputFiles({ name: "x.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n") });
  await page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await page.getByRole("button", { name: "Dismiss" }).waitFor({ state: "detached" });
  await isKept("a notice");
  await close();
});
