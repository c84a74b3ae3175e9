// The worker analyses the samples while nobody has opened a file, so that the browser has compiled it well when somebody does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { analysis, command, done, give, open, sample, start } from "./lib/browser.mjs";

/** The last of what it fetches for that. */
const LAST = /\/samples\/benign_web\.pcap$/;

let its;
before(async () => { its = await start(); });
after(() => its.stop());

for (const [when, wait] of [["while the worker works itself warm", 150], ["after that", 4000]]) {
  test(`a file that comes ${when} is read as ever`, async () => {
    const { page, close } = await open(its);
    await page.waitForResponse((response) => LAST.test(response.url()));
    await page.waitForTimeout(wait);
    assert.ok(await page.getByTestId("start").isVisible(), "the page shows nothing of it");
    const path = sample("c2_https.pcapng");
    await give(page, path);
    await done(page);
    assert.deepEqual(await analysis(page), JSON.parse(command("analyze", path, "--json", "-", "--quiet")));
    await close();
  });
}

test("once a file is open, nothing else is fetched", async () => {
  const { page, seen, close } = await open(its);
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await page.waitForTimeout(2000);
  assert.deepEqual(seen.requests.filter((url) => LAST.test(url)), []);
  await close();
});
