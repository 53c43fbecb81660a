// Charts of a report: what time was shared among, and one figure of each row beside the others.

import { h } from "./dom.js";
import { named } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const STATES = ["working", "driving_empty", "driving_loaded", "waiting", "charging", "out_of_service", "idle", "unknown"];
const WIDTH = 900;
const STEP = 22;
const BAR = 14;
const LABEL = 170;
const VALUE = 90;

function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function frame(rows, label, draw) {
  const svg = s("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${rows.length * STEP}`, role: "img", "aria-label": label });
  rows.forEach((row, index) => {
    const name = s("text", { x: 0, y: index * STEP + 15 });
    name.textContent = named(row.name);
    svg.append(name, ...draw(row, index * STEP + (STEP - BAR) / 2));
  });
  return svg;
}

const bar = (x, y, width, state) => {
  const rect = s("rect", { x, y, width: Math.max(width, 0), height: BAR, rx: 2 });
  if (state) rect.style.setProperty("--of", `var(--state-${state})`);
  return rect;
};

/** Return bars of one length, parted by states, and what the colours mean; for a table of utilisation. */
export function stateChart(table, figures) {
  const at = STATES.map((state) => table.figures.indexOf(`${state}_s`));
  const legend = h("div", { class: "states" }, STATES.map((state) => {
    const swatch = h("i", { "aria-hidden": "true" });
    swatch.style.setProperty("--of", `var(--state-${state})`);
    return h("span", {}, swatch, named(figures[`${state}_s`].name));
  }));
  const chart = frame(table.rows, named(table.title), (row, y) => {
    const parts = at.map((index) => row.values[index] ?? 0);
    const whole = parts.reduce((sum, part) => sum + part, 0) || 1;
    let x = LABEL;
    return parts.map((part, index) => {
      const width = ((WIDTH - LABEL) * part) / whole;
      x += width;
      return bar(x - width, y, width, STATES[index]);
    });
  });
  return [legend, chart];
}

/** Return bars of one figure, as long as its values are large; `shown(value)` writes them. */
export function figureChart(table, figure, title, shown) {
  const at = table.figures.indexOf(figure);
  const most = Math.max(...table.rows.map((row) => row.values[at] ?? 0), 0) || 1;
  return frame(table.rows, title, (row, y) => {
    const value = row.values[at];
    const width = ((WIDTH - LABEL - VALUE) * Math.max(value ?? 0, 0)) / most;
    const said = s("text", { x: LABEL + width + 6, y: y + 11 });
    said.textContent = shown(value);
    return [bar(LABEL, y, width), said];
  });
}
