// A scale: its numbers, their names, the keys that choose one, and its bands.

export const numbers = (minimum, maximum) => [...Array(maximum - minimum + 1).keys()].map((at) => minimum + at);

// "9 of 10".
export const fill = (text, rating, maximum) => text.replace("{rating}", rating).replace("{maximum}", maximum);

// Digit by digit: calls the last digit's `choose` with the number that was typed, on a scale up to `maximum`.
export const typing = () => {
  let typed = "", timer;
  return (digit, maximum, choose) => {
    clearTimeout(timer);
    typed += digit;
    // A 1 may be the beginning of 10.
    timer = setTimeout(() => {
      const number = +typed;
      typed = "";
      choose(number);
    }, typed === "1" && maximum > 9 ? 600 : 0);
  };
};

// `bands`: the lowest and the highest rating of each, both belonging to it.
export const bandOf = (bands = {}, rating) =>
  Object.keys(bands).find((band) => bands[band][0] <= rating && rating <= bands[band][1]);
