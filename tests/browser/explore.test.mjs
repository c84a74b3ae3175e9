// Explore: the same rows as the command prints, and ways from a bar or a span to what is behind it: they narrow all views.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { command, open, openSample, sample, save, start, view } from "./lib/browser.mjs";

/** Each combination, and the question that the command is asked for the same. */
const SAME = {
  "Time series": ["--by", "time,protocol:4", "--measure", "bytes,packets,flows"],
  Explore: ["--by", "application", "--measure", "bytes,packets,flows,hosts"],
  Endpoints: ["--by", "host", "--measure", "bytes,packets,bytes_out,bytes_in,flows,retransmissions"],
  Conversations: ["--by", "pair", "--measure", "bytes,packets,bytes_out,bytes_in,flows,duration_max"],
  Distributions: ["--by", "packet_size", "--measure", "packets,bytes"],
  Heatmap: ["--by", "host:20,time=~48", "--measure", "packets"],
  Services: ["--by", "port", "--measure", "flows,errors,retransmissions,response_median,response_p95,hosts"],
};

let its, opened;
before(async () => {
  its = await start();
  opened = await open(its);
  await openSample(opened.page, "arp_spoof.pcap");
  await view(opened.page, "Explore");
});
after(async () => {
  await opened.close();
  await its.stop();
});

async function choose(page, name) {
  await view(page, name);
  const [, by, , measures] = SAME[name];
  const told = `${by.replaceAll(/:\d+/g, "")},${measures}`;
  await page.locator(`.explored[aria-busy=false][data-answer="${told}"]`).waitFor();
}

for (const [name, question] of Object.entries(SAME)) {
  test(`${name}: browser and command give the same rows`, async () => {
    await choose(opened.page, name);
    const saved = await save(opened.page, "Save rows (CSV)");
    assert.match(saved.name, /\.csv$/);
    const limit = ["Time series", "Distributions", "Heatmap"].includes(name) ? [] : ["--limit", "1000"];
    assert.equal(saved.text, command("query", sample("arp_spoof.pcap"), ...question, ...limit, "--csv", "-"));
  });
}

test("a bar narrows all views, its row leads to its flows, and back undoes both", async () => {
  const { page } = opened;
  await choose(page, "Endpoints");
  await page.locator(".picture-keys").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const chips = page.getByRole("list", { name: "All views are narrowed to" }).getByRole("listitem");
  await chips.first().waitFor();
  assert.match(page.url(), /#\/endpoints\?with=/);
  await page.locator(".explored[aria-busy=false]").waitFor();
  await page.getByRole("link", { name: /^Flows of / }).first().click();
  await page.getByRole("grid", { name: "Flows" }).getByRole("row").nth(1).waitFor();
  assert.match(page.url(), /#\/flows\?q=.*&with=/);
  await page.goBack();
  await page.goBack();
  await chips.first().waitFor({ state: "detached" });
  await page.locator(".explored[aria-busy=false]").waitFor();
});

test("a span of the time series narrows all views, by its address too", async () => {
  const { page } = opened;
  await choose(page, "Time series");
  const box = await page.locator(".picture-keys").boundingBox();
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.4, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, middle, { steps: 4 });
  await page.mouse.up();
  const whole = page.getByRole("button", { name: "Select the whole time again" });
  await whole.waitFor();
  assert.match(page.url(), /from=\d+&to=\d+/);
  await whole.click();
  await whole.waitFor({ state: "detached" });
  assert.ok(!page.url().includes("from="));
});
