// Every request of the widget: to the server this script came from, without cookies.
import { text } from "./memory.js";
import { script } from "./tag.js";

export const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export const about = () => ({ channel: "widget", page: location.href.split(/[?#]/)[0] });

export const at = (path) => new URL(path, script.src);

// With keepalive a request outlives its page; the browser allows 64 kB of them at a time.
export const load = (path, body) => fetch(at(path), { credentials: "omit", method: body && "POST", keepalive: true, body });

// A body of text is sent as text/plain, which needs no preflight; a reply that never comes is undefined.
// In a task of its own: a tap is answered on the screen first, on a slow phone too.
export const post = (path, body) =>
  pause().then(() => load(path, text(body))).catch(() => {});

// What only an answer needs comes after the first tap, however often it takes: a failed address is not tried again.
export const loadAfter = (waiting, attempt = 0) =>
  pause(attempt).then(() => import(at("widget-after.js?" + attempt))).catch(() => {
    waiting?.();
    return loadAfter(waiting, ++attempt);
  });
