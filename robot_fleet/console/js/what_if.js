// The page of questions about past days: what is to be different, how far the answer is, and the days side by side.

import { askWhatIf, cancelWhatIf, getWhatIf, getWhatIfs, Refusal } from "./api.js";
import { byId, h } from "./dom.js";
import { isMoney, unitSign } from "./format.js";
import { openPage } from "./head.js";
import { language, named, text } from "./i18n.js";
import { admitted, may } from "./session.js";

const EVERY_MS = 1_000;
const NONE = "–";
const DATE = /^\d{4}-\d{2}-\d{2}$/;

let site = null;
let told = null; // the question that is shown, as the server tells of it
let wrong = null;
let open = ""; // the line whose figure is explained
let name = new URLSearchParams(location.search).get("question") ?? "";

const kept = () => {
  try {
    return localStorage.getItem("began") ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
};

// --- the question ---------------------------------------------------------------------------------------------------

const field = (key, input) => h("label", {}, h("span", { textContent: text(key) }), input);

function number(label, data, unit, more = {}) {
  const input = h("input", { type: "number", value: "0", step: 1, required: true, ...data, ...more });
  return h("label", { class: "number" }, h("span", { textContent: unit ? `${label} (${unit})` : label }), input);
}

const CHARGING = ["tariff", "at_once"];

/** Draw the form anew in the language of the moment, with what was typed. */
function form() {
  const before = new Map([...byId("question").elements].filter(({ id }) => id).map(({ id, value }) => [id, value]));
  const kinds = site.kinds.filter(({ id }) => site.services.some((service) => service.robot_kinds.includes(id)));
  const waiting = site.places.filter(({ kind }) => kind === "waiting");
  byId("question").replaceChildren(
    field("what_if_day", h("input", { id: "day", type: "text", maxLength: 10, placeholder: text("what_if_newest"), autocomplete: "off" })),
    field("report_began", h("input", { id: "began", type: "date", value: kept() })),
    h("fieldset", {}, h("legend", { textContent: text("what_if_robots") }), kinds.map((kind) =>
      number(named(kind.name), { id: `robots-${kind.id}`, "data-robots": kind.id }, "", { min: -20, max: 20 }))),
    h("fieldset", {}, h("legend", { textContent: text("what_if_chargers") }),
      kinds.map((kind) => number(named(kind.name), { id: `chargers-${kind.id}`, "data-chargers": kind.id }, "", { min: 0, max: 20 })),
      field("what_if_charger_at", h("select", { id: "charger-at" }, h("option", { value: "", textContent: text("what_if_nowhere") }),
        waiting.map((place) => h("option", { value: place.id, textContent: named(place.name) })))),
      field("what_if_charging", h("select", { id: "charging" }, ["", ...CHARGING].map((how) => h("option", { value: how, textContent: text(how ? `what_if_charging.${how}` : "what_if_charging_as_was") }))))),
    h("fieldset", {}, h("legend", { textContent: text("what_if_demand") }),
      number(text("what_if_every_service"), { id: "demand-all", "data-demand": "" }, "%", { min: -100, max: 500 }),
      h("details", {}, h("summary", { textContent: text("what_if_by_service") }), site.services.map((service) =>
        number(named(service.name), { id: `demand-${service.id}`, "data-demand": service.id, placeholder: text("what_if_as_all"), required: false }, "%", { min: -100, max: 500, value: "" })))),
    h("button", { type: "submit", id: "play", class: "button primary wide", disabled: told?.state === "running", textContent: text("what_if_play") }),
    h("p", { class: "quiet", textContent: text("what_if_means") }));
  for (const [id, value] of before) if (byId(id)) byId(id).value = value;
}

function wish() {
  const values = (attribute) => Object.fromEntries([...document.querySelectorAll(`[data-${attribute}]`)]
    .filter(({ value }) => value !== "" && (Number(value) !== 0 || attribute === "demand"))
    .map((input) => [input.dataset[attribute], Number(input.value)]));
  const place = byId("charger-at").value;
  return { of: byId("day").value.trim(), began: byId("began").value, robots: values("robots"), chargers: values("chargers"), charger_at: place ? [place] : [], demand_pct: values("demand"), charging: byId("charging").value };
}

async function carryOut(send) {
  wrong = null;
  try {
    const row = await send();
    if (row) take(row);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    wrong = error;
  }
  render();
}

// --- how far it is --------------------------------------------------------------------------------------------------

function take(row) {
  told = row;
  name = row.id;
  open = "";
  history.replaceState(null, "", `?question=${encodeURIComponent(name)}`);
  byId("play").disabled = row.state === "running";
  if (row.state === "running") setTimeout(look, EVERY_MS);
}

async function look() {
  const asked = name;
  try {
    const row = await getWhatIf(asked);
    if (asked !== name || told?.state !== "running") return; // given up, or another one asked, in the meantime
    if (row.state === "running") {
      told = row;
      setTimeout(look, EVERY_MS);
      progress();
      return;
    }
    take(row);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.lost) {
      setTimeout(look, EVERY_MS); // the server is away: it is asked again
      return;
    }
    wrong = error;
    told = null;
    byId("play").disabled = false;
  }
  render();
}

