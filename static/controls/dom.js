/**
 * Makes elements.
 *
 * @module
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value);
  }
  element.append(...children);
  return element;
}

/** Outlines on a grid of 16. */
const ICONS = {
  contain: "M2 4.5h12v7H2z M5 4.5v7 M11 4.5v7",
  fill: "M2 3.5h12v9H2z M6 8H4 M10 8h2 M5 6.8L3.9 8 5 9.2 M11 6.8L12.1 8 11 9.2",
  none: "M2.5 3.5h11v9h-11z M5.6 6.2L6.8 5.5v5 M9.6 6.2l1.2-.7v5 M8.3 7v.1 M8.3 9v.1",
  probe: "M8 1.5v4 M8 10.5v4 M1.5 8h4 M10.5 8h4 M8 7.9v.2",
  exact: "M2.5 2.5h11v11h-11z M6.2 2.5v11 M9.8 2.5v11 M2.5 6.2h11 M2.5 9.8h11",
  save: "M8 2.5v7.5 M4.8 7L8 10.2 11.2 7 M2.5 13.5h11",
  statistics: "M3 13V9 M6.5 13V5.5 M10 13V8 M13.5 13V3",
  fullscreen: "M2.5 6V2.5H6 M10 2.5h3.5V6 M13.5 10v3.5H10 M6 13.5H2.5V10",
  window: "M6 2.5V6H2.5 M13.5 6H10V2.5 M10 13.5V10h3.5 M2.5 10H6v3.5",
  close: "M4 4l8 8 M12 4l-8 8",
  minimise: "M3.5 12h9",
  restore: "M2.5 3.5h11v9h-11z M2.5 6h11",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {IconName} name
 * @param {string} label
 * @param {() => void} act
 */
export function button(name, label, act) {
  const made = make("button", { type: "button", title: label, "aria-label": label }, icon(name));
  made.addEventListener("click", act);
  return made;
}

/**
 * @param {HTMLButtonElement} button
 * @param {IconName} name
 * @param {string} label
 */
export function relabel(button, name, label) {
  button.replaceChildren(icon(name));
  button.title = label;
  button.setAttribute("aria-label", label);
}
