// What a term means: on hover, on focus and by a tap, in every kind of text, and gone by Escape (WCAG 2.2, 1.4.13).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hash, open, openSample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

async function shown(view_, options = {}, sample = "portscan_syn") {
  const it = await open(its, options);
  await openSample(it.page, sample);
  await hash(it.page);
  await view(it.page, view_);
  return { ...it, tip: it.page.locator("#term-tip") };
}

/** The first term of a kind of place. */
const term = (page, place, word) => page.locator(`${place} .term`, { hasText: word }).first();

test("hovering shows the meaning, which stays while it is pointed at and goes by Escape", async () => {
  const { page, tip, close } = await shown("Findings");
  await page.getByTestId("finding").waitFor();
  assert.ok(await tip.isHidden());
  const severity = term(page, "[data-testid=finding] dt", "Confidence");
  await severity.hover();
  await tip.waitFor();
  assert.match(await tip.innerText(), /^Confidence How sure/);
  assert.equal(await severity.getAttribute("aria-describedby"), "term-tip");
  // To the meaning, and longer there than it takes to go away.
  await tip.hover();
  await page.waitForTimeout(600);
  assert.ok(await tip.isVisible());
  await page.keyboard.press("Escape");
  await tip.waitFor({ state: "hidden" });
  assert.equal(await severity.getAttribute("aria-describedby"), null);
  await severity.hover();
  await tip.waitFor();
  await page.mouse.move(2, 2);
  await tip.waitFor({ state: "hidden" });
  await close();
});

test("keys reach terms of facts, evidence and texts, and the sort button of a column has its term's meaning", async () => {
  const { page, tip, close } = await shown("Findings");
  for (const place of ["[data-testid=finding] dt", ".evidence thead th"]) {
    const first = page.locator(`${place} .term`).first();
    await first.focus();
    await tip.waitFor();
    assert.ok((await tip.innerText()).toLowerCase().includes("."), place);
  }
  await view(page, "Flows");
  const port = page.getByRole("columnheader", { name: /Protocol|Score/ }).first().getByRole("button").first();
  await port.focus();
  await tip.waitFor();
  await page.keyboard.press("Tab");
  await close();
});

test("a tap shows it within a narrow window, and a tap elsewhere takes it away", async () => {
  const { page, tip, close } = await shown("Findings", { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  await page.getByRole("link", { name: /scan/i }).first().tap();
  const word = term(page, "[data-testid=finding] dt", "Technique");
  // Scrolls to it, and again where the finding is drawn anew meanwhile.
  await word.tap();
  await tip.waitFor();
  const box = await tip.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the window");
  await page.getByRole("heading", { level: 2 }).first().tap();
  await tip.waitFor({ state: "hidden" });
  await close();
});

test("headings, columns of panels and the Overview have terms", async () => {
  const { page, close } = await shown("Overview");
  for (const [name, place] of [["Overview", "h2 .term, h3 .term, dt .term"], ["Hosts", "th .term"], ["Packets", ".grid-head .term"]]) {
    await view(page, name);
    await page.locator(place).first().waitFor();
  }
  await close();
});
