// A static host for the built page. Tests get it without headers but the type, so that the page's own policy is what is
// tested. From a shell: node scripts/host.mjs FOLDER [PORT] serves until it is interrupted, with the headers that
// docs/hosting/_headers recommends; a taken port is stepped over.

import { createServer } from "node:http";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

const HEADERS = fileURLToPath(new URL("../docs/hosting/_headers", import.meta.url));

/** The headers for every file in a list as static hosts read it: a line for the paths, then one for each header. */
export async function recommended(file = HEADERS) {
  const lines = (await readFile(file, "utf8")).split("\n");
  const start = lines.indexOf("/*") + 1;
  const length = lines.slice(start).findIndex((line) => !line.startsWith("  "));
  const listed = lines.slice(start, length < 0 ? undefined : start + length);
  return Object.fromEntries(listed.map((line) => line.trim().split(/: (.*)/, 2).map((part, place) => place === 0 ? part.toLowerCase() : part)));
}

/** Serves `folder` under `base` (such as "/" or "/packetloupe/"); answers {origin, url, seen, close}. */
export async function serve(folder, base = "/", port = 0, headers = {}) {
  const seen = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    seen.push({ method: request.method, path: pathname });
    const file = await find(folder, base, decodeURIComponent(pathname));
    if (!file) {
      response.writeHead(404, { ...headers, "content-type": "text/plain" }).end("not found");
      return;
    }
    response.writeHead(200, {
      ...headers,
      "content-type": TYPES[extname(file.path)] ?? "application/octet-stream",
      "content-length": file.size,
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file.path).pipe(response);
  });
  await listen(server, port);
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + base, seen, close: () => close(server) };
}

/** Listens on `port`, or on the next one that is free. */
function listen(server, port) {
  return new Promise((done, fail) => {
    server.on("error", (error) => {
      if (error.code === "EADDRINUSE" && port !== 0) server.listen(++port, "127.0.0.1");
      else fail(error);
    });
    server.listen(port, "127.0.0.1", done);
  });
}

async function find(folder, base, pathname) {
  if (!pathname.startsWith(base)) return null;
  const inside = normalize(join(folder, pathname.slice(base.length) || "index.html"));
  if (inside !== folder && !inside.startsWith(folder + sep)) return null;
  const entry = await stat(inside).catch(() => null);
  return entry?.isFile() ? { path: inside, size: entry.size } : null;
}

function close(server) {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { url } = await serve(resolve(process.argv[2] ?? "dist"), "/", Number(process.argv[3] ?? 8080), await recommended());
  console.log(`Packetloupe is served at ${url} (Ctrl-C ends it)`);
}
