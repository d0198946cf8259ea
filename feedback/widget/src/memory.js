// What stays in this browser. Before an act: one mark of the visit in sessionStorage, unless the tag says
// data-feedback-storage="after-act". After an act: when not to ask again, and what is not sent yet.
import { safely } from "./api.js";
import { option } from "./tag.js";

export const DAY = 864e5;
export const BETWEEN_DAYS = 30;
const ANSWERED_DAYS = 90;
const DISMISSED_DAYS = 30;
const NEVER = 864e13;

export const isAfterAct = () => option("storage") === "after-act";

// As JSON, also where an old library has taught strings and arrays a `toJSON` of their own; dates have theirs.
export const text = (value) => JSON.stringify(value, function (key, value) { return this[key]?.getDate ? value : this[key]; });

// Where storage is off, full or not wanted, the page remembers for as long as it lives, and tries again at each use.
const page = {};
export const use = (name, value = page[name]) => {
  page[name] = value;
  try {
    const storage = name === "visit" ? !isAfterAct() && sessionStorage : localStorage;
    if (value) {
      storage.setItem("feedback-" + name, text(value));
      delete page[name];
    } else value = JSON.parse(storage.getItem("feedback-" + name));
  } catch { /* it stays in the page */ }
  return value || {};
};

// What may be asked when. Where the tag names a domain its hosts share it by a cookie, written after an act alone; of this
// browser's two memories the one of the later act holds. A wrong domain, a full or a forbidden jar leave the host its own.
export const clock = (value) => {
  const own = use("asked", value);
  try {
    const domain = option("domain");
    if (value && domain) {
      document.cookie = `feedback-asked=${escape(text(value))};domain=${domain};path=/;max-age=34560000;secure`;
    }
    const shared = JSON.parse(unescape(/feedback-asked=([^;]+)/.exec(domain && document.cookie)[1]));
    return own["*"]?.until > shared["*"].until ? { ...shared, ...own } : { ...own, ...shared };
  } catch {
    return own;
  }
};

// The open tabs of one visitor are one visit: a new one asks what the others have asked and drawn, and they hear of what it does.
// A page forgotten for a day is silent. Closed while the page rests for "back": a message would throw it out of there.
let tabs;
export const meet = () => safely(() => {
  tabs = new BroadcastChannel("feedback-visit"); // denied where storage is
  tabs.onmessage = ({ data }) => (data ? use("visit", { ...data, ...use("visit") }) : performance.now() < DAY && tabs.postMessage(use("visit")));
  tabs.postMessage(0);
});
addEventListener("pagehide", () => tabs?.close());

export const mark = (part) => {
  const visit = { ...use("visit"), ...part };
  use("visit", visit);
  tabs?.postMessage(visit);
  return visit;
};

// After an answer or a dismissal: when this survey, and when any other, may be asked again.
export const remember = ({ key, rules }, isAnswer) => {
  const at = Date.now();
  const asked = clock();
  const days = isAnswer ? rules?.again_after ?? ANSWERED_DAYS : rules?.rest_after_dismissal ?? DISMISSED_DAYS;
  // A dismissal in another tab never shortens what an answer earned.
  const { dismissals = 0, until = 0 } = isAnswer ? { dismissals: -1 } : asked[key] || {};
  asked[key] = { at, dismissals: dismissals + 1, until: dismissals > 0 ? NEVER : Math.max(until, at + days * DAY) };
  asked["*"] = { until: at + BETWEEN_DAYS * DAY };
  clock(asked);
};
