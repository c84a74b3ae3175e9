// After a reload: which file was open, how it is opened again, and what is there again; sessions as files; recent files.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { done, give, open, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Plays the browser's dialog: it gives a handle of a file in the page's own folder, a copy of a sample. */
const picker = () => {
  self.showOpenFilePicker = async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("own.pcap", { create: true });
    const writable = await handle.createWritable();
    await writable.write(await (await fetch("samples/portscan_syn.pcap")).blob());
    await writable.close();
    return [handle];
  };
};

/** Says something about the first finding. */
async function judge(page, note) {
  await view(page, "Findings");
  await page.getByRole("list", { name: "Findings" }).getByRole("link").first().click();
  await page.getByRole("radio", { name: "True", exact: true }).check();
  await page.getByRole("textbox", { name: "Note" }).fill(note);
  await page.getByRole("textbox", { name: "Note" }).blur();
}

test("a file that was chosen is opened again with one click, as it was shown", async () => {
  const { page, close } = await open(its, { init: picker });
  await page.getByRole("button", { name: "Open a file" }).click();
  await done(page);
  await judge(page, "seen before");
  await page.waitForFunction(() => localStorage.getItem("packetloupe.remarks")?.includes("seen before"));
  const address = page.url();
  await page.reload();
  const last = page.getByTestId("last");
  await last.waitFor();
  assert.match(await last.innerText(), /own\.pcap/);
  await last.getByRole("button", { name: "Open it again" }).click();
  await done(page);
  assert.equal(page.url(), address);
  assert.equal(await page.getByRole("textbox", { name: "Note" }).inputValue(), "seen before");
  assert.ok(await page.getByRole("radio", { name: "True", exact: true }).isChecked());
  await close();
});

test("without a handle it is asked for, and only the same file comes back as it was shown", async () => {
  const { page, close } = await open(its);
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await view(page, "Flows");
  await page.reload();
  await page.getByTestId("last").waitFor();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open it again" }).click();
  await (await chooser).setFiles(sample("portscan_syn.pcap"));
  await done(page);
  assert.match(page.url(), /#\/flows/);
  await page.reload();
  await page.getByTestId("last").waitFor();
  await page.getByTestId("again-input").setInputFiles(sample("arp_spoof.pcap"));
  await done(page);
  assert.match(page.url(), /#\/overview/);
  await close();
});

test("a sample comes back from where the page has it", async () => {
  const { page, close } = await open(its);
  await openSample(page, "c2_https");
  await view(page, "Packets");
  await page.reload();
  await page.getByRole("button", { name: "Open it again" }).click();
  await done(page);
  assert.match(page.url(), /#\/packets/);
  await close();
});

test("a new tab knows nothing of it, and there is no list of recent files unless it is wanted", async () => {
  const { page, context, close } = await open(its);
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  const other = await context.newPage();
  await other.goto(its.host.url);
  await other.getByTestId("start").waitFor();
  assert.equal(await other.getByTestId("last").count(), 0);
  const wanted = other.getByRole("checkbox", { name: /list of recent files/ });
  assert.equal(await wanted.isChecked(), false);
  assert.deepEqual(await other.evaluate(() => Object.keys(localStorage).filter((key) => /recent|last/.test(key))), []);
  await wanted.check();
  for (const name of ["arp_spoof.pcap", "portscan_syn.pcap"]) {
    await give(other, sample(name));
    await other.getByText(name).first().waitFor();
    await done(other);
  }
  await other.goto(`${its.host.url}?again`);
  const list = other.getByRole("list", { name: "Recent files" });
  await list.waitFor();
  assert.deepEqual(await list.getByRole("button").allInnerTexts(), ["portscan_syn.pcap", "arp_spoof.pcap"]);
  await wanted.uncheck();
  assert.equal(await list.count(), 0);
  assert.equal(await other.evaluate(() => localStorage.getItem("packetloupe.recent")), null);
  await close();
});

test("a session goes to another browser as one file", async () => {
  const first = await open(its);
  await give(first.page, sample("portscan_syn.pcap"));
  await done(first.page);
  await judge(first.page, "carried along");
  await view(first.page, "Settings");
  const session = await save(first.page, "Save session");
  await first.close();
  const path = join(scratch(), session.name);
  writeFileSync(path, session.text);
  const { page, close } = await open(its);
  await view(page, "Settings");
  await page.getByTestId("session-input").setInputFiles(path);
  await page.getByText(/is in use/).waitFor();
  await page.getByRole("link", { name: "Packetloupe" }).click();
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await view(page, "Findings");
  await page.getByRole("list", { name: "Findings" }).getByRole("link").first().click();
  assert.equal(await page.getByRole("textbox", { name: "Note" }).inputValue(), "carried along");
  await view(page, "Settings");
  await page.getByTestId("session-input").setInputFiles(sample("../start.js"));
  await page.getByText(/no session/).waitFor();
  await close();
});
