import { beforeEach, describe, expect, it } from "vitest";
import { script } from "../src/tag.js";
import { forget, identify, who } from "../src/who.js";

const say = (said) => {
  for (const name of script.getAttributeNames()) if (/-(contact|property|about)/.test(name)) script.removeAttribute(name);
  for (const [name, value] of Object.entries(said)) script.setAttribute("data-feedback-" + name, value);
};
const VARIANT = { "property-checkout": "B", about: "order-7" };
const NOBODY = { contact: {}, properties: {}, signature: undefined, about: undefined };
const A = { id: "A", email: "a@example.org", name: "Anna", signature: "proof", about: "order-1", properties: { plan: "pro" } };

beforeEach(() => {
  say({ "contact-id": "nobody of the test before" });
  who();
  say({});
});

describe("reset", () => {
  it("leaves what a tag says that names nobody", () => {
    say(VARIANT);
    expect(forget()).toBe(false);
    expect(who()).toEqual({ ...NOBODY, properties: { checkout: "B" }, about: "order-7" });
  });
  it("takes what the page told, and leaves the tag's", () => {
    say(VARIANT);
    identify(A);
    expect(forget()).toBe(true);
    expect(who()).toEqual({ ...NOBODY, properties: { checkout: "B" }, about: "order-7" });
  });
  it("takes all where the tag names somebody", () => {
    say({ ...VARIANT, "contact-id": "A" });
    expect(forget()).toBe(true);
    expect(who()).toEqual(NOBODY);
  });
});

describe("another one without a reset", () => {
  const B = { ...NOBODY, contact: { id: "B" } };
  it("gets nothing of who was there before", () => {
    identify(A);
    expect(identify({ id: "B" })).toBe(true);
    expect(who()).toEqual(B);
  });
  it("nor of the person that the tag names, but the page's variant", () => {
    say({ "contact-id": "A", "property-plan": "pro" });
    identify({ id: "B" });
    expect(who()).toEqual(B);
    say({ "property-checkout": "B" });
    identify(A);
    identify({ id: "B" });
    expect(who()).toEqual({ ...B, properties: { checkout: "B" } });
  });
  it("is known by the e-mail address where there is no id", () => {
    identify({ email: "a@example.org", properties: { plan: "pro" } });
    expect(identify({ email: "b@example.org" })).toBe(true);
    expect(who()).toEqual({ ...NOBODY, contact: { email: "b@example.org" } });
  });
  it("is nobody, by an id of null", () => {
    identify(A);
    expect(identify({ id: null })).toBe(true);
    expect(who()).toEqual({ ...NOBODY, contact: { id: null } });
  });
  it("is named by the tag that is put in again", () => {
    say({ "contact-id": "A" });
    identify({ properties: { plan: "pro" } });
    expect(who().properties).toEqual({ plan: "pro" });
    say({ "contact-id": "B" });
    expect(who()).toEqual(B);
    say({ "property-page": "cart" });
    expect(who()).toEqual({ ...NOBODY, properties: { page: "cart" } });
  });
});

describe("the same one", () => {
  it.each([
    ["adds", { id: "42", properties: { plan: "pro" } }, { name: "Anna" }],
    ["may say the id as a number", { id: 42, properties: { plan: "pro" } }, { id: "42", name: "Anna" }],
    ["may have another address", { id: "42", email: "a@b.example", properties: { plan: "pro" } }, { email: "c@b.example" }],
    ["may get an id later", { email: "a@b.example", properties: { plan: "pro" } }, { id: "42" }],
    ["may say nothing of the id", { id: "42", properties: { plan: "pro" } }, { id: undefined, name: "Anna" }],
  ])("%s", (_, first, second) => {
    identify(first);
    expect(identify(second)).toBe(false);
    expect(who().properties).toEqual({ plan: "pro" });
    expect(who().contact).toMatchObject(JSON.parse(JSON.stringify({ ...second, id: first.id && "42", ...(second.id && { id: "42" }) })));
  });
  it("keeps the tag's properties of this moment", () => {
    say({ "property-page": "shop" });
    identify({ id: "42", about: 0 });
    say({ "property-page": "cart" });
    expect(who()).toEqual({ ...NOBODY, contact: { id: "42" }, properties: { page: "cart" }, about: "0" });
  });
});
