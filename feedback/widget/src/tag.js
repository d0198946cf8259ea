// The script tag, and what it says.

export let script = document.currentScript || document.querySelector("script[data-feedback-site]");
export const retag = (other) => { script = other; };

export const option = (name, usual = "") => script.getAttribute("data-feedback-" + name) ?? usual;

// The one line a developer reads in the console.
export const say = (reason) => console.info("feedback: " + reason);

// data-feedback-property-plan="pro" as {plan: "pro"}
export const named = (kind) => {
  const found = {};
  for (const each of script.attributes) {
    const [, key] = each.name.split(`data-feedback-${kind}-`);
    if (key) found[key] = each.value;
  }
  return found;
};

const ASKED = /^([^?]*\.)?localhost(\?|$)|[?&]feedback-test\b/;
export const isTest = () => !/^(off|false)$/.test(option("test", ASKED.test(location.hostname + location.search) ? "" : "off"));

// The visitor's languages, the most wanted first, with a comma between them; the server passes over an empty one.
export const languages = () => [option("lang"), document.documentElement.lang, navigator.languages] + "";
