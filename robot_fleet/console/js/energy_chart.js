// Charging power over the time of a report: all chargers together with the sun and what charging at once would have drawn, and
// each group of chargers with its limit, upon the load periods of the tariff.

import { h } from "./dom.js";
import { named, text } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 900;
const LEFT = 170;
const HEIGHT = 74;
const GAP = 14;
const HOUR_S = 3600;

function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function label(x, y, words, more = {}) {
  const element = s("text", { x, y, ...more });
  element.textContent = words;
  return element;
}

/** Runs of equal values: [value, first index, index after the last]. */
function runs(values) {
  const found = [];
  values.forEach((value, index) => {
    if (found.length && found.at(-1)[0] === value) found.at(-1)[2] = index + 1;
    else found.push([value, index, index + 1]);
  });
  return found;
}

function steps(values, x, y) {
  return values.map((kw, index) => `${index ? "L" : "M"}${x(index)},${y(kw)}L${x(index + 1)},${y(kw)}`).join("");
}

const area = (values, x, y) => `${steps(values, x, y)}L${x(values.length)},${y(0)}L${x(0)},${y(0)}Z`;

/** Return the picture of a report's charging, and what its lines mean. */
export function energyChart(report) {
  const { curve, groups, load_names: loads } = report.energy;
  const rows = report.tables.find(({ id }) => id === "energy_by_group").rows;
  const nameOf = (id) => named(rows.find(({ key }) => key === id)?.name) || id;
  const x = (index) => LEFT + ((WIDTH - LEFT) * index) / Math.max(curve.loads.length, 1);
  const all = curve.loads.map((_, index) => Object.values(curve.groups_kw).reduce((sum, kw) => sum + kw[index], 0));
  const panels = [
    { id: "all", name: text("report_energy_power"), kw: all, others: [["at-once", curve.at_once_kw], ["sun", curve.solar_kw]], max: null },
    ...groups.map(({ group, max_kw: max }) => ({ id: group, name: nameOf(group), kw: curve.groups_kw[group], others: [], max })),
  ];
  const svg = s("svg", {
    class: "chart energy", viewBox: `0 0 ${WIDTH} ${panels.length * (HEIGHT + GAP) + 16}`, role: "img",
    "aria-label": text("report_energy_picture", { of: report.of }),
  });
  panels.forEach(({ id, name, kw, others, max }, number) => {
    const top = number * (HEIGHT + GAP) + 4;
    const most = Math.max(...kw, ...others.flatMap(([, values]) => values), max ?? 0, 0.1) * 1.08;
    const y = (value) => top + HEIGHT - (HEIGHT * value) / most;
    const panel = s("g", { "data-group": id });
    for (const [load, from, to] of runs(curve.loads)) {
      panel.append(s("rect", { class: `load ${load}`, x: x(from), y: top, width: x(to) - x(from), height: HEIGHT }));
    }
    panel.append(label(0, top + 14, name), label(0, top + 32, `${Math.max(...kw).toFixed(2)} kW`, { class: "quiet" }));
    panel.append(s("path", { class: "drawn", d: area(kw, x, y) }));
    for (const [sort, values] of others) panel.append(s("path", { class: sort, d: steps(values, x, y) }));
    if (max !== null) {
      panel.append(s("line", { class: "limit", x1: LEFT, x2: WIDTH, y1: y(max), y2: y(max) }));
      panel.append(label(0, top + 50, text("report_energy_limit", { kw: max }), { class: "quiet" }));
    }
    svg.append(panel);
  });
  const bottom = panels.length * (HEIGHT + GAP) + 10;
  const every = Math.max(Math.ceil(curve.loads.length / 96), 1) * 3 * HOUR_S;
  for (let at = Math.ceil(curve.from_s / every) * every; at < curve.from_s + curve.loads.length * curve.step_s; at += every) {
    svg.append(label(x((at - curve.from_s) / curve.step_s), bottom, `${Math.floor(at / HOUR_S) % 24}:00`, { class: "quiet" }));
  }
  const swatch = (sort, words) => h("span", {}, h("i", { class: sort, "aria-hidden": "true" }), words);
  const legend = h("div", { class: "states energy" },
    Object.entries(loads).map(([load, name]) => swatch(`load ${load}`, named(name))),
    swatch("drawn", text("report_energy_power")), swatch("at-once", text("report_energy_at_once")), swatch("sun", text("report_energy_solar")));
  return [legend, svg];
}
