// Whether a survey is asked: one rule, so that `feedback.explain()` and the tests say the same as the page.
// The server has made one pattern of all path rules, and one table of device and properties (compiled.py). It has judged the
// language, which it was told: of what is for others no `@language` will do.

import { clock, isAfterAct, use } from "./memory.js";

const here = () => location.pathname + location.hash;

// 0 to 100, always the same for one text, and without regard to any other: each letter turns every bit. Of a sum two surveys
// of half the visitors would share everybody or nobody. Twice over, so that what the last letter did is turned as well.
export const share = (text) => {
  let hash = 0;
  for (const letter of text + text) {
    hash = Math.imul(hash ^ letter.codePointAt(), 1000000007);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) % 1e4 / 100;
};

// An iPad calls itself a phone or a Mac, which is never touched.
export const deviceOf = ({ userAgent, maxTouchPoints }, isCoarse) =>
  /(?<!iPad.*)Mobi/.test(userAgent) ? "phone" : isCoarse || /Mac/.test(userAgent) && maxTouchPoints ? "tablet" : "desktop";

// In the page, or opened by the visitor: nobody is interrupted, so only its own clock counts.
export const isQuiet = (place) => /inline|tab/.test(place);

export const isOffPath = ({ rules }, path = here()) => rules?.path && !RegExp(rules.path).test(path);

// A place in the page and what is searched for there are no other route.
export const routeIn = (path = here()) => path.split(/#\w|[?]/)[0];

// Why a survey is not asked, else undefined. `drawn` draws for it from 0 to 100. A test shows it whatever clock and sample say.
export const reasonAgainst = (survey, place, traits, events, test, drawn) => {
  const { is, from, to, event, sample } = survey.rules || {};
  const now = Date.now();
  if (isOffPath(survey)) return "not on " + here();
  for (const name in is) if (!is[name].includes("" + traits[name])) return "not for this " + name;
  if (now < from || now > to) return "not at this date";
  if (event && !events[event]) return "waits for " + event;
  if (test) return;
  if (sample < 100 && drawn(survey) >= sample) return "not in the sample";
  for (const key of [survey.key, isQuiet(place) || "*"]) {
    const { until } = clock()[key] || {};
    if (until > now) return "not asked again before " + new Date(until).toISOString();
  }
  if (isQuiet(place)) return;
  if (use("visit").survey) return "asked in this visit";
  if (isAfterAct() && !event) return "waits for an event";
};

// The one this visitor was asked the longest ago first; of several the rarest, in the order of the configuration.
export const longestAgo = (surveys, asked) =>
  surveys.sort((one, other) => (asked[one.key]?.at || 0) - (asked[other.key]?.at || 0));
