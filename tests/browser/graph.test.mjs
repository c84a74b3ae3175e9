// The connection graph: chosen by keys and pointer, narrows all views, says the same in its table; charts that go with the views.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { open, openSample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

describe("the connection graph", () => {
  test("is walked by keys, enlarged, and its hosts narrow all views", async () => {
    const { page, close } = await open(its);
    await openSample(page, "benign_web");
    await view(page, "Connection graph");
    const picture = page.getByRole("slider", { name: /^Hosts/ });
    await picture.waitFor();
    const drawn = () => picture.evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum = (sum * 31 + data[at] + data[at + 1] + data[at + 2] + data[at + 3]) % 1_000_003;
      return sum;
    });
    await page.waitForTimeout(200);
    const first = await drawn();
    assert.notEqual(first, 0);
    const rows = page.locator(".explore-rows tbody tr");
    const all = await rows.count();
    assert.ok(all > 1);
    await picture.focus();
    await picture.press("Home");
    const name = (await picture.getAttribute("aria-valuetext")).split(",")[0];
    assert.match(name, /^[\d.]+$|^[\da-f:]+$/);
    const walked = new Set([name]);
    for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
      await picture.press(key);
      walked.add((await picture.getAttribute("aria-valuetext")).split(",")[0]);
    }
    assert.ok(walked.size > 1);
    await picture.press("+");
    await page.waitForTimeout(100);
    assert.notEqual(await drawn(), first);
    await picture.press("0");
    await picture.press("End");
    await picture.press("Enter");
    await page.getByRole("list", { name: "All views are narrowed to" }).getByRole("listitem").first().waitFor();
    assert.match(page.url(), /with=host/);
    await page.waitForFunction((all) => document.querySelectorAll(".explore-rows tbody tr").length < all, all);
    await close();
  });
});

describe("charts", () => {
  test("series are hidden by their buttons, shares are cumulated, and the icicle stands beside its table", async () => {
    const { page, close } = await open(its);
    await openSample(page, "portscan_syn");
    await view(page, "Time series");
    const marks = page.getByRole("list", { name: "Changes marked on the chart" }).getByRole("listitem");
    await page.locator(".explored[aria-busy=false]").waitFor();
    assert.ok((await marks.count()) > 0, "its findings are marked");
    const series = page.locator(".chart-series .chip");
    if (await series.count()) {
      await series.first().click();
      assert.equal(await series.first().getAttribute("aria-pressed"), "false");
      assert.ok((await series.count()) > 1, "what is hidden can be shown again");
    }
    await view(page, "Distributions");
    await page.getByLabel("Chart", { exact: true }).selectOption("cumulative");
    await page.getByRole("heading", { name: /^Cumulative share/ }).waitFor();
    const values = page.getByRole("slider", { name: /^Read values/ });
    await values.focus();
    await values.press("End");
    assert.match(await values.getAttribute("aria-valuetext"), /100 %/);
    await view(page, "Protocols");
    await page.locator("svg.icicle rect").first().waitFor();
    await close();
  });
});
