// Making elements. Data becomes text nodes and attributes and never markup, so nothing that a message holds can run.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== "") element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

// A number or an id: left to right, whatever stands around it.
export const ltr = (value, attributes = {}) => make("bdi", { dir: "ltr", ...attributes }, String(value));

export const english = (words) => make("span", { lang: "en", dir: "ltr" }, words);

// A pair of a label, in Persian with its English beside it, and what it says.
export function fact(persian, words, ...value) {
  return make("div", { class: "fact" }, make("dt", {}, `${persian} `, english(words)), make("dd", {}, ...value));
}
