// Views that take a moment: progress, and a button that ends the waiting; what nobody waits for is not counted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hash, open, openSample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** A page whose messages to the worker take so long, once it is told to, as if there were much to count. */
async function slow() {
  const it = await open(its, {
    init: () => {
      const send = Worker.prototype.postMessage;
      window.sent = 0;
      Worker.prototype.postMessage = function (...message) {
        window.sent += 1;
        if (window.delay) setTimeout(() => send.apply(this, message), window.delay);
        else send.apply(this, message);
      };
    },
  });
  await openSample(it.page, "portscan_syn");
  await hash(it.page);
  return it;
}

test("what is answered soon shows no progress", async () => {
  const { page, close } = await slow();
  await page.evaluate(() => {
    window.seen = 0;
    new MutationObserver(() => { window.seen += document.querySelectorAll("[data-testid=counting]").length; })
      .observe(document.body, { childList: true, subtree: true });
  });
  await view(page, "Issues");
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.seen), 0);
  await close();
});

test("a view that takes long says how far it is, and cancelling ends the waiting at once", async () => {
  const { page, close } = await slow();
  await page.evaluate(() => { window.delay = 3000; });
  await view(page, "Hosts");
  const counting = page.getByTestId("counting");
  await counting.waitFor();
  assert.match(await counting.innerText(), /Counting/);
  const took = await page.evaluate(() => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
      if (document.querySelector("[data-testid=counting]")) return;
      observer.disconnect();
      resolve(performance.now() - began);
    }).observe(document.body, { childList: true, subtree: true });
    document.querySelector("[data-testid=counting] button").click();
  }));
  assert.ok(took < 200, `cancelling took ${took} ms`);
  await page.getByText(/counting was cancelled/).first().waitFor();
  await page.evaluate(() => { window.delay = 0; });
  await view(page, "Overview");
  await view(page, "Hosts");
  await page.locator(".panel tbody tr").first().waitFor();
  await close();
});

test("leaving a view takes back what it asked for", async () => {
  const { page, close } = await slow();
  await page.evaluate(() => { window.delay = 1500; });
  await view(page, "Hosts");
  await page.getByTestId("counting").waitFor();
  await view(page, "Issues");
  await page.getByTestId("counting").waitFor({ state: "detached", timeout: 1000 });
  await close();
});
