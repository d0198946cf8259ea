// A page that is open for weeks: awake, never an old one, and there again after a restart without network.
import { at, isOpen, kiosk, say } from "./page.js";
import { catchUp, isIdle, startOver } from "./visit.js";

const RECHECK = isOpen ? 300 : 60; // seconds
const CACHES = "feedback-kiosk-"; // as in the worker

function stayAwake() {
  if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

// Between two visitors: is it still the page that the server would send?
async function recheck() {
  if (!isIdle()) return;
  try {
    const reply = await fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "omit" });
    const version = reply.headers.get("X-Feedback-Version");
    if (version && version !== document.body.dataset.version && isIdle()) location.reload();
  } catch { /* no network: the page goes on as it is */ }
}

// Where a browser has service workers: on https and on localhost. Asked again with each recheck: on a
// bad network it may not come at once.
async function keepPage() {
  const workers = navigator.serviceWorker;
  if (!workers || !kiosk.key) return;
  try {
    if (kiosk.offline) await workers.register(at("k/worker.js"), { scope: at("k/") });
    else await forgetPage(workers);
  } catch (error) {
    say("this page is not kept for use without a network: " + error);
  }
}

async function forgetPage(workers) {
  await (await workers.getRegistration(at("k/")))?.unregister();
  for (const name of await caches.keys()) if (name.startsWith(CACHES)) await caches.delete(name);
}

export function stay() {
  if (isOpen) {
    document.addEventListener("visibilitychange", stayAwake);
    document.addEventListener("visibilitychange", catchUp);
    // The browser may keep the page as it is left, and bring it back with what was on it.
    addEventListener("pagehide", () => isIdle() || startOver());
    stayAwake();
  }
  addEventListener("online", recheck);
  setInterval(() => { recheck(); keepPage(); }, RECHECK * 1000);
  keepPage();
}
