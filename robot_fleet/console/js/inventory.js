// The page of what stands where: the slots as a picture, everything else by who has it, and what cannot be used.

import { getEquipment, getItems, getNamed, getPlacesOut, mendPlace, Refusal, takePlaceOut } from "./api.js";
import { toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { clockTime, plain } from "./format.js";
import { equipmentButton, equipmentState } from "./equipment.js";
import { openPage } from "./head.js";
import { named, text } from "./i18n.js";
import { admitted, may } from "./session.js";

const EVERY_MS = 2_000;
const SVG = "http://www.w3.org/2000/svg";
const CAR = "M9 3h12q4 0 5 6l2 9v16q0 5-4 5H6q-4 0-4-5V18l2-9q1-6 5-6z M7 16h16l-1-5H8z M8 30h14v4H8z";
const ROW_M = 2.5; // places whose y lies so near belong to one row of the deck

let site = null;
let items = [];
let out = [];
let equipment = [];
let chosen = new URLSearchParams(location.search).get("place") ?? "";
let kind = "";
let drawn = "";

const last = (id) => id.slice(id.lastIndexOf("/") + 1);
const placeOf = (holder) => (holder.startsWith("place:") ? holder.slice(6) : "");
const kindName = (word) => text(`item_kind.${word}`, {}, plain(word));
const since = (at) => (at ? clockTime(at, false) : text("inventory_from_start"));

/** What a holder is called: the place's or robot's name. */
function holderName(holder) {
  const [sort, id] = [holder.slice(0, holder.indexOf(":")), holder.slice(holder.indexOf(":") + 1)];
  const row = (sort === "place" ? site.places : site.robots).find((each) => each.id === id);
  return named(row?.name) || id;
}

const reason = (row) => text(`out_reason.${row.code}`, {}, row.code);

async function load() {
  try {
    site ??= await getNamed();
    [items, out, equipment] = [await getItems(), await getPlacesOut(), await getEquipment()];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  if (site) render();
}

// --- the picture ----------------------------------------------------------------------------------------------------

/** The slots as they lie: rows from north to south, each from west to east. */
function rows() {
  const slots = site.places.filter((place) => place.kind === "slot").sort((a, b) => b.y_m - a.y_m || a.x_m - b.x_m);
  const found = [];
  for (const slot of slots) {
    const row = found.at(-1);
    if (row && Math.abs(row[0].y_m - slot.y_m) < ROW_M) row.push(slot);
    else found.push([slot]);
  }
  return found.map((row) => row.sort((a, b) => a.x_m - b.x_m));
}

function drawing(held, broken) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 30 42");
  svg.setAttribute("aria-hidden", "true");
  for (const [wanted, name, d] of [[held, "car", CAR], [broken, "cross", "M5 9L25 33M25 9L5 33"]]) {
    if (!wanted) continue;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("fill-rule", "evenodd");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function slotButton(place) {
  const here = items.filter((row) => placeOf(row.holder) === place.id);
  const broken = out.find(({ id }) => id === place.id);
  const state = broken ? text("slot_out") : here.length ? here.map(({ id }) => id).join(", ") : text("slot_free");
  return h("button", {
    type: "button", class: `slot ${here.length ? "held" : ""} ${broken ? "out" : ""}`, "data-slot": place.id,
    "aria-pressed": String(chosen === place.id), onclick: () => choose(place.id),
  }, h("strong", { textContent: last(place.id) }), drawing(here.length > 0, Boolean(broken)), h("small", { textContent: state }));
}

function choose(id) {
  chosen = chosen === id ? "" : id;
  history.replaceState(null, "", chosen ? `?place=${encodeURIComponent(chosen)}` : location.pathname);
  render();
  document.querySelector(`[data-slot="${CSS.escape(id)}"]`)?.focus();
}

/** What stands at the chosen place, and what can be said of it. */
function details() {
  const place = site.places.find(({ id }) => id === chosen);
  if (!place) return [];
  const here = items.filter((row) => placeOf(row.holder) === place.id);
  const broken = out.find(({ id }) => id === place.id);
  return [
    h("strong", { textContent: named(place.name) || place.id }),
    ...here.map((row) => h("span", { textContent: `${kindName(row.kind)} ${row.id} · ${text("inventory_since", { time: since(row.since_s) })}${row.task ? ` · ${row.task}` : ""}` })),
    here.length || broken ? null : h("span", { textContent: text("slot_free") }),
    broken ? h("span", { textContent: `${text("slot_out")}: ${reason(broken)}` }) : null,
    may("operate") ? change(place.id, broken) : null,
  ].filter(Boolean);
}

const change = (id, broken) => h("button", {
  type: "button", class: "button small", "data-place": id, textContent: text(broken ? "place_mended" : "place_take_out"),
  onclick: () => carryOut(() => (broken ? mendPlace(id) : takePlaceOut(id)), text(broken ? "place_was_mended" : "place_was_taken_out")),
});

async function carryOut(send, done) {
  try {
    await send();
    toast(done);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast(error.sentence);
  }
  await load();
}

// --- the lists ------------------------------------------------------------------------------------------------------

function table(heads, lines) {
  return h("div", { class: "scrolls" }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col", textContent: text(key) })))),
    h("tbody", {}, lines.map((cells) => h("tr", {}, cells.map((cell) => (typeof cell === "string" ? h("td", { textContent: cell }) : h("td", {}, cell))))))));
}

/** All that is not in a slot: on robots first, since that moves, then by place. */
function holders() {
  const slots = new Set(site.places.filter((place) => place.kind === "slot").map(({ id }) => id));
  const shown = items.filter((row) => !slots.has(placeOf(row.holder)) && (!kind || row.kind === kind));
  const line = (row) => [holderName(row.holder), row.id, kindName(row.kind), since(row.since_s), row.task];
  const by = (sort) => shown.filter(({ holder }) => holder.startsWith(sort)).map(line).sort(([a], [b]) => a.localeCompare(b));
  const part = (key, lines) => [h("h3", { textContent: text(key, { n: lines.length }) }), lines.length ? table(["inventory_holder", "inventory_item", "inventory_kind", "inventory_since_head", "inventory_task"], lines) : h("p", { class: "quiet", textContent: text("inventory_none") })];
  return [...part("inventory_on_robots", by("robot:")), ...part("inventory_at_places", by("place:"))];
}

function outList() {
  if (!out.length) return [h("p", { class: "quiet", textContent: text("inventory_all_in_use") })];
  const line = (row) => [holderName(`place:${row.id}`), reason(row), row.robot ? holderName(`robot:${row.robot}`) : row.by, since(row.since_s), may("operate") ? change(row.id, row) : ""];
  return [table(["inventory_place", "inventory_why", "inventory_found_by", "inventory_since_head", "inventory_change"], out.map(line))];
}

function equipmentList() {
  if (!equipment.length) return [h("p", { class: "quiet", textContent: text("equipment_none") })];
  const levelName = (id) => named(site.levels?.find((level) => level.id === id)?.name) || id;
  const robots = (ids) => ids.filter(Boolean).map((id) => holderName(`robot:${id}`)).join(", ");
  const line = (row) => [
    named(row.name), text(`equipment_kind.${row.kind}`), row.levels.map(levelName).join(", "), equipmentState(row), robots([row.robot]), robots(row.waiting),
    row.works ? (row.since_s === null ? "" : since(row.since_s)) : since(row.out_s), may("operate") ? equipmentButton(row, load) : "",
  ];
  return [table(["equipment_name", "equipment_kind", "equipment_levels", "equipment_state", "equipment_who", "equipment_waiting", "inventory_since_head", "inventory_change"], equipment.map(line))];
}

function kinds() {
  const words = [...new Set(items.map((row) => row.kind))].sort();
  byId("kind").replaceChildren(h("option", { value: "", textContent: text("inventory_all_kinds") }), ...words.map((word) => h("option", { value: word, textContent: kindName(word), selected: word === kind })));
}

function render(anew = false) {
  const look = JSON.stringify([items, out, equipment, chosen, kind]);
  if (!site || (look === drawn && !anew)) return; // who stands with the keyboard in the page stays there
  const focus = document.activeElement?.dataset?.slot;
  drawn = look;
  const slots = rows();
  const all = slots.flat().map(({ id }) => id);
  const held = all.filter((id) => items.some((row) => placeOf(row.holder) === id)).length;
  byId("deck-sum").textContent = text("inventory_sum", { held, free: all.filter((id) => !items.some((row) => placeOf(row.holder) === id) && !out.some((row) => row.id === id)).length, all: all.length });
  byId("deck").replaceChildren(...slots.map((row) => h("div", { class: "deck-row" }, row.map(slotButton))));
  byId("chosen").replaceChildren(...details());
  kinds();
  byId("holders").replaceChildren(...holders());
  byId("out").replaceChildren(...outList());
  byId("equipment").replaceChildren(...equipmentList());
  if (focus) document.querySelector(`[data-slot="${CSS.escape(focus)}"]`)?.focus();
}

await openPage("inventory", () => render(true));
await admitted();
byId("kind").addEventListener("change", ({ target }) => {
  kind = target.value;
  render();
});
await load();
setInterval(load, EVERY_MS);
