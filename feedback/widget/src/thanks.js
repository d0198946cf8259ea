// How long the thanks stay over the page.
const LEAST = 4000; // milliseconds, as all here
const NOTICED = 2000; // until somebody begins to read
const A_WORD = 400; // read in a second language, or aloud: 150 words a minute
const STILL = 30000; // a pointer that has not moved for so long is nobody's
const REST = 500;

// To read a text by its words, also where no blank parts them; by letters in a browser that cannot.
export const timeFor = (text, language) => {
  let words = text.length / 4;
  try {
    words = [...new Intl.Segmenter(language, { granularity: "word" }).segment(text)].filter(({ isWordLike }) => isWordLike).length;
  } catch { /* too old for it */ }
  return Math.max(LEAST, NOTICED + words * A_WORD);
};

// Notes when a pointer was last over it. A finger is nowhere once it is lifted, though browsers say that it hovers on.
export const watch = (ask) => {
  const note = ({ type, pointerType }) => {
    ask.pointedAt = type !== "pointerleave" && pointerType !== "touch" ? performance.now() : -STILL;
  };
  for (const name of ["pointerover", "pointermove", "pointerleave"]) ask.panel.addEventListener(name, note);
};

// Leaves when the thanks can have been read, and no sooner than the pointer and the focus.
export const linger = (ask) => {
  const isThere = () => performance.now() - ask.pointedAt < STILL || ask.panel.matches(":focus-within");
  const go = () => (isThere() ? setTimeout(go, REST) : ask.leave());
  setTimeout(go, timeFor(ask.panel.textContent, ask.lang));
};
