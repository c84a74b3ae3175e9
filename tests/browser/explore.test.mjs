// Explore: the same rows as the command prints, and ways from a bar or a span to what is behind it: they narrow all views.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, command, done, give, open, openSample, sample, save, start, view } from "./lib/browser.mjs";

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

test("a logarithmic axis, densities by group and boxes of quartiles say what they draw", async () => {
  const { page } = opened;
  const drawn = async (view_, address, told) => {
    await page.evaluate((address) => { location.hash = address; }, `#/${address}`);
    await page.getByRole("heading", { level: 1, name: view_ }).waitFor();
    await page.locator(`.explored[aria-busy=false][data-answer="${told}"]`).waitFor();
    await page.locator(".explored canvas").first().waitFor();
    return page.locator(".chart-head").first().innerText();
  };
  await choose(page, "Time series");
  await page.getByLabel("Chart", { exact: true }).selectOption("log-lines");
  assert.match(await page.locator(".chart-head").first().innerText(), /Bytes by time and protocol/);
  await choose(page, "Distributions");
  await page.getByLabel("Chart", { exact: true }).selectOption("density");
  await page.getByLabel("And by", { exact: true }).selectOption("protocol");
  await page.locator('.explored[aria-busy=false][data-answer="packet_size,protocol,packets,bytes"]').waitFor();
  assert.match(await page.locator(".chart-head").first().innerText(), /Density of packets by packet size and protocol/);
  const five = "duration_median,duration_q1,duration_min,duration_q3,duration_max";
  const title = await drawn("Explore", `explore?by=protocol&measure=duration_median&mark=boxes`, `protocol,${five}`);
  assert.match(title, /Spread of duration by protocol/i);
  const csv = (await save(page, "Save rows (CSV)")).text;
  assert.equal(csv, command("query", sample("arp_spoof.pcap"), "--by", "protocol", "--measure", five, "--limit", "1000", "--csv", "-"));
});

test("the columns of a table are correlated as the command says", async () => {
  const { page, close } = await open(its);
  const table = join(ROOT, "static", "lessons", "numbers-only.csv");
  await give(page, table);
  await done(page);
  await view(page, "Correlation");
  await page.locator('.explored[aria-busy=false][data-answer="column,with,correlation"]').waitFor();
  await page.locator(".explored canvas").first().waitFor();
  const saved = await save(page, "Save rows (CSV)");
  assert.equal(saved.text, command("query", table, "--measure", "correlation", "--csv", "-"));
  await close();
});
