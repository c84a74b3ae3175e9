// Nothing leaves the browser: what the page asks for while it works, and what its policy stops.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DIST, ROOT, SAMPLES, built, done, foreign, hash, open, openSample, save, start, view } from "./lib/browser.mjs";

let its;
let other;
const heard = [];
before(async () => {
  its = await start();
  const server = createServer((request, response) => {
    heard.push(request.url);
    response.writeHead(200, { "access-control-allow-origin": "*", "content-type": "text/javascript" }).end("");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  other = { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
});
after(async () => { await its.stop(); await other.close(); });

test("a whole visit asks only for the page's own static files", async () => {
  const { page, context, seen, host, close } = await open(its, { serviceWorkers: "allow" });
  const bodies = [];
  context.on("request", (request) => { if (request.method() !== "GET" || request.postData()) bodies.push(request.url()); });
  for (const name of SAMPLES) {
    await openSample(page, name);
    await hash(page);
    for (const where of ["Findings", "Flows", "Packets", "Issues", "Settings", "Overview"]) await view(page, where);
    await save(page, "Save report");
    await save(page, "Save flows (CSV)");
    await page.goto(host.url);
    await page.getByTestId("start").waitFor();
  }
  assert.deepEqual(foreign(seen.requests, host.origin), []);
  assert.deepEqual(bodies, [], "something was sent");
  const allowed = /^\/(|index\.html|(extra|handles|offline|start|tour|worker)-[0-9a-f]{16}\.js|(extra|worker)-[0-9a-f]{16}_bg\.wasm|sw\.js|app\.webmanifest|icon(-maskable)?\.svg|app-[0-9a-f]+(\.js|_bg\.wasm)|[\w-]+-[0-9a-f]+\.(css|svg)|snippets\/.*|samples\/[\w.]+|lessons\/[\w.-]+|languages\/\w+\.txt)$/;
  assert.deepEqual(host.seen.filter(({ path }) => !allowed.test(path)), []);
  await close();
});

test("as scripts/serve hosts it, the page has the recommended headers and works with them", async () => {
  const shell = spawn(process.execPath, [join(ROOT, "scripts", "host.mjs"), DIST, "0"]);
  try {
    const said = await new Promise((resolve) => shell.stdout.once("data", (data) => resolve(String(data))));
    const url = said.match(/http:\S+/)[0];
    const [script] = /start-[0-9a-f]{16}\.js/.exec(await (await fetch(url)).text());
    const wanted = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin" };
    for (const file of ["", script, built(/^worker-\w+_bg\.wasm$/), "none.js"]) {
      const { headers } = await fetch(url + file);
      for (const [name, value] of Object.entries(wanted)) assert.equal(headers.get(name), value, file);
      assert.match(headers.get("content-security-policy"), /default-src 'none';.*frame-ancestors 'none'$/);
    }
    const { page, close } = await open({ browser: its.browser, host: { url, origin: new URL(url).origin, seen: [] } });
    await openSample(page, "portscan_syn");
    await view(page, "Findings");
    await save(page, "Save report");
    await close();
  } finally {
    shell.kill();
  }
});

test("the worker that reads captures cannot reach another host", async () => {
  const { page } = await open(its);
  await openSample(page, "benign_web");
  const [worker] = page.workers();
  const tried = await worker.evaluate(async (url) => {
    const outcome = async (attempt) => { try { await attempt(); return "went through"; } catch { return "stopped"; } };
    return {
      fetch: await outcome(() => fetch(url + "fetch", { mode: "no-cors" })),
      post: await outcome(() => fetch(url + "post", { method: "POST", body: "packet", mode: "no-cors" })),
      request: await outcome(() => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.onload = resolve;
        request.onerror = reject;
        request.open("GET", url + "xhr");
        request.send();
      })),
      script: await outcome(() => importScripts(url + "script.js")),
      socket: await outcome(() => new Promise((resolve, reject) => {
        const socket = new WebSocket(url.replace("http", "ws"));
        socket.onopen = resolve;
        socket.onerror = reject;
      })),
    };
  }, other.url);
  assert.deepEqual(Object.values(tried).filter((outcome) => outcome !== "stopped"), [], JSON.stringify(tried));
  assert.deepEqual(heard, []);
  await page.context().close();
});

test("nor can the page, and it runs no script that is not its own", async () => {
  const { page } = await open(its);
  const ran = await page.evaluate(async (url) => {
    const add = (tag, properties) => new Promise((resolve) => {
      const element = Object.assign(document.createElement(tag), properties);
      element.onload = element.onerror = resolve;
      document.body.append(element);
      setTimeout(resolve, 300);
    });
    await fetch(url + "fetch", { mode: "no-cors" }).catch(() => {});
    navigator.sendBeacon(url + "beacon", "packet");
    await add("img", { src: url + "image.png" });
    await add("script", { src: url + "script.js" });
    await add("link", { rel: "stylesheet", href: url + "style.css" });
    await add("iframe", { src: url + "frame" });
    await add("script", { textContent: "window.inlineRan = true" });
    await add("div", { innerHTML: "<img src=x onerror='window.handlerRan = true'>" });
    const form = Object.assign(document.createElement("form"), { action: url + "form", method: "post" });
    document.body.append(form);
    form.submit();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { inline: window.inlineRan ?? false, handler: window.handlerRan ?? false };
  }, other.url);
  assert.deepEqual(ran, { inline: false, handler: false });
  assert.deepEqual(heard, []);
  await page.context().close();
});

test("it works under a sub-path", async () => {
  const below = await start({ base: "/packetloupe/" });
  try {
    const { page, seen, host, close } = await open(below);
    await openSample(page, "c2_https");
    await hash(page);
    assert.deepEqual(seen.requests.filter((url) => !url.startsWith(host.url) && !/^(blob|data):/.test(url)), []);
    await page.goto(`${host.url}index.html#/settings`);
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await close();
  } finally {
    await below.stop();
  }
});

test("a file that is dropped on the window is opened", async () => {
  const { page, close } = await open(its);
  const data = await page.evaluateHandle(async () => {
    const blob = await (await fetch("samples/arp_spoof.pcap")).blob();
    const data = new DataTransfer();
    data.items.add(new File([blob], "dropped.pcap"));
    return data;
  });
  await page.dispatchEvent("body", "dragenter", { dataTransfer: data });
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await done(page);
  assert.ok((await page.locator("header").innerText()).includes("dropped.pcap"));
  await close();
});
