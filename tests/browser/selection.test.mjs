// What all views are narrowed to: by the timeline, by chips, by the palette; in the address, undone by going back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { open, openSample, showViews, start, view, views } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

const chips = (page) => page.getByRole("list", { name: "All views are narrowed to" }).getByRole("listitem");
const rows = async (page, name) => {
  const grid = page.getByRole("grid", { name });
  await page.locator(`[role=grid][aria-label="${name}"][aria-busy=false]`).waitFor();
  return Number(await grid.getAttribute("aria-rowcount")) - 1;
};
/** Waits until a grid has another number of rows than before; answers it. */
async function others(page, name, n) {
  await page.waitForFunction(([name, n]) => {
    const grid = document.querySelector(`[role=grid][aria-label="${name}"][aria-busy=false]`);
    return grid && Number(grid.getAttribute("aria-rowcount")) - 1 !== n;
  }, [name, n]);
  return rows(page, name);
}

describe("the timeline", () => {
  test("a range that is brushed narrows tables and charts, stands in the address and is undone", async () => {
    const { page, close } = await open(its);
    await openSample(page, "c2_https");
    await view(page, "Packets");
    const all = await rows(page, "Packets");
    const box = await page.locator(".strip-surface").boundingBox();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 10, { steps: 5 });
    await page.mouse.up();
    const some = await others(page, "Packets", all);
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    assert.match(page.url(), /from=\d+&to=\d+/);
    // A link to another view leaves it as it is.
    await view(page, "Flows");
    assert.match(page.url(), /#\/flows\?from=\d+&to=\d+/);
    await view(page, "Packets");
    assert.equal(await rows(page, "Packets"), some);
    await page.getByRole("button", { name: "Select the whole time again" }).click();
    assert.equal(await others(page, "Packets", some), all);
    await page.goBack();
    assert.equal(await others(page, "Packets", all), some);
    await page.goForward();
    assert.equal(await others(page, "Packets", some), all);
    // A click in the range leaves it, one beside it takes it back.
    await page.goBack();
    assert.equal(await others(page, "Packets", all), some);
    await page.mouse.click(box.x + box.width * 0.375, box.y + 10);
    assert.match(page.url(), /from=\d+&to=\d+/);
    await page.mouse.click(box.x + box.width * 0.9, box.y + 10);
    assert.equal(await others(page, "Packets", some), all);
    await close();
  });

  test("its edges are moved by keys", async () => {
    const { page, close } = await open(its);
    await openSample(page, "c2_https");
    const [from, to] = ["Selected from", "Selected to"].map((name) => page.getByRole("slider", { name }));
    await from.focus();
    for (let n = 0; n < 3; n += 1) await page.keyboard.press("ArrowRight");
    await page.locator('[role=slider][aria-label="Selected from"][aria-valuenow="3"]').waitFor();
    const last = await to.getAttribute("aria-valuemax");
    await to.focus();
    await page.keyboard.press("PageDown");
    await page.locator(`[role=slider][aria-label="Selected to"]:not([aria-valuenow="${last}"])`).waitFor();
    assert.ok(Number(await to.getAttribute("aria-valuenow")) < Number(last));
    await chips(page).first().waitFor();
    await page.keyboard.press("Escape");
    await chips(page).first().waitFor({ state: "detached" });
    await close();
  });
});

describe("chips", () => {
  test("are turned off, inverted and removed, in all views", async () => {
    const { page, close } = await open(its);
    await openSample(page, "benign_web");
    await view(page, "Flows");
    const all = await rows(page, "Flows");
    await view(page, "Endpoints");
    const host = page.locator(".explore-rows tbody .as-link").nth(2);
    const name = await host.innerText();
    await host.click();
    await chips(page).first().waitFor();
    await view(page, "Flows");
    const with_ = await rows(page, "Flows");
    assert.ok(with_ > 0 && with_ < all, `${with_} of ${all} flows of ${name}`);
    await page.getByRole("button", { name: `Invert the filter ${name}` }).click();
    const without = await others(page, "Flows", with_);
    assert.equal(with_ + without, all);
    assert.match(page.url(), /without=/);
    await chips(page).first().getByRole("button", { name: new RegExp(`not ${name.replaceAll(".", "\\.")}`) }).click();
    assert.equal(await others(page, "Flows", without), all);
    assert.match(page.url(), /off_without=/);
    await page.getByRole("button", { name: `Remove the filter ${name}` }).click();
    await chips(page).first().waitFor({ state: "detached" });
    assert.ok(!page.url().includes("with"));
    await close();
  });
});

describe("the palette", () => {
  test("goes to a view, a host and a protocol by keys alone, and the sheet says which keys there are", async () => {
    const { page, close } = await open(its);
    await openSample(page, "benign_web");
    const go = async (text) => {
      await page.keyboard.press("Control+k");
      // What is typed before the field has the focus goes to the page.
      await page.locator("dialog [role=combobox]:focus").waitFor();
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    };
    await go("packets");
    await page.getByRole("heading", { level: 1, name: "Packets" }).waitFor({ state: "attached" });
    await view(page, "Endpoints");
    const host = await page.locator(".explore-rows tbody .as-link").first().innerText();
    await go(host);
    await page.getByRole("heading", { level: 1, name: host }).waitFor();
    await go("tcp");
    await chips(page).first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("]");
    await close();
  });
});

