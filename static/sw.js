// The service worker: serves the page from what it kept when it was installed, so that the page works without a network.
//
// The build writes the two lists below (scripts/seal.mjs): each file with the hash of its content. A release is installed as
// a whole or not at all, so files of two releases never mix: the names of programs have their hash in them, and a page asks
// for its own. What an older release needs stays as long as pages of it may be open.

const BUILD = "";
/** What the page needs to start and read: [path, integrity]. */
const NEEDED = [];
/** Samples, lessons and languages: kept too, but the page works without them. */
const FURTHER = [];

const PREFIX = "packetloupe-";
const OWN = PREFIX + BUILD;
const address = (path) => new URL(path, self.registration.scope).href;

/** Loads a file of this release; refuses what a cache or a half-copied folder has of another. */
async function keep(cache, [path, integrity]) {
  // What has a hash in its name is taken from the browser's cache, where the page has just put it; of the rest the host is
  // asked whether it is still right.
  const cached = /-[0-9a-f]{8,}(_bg)?\.\w+$/.test(path) ? "default" : "no-cache";
  const response = await fetch(address(path), { integrity, cache: cached, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  await cache.put(address(path), response);
}

async function install() {
  const cache = await caches.open(OWN);
  await Promise.all(NEEDED.map((file) => keep(cache, file)));
  await Promise.allSettled(FURTHER.map((file) => keep(cache, file)));
}

/** Lets older releases go, if no page but one is open that may be of them. */
async function tidy() {
  if (self.registration.installing || self.registration.waiting) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.length > 1) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== OWN).map((name) => caches.delete(name)));
}

/** The answer to a request: from this release, else from an older one that is kept, else from the network. */
async function answer(request, url) {
  const own = await caches.open(OWN);
  if (request.mode === "navigate") {
    const isPage = [address("./"), address("index.html")].includes(url.origin + url.pathname);
    return (isPage && await own.match(address("./"))) || fetch(request);
  }
  const kept = (await own.match(request, { ignoreSearch: true })) ?? (await caches.match(request, { ignoreSearch: true }));
  return kept ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("message", (event) => { if (event.data === "take over") self.skipWaiting(); });
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event.request, url));
  if (event.request.mode === "navigate") event.waitUntil(tidy());
});
