// The service worker of the kiosk: it keeps the page, its script and its style on the device, so that
// they open without a network. It answers for /k/ alone and keeps no answer of anybody.
// Above, the server writes FILES and their VERSION: other files make another worker and another cache.
"use strict";

const ROOT = location.pathname.replace("/k/worker.js", ""); // the path that the server lies under
const CACHES = "feedback-kiosk-";
const CACHE = CACHES + VERSION;
const PATIENCE = 5000; // ms for a network that is there and says nothing
const MOST_PAGES = 20;
const ANY = { ignoreVary: true };

addEventListener("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => clients.claim())));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith(ROOT + "/static/")) event.respondWith(file(request));
});

// A worker that cannot fetch all it needs is not installed: the one before goes on with what it has.
async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => ROOT + path));
  await Promise.all((await knownPages()).map(async (address) => {
    await keep(address, await fetch(address, { cache: "no-store" }));
  }));
}

// Those that are open, and those that an earlier worker kept.
async function knownPages() {
  const open = await clients.matchAll({ includeUncontrolled: true, type: "window" });
  const found = open.map(({ url }) => url.split("#")[0]);
  for (const name of await others()) found.push(...(await pagesIn(await caches.open(name))));
  return [...new Set(found.filter((address) => new URL(address).pathname.startsWith(ROOT + "/k/")))];
}

async function pagesIn(cache) {
  const found = (await cache.keys()).map(({ url }) => url);
  return found.filter((address) => new URL(address).pathname.startsWith(ROOT + "/k/"));
}

async function others() {
  return (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
}

async function dropOthers() {
  for (const name of await others()) await caches.delete(name);
}

// The survey as it is now; without a network, as it was last.
async function page(event) {
  const address = event.request.url.split("#")[0];
  const kept = await caches.match(address, { ...ANY, cacheName: CACHE });
  const asked = fetch(event.request).then(async (reply) => {
    await keep(address, reply.clone());
    return reply;
  });
  event.waitUntil(asked.catch(() => {}));
  if (!kept) return asked;
  try {
    const reply = await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE))]);
    return reply && reply.status < 500 ? reply : kept;
  } catch {
    return kept;
  }
}

// Addresses of files change with their content.
async function file(request) {
  const kept = await caches.match(request, { ...ANY, cacheName: CACHE });
  if (kept) return kept;
  const reply = await fetch(request);
  if (reply.ok) await put(request.url, reply.clone());
  return reply;
}

// Pages of ours say their version; what a gateway in between says is not kept, nor an unknown survey.
async function keep(address, reply) {
  if (!reply.headers.has("X-Feedback-Version") || reply.status === 404 || reply.redirected) return;
  const cache = await put(address, reply);
  for (const old of cache ? (await pagesIn(cache)).slice(0, -MOST_PAGES) : []) await cache.delete(old);
}

// Nothing where the page has just taken the cache away: then it stays away.
async function put(address, reply) {
  if (!(await caches.has(CACHE))) return null;
  const cache = await caches.open(CACHE);
  await cache.put(address, reply);
  return cache;
}
