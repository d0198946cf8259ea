// Every request of the widget: to the server this script came from, without cookies.
import { text } from "./memory.js";
import { script } from "./tag.js";

export const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export const about = () => ({ channel: "widget", page: location.href.split(/[?#]/)[0].slice(0, 500) });

export const at = (path) => new URL(path, script.src);

export const ask = async (path, options) => fetch(at(path), { credentials: "omit", ...options });

// A body of text is sent as text/plain, which needs no preflight; a reply that never comes is undefined.
export const post = (path, body) => ask(path, { method: "POST", keepalive: true, body: text(body) }).catch(() => {});

// What only an answer needs comes after the first tap, however often it takes: a failed address is not tried again.
export const loadAfter = async (waiting, attempt = 0) => import(at("widget-after.js?" + attempt)).catch(async () => {
  waiting?.();
  await pause(++attempt);
  return loadAfter(waiting, attempt);
});
