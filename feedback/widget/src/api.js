// window.feedback: one function for all script tags of the page. What is called before a tag is ready, it hears then.
import { option, say } from "./tag.js";

export const safely = (act, ...given) => {
  try {
    return act(...given);
  } catch (error) {
    say(error);
  }
};

// `q` is our mark: an element with id="feedback" is window.feedback too, and is not ours.
export const install = () => {
  const name = option("global", "feedback");
  const found = window[name];
  if (found?.runs) return found;
  const api = (...call) => {
    api.q.push(call);
    for (const run of api.runs) safely(run, ...call);
  };
  Object.assign(api, { q: found?.q || [], runs: [], explain: () => api("explain") });
  if (found?.q || !Object.hasOwn(window, name)) window[name] = api;
  else say(name + " is taken");
  return api;
};
