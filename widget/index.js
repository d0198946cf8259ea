// Makes the script tag of the widget once and passes calls on; they wait until it is there.
// Where there is no document, as on a server that renders pages, nothing happens.

let name = "feedback";

/** Call the widget: `feedback("identify", { id: "42" })`. Kept until the widget has loaded. */
export function feedback(...call) {
  if (typeof window !== "undefined") queue()(...call);
}

/** Put the widget into this page, once for each site, survey and target. */
export function load(options) {
  const { server, site, survey, target, global = "feedback" } = options;
  if (!server || !site) throw new TypeError("load needs server and site");
  if (typeof document === "undefined") return;
  name = global;
  queue();
  const tags = [...document.querySelectorAll("script[data-feedback-site]")];
  const has = (tag, key, value) => (tag.getAttribute(`data-feedback-${key}`) ?? "") === (value ?? "");
  if (tags.some((tag) => has(tag, "site", site) && has(tag, "survey", survey) && has(tag, "target", target))) return;
  document.head.append(make(options));
}

function queue() {
  // Another thing of that name, such as an element with id="feedback", is no function; a form may have a field q.
  if (typeof window[name] !== "function" || !window[name].q) {
    const waiting = (...call) => waiting.q.push(call);
    waiting.q = [];
    window[name] = waiting;
  }
  return window[name];
}

function make({ server, version, integrity, nonce, properties = {}, ...options }) {
  const tag = document.createElement("script");
  tag.src = `${server.replace(/\/+$/, "")}/widget${version ? `/${version}` : ""}.js`;
  tag.async = true;
  if (integrity) Object.assign(tag, { integrity, crossOrigin: "anonymous" });
  if (nonce) tag.nonce = nonce;
  for (const [key, value] of Object.entries(options)) set(tag, key, value);
  for (const [key, value] of Object.entries(properties)) set(tag, `property-${key}`, value);
  return tag;
}

function set(tag, key, value) {
  if (value === undefined || value === null) return;
  const text = value === true ? "on" : value === false ? "off" : value;
  tag.setAttribute(`data-feedback-${key}`, text);
}
