// How each question after the rating is drawn and read.
import { fill, numbers } from "../../client/scale.js";
import { answerOf, asked, NONE, pick, takesMany } from "../../client/steps.js";
import { make } from "./dom.js";

export const textIn = (texts, language) => texts?.[language] ?? Object.values(texts || {})[0];

// Without follow-ups of its own a survey asks for a comment.
export const stepsFor = ({ follow_ups, counted_most }, band) => {
  const steps = asked(follow_ups || [{ id: "comment", kind: "comment" }], band);
  return counted_most?.length ? [...steps, { id: "counted_most", kind: "counted_most", choices: counted_most }] : steps;
};

// Draws one step: its element, what to focus, and how to read it (undefined when left empty).
export const drawStep = (step, { words, texts, lang }) => {
  const own = textIn(step.texts, lang) || {};
  if (step.kind === "comment") {
    const area = make("textarea", { maxlength: 5000 });
    return { element: make("label", {}, own.question || texts.comment, area), first: area, read: () => area.value || undefined };
  }
  const choices = choicesOf(step, words, lang);
  const isRating = step.kind === "rating";
  // A number is heard as "4 of 5", as on the scale above.
  const inputs = choices.map(({ id }) => make("input", {
    type: takesMany(step) ? "checkbox" : "radio", name: step.id, value: id,
    ...isRating && { "aria-label": fill(words.of, id, step.maximum ?? 5) },
  }));
  const labels = choices.map(({ name }, at) => make("label", {}, inputs[at], name));
  const rows = make("div", { class: isRating ? "numbers" : "" }, ...labels);
  const question = step.kind === "counted_most" ? `${words.counted_most} (${words.up_to_two})` : own.question || "";
  const element = make("fieldset", {}, make("legend", {}, question), rows);
  if (own.low || own.high) {
    element.append(make("div", { class: "ends", id: "limits" }, make("span", {}, own.low || ""), make("span", {}, own.high || "")));
    element.setAttribute("aria-describedby", "limits");
  }
  let chosen = [];
  element.addEventListener("change", ({ target }) => {
    chosen = pick(step, chosen, target.value);
    for (const input of inputs) input.checked = chosen.includes(input.value);
  });
  return { element, first: inputs[0], read: () => answerOf(step, chosen) };
};

const choicesOf = (step, words, language) => {
  if (step.kind === "rating") return numbers(step.minimum ?? 1, step.maximum ?? 5).map((id) => ({ id, name: id }));
  if (step.kind !== "counted_most") return step.choices.map(({ id, texts }) => ({ id, name: textIn(texts, language) }));
  return words.none_of_these ? [...step.choices, { id: NONE, name: words.none_of_these }] : step.choices;
};
