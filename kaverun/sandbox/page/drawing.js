// Makes elements. Data becomes text nodes and attributes, never markup, so nothing in a message can run.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== "") element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

// A number or an id: left to right, whatever surrounds it.
export const ltr = (value, attributes = {}) => make("bdi", { dir: "ltr", ...attributes }, String(value));

export const english = (words) => make("span", { lang: "en", dir: "ltr" }, words);

// A label, in Persian and English, and its value.
export function fact(persian, words, ...value) {
  return make("div", { class: "fact" }, make("dt", {}, `${persian} `, english(words)), make("dd", {}, ...value));
}
