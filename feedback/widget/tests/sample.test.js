import { expect, it } from "vitest";
import { share } from "../src/rules.js";

// Twenty thousand visitors, ten surveys whose keys differ in one letter, each asking half of the visitors or a tenth. Were the
// draws a matter of chance, a test like this would fail once in a thousand times. Half of that is for 330 numbers (10 shares and
// 45 pairs, of three kinds of visitors, at two shares) within MOST standard deviations: 2 * 330 * (1 - Phi(4.81)) = 0.0005. Half is
// for the sums of squares of the 45 pairs, neither too even nor too uneven: chi-square of 45 degrees, 0.0005 / 12 each side.
// All is fixed here, so that it passes always or never.
const VISITORS = 20_000;
const MOST = 4.81;
const [LEAST_SUM, MOST_SUM] = [16.8, 92.3];
const SURVEYS = Array.from({ length: 10 }, (_, n) => "survey-" + n);
const numbers = Array.from({ length: VISITORS }, (_, n) => n);
let seed = 7;
const chance = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const PEOPLE = {
  "ids that count up": numbers.map((n) => "customer-" + n),
  addresses: numbers.map((n) => `user${n}@shop.example`),
  "draws of the unknown": numbers.map(() => (chance() * 1e6 | 0) / 1e4),
};

// Of each survey what every visitor drew.
const drawsOf = (people, draw) => SURVEYS.map((key) => Float64Array.from(people, (person) => draw(person, key)));

// How far each share, and each overlap given both shares, lies from what is expected, in standard deviations.
const strayed = (draws, percent) => {
  const inside = draws.map((all) => Uint8Array.from(all, (each) => each < percent));
  const sizes = inside.map((each) => each.reduce((sum, isIn) => sum + isIn, 0));
  const wanted = VISITORS * percent / 100;
  const shares = sizes.map((size) => (size - wanted) / Math.sqrt(wanted * (1 - percent / 100)));
  const pairs = inside.flatMap((one, a) => inside.slice(0, a).map((other, b) => {
    const [m, n] = [sizes[a], sizes[b]];
    let both = 0;
    for (let at = 0; at < VISITORS; at++) both += one[at] & other[at];
    return (both - m * n / VISITORS) / Math.sqrt(m * n * (VISITORS - m) * (VISITORS - n) / (VISITORS ** 2 * (VISITORS - 1)));
  }));
  return { shares, pairs };
};
const isChance = ({ shares, pairs }) => {
  const sum = pairs.reduce((total, each) => total + each * each, 0);
  return [...shares, ...pairs].every((each) => Math.abs(each) < MOST) && sum > LEAST_SUM && sum < MOST_SUM;
};
const drawn = (person, key) => share(person + key);

it.each(Object.entries(PEOPLE))("shares visitors out by chance, each pair of surveys too: %s", (_kind, people) => {
  const draws = drawsOf(people, drawn);
  for (const percent of [50, 10]) {
    const found = strayed(draws, percent);
    expect(found.pairs).toHaveLength(45);
    expect(isChance(found)).toBe(true);
  }
});

it("would see one draw for all, and draws by a sum", () => {
  const sum = (text) => [...text].reduce((hash, letter) => (hash * 31 + letter.codePointAt()) % 9973, 7) / 99.73;
  for (const draw of [(person) => share(person), (person, key) => sum(person + key)]) {
    expect(isChance(strayed(drawsOf(PEOPLE["ids that count up"], draw), 50))).toBe(false);
  }
});

it("draws a person once and for all, from 0 to less than 100", () => {
  // Written down: another way to draw would ask others of those who have been asked.
  expect(["customer-7nps", "😀", ""].map(share)).toEqual([1.82, 56.39, 0]);
  const draws = PEOPLE.addresses.map((person) => drawn(person, "nps"));
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(100);
});
