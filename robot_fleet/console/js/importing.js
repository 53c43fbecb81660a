// Requests out of a CSV file: looked at first, and then taken on whole, or not at all.

import { importTasks, Refusal } from "./api.js";
import { toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { text } from "./i18n.js";

/** Ask for a file, show what is wrong with it by line, and take its requests on. */
export function importFile() {
  const dialog = byId("dialog");
  let csv = null;
  const found = h("div", { class: "found", id: "import-found", role: "status" });
  const take = h("button", { type: "submit", class: "button primary", id: "import-take", disabled: true, textContent: text("import_take", { n: 0 }) });

  async function look(event) {
    take.disabled = true;
    csv = null;
    const [file] = event.target.files;
    if (!file) return found.replaceChildren();
    try {
      const content = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      const { tasks } = await importTasks(content, true);
      csv = content;
      found.replaceChildren(h("p", { textContent: text("import_good", { n: tasks.length }) }));
      take.textContent = text("import_take", { n: tasks.length });
      take.disabled = !tasks.length;
    } catch (error) {
      show(error instanceof TypeError ? new Refusal("request_file_malformed", "", "") : error);
    }
  }

  function show(error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.lines?.length) return found.replaceChildren(h("p", { class: "error", textContent: error.sentence }));
    found.replaceChildren(
      h("p", { class: "error", textContent: text("import_bad", { n: error.lines.length }) }),
      h("div", { class: "lines", tabIndex: 0, role: "region", "aria-label": text("import_wrong") }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col", textContent: text("import_line") }), h("th", { scope: "col", textContent: text("import_wrong") }))),
        h("tbody", {}, error.lines.map(({ line, code, message, where }) => h("tr", {},
          h("th", { scope: "row", textContent: line || "–" }),
          h("td", { title: message, "data-code": code, textContent: text(`error.${code}`, { where }, message) })))))));
  }

  async function send(event) {
    event.preventDefault();
    if (csv === null) return;
    take.disabled = true;
    try {
      const { tasks } = await importTasks(csv, false);
      dialog.close();
      toast(text("import_done", { n: tasks.length }));
    } catch (error) {
      show(error);
    }
  }

  dialog.replaceChildren(h("form", { class: "ask", onsubmit: send },
    h("h2", { id: "dialog-title", textContent: text("import_title") }),
    h("p", { textContent: text("import_means") }),
    h("label", { class: "field" }, h("span", { textContent: text("import_file") }),
      h("input", { type: "file", id: "import-file", accept: ".csv,text/csv", autofocus: true, onchange: look })),
    found,
    h("div", { class: "ask-buttons" },
      h("button", { type: "button", class: "button", textContent: text("back"), onclick: () => dialog.close() }),
      take)));
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.showModal();
}
