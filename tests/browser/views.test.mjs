// Every view, light and dark, wide and narrow: nothing overflows, axe finds nothing, a screenshot is kept.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { give, hash, open, openSample, sample, shot, start, view, views } from "./lib/browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 320, height: 700 } };
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** What is done in a view, by its id, before it is looked at. */
const PREPARE = {
  settings: async (page) => {
    await page.locator(".settings[aria-busy=false]").waitFor();
    await page.getByRole("button", { name: "Add a rule" }).click();
    await page.getByRole("button", { name: "Forget everything saved in this browser" }).click();
  },
};

/** What more there is to see in a view, by its id. */
const MORE = {
  overview: async (page, look) => {
    const table = page.getByRole("button", { name: /^Show as table/ });
    if (await table.count()) {
      await table.first().click();
      await look("overview-table");
    }
  },
  findings: async (page, look) => {
    await page.getByRole("list", { name: "Findings" }).getByRole("link").first().click();
    await page.getByTestId("finding").waitFor();
    await look("finding");
    await page.getByRole("radio", { name: "Unsure" }).check();
    await page.getByRole("button", { name: "Expected here…" }).click();
    await look("expect");
    await page.getByRole("button", { name: "Expect this" }).click();
    await page.getByTestId("expected-rule").waitFor();
    await look("expected");
    await view(page, "Overview");
    await look("overview-expected");
  },
  packets: async (page, look) => {
    await page.getByRole("grid", { name: "Packets" }).getByRole("row").nth(3).click();
    await page.getByRole("region", { name: /^Packet \d/ }).waitFor();
    await look("packet");
  },
};

/** Steps through all that the page can show; `look` is called at each. */
async function tour(page, look) {
  await look("start");
  await openSample(page, "portscan_syn");
  await hash(page);
  const offered = await views(page);
  assert.ok(offered.length > 5, JSON.stringify(offered));
  for (const { id, name } of offered) {
    await view(page, name);
    const grid = page.getByRole("grid", { name, exact: true });
    if (await grid.count()) await grid.getByRole("row").nth(3).waitFor();
    await PREPARE[id]?.(page);
    await look(id);
    await MORE[id]?.(page, look);
  }
  await give(page, sample("../start.js"));
  await page.getByRole("alert").waitFor();
  await look("refused");
}

async function faults(page, rules) {
  await page.evaluate(AXE);
  const runOnly = rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
  return violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`${viewport.width} pixels wide, light and dark`, { timeout: 600_000 }, async () => {
    const { page, close } = await open(its, { colorScheme: "light", viewport });
    const found = [];
    await tour(page, async (name) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(150);
        await shot(page, `${name}-${colorScheme}-${size}`);
        // What is not a matter of colours is the same in both.
        const rules = colorScheme === "light" ? undefined : ["color-contrast"];
        found.push(...(await faults(page, rules)).map((fault) => `${name}, ${colorScheme}: ${fault}`));
      }
      await page.emulateMedia({ colorScheme: "light" });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (excess > 0) found.push(`${name}: ${excess} pixels too wide`);
    });
    assert.deepEqual(found, []);
    await close();
  });
}

describe("themes", () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const lightness = (color) => color.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);

  test("the system's choice holds until the switch is used, and the switch is remembered", async () => {
    const { page, close } = await open(its, { colorScheme: "dark" });
    const dark = await background(page);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await background(page);
    assert.ok(lightness(dark) < lightness(light), `${dark} ${light}`);
    const theme = page.getByRole("button", { name: /^Theme:/ });
    while (!(await theme.innerText()).includes("dark")) await theme.click();
    assert.equal(await background(page), dark);
    await page.reload();
    await page.getByTestId("start").waitFor();
    assert.equal(await background(page), dark);
    await close();
  });
});

describe("charts", () => {
  test("are crisp on dense screens and redrawn when theme and size change", async () => {
    const { page, close } = await open(its, { deviceScaleFactor: 2, colorScheme: "light" });
    await openSample(page, "benign_web");
    const canvas = page.locator("canvas").first();
    const measure = () => canvas.evaluate((element) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum = (sum * 31 + data[at] + data[at + 1] + data[at + 2]) % 1_000_003;
      return { pixels: element.width, width: element.getBoundingClientRect().width, sum };
    });
    await canvas.waitFor();
    await page.waitForTimeout(300);
    const first = await measure();
    assert.ok(Math.abs(first.pixels - 2 * first.width) <= 2, JSON.stringify(first));
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(300);
    assert.notEqual((await measure()).sum, first.sum);
    await page.setViewportSize({ width: 340, height: 900 });
    await page.waitForTimeout(300);
    const smaller = await measure();
    assert.ok(smaller.width < first.width && Math.abs(smaller.pixels - 2 * smaller.width) <= 2, JSON.stringify(smaller));
    await close();
  });
});
