// The page on which a shift is handed over: what is open is looked at, noted on, signed by whoever leaves, and taken
// over by somebody else. What was signed is shown as it was, and can be printed.

import { getOpenItems, getShifts, Refusal, signShift, takeShift } from "./api.js";
import { toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { clockTime, plain } from "./format.js";
import { openPage } from "./head.js";
import { named, text } from "./i18n.js";
import { admitted, may, signedIn, withNames } from "./session.js";

const ID = "[A-Za-z0-9][A-Za-z0-9_.\\-]{1,31}";

let site = null;
let open = { items: [], digest: "" };
let shifts = [];
let chosen = new URLSearchParams(location.search).get("shift") ?? "";
let refusal = "";
const written = new Map(); // what was typed, so that it outlives a new look at what is open

/** Look again at what is open and at the shifts before. */
async function load() {
  try {
    [open, shifts, site] = [await getOpenItems(), await getShifts(), site ?? (await (await fetch("api/v1/site")).json())];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.sentence;
  }
  render();
}

/** What a thing is called by the site, else its id. */
function nameOf(item) {
  const lists = { robot: site?.robots, zone: site?.zones };
  if (item.kind === "alarm" && item.about) return text(`condition.${item.about}`, {}, plain(item.about)); // its id says no more
  const found = lists[item.kind.split("_")[0]]?.find(({ id }) => id === item.id);
  return found ? named(found.name) || item.id : item.id;
}

function about(item) {
  if (item.kind === "alarm") return item.about ? "" : text("alarm");
  if (item.kind === "job") return text(`job.${item.about}`);
  if (item.kind === "zone_closed") return item.about ? text(`zone_cause.${item.about}`) : "";
  return named(site?.services.find(({ id }) => id === item.about)?.name) || "";
}

function itemRow(item, note) {
  const words = [about(item), item.since_s === null ? "" : text("alarm_since", { time: clockTime(item.since_s, false) })].filter(Boolean).join(" · ");
  return h("div", { class: "open-item", "data-open": item.key }, h("div", {}, h("strong", { textContent: [text(`open.${item.kind}`), nameOf(item)].filter(Boolean).join(": ") }), h("span", { textContent: words })), note);
}

const kept = (key) => written.get(key) ?? "";

function noteField(item) {
  return h("input", { "aria-label": text("shift_note_on", { what: `${text(`open.${item.kind}`)} ${nameOf(item)}` }), maxLength: 1000, value: kept(item.key), placeholder: text("no_people_data"), autocomplete: "off", oninput: ({ target }) => written.set(item.key, target.value) });
}

/** The field in which somebody signs: their own name where there are users, else an id that says nothing of them. */
function signature() {
  const me = signedIn();
  return h("label", { class: "whole" }, h("span", { textContent: text(me ? "shift_sign_name" : "shift_sign_id", { name: me?.name ?? "" }) }),
    h("input", { name: "signature", required: true, autocomplete: "off", spellcheck: false, maxLength: 64, pattern: me ? null : ID }));
}

/** Return who signs, or null with the reason said where it is not the one who is signed in. */
function signer(form) {
  const me = signedIn();
  const typed = new FormData(form).get("signature").trim();
  if (me && typed !== me.name) {
    refusal = text("shift_sign_other", { name: me.name });
    render();
    return null;
  }
  return me ? me.user : typed;
}

async function carryOut(send, done) {
  refusal = "";
  try {
    const answer = await send();
    toast(done);
    chosen = answer.task;
    written.clear();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.sentence;
  }
  await load();
  byId("shift").focus();
}

function signing() {
  const whole = h("textarea", { name: "note", maxLength: 4000, value: kept(":all"), placeholder: text("no_people_data"), oninput: ({ target }) => written.set(":all", target.value) });
  const form = h("form", { class: "shift-buttons", onsubmit(event) {
    event.preventDefault();
    const by = signer(form);
    if (!by) return;
    const notes = Object.fromEntries(open.items.map(({ key }) => [key, kept(key)]).filter(([, note]) => note));
    carryOut(() => signShift({ seen: open.digest, note: kept(":all"), notes, by }), text("shift_signed"));
  } }, signature(), h("button", { class: "button primary", id: "shift-sign", textContent: text("shift_sign") }));
  return [
    h("h2", { textContent: text("shift_end") }),
    h("p", { class: "quiet", textContent: text("shift_end_means") }),
    h("div", {}, h("h3", { textContent: text("shift_open", { n: open.items.length }) }),
      open.items.length ? open.items.map((item) => itemRow(item, noteField(item))) : h("p", { class: "quiet", textContent: text("shift_nothing_open") })),
    h("label", { class: "whole" }, h("span", { textContent: text("shift_note") }), whole),
    wrong(),
    may("operate") ? form : null,
  ];
}

const wrong = () => (refusal ? h("p", { class: "error", role: "alert", textContent: refusal }) : null);

function signatureBox(key, by, at) {
  return h("div", { class: "signature" }, h("span", { textContent: text(key) }), h("strong", { textContent: by ? withNames(by) : "–" }), h("span", { textContent: at === null ? "" : clockTime(at) }));
}

function shown(row) {
  const form = h("form", { class: "shift-buttons", onsubmit(event) {
    event.preventDefault();
    const by = signer(form);
    if (by) carryOut(() => takeShift(row.id, { digest: row.digest, by }), text("shift_was_taken"));
  } }, signature(), h("button", { class: "button primary", id: "shift-take", textContent: text("shift_take") }));
  return [
    h("h2", { textContent: `${row.id} · ${text(`shift_state.${row.state}`)}` }),
    h("div", { class: "signatures" }, signatureBox("shift_signed_by", row.signed_by, row.signed_s), signatureBox("shift_taken_by", row.taken_by, row.taken_s)),
    row.note ? h("p", { textContent: row.note }) : null,
    h("div", {}, h("h3", { textContent: text("shift_open", { n: row.open.length }) }),
      row.open.length ? row.open.map((item) => itemRow(item, h("p", { textContent: row.notes[item.key] ?? "" }))) : h("p", { class: "quiet", textContent: text("shift_nothing_open") })),
    h("p", { class: `digest ${row.intact ? "" : "error"}`, textContent: `SHA-256 ${row.digest}${row.intact ? "" : ` · ${text("shift_not_intact")}`}` }),
    wrong(),
    row.state === "signed" && may("operate") ? form : null,
    h("div", { class: "shift-buttons" }, h("button", { type: "button", class: "button", id: "shift-print", textContent: text("shift_print"), onclick: () => print() })),
  ];
}

function render() {
  const row = shifts.find(({ id }) => id === chosen);
  const entry = (id, title, words) => h("button", { type: "button", "data-shift": id, "aria-current": String(id === (row?.id ?? "")), onclick: () => choose(id) }, title, h("small", { textContent: words }));
  byId("shifts").replaceChildren(
    entry("", text("shift_end"), text("shift_open", { n: open.items.length })),
    ...shifts.map((each) => entry(each.id, `${each.id} · ${text(`shift_state.${each.state}`)}`, `${clockTime(each.signed_s, false)} · ${withNames(each.signed_by)}`)));
  byId("shift").replaceChildren(...(row ? shown(row) : signing()).filter(Boolean));
}

function choose(id) {
  chosen = id;
  refusal = "";
  history.replaceState(null, "", id ? `?shift=${encodeURIComponent(id)}` : location.pathname);
  render();
  byId("shift").focus();
}

await openPage("shift", render);
await admitted();
await load();
if (!chosen && shifts[0]?.state === "signed") choose(shifts[0].id);