/** Bring the bar up to date without drawing it anew: whoever is at the button stays there. */
function progress() {
  if (!byId("progress")) return render();
  byId("progress").value = told.progress_pct;
  byId("stage").textContent = text(`what_if_stage.${told.stage}`, { n: Math.floor(told.progress_pct) });
}

function going() {
  return h("div", { class: "going" },
    h("p", { id: "stage", role: "status", textContent: text(`what_if_stage.${told.stage}`, { n: Math.floor(told.progress_pct) }) }),
    h("progress", { id: "progress", max: 100, value: told.progress_pct, "aria-labelledby": "stage" }),
    h("button", { type: "button", id: "cancel", class: "button", textContent: text("what_if_cancel"), onclick: () => carryOut(() => cancelWhatIf(name)) }));
}

// --- the answer -----------------------------------------------------------------------------------------------------

function shown(id, value, sign = false) {
  if (value === null) return NONE;
  const { unit, in_hours: inHours } = told.result.figures[id];
  const digits = inHours ? 2 : isMoney(unit) || (unit === "" && Number.isInteger(value)) ? 0 : 1;
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign ? "exceptZero" : "auto" };
  return (inHours ? value / 3600 : value).toLocaleString(language(), form);
}

const pct = (value) => (value === null ? NONE : `${value.toLocaleString(language(), { maximumFractionDigits: 2, signDisplay: "exceptZero" })} %`);
const unitOf = ({ unit, in_hours: inHours }) => (inHours ? "h" : unitSign(unit));
const far = (line) => line.judged && (line.deviation_pct === null || Math.abs(line.deviation_pct) > told.result.within_pct);

function explained(line, columns) {
  const { formula, source } = told.result.figures[line.figure];
  return h("tr", {}, h("td", { class: "explanation", colSpan: columns }, h("div", { class: "explained", id: "explained" }, h("dl", {},
    h("dt", { textContent: text("report_formula") }), h("dd", { textContent: named(formula) }),
    h("dt", { textContent: text("report_source") }), h("dd", { textContent: source.map((each) => named(told.result.sources[each])).join(", ") })))));
}

function row(line, columns, many) {
  const id = `${line.table}:${line.key}:${line.figure}`;
  const figure = told.result.figures[line.figure];
  const toggle = () => {
    open = open === id ? "" : id;
    render();
    document.querySelector(`[data-line="${CSS.escape(id)}"] button`)?.focus();
  };
  const cell = (column, content, more = "") => h("td", { "data-column": column, class: more, textContent: content });
  const changed = told.result.plays.changed !== null;
  const label = h("button", { type: "button", "aria-expanded": String(open === id), "aria-controls": "explained", onclick: toggle },
    many ? `${named(line.name)}: ${named(figure.name)}` : named(figure.name));
  return [
    h("tr", { "data-line": id }, h("th", { scope: "row" }, label, " ", h("small", { textContent: unitOf(figure) })),
      cell("measured", shown(line.figure, line.measured)),
      cell("baseline", shown(line.figure, line.baseline)),
      cell("deviation", pct(line.deviation_pct), far(line) ? "far" : ""),
      ...(changed ? [cell("changed", shown(line.figure, line.changed)), cell("difference", shown(line.figure, line.difference, true), line.difference ? "differs" : "")] : [])),
    open === id ? explained(line, columns) : null,
  ];
}

function table(title, lines) {
  const heads = ["what_if_measured", "what_if_baseline", "what_if_deviation", ...(told.result.plays.changed ? ["what_if_changed", "what_if_difference"] : [])];
  const many = new Set(lines.map(({ key }) => key)).size > 1;
  return [
    h("h3", { textContent: named(title) }),
    h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": named(title) }, h("table", { class: "comparison" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col", textContent: text("what_if_figure") }), heads.map((key) => h("th", { scope: "col", textContent: text(key) })))),
      h("tbody", {}, lines.flatMap((line) => row(line, heads.length + 1, many)).filter(Boolean)))),
  ];
}

