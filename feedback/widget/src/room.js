// Where in the page a question lies. A framework that takes over a page made by a server stumbles over a child it does
// not know (React: errors 418 and 423), but never looks into a shadow; behind what is in the body it lets others be.
import { make } from "./dom.js";

export const lay = (host, place) => {
  try {
    if (place !== document.body) (place = place.attachShadow({ mode: "open" })).append(make("slot", {}));
  } catch { /* it has one, perhaps from the last time; or can have none, such as a list */ }
  place.append(host);
};
