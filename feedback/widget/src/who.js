// Who answers and what is stored with it: what the tag says, and over it what the page has told since.
import { text } from "./memory.js";
import { named, option } from "./tag.js";

const NOBODY = "{}";
let told, theirs;

export const who = () => {
  // A tag that is put in again may name somebody else.
  if (theirs !== (theirs = text(named("contact")))) told = {};
  const { properties, signature, about, isOver, ...contact } = told;
  const tagged = isOver ? () => ({}) : named;
  return {
    contact: { ...tagged("contact"), ...contact },
    properties: { ...tagged("property"), ...properties },
    signature,
    about: about || !isOver && option("about") || undefined,
  };
};

// Whether there was somebody to forget. What a tag says that names somebody is theirs; of one that names nobody it is
// the page's, such as the variant of a test, and stays.
export const forget = () => {
  const { contact } = who();
  told = { isOver: theirs !== NOBODY };
  return text(contact) !== NOBODY;
};

// Whether somebody else was there before: nothing of theirs goes with the answers to come.
export const identify = (given) => {
  const { contact } = who();
  // A copy that can be sent: what cannot is one line now, not an answer lost later.
  const more = JSON.parse(text(given));
  // A number is the text that it would be in a link, 0 too.
  for (const name of ["id", "about"]) if (more[name] != null) more[name] += "";
  const by = contact.id == null ? "email" : "id";
  const isSwitched = contact[by] != null && more[by] !== undefined && contact[by] !== more[by];
  if (isSwitched) forget();
  told = { ...told, ...more, properties: { ...told.properties, ...more.properties } };
  return isSwitched;
};
