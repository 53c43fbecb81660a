// Doors, gates and lifts: what an operator sees of them, and says of them.

import { putEquipmentBack, takeEquipmentOut } from "./api.js";
import { ask, command, confirm } from "./dialogs.js";
import { h } from "./dom.js";
import { clockTime, plain } from "./format.js";
import { named, text } from "./i18n.js";

/** What equipment is called by its ids, in one line; one that is not known by its id. */
export const equipmentNames = (rows, ids) => ids.map((id) => named(rows.find((row) => row.id === id)?.name) || id).join(", ");

/** Why a task is where it is, in words, with what is out of order by its name. */
export function reasonWords(rows, task) {
  if (!task.reason) return "";
  const reason = text(`reason.${task.reason}`, {}, plain(task.reason));
  return task.reason_about?.length ? `${reason}: ${equipmentNames(rows, task.reason_about)}` : reason;
}

/** How a piece of equipment fares: its state and, if it is out of order, why, by whose word, and until when. */
export function equipmentState(row) {
  const state = row.works ? text(`equipment_state.${row.state}`) : text(`equipment_state.${row.state === "holding" ? "holding" : "failed"}`);
  if (row.works) return state;
  const why = row.by ? text("equipment_out_word", { by: row.by }) : text(`equipment_code.${row.code}`, {}, plain(row.code));
  const tried = row.until_s === null ? "" : text("equipment_tried", { time: clockTime(row.until_s, false) });
  return [state, why, row.reason, tried].filter(Boolean).join(" · ");
}

/** The button with which somebody says that it is out of order, or in order again; each is confirmed. */
export function equipmentButton(row, after) {
  return h("button", {
    type: "button", class: "button small", "data-equipment": row.id, textContent: text(row.works ? "equipment_take_out" : "equipment_put_back"),
    onclick: async () => {
      await (row.works ? takeOut(row) : putBack(row));
      await after();
    },
  });
}

async function takeOut(row) {
  const given = await ask({
    title: text("equipment_out_title", { name: named(row.name) }),
    body: text("equipment_out_means"),
    fields: [h("label", { class: "field" }, h("span", { textContent: text("reason") }),
      h("input", { name: "reason", maxLength: 200, autocomplete: "off", autofocus: true, placeholder: text("no_people_data") }))],
    yes: text("equipment_take_out"),
    danger: true,
  });
  if (given) await command(() => takeEquipmentOut(row.id, given.reason), text("equipment_was_taken_out"));
}

async function putBack(row) {
  const sure = await confirm({ title: text("equipment_back_title", { name: named(row.name) }), body: text("equipment_back_means"), yes: text("equipment_put_back") });
  if (sure) await command(() => putEquipmentBack(row.id), text("equipment_was_put_back"));
}
