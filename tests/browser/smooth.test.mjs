// The page answers while large and wide tables are read and shown: all that its own thread has to do is bounded, whatever
// the size of the table. What is counted is work, not time, so that a slow or busy machine says the same;
// `BENCH_ONLY=smooth scripts/bench` measures the time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hash, open, scratch, start } from "./lib/browser.mjs";
import { longTable, visit, wideTable } from "./lib/large_tables.mjs";

/**
 * What the page's thread may be given to do at once: bytes of a message from the worker, elements that come in and strokes
 * on canvases in one go, and elements in all. The settings, the same for every file, have 2,000 elements.
 */
const MOST = { bytes: 96 * 1024, added: 900, elements: 2500, strokes: 1200 };
/** Messages a second that may ask the page to show progress: ten, and two of partial statistics. */
const MOST_A_SECOND = 12;
const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Counts, in the page, what comes from the worker, and what comes in and is drawn in one go. */
function count() {
  const most = { bytes: 0, added: 0, elements: 0, strokes: 0 };
  const now = { added: new Set(), strokes: 0 };
  const told = [];
  window.load = { most, told };
  const keep = (name, value) => { most[name] = Math.max(most[name], value); };
  // What was done before is counted when something else begins: a message, a timer's work, or a frame. On a starved machine
  // several of them come between two frames.
  const settle = () => {
    keep("added", now.added.size);
    keep("strokes", now.strokes);
    now.added.clear();
    now.strokes = 0;
  };
  window.Worker = class extends window.Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data: { bytes } }) => {
        settle();
        keep("bytes", bytes.length);
        told.push(performance.now());
      });
    }
  };
  const later = window.setTimeout;
  window.setTimeout = (work, ...rest) => later((...given) => {
    settle();
    work(...given);
  }, ...rest);
  for (const name of ["fill", "stroke", "fillRect", "strokeRect", "fillText", "lineTo", "arc"]) {
    const real = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function counted(...given) {
      now.strokes += 1;
      return real.apply(this, given);
    };
  }
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      for (const element of [node, ...node.getElementsByTagName("*")]) now.added.add(element);
    }
  }).observe(document, { childList: true, subtree: true });
  const next = () => {
    settle();
    keep("elements", document.getElementsByTagName("*").length);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

const tables = {
  "a long table of flows": () => longTable(folder, 2_000_000),
  "a table of 2,000 columns": () => wideTable(folder, 2000),
};
for (const [what, make] of Object.entries(tables)) {
  test(`${what} never gives the page much to do at a time`, { timeout: 600_000 }, async () => {
    const path = await make();
    const { page, close } = await open(its, { init: count });
    let reading;
    await visit(page, path, async (view) => {
      if (view === "shown") reading = await page.evaluate(() => window.load.told);
    });
    const { most } = await page.evaluate(() => window.load);
    await close();
    console.log(`${what}: ${JSON.stringify(most)}, ${reading.length} messages while it was read`);
    for (const [name, value] of Object.entries(MOST)) assert.ok(most[name] <= value, `${name}: ${most[name]}, more than ${value}`);
    assert.ok(most.added > 100 && most.bytes > 1000, "nothing was counted");
    const seconds = (reading.at(-1) - reading[0]) / 1000;
    assert.ok(reading.length <= 5 + MOST_A_SECOND * seconds, `${reading.length} messages in ${seconds} s`);
  });
}

/** Counts, in the page, nodes that come in, nodes that are walked through to be translated, and the longest that an observer works. */
function countWalks() {
  const all = { added: 0, walked: 0, longest: 0 };
  window.walks = all;
  const next = TreeWalker.prototype.nextNode;
  TreeWalker.prototype.nextNode = function counted() {
    all.walked += 1;
    return next.call(this);
  };
  const Real = window.MutationObserver;
  window.MutationObserver = class extends Real {
    constructor(then) {
      super((...given) => {
        const begun = performance.now();
        then(...given);
        all.longest = Math.max(all.longest, performance.now() - begun);
      });
    }
  };
  const seen = new WeakSet();
  new Real((records) => {
    for (const added of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      const walker = document.createTreeWalker(added);
      for (let node = added; node; node = next.call(walker)) {
        if (!seen.has(node)) all.added += 1;
        seen.add(node);
      }
    }
  }).observe(document, { childList: true, subtree: true });
}

/** What an observer may take at once together with what Yew has drawn just before it, ms; the longest task that people do not feel is 50. */
const LONGEST_MS = 25;

for (const slowness of [1, 4]) {
  const machine = slowness === 1 ? "" : `, on a machine ${slowness} times as slow`;
  test(`in German each new node is looked at once, and never for long at a time${machine}`, { timeout: 240_000 }, async () => {
    const { page, close } = await open(its, { locale: "de-DE", init: countWalks });
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowness });
    await page.locator('[data-sample="port-scan"]').click();
    await hash(page);
    const all = {};
    for (const view of ["hosts", "packets", "settings", "anomalies", "time", "findings"]) {
      await page.evaluate((view) => {
        Object.assign(window.walks, { added: 0, walked: 0, longest: 0 });
        location.hash = `#/${view}`;
      }, view);
      await page.waitForTimeout(1500 * slowness);
      all[view] = await page.evaluate(() => ({ ...window.walks }));
    }
    await close();
    console.log(JSON.stringify(all));
    for (const [view, { added, walked, longest }] of Object.entries(all)) {
      assert.ok(added > 50 && walked > 50, `${view}: nothing was counted`);
      assert.ok(walked > added / 2, `${view}: only ${walked} nodes were looked at of ${added} that came in`);
      assert.ok(walked < added * 1.5, `${view}: ${walked} nodes were looked at for ${added} that came in`);
      assert.ok(longest < LONGEST_MS * slowness, `${view}: it took ${longest} ms`);
    }
  });
}
