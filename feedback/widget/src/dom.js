// Elements by calls, never by HTML text: works under Trusted Types.

const SVG = "http://www.w3.org/2000/svg";
const made = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
export const make = (tag, attributes, ...children) => made(document.createElement(tag), attributes, children);

// A face or a star.
export const picture = (d) =>
  made(document.createElementNS(SVG, "svg"), { viewBox: "0 0 24 24" }, [made(document.createElementNS(SVG, "path"), { d }, [])]);
