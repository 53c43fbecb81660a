// The page of reports: tables and charts of a day, a week or a month, each figure with its formula and source.

import { getReport } from "./api.js";
import { byId, h } from "./dom.js";
import { energyChart } from "./energy_chart.js";
import { isMoney, unitSign } from "./format.js";
import { openPage } from "./head.js";
import { language, named, text } from "./i18n.js";
import { figureChart, stateChart } from "./report_chart.js";
import { loadSent, renderSent } from "./sent_reports.js";
import { admitted } from "./session.js";

const NONE = "–";
const WITHHELD = "*"; // what it means stands under the coverage
const INPUTS = { day: "date", week: "week", month: "month" };
const FORMS = { day: /^\d{4}-\d{2}-\d{2}$/, week: /^\d{4}-W\d{2}$/, month: /^\d{4}-\d{2}$/ };

const asked = new URLSearchParams(location.search);
let length = INPUTS[asked.get("period")] ? asked.get("period") : "day";
let of = asked.get("of") ?? "";
let began = asked.get("from") ?? kept();
let chosen = asked.get("table") ?? "utilisation_by_fleet";
let figure = asked.get("figure") ?? "";
let report = null;
let wrong = null;
let asking = 0;

function kept() {
  try {
    return localStorage.getItem("began") ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

function keep() {
  try {
    localStorage.setItem("began", began);
  } catch {
    // nothing to keep it in
  }
}

const query = (more = {}) => new URLSearchParams(Object.entries({ of, from: began, ...more }).filter(([, value]) => value));

/** Ask for the report; an answer that comes after a later question is not shown. */
async function load() {
  const number = ++asking;
  byId("coverage").textContent = text("report_waiting");
  let found = null;
  let refused = null;
  try {
    found = await getReport(length, query());
  } catch (error) {
    refused = error;
  }
  if (number !== asking) return;
  report = found;
  wrong = refused;
  if (report) of = report.of;
  render();
}

function shown(id, value) {
  const { unit, in_hours: inHours } = report.figures[id];
  if (value === null) return NONE;
  const digits = inHours ? 2 : isMoney(unit) || unit === "d" || (unit === "" && Number.isInteger(value)) ? 0 : 1;
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (inHours ? value / 3600 : value).toLocaleString(language(), form);
}

const unitOf = ({ unit, in_hours: inHours }) => (inHours ? "h" : unitSign(unit));

function head(table, id) {
  const { name, ...rest } = report.figures[id];
  const open = figure === id;
  const toggle = () => {
    figure = open ? "" : id;
    render();
    byId(`figure-${id}`)?.focus();
  };
  const button = h("button", { type: "button", id: `figure-${id}`, "aria-expanded": String(open), "aria-controls": "explained", onclick: toggle }, named(name));
  return h("th", { scope: "col" }, button, h("small", {}, unitOf(rest)));
}

function explained() {
  const { name, formula, source } = report.figures[figure];
  return h("div", { class: "explained", id: "explained", role: "region", "aria-label": named(name) },
    h("h3", { textContent: named(name) }),
    h("dl", {},
      h("dt", { textContent: text("report_formula") }), h("dd", { textContent: named(formula) }),
      h("dt", { textContent: text("report_source") }), h("dd", { textContent: source.map((each) => named(report.sources[each])).join(", ") }),
    ));
}

function grid(table) {
  return h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": named(table.title) },
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col", textContent: named(table.by_name) }), table.figures.map((id) => head(table, id)))),
      h("tbody", {}, table.rows.map((row) =>
        h("tr", { "data-key": row.key }, h("th", { scope: "row", textContent: named(row.name) }),
          row.values.map((value, index) => h("td", { "data-figure": table.figures[index], textContent: row.withheld ? WITHHELD : shown(table.figures[index], value) })))))));
}

function charts(table) {
  if (figure && table.figures.includes(figure)) {
    return [figureChart(table, figure, named(report.figures[figure].name), (value) => shown(figure, value))];
  }
  if (table.id.startsWith("energy") && report.energy) return energyChart(report);
  return table.id.startsWith("utilisation") ? stateChart(table, report.figures) : [];
}

function assumed(table) {
  if (table.id !== "cost" && table.id !== "saved" && table.id !== "energy") return null;
  return h("div", { class: "explained" }, h("h3", { textContent: text("report_assumed") }),
    h("dl", {}, report.assumptions.flatMap(({ key, source }) => [h("dt", { textContent: key }), h("dd", { textContent: named(source) })])));
}

function coverage() {
  const line = byId("coverage");
  line.classList.toggle("bad", wrong !== null);
  if (wrong) {
    line.textContent = wrong.sentence;
    return;
  }
  const pct = (value) => (value === null ? NONE : `${value.toLocaleString(language())} %`);
  const { facts_pct: facts, telemetry_pct: heard } = report.coverage;
  const when = report.from_date ? (report.from_date === report.to_date ? report.from_date : `${report.from_date} – ${report.to_date}`) : text("report_undated", { of: report.of });
  const telemetry = heard === null ? text("report_unheard") : text("report_heard", { n: pct(heard) });
  line.textContent = `${when} · ${text("report_robots", { n: report.robots })} · ${text("report_facts", { n: pct(facts) })} · ${telemetry}`;
}

function form() {
  byId("length").value = length;
  const dated = FORMS[length].test(of) || (!of && Boolean(began));
  byId("of").type = dated ? INPUTS[length] : "text";
  byId("of").value = of;
  byId("began").value = began;
  for (const each of ["csv", "pdf"]) {
    byId(each).href = `api/v1/reports/${length}/file?${query({ format: each, lang: language() })}`;
  }
}

function render() {
  form();
  if (report || wrong) coverage();
  const table = report?.tables.find(({ id }) => id === chosen) ?? report?.tables[0];
  byId("tables").replaceChildren(...(report?.tables ?? []).map((each) =>
    h("button", { type: "button", "data-table": each.id, "aria-current": String(each === table), textContent: named(each.title), onclick: () => show(each.id) })));
  byId("notes").replaceChildren(...(report?.notes ?? []).map((note) => h("p", { textContent: named(note) })));
  byId("report").replaceChildren(...(table ? [
    h("h2", { textContent: named(table.title) }),
    ...(table.rows.length ? [...charts(table), figure && table.figures.includes(figure) && explained(), grid(table)] : [h("p", { textContent: text("report_empty") })]),
    assumed(table),
  ].filter(Boolean) : []));
  const here = query({ period: length, table: chosen, figure });
  history.replaceState(null, "", `?${here}`);
}

function show(table) {
  chosen = table;
  figure = "";
  render();
  document.querySelector(`[data-table="${CSS.escape(table)}"]`)?.focus();
}

for (const id of ["length", "began"]) {
  byId(id).addEventListener("change", () => {
    length = byId("length").value;
    began = byId("began").value;
    of = "";
    keep();
    load();
  });
}
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  of = byId("of").value.trim();
  load();
});
const relabel = () => {
  render();
  renderSent();
};
await openPage("reports", relabel, [{ id: "to-what-if", href: "what_if.html", text: "what_if" }]);
await admitted();
load();
loadSent();
