// The questions after the rating, and how each is drawn and read.
import { fill, make } from "./dom.js";

export const bandOf = ({ bands = {} }, rating) =>
  Object.keys(bands).find((band) => bands[band][0] <= rating && rating <= bands[band][1]);

export const pick = (texts, language) => texts?.[language] ?? Object.values(texts || {})[0];

// Without follow-ups of its own a survey asks for a comment.
export const stepsFor = ({ follow_ups, counted_most }, band) => {
  const steps = (follow_ups || [{ id: "comment", kind: "comment" }]).filter(({ bands }) => !bands || bands.includes(band));
  return counted_most?.length ? [...steps, { id: "counted_most", kind: "counted_most", choices: counted_most }] : steps;
};

// Draws one step: its element, what to focus, and how to read it (undefined when left empty).
export const drawStep = (step, { words, texts, lang }) => {
  const own = pick(step.texts, lang) || {};
  if (step.kind === "comment") {
    const area = make("textarea", { maxlength: 5000 });
    return { element: make("label", {}, own.question || texts.comment, area), first: area, read: () => area.value || undefined };
  }
  const many = /multiple|counted_most/.test(step.kind);
  const choices = choicesOf(step, words, lang);
  const isRating = step.kind === "rating";
  // A number is heard as "4 of 5", as on the scale above.
  const inputs = choices.map(({ id }) => make("input", {
    type: many ? "checkbox" : "radio", name: step.id, value: id, ...isRating && { "aria-label": fill(words.of, id, step.maximum ?? 5) },
  }));
  const labels = choices.map(({ name }, at) => make("label", {}, inputs[at], name));
  const rows = make("div", { class: isRating ? "numbers" : "" }, ...labels);
  const question = step.kind === "counted_most" ? `${words.counted_most} (${words.up_to_two})` : own.question || "";
  const element = make("fieldset", {}, make("legend", {}, question), rows);
  if (own.low || own.high) {
    element.append(make("div", { class: "ends", id: "limits" }, make("span", {}, own.low || ""), make("span", {}, own.high || "")));
    element.setAttribute("aria-describedby", "limits");
  }
  if (step.kind === "counted_most") element.addEventListener("change", ({ target }) => limit(inputs, target));
  const read = () => {
    const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
    if (!chosen.length) return undefined;
    if (isRating) return Number(chosen[0]);
    return many ? chosen.filter((id) => id !== "none") : chosen[0];
  };
  return { element, first: inputs[0], read };
};

const choicesOf = (step, words, language) => {
  if (step.kind === "rating") {
    const { minimum = 1, maximum = 5 } = step;
    return [...Array(maximum - minimum + 1).keys()].map((at) => ({ id: minimum + at, name: minimum + at }));
  }
  if (step.kind !== "counted_most") return step.choices.map(({ id, texts }) => ({ id, name: pick(texts, language) }));
  return words.none_of_these ? [...step.choices, { id: "none", name: words.none_of_these }] : step.choices;
};

// Up to two, or "None of these" alone.
const limit = (inputs, latest) => {
  const others = inputs.filter((input) => input.checked && input !== latest);
  const extra = latest.value === "none" ? others : others.filter((input) => input.value === "none").concat(others.slice(0, -1));
  if (latest.checked) for (const input of extra) input.checked = false;
};
