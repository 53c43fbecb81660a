// The list of reports that are sent by themselves: what was sent last, what is next, and what is wrong.

import { getReportSchedules } from "./api.js";
import { byId, h } from "./dom.js";
import { text } from "./i18n.js";

let rows = null;

/** Ask for the list once; a site that has none sent has no list. */
export async function loadSent() {
  try {
    rows = await getReportSchedules();
  } catch (error) {
    rows = error.code === "request_unknown_path" ? [] : null;
  }
  renderSent();
}

const at = (local) => local.replace("T", " ");

function made(row) {
  const last = row.made[0];
  return last ? `${text(`report_${last.period}`)} ${last.of}` : text("report_sent_never");
}

function next(row) {
  const soonest = row.next.reduce((one, other) => (other.due_s < one.due_s ? other : one));
  return text("report_sent_next_of", { of: `${text(`report_${soonest.period}`)} ${soonest.of}`, at: at(soonest.local) });
}

function state(row) {
  if (row.error) return text(`error.${row.error.code}`, {}, row.error.message);
  if (row.refused) return text("report_sent_refused", { reason: row.refused, n: row.open });
  if (row.due.length) return text("report_sent_due", { n: row.due.length });
  return text("report_sent_well");
}

function line(row) {
  const where = [row.folder && text("report_sent_folder", { folder: row.folder }), row.webhook && text("report_sent_webhook")];
  const bad = Boolean(row.error || row.refused);
  const cells = [where.filter(Boolean).join(", "), made(row), next(row)];
  return h("tr", { "data-sent": row.id }, h("th", { scope: "row", textContent: row.id }),
    cells.map((words) => h("td", { textContent: words })), h("td", { class: bad ? "bad" : "", textContent: state(row) }));
}

export function renderSent() {
  const heads = ["report_sent_name", "report_sent_to", "report_sent_last", "report_sent_next", "report_sent_state"];
  byId("sent").hidden = !rows?.length;
  byId("sent-list").replaceChildren(
    h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col", textContent: text(key) })))),
    h("tbody", {}, (rows ?? []).map(line)),
  );
}
