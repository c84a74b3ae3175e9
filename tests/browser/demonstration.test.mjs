// The teaching profile: methods at work on a small sample, by buttons and in words, drawn from what the method told of its steps.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { done, give, open, sample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** The pixels of the picture, as an address of data. */
const drawn = (page) => page.locator(".demonstration canvas").evaluate((canvas) => canvas.toDataURL());

test("every demonstration goes step by step by keys, in words and in pictures", async () => {
  const { page, close } = await open(its);
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await view(page, "Anomalies");
  await page.getByRole("radio", { name: "Teaching" }).check();
  const said = page.getByTestId("demonstration-step");
  await said.waitFor();
  const demonstrations = await page.getByLabel("Demonstration", { exact: true }).locator("option").evaluateAll((all) => all.map((one) => one.value));
  assert.equal(demonstrations.length, 6);
  for (const demonstration of demonstrations) {
    await page.getByLabel("Demonstration", { exact: true }).selectOption(demonstration);
    await said.getByText(/^The sample/).waitFor();
    const next = page.getByRole("button", { name: "Next step" });
    const texts = [await said.innerText()];
    const first = await drawn(page);
    while (await next.isEnabled()) {
      await next.focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction((before) => document.querySelector("[data-testid=demonstration-step]").innerText !== before, texts.at(-1));
      texts.push(await said.innerText());
    }
    assert.ok(texts.length >= 3 && new Set(texts).size === texts.length, `${demonstration}: ${texts.join(" | ")}`);
    assert.notEqual(await drawn(page), first, `${demonstration}: the picture stays the same`);
    await page.getByRole("button", { name: "Begin again" }).click();
  }
  await page.getByLabel("Demonstration", { exact: true }).selectOption("hbos");
  await page.getByRole("spinbutton", { name: "Bins" }).fill("4");
  await page.getByRole("spinbutton", { name: "Bins" }).blur();
  await page.getByRole("button", { name: "Next step" }).click();
  await said.getByText("4 bins of the first column").waitFor();
  await close();
});
