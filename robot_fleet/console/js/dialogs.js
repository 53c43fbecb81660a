// Questions that want an answer before anything happens, and short notes that go away by themselves.

import { byId, h } from "./dom.js";
import { text } from "./i18n.js";

/** Ask; resolve to true only if the person confirms. `lines` are [label, value] pairs shown under the question. */
export async function confirm(question) {
  return (await ask(question)) !== null;
}

/** Ask with fields to fill in (elements with a `name`); resolve to their values, or to null if nothing is to happen. */
export function ask({ title, body, lines = [], fields = [], yes, danger = false }) {
  const dialog = byId("dialog");
  return new Promise((resolve) => {
    const content = h("form", { method: "dialog", class: "ask" },
      h("h2", { id: "dialog-title", textContent: title }),
      body ? h("p", { textContent: body }) : null,
      lines.length ? h("dl", { class: "pairs" }, lines.flatMap(([label, value]) => [h("dt", { textContent: label }), h("dd", { textContent: value })])) : null,
      fields,
      h("div", { class: "ask-buttons" },
        h("button", { type: "button", class: "button", textContent: text("back"), onclick: () => dialog.close("no") }),
        h("button", { class: `button ${danger ? "danger" : "primary"}`, value: "yes", textContent: yes, autofocus: !fields.length }),
      ),
    );
    dialog.replaceChildren(content);
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.returnValue = "no";
    const told = () => (dialog.returnValue === "yes" ? Object.fromEntries(new FormData(content)) : null);
    dialog.addEventListener("close", () => resolve(told()), { once: true });
    dialog.showModal();
  });
}

/** Show a note for some seconds; `kind` is good or bad. */
export function toast(message, kind = "good") {
  const note = h("div", { class: `toast ${kind}`, textContent: message });
  byId("toasts").append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 9000 : 4500);
}
