// Views that take a moment: progress, and a button that ends the waiting; what nobody waits for is not counted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { done, give, hash, open, openSample, scratch, start, view } from "./lib/browser.mjs";
import { longTable } from "./lib/large_tables.mjs";

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

test("what is being counted gives turns, is given up when nobody wants it any more, and the next question is answered", async () => {
  const { page, close } = await open(its);
  await give(page, await longTable(scratch(), 40_000));
  await done(page);
  await hash(page);
  const [worker] = page.workers();
  // Every turn is over as soon as it is asked, and the pause behind it is long: counting takes a while on any machine.
  await worker.evaluate(() => {
    const [now, later] = [Date.now, self.setTimeout];
    let ahead = 0;
    self.pauses = 0;
    self.restore = () => { Date.now = now; self.setTimeout = later; };
    Date.now = () => now() + (ahead += 100);
    self.setTimeout = (then) => { self.pauses += 1; return later(then, 150); };
  });
  const pauses = () => worker.evaluate(() => self.pauses);
  await view(page, "Hosts");
  await page.getByTestId("counting").waitFor();
  await page.waitForFunction(() => new Promise((resolve) => setTimeout(() => resolve(true), 400)));
  assert.ok(await pauses() >= 2, "it gives no turns");
  await page.getByTestId("counting").getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/counting was cancelled/).first().waitFor();
  await page.waitForTimeout(400);
  const given = await pauses();
  await page.waitForTimeout(600);
  assert.equal(await pauses(), given, "it goes on counting");
  await worker.evaluate(() => self.restore());
  await view(page, "Overview");
  await view(page, "Hosts");
  await page.locator(".panel tbody tr").first().waitFor();
  await close();
});
