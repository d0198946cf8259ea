// window.feedback: one function for all script tags of the page. What is called before a tag is ready, it hears then.
import { option, say } from "./tag.js";

export const safely = (act, ...given) => {
  try {
    return act(...given);
  } catch (error) {
    say(error);
  }
};

// A function with `q` is ours: an element with id="feedback" is window.feedback too, and a form has its fields.
export const install = () => {
  const name = option("global", "feedback");
  const found = window[name];
  const q = found?.call && found.q;
  if (found?.runs) return found;
  const api = (...call) => {
    api.q.push(call);
    for (const run of api.runs) safely(run, ...call);
  };
  Object.assign(api, { q: q || [], runs: [], shown: [], explain: () => api("explain") });
  if (q || !Object.hasOwn(window, name)) window[name] = api;
  else say(name + " is taken");
  return api;
};
