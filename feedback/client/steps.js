// The questions after the rating: who is asked which, and what a tap on a choice means.

export const NONE = "none"; // "None of these", beside the touchpoints
const MOST_MOMENTS = 2;

export const asked = (steps, band) => steps.filter(({ bands }) => !bands || bands.includes(band));

export const takesMany = ({ kind }) => /multiple|counted_most/.test(kind);

// What is chosen once this has been tapped too: of the touchpoints the last two, or none of them.
export const pick = (step, chosen, id) => {
  if (!takesMany(step)) return [id];
  if (chosen.includes(id)) return chosen.filter((each) => each !== id);
  if (step.kind === "multiple") return [...chosen, id];
  return id === NONE ? [NONE] : [...chosen.filter((each) => each !== NONE), id].slice(-MOST_MOMENTS);
};

// As it is sent; undefined when nothing is chosen.
export const answerOf = (step, chosen) => {
  if (!chosen.length) return undefined;
  if (step.kind === "rating") return Number(chosen[0]);
  return takesMany(step) ? chosen.filter((id) => id !== NONE) : chosen[0];
};
