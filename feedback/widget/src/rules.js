// Whether a survey is asked: pure, so that `feedback.explain()` and the tests say the same as the page.
// The server has made one pattern of all path rules, and one table of device, language and properties (compiled.py).

// 0 to 100, always the same for one text.
export const share = (text) => {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.codePointAt()) % 9973;
  return hash / 99.73;
};

// In the page, or opened by the visitor: nobody is interrupted, so only its own clock counts.
export const isQuiet = (place) => /inline|tab/.test(place);

export const isOffPath = ({ rules }, path) => rules?.path && !RegExp(rules.path).test(path);

// Why a survey is not asked, else undefined. A test shows it whatever clock and sample say.
export const reasonAgainst = (survey, place, now) => {
  const { is, from, to, event, sample } = survey.rules || {};
  if (isOffPath(survey, now.path)) return "not on " + now.path;
  for (const [name, values] of Object.entries(is || {})) {
    if (!values.includes("" + now.traits[name])) return "not for this " + name;
  }
  if (now.time < from || now.time > to) return "not at this date";
  if (event && !now.events[event]) return "waits for " + event;
  if (now.test) return;
  if (sample < 100 && now.drawn(survey) >= sample) return "not in the sample";
  for (const key of [survey.key, isQuiet(place) || "*"]) {
    const { until } = now.asked[key] || {};
    if (until > now.time) return "not asked again before " + new Date(until).toISOString();
  }
  if (isQuiet(place)) return;
  if (now.visit.survey) return "asked in this visit";
  if (now.isAfterAct && !event) return "waits for an event";
};

// The one this visitor was asked the longest ago first; of several the rarest, in the order of the configuration.
export const longestAgo = (surveys, asked) => {
  const at = ({ key }) => asked[key]?.at || 0;
  return surveys.sort((one, other) => at(one) - at(other));
};