/** The change in words, as it was asked for. */
function asked({ robots, chargers, charger_at: places, demand_pct: demand, charging }) {
  const of = (list, id) => named(list.find((each) => each.id === id)?.name) || id;
  const signed = (value) => value.toLocaleString(language(), { signDisplay: "exceptZero" });
  return [
    ...Object.entries(robots).map(([kind, n]) => text("what_if_said_robots", { kind: of(site.kinds, kind), n: signed(n) })),
    ...Object.entries(chargers).map(([kind, n]) => text("what_if_said_chargers", { kind: of(site.kinds, kind), n: signed(n) })),
    ...(charging ? [text(`what_if_charging.${charging}`)] : []),
    ...places.map((place) => text("what_if_said_charger_at", { place: of(site.places, place) })),
    ...Object.entries(demand).filter(([service, n]) => n || service).map(([service, n]) => text("what_if_said_demand", { service: service ? of(site.services, service) : text("what_if_every_service"), n: signed(n) })),
  ].join(" · ") || text("what_if_said_nothing");
}

function result() {
  const { result: made } = told;
  const lines = made.lines.filter(({ judged }) => judged).filter(far);
  const which = lines.map((line) => `${named(made.figures[line.figure].name)} ${pct(line.deviation_pct)}`).join(", ");
  const tables = [...new Set(made.lines.map((line) => line.table))].map((id) => made.lines.filter((line) => line.table === id));
  const speed = Math.min(...Object.values(made.plays).filter(Boolean).map((play) => play.speed));
  return [
    h("h2", { textContent: `${made.date ?? text("report_undated", { of: made.of })}: ${asked(made.change)}` }),
    h("p", { id: "verdict", class: `verdict${lines.length ? " far" : ""}`, textContent: text(lines.length ? "what_if_far" : "what_if_close", { n: made.within_pct, which }) }),
    ...tables.flatMap((some) => table(some[0].title, some)),
    h("ul", { class: "what-if-notes" }, [
      text("what_if_speed", { n: Math.round(speed).toLocaleString(language()) }),
      text("what_if_facts_alone"),
      ...made.notes.map(({ code, count }) => text(`what_if_note.${code}`, { n: count })),
    ].map((note) => h("li", { textContent: note }))),
  ];
}

function content() {
  if (!may("report")) return [h("p", { class: "verdict wrong", id: "withheld", textContent: text("what_if_managers") })];
  if (wrong) return [h("p", { class: "verdict wrong", id: "wrong", role: "alert", textContent: wrong.sentence })];
  if (!told) return [h("h2", { textContent: text("what_if_title") }), h("p", { class: "quiet", textContent: text("what_if_empty") })];
  if (told.state === "running") return [h("h2", { textContent: asked(told.change) }), going()];
  if (told.state === "cancelled") return [h("p", { class: "verdict far", id: "cancelled", textContent: text("what_if_cancelled") })];
  if (told.state === "failed") {
    const { code, message, where } = told.error;
    return [h("p", { class: "verdict wrong", id: "wrong", role: "alert", textContent: new Refusal(code, message, where).sentence })];
  }
  return result();
}

function render() {
  byId("answer").replaceChildren(...content());
}

function relabel() {
  byId("question").hidden = !may("report");
  if (site && may("report")) form();
  render();
}

byId("question").addEventListener("submit", (event) => {
  event.preventDefault();
  carryOut(() => askWhatIf(wish()));
});
byId("question").addEventListener("change", ({ target }) => {
  if (target.id !== "began") return;
  try {
    localStorage.setItem("began", target.value);
  } catch {
    // nothing to keep it in
  }
});
await openPage("what_if", relabel, [{ id: "to-reports", href: "reports.html", text: "reports" }]);
await admitted();
site = await (await fetch("api/v1/site")).json();
relabel();
if (may("report")) {
  const day = new URLSearchParams(location.search).get("of") ?? "";
  if (DATE.test(day) || /^\d+$/.test(day)) byId("day").value = day;
  await carryOut(async () => {
    const newest = name || day ? { id: name } : (await getWhatIfs())[0];
    return newest?.id ? getWhatIf(newest.id) : null;
  });
}