describe("views", () => {
  test("of panels answer, lead to flows, and a host has a page of its own", async () => {
    const { page, close } = await open(its);
    await openSample(page, "benign_web");
    const answered = async () => {
      await page.locator(".panel").first().waitFor();
      await page.waitForFunction(() => !document.querySelector(".panel[aria-busy=true]"));
    };
    for (const name of ["Protocols", "Hosts", "DNS", "TLS", "Health"]) {
      await view(page, name);
      await answered();
      const refused = await page.getByText(/^This cannot be shown/).allInnerTexts();
      assert.deepEqual(refused, [], name);
      assert.ok(await page.locator(".panel table.plain, .panel canvas").count(), name);
    }
    await view(page, "Hosts");
    await answered();
    const host = page.locator(".panel tbody th a").first();
    const name = await host.innerText();
    await host.click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await answered();
    assert.match(page.url(), /#\/hosts\//);
    await page.getByRole("link", { name: /^Flows of / }).first().click();
    await page.getByRole("grid", { name: "Flows" }).getByRole("row").nth(1).waitFor();
    await close();
  });

  test("ARP says who claims which address, and which are contested", async () => {
    const { page, close } = await open(its);
    await openSample(page, "arp_spoof");
    await view(page, "ARP and neighbours");
    const claims = page.getByRole("region", { name: "Who claims which address" });
    await claims.waitFor();
    const contested = await claims.locator("tr.is-contested").allInnerTexts();
    assert.ok(contested.length >= 2, JSON.stringify(contested));
    assert.match(contested.join(" "), /2 devices claim this address/);
    await close();
  });

  test("stand in a drawer on narrow screens", async () => {
    const { page, close } = await open(its, { viewport: { width: 360, height: 740 } });
    await openSample(page, "benign_web");
    const link = page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /^Flows/ });
    assert.ok(!(await link.isVisible()));
    await showViews(page);
    await link.click();
    await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor({ state: "attached" });
    assert.ok(!(await link.isVisible()));
    assert.ok((await views(page)).length > 15);
    await close();
  });
});

describe("findings", () => {
  test("are narrowed by what is selected, select their own traffic, and the overview counts what is left", async () => {
    const { page, close } = await open(its);
    await openSample(page, "benign_web");
    const whole = await page.locator(".overview .charts").count();
    assert.equal(whole, 1);
    await close();
    const other = await open(its);
    await openSample(other.page, "portscan_syn");
    await view(other.page, "Findings");
    const items = other.page.getByRole("list", { name: "Findings" }).getByRole("listitem");
    const all = await items.count();
    assert.ok(all > 0);
    assert.equal(await other.page.getByTestId("findings-left").count(), 0);
    await items.first().getByRole("link").click();
    await other.page.getByRole("button", { name: "Show only its traffic" }).click();
    await chips(other.page).first().waitFor();
    const note = other.page.getByTestId("findings-left").filter({ hasText: "in the selection" });
    await note.waitFor();
    assert.match(await note.innerText(), new RegExp(`^\\d+ of ${all} finding`));
    assert.ok((await items.count()) >= 1);
    assert.match(other.page.url(), /with=finding/);
    // Inverted, the finding itself is gone from the list.
    await chips(other.page).first().getByRole("button", { name: /^Invert/ }).click();
    await other.page.waitForFunction((all) =>
      document.querySelectorAll(".findings-list .items > li").length < all
        && document.querySelector("[data-testid=findings-left][aria-busy=false]"), all);
    await view(other.page, "Overview");
    const figures = other.page.locator("[data-testid=selected-figures][aria-busy=false]");
    await figures.getByText(/% of/).first().waitFor();
    assert.equal(await other.page.getByText("This view shows the whole file.").count(), 0);
    await other.page.getByRole("button", { name: "Show all" }).click();
    await figures.waitFor({ state: "detached" });
    await other.page.locator(".overview .charts").waitFor();
    await other.close();
  });
});

test("filters that were used are offered again, and what was typed on the way to one is not", async () => {
  const { page, close } = await open(its);
  await openSample(page, "c2_https");
  await view(page, "Flows");
  const field = page.getByRole("combobox", { name: /filter/i }).first();
  const use = async (text) => {
    const all = await rows(page, "Flows");
    await field.fill(text);
    if (text) await others(page, "Flows", all);
  };
  await use("udp");
  await field.fill("");
  await page.waitForTimeout(700);
  await use("tcp.dstport == 4");
  await use("tcp.dstport == 443");
  // Long after, the same goes on as another filter.
  await page.evaluate(() => {
    const real = Date.now;
    Date.now = () => real() + 60_000;
  });
  await use("tcp.dstport == 443 && ip.addr == 1.1.1.1");
  await field.fill("");
  const offered = await page.getByRole("listbox", { name: "Proposals" }).getByRole("option").locator("code").allTextContents();
  assert.deepEqual(offered, ["tcp.dstport == 443 && ip.addr == 1.1.1.1", "tcp.dstport == 443", "udp"]);
  await close();
});
