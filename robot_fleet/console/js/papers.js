// The page of certificates, insurances and permits: how long each is valid, and who has withdrawn it.

import { changePaper, getNamed, getPapers, Refusal } from "./api.js";
import { ask, command } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { clockTime, plain } from "./format.js";
import { openPage } from "./head.js";
import { named, text } from "./i18n.js";
import { admitted, may } from "./session.js";

const EVERY_MS = 2_000;
const HEADS = ["paper_kind", "paper_number", "paper_robots", "paper_where", "paper_valid", "paper_left", "paper_state_head"];

let site = null;
let papers = [];
let drawn = "";

const kindName = (row) => text(`paper_sort.${row.kind}`, {}, plain(row.kind));
const stateName = (row) => text(`paper_state.${row.state}`, {}, plain(row.state));
const robotName = (id) => named(site.robots.find((each) => each.id === id)?.name) || id;
const zoneName = (id) => named(site.zones.find((each) => each.id === id)?.name) || id;

async function load() {
  try {
    site ??= await getNamed();
    papers = await getPapers();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  if (site) render();
}

function left(row) {
  if (row.days_left === null) return "";
  if (row.days_left < 0) return text("paper_over", { n: -row.days_left });
  if (row.days_left === 0) return text("paper_last_day");
  return row.days_left === 1 ? text("paper_day") : text("paper_days", { n: row.days_left });
}

const small = (line) => (line ? h("small", { textContent: line }) : null);

function state(row) {
  const out = row.withdrawn;
  const why = out ? text("paper_withdrawn_by", { time: clockTime(out.at_s, false), by: out.by, reason: out.reason || text("paper_no_reason") }) : "";
  return [h("span", { class: `paper-state ${row.state}`, textContent: stateName(row) }), small(why)];
}

/** Ask for the paper's id and a reason, so that no slip sends robots off the pavement. */
async function change(row) {
  const restore = row.state === "withdrawn";
  const words = restore ? "restore" : "withdraw";
  const told = await ask({
    title: text(`paper_${words}_title`, { paper: `${kindName(row)} ${row.number}` }),
    body: text(`paper_${words}_body`),
    lines: [[text("paper_robots"), row.robots.map(robotName).join(", ")]],
    fields: [h("label", { class: "field" }, h("span", { textContent: text("paper_reason") }), h("input", { name: "reason", required: true, maxLength: 200, autocomplete: "off" }))],
    yes: text(`paper_${words}`),
    danger: !restore,
    typed: row.id,
  });
  if (!told) return;
  await command(() => changePaper(row.id, words, told.reason), text(restore ? "paper_was_restored" : "paper_was_withdrawn"));
  await load();
}

function line(row) {
  const where = row.zones.length ? row.zones.map(zoneName).join(", ") : text("paper_everywhere");
  const when = [row.hours.map(([begins, ends]) => `${begins}–${ends}`).join(", "), row.supervised ? text("paper_only_watched") : ""];
  const cells = [
    [kindName(row), small(row.issuer)],
    [row.number || row.id, small(row.id)],
    [row.robots.map(robotName).join(", ")],
    [where, small(when.filter(Boolean).join(" · "))],
    [h("span", { textContent: `${row.valid_from} –` }), " ", h("span", { textContent: row.valid_to })],
    [left(row)],
    state(row),
  ];
  if (may("operate")) cells.push([h("button", { type: "button", class: "button small", "data-paper": row.id, "aria-label": `${text(row.state === "withdrawn" ? "paper_restore" : "paper_withdraw")}: ${kindName(row)} ${row.number || row.id}`, textContent: text(row.state === "withdrawn" ? "paper_restore" : "paper_withdraw"), onclick: () => change(row) })]);
  return h("tr", { class: "paper", "data-row": row.id }, cells.map((cell) => h("td", {}, cell.filter(Boolean))));
}

/** What a manager has to do something about, before the list. */
function notes() {
  const soon = papers.filter((row) => row.state === "ends_soon");
  const bad = papers.filter((row) => ["ended", "withdrawn", "not_yet"].includes(row.state));
  const note = (kind, line) => h("p", { class: `paper-note ${kind}`, textContent: line });
  return [
    bad.length ? note("bad", text("papers_bad", { n: bad.length })) : null,
    soon.length ? note("warn", text("papers_soon", { n: soon.length, days: Math.max(...soon.map((row) => row.warn_days)) })) : null,
    papers.length && !bad.length && !soon.length ? note("", text("papers_fine")) : null,
  ].filter(Boolean);
}

function render(anew = false) {
  const look = JSON.stringify(papers);
  if (!site || (look === drawn && !anew)) return; // who stands with the keyboard in the page stays there
  const focus = document.activeElement?.dataset?.paper;
  drawn = look;
  byId("papers-sum").replaceChildren(...notes());
  const heads = may("operate") ? [...HEADS, "paper_action"] : HEADS;
  byId("list").replaceChildren(papers.length
    ? h("div", { class: "scrolls" }, h("table", {},
      h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col", textContent: text(key) })))),
      h("tbody", {}, papers.map(line))))
    : h("p", { class: "quiet", textContent: text("papers_none") }));
  if (focus) document.querySelector(`[data-paper="${CSS.escape(focus)}"]`)?.focus();
}

await openPage("papers", () => render(true));
await admitted();
await load();
setInterval(load, EVERY_MS);
