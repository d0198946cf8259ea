// How each question after the rating is drawn, one a screen.
import { fill, numbers } from "../../client/scale.js";
import { NONE, takesMany } from "../../client/steps.js";

const OPTIONAL_HINTS = { multiple: "choose_any", counted_most: "up_to_two" };

export const isTyped = ({ kind }) => kind === "comment";

function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Its texts, and the element to tap or type in. `language`: the survey's, `words`: those around it.
export function draw(step, language, words) {
  const texts = step.texts?.[language] || {};
  const question = texts.question || words.counted_most;
  return { question, hint: words[OPTIONAL_HINTS[step.kind]] || "", body: body(step, texts, language, words) };
}

function body(step, texts, language, words) {
  if (isTyped(step)) return typed(language);
  if (step.kind === "rating") return scale(step, texts, language, words);
  if (step.kind === "counted_most") return moments(step, words);
  const choices = step.choices.map(({ id, texts }) => ({ id, name: texts[language] }));
  return group(make("div", { class: "choices", lang: language }, ...choices.map((each) => choice(step, each))));
}

// A new field for each visitor: nothing to restore, to undo or to fill in of the one before.
const typed = (language) => make("textarea", {
  "aria-labelledby": "asked", rows: 4, maxlength: 1000, lang: language, autocomplete: "off", spellcheck: "false",
});

function scale({ minimum, maximum }, { low, high }, language, words) {
  const cells = numbers(minimum, maximum).map((rating) => make(
    "button", { type: "button", name: "choice", value: rating, "aria-label": fill(words.of, rating, maximum) }, String(rating),
  ));
  const row = group(make("div", { class: "scale" }, ...cells), "step_ends");
  const end = (text) => make("span", {}, text || "");
  return make("div", {}, row, make("p", { class: "ends", id: "step_ends", lang: language }, end(low), " ", end(high)));
}

// The touchpoints, under their stages where there are many, and "None of these".
function moments(step, words) {
  const found = step.stages.map(({ name, choices }, at) => {
    const boxes = make("div", { class: "choices" }, ...choices.map((each) => choice(step, each)));
    if (!name) return boxes;
    const head = make("h2", { id: "stage_" + at }, make("bdi", {}, name));
    return make("div", { role: "group", "aria-labelledby": head.id }, head, boxes);
  });
  const none = make("div", { class: "choices apart" }, choice(step, { id: NONE, name: words.none_of_these }));
  return group(make("div", {}, ...found, none), "hint");
}

function group(element, description = "hint") {
  element.setAttribute("role", "group");
  element.setAttribute("aria-labelledby", "asked");
  element.setAttribute("aria-describedby", description);
  return element;
}

function choice(step, { id, name }) {
  const made = make("button", { type: "button", name: "choice", value: id }, make("span", {}, make("bdi", {}, name)));
  if (takesMany(step)) {
    made.setAttribute("role", "checkbox");
    made.setAttribute("aria-checked", "false");
  }
  return made;
}
