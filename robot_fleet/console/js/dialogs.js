// Questions that want an answer before anything happens, and short notes that go away by themselves.

import { Refusal } from "./api.js";
import { byId, h } from "./dom.js";
import { text } from "./i18n.js";

/** Ask; resolve to true only if the person confirms. `lines` are [label, value] pairs shown under the question. */
export async function confirm(question) {
  return (await ask(question)) !== null;
}

/** Ask, and have the name typed of what the command is about: a slip cannot confirm it. Resolve to whether it was. */
export async function confirmByName({ name, ...question }) {
  return (await ask({ ...question, danger: true, typed: name })) !== null;
}

/**
 * Ask with fields to fill in (elements with a `name`); resolve to their values, or to null if nothing is to happen.
 * Without `yes` there is nothing to confirm. `typed` is a word that has to be typed before it can be confirmed, `other` is [text, act] of a further way out, and
 * `read` is given the form where a name has several values.
 */
export function ask({ title, body, lines = [], fields = [], yes, danger = false, typed = "", other = null, read = () => {} }) {
  const dialog = byId("dialog");
  return new Promise((resolve) => {
    const content = h("form", { method: "dialog", class: "ask" },
      h("h2", { id: "dialog-title", textContent: title }),
      body ? h("p", { textContent: body }) : null,
      lines.length ? h("dl", { class: "pairs" }, lines.flatMap(([label, value]) => [h("dt", { textContent: label }), h("dd", { textContent: value })])) : null,
      fields.filter(Boolean),
      typed ? typing(typed) : null,
      other ? h("button", { type: "button", class: "button small ask-other", id: "ask-other", textContent: other[0], onclick: () => {
        dialog.addEventListener("close", () => other[1](), { once: true }); // after this question is over
        dialog.close("no");
      } }) : null,
      h("div", { class: "ask-buttons" },
        h("button", { type: "button", class: "button", textContent: text(yes ? "back" : "close"), onclick: () => dialog.close("no") }),
        yes ? h("button", { class: `button ${danger ? "danger" : "primary"}`, value: "yes", textContent: yes, disabled: Boolean(typed), autofocus: !fields.length && !typed }) : null,
      ),
    );
    dialog.replaceChildren(content);
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.returnValue = "no";
    const told = () => {
      if (dialog.returnValue !== "yes") return null;
      const form = new FormData(content);
      read(form);
      return Object.fromEntries(form);
    };
    dialog.addEventListener("close", () => resolve(told()), { once: true });
    dialog.showModal();
  });
}

/** The field of a name that has to be typed; the confirming button waits for it. */
function typing(name) {
  const [before, after] = text("type_to_confirm", { name: "\n" }).split("\n");
  return h("label", { class: "field typed" },
    h("span", {}, before, h("code", { textContent: name }), after),
    h("input", { name: "typed", required: true, autocomplete: "off", autocapitalize: "off", spellcheck: false, autofocus: true, oninput: ({ target }) => {
      target.form.querySelector('[value="yes"]').disabled = target.value.trim() !== name;
    } }));
}

/** Show a note for some seconds; `kind` is good or bad. */
export function toast(message, kind = "good") {
  const note = h("div", { class: `toast ${kind}`, textContent: message });
  byId("toasts").append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 9000 : 4500);
}

/** Do something, say what came of it (`done`, its words or what makes them of the answer), and return the answer, null if it was refused. */
export async function command(action, done) {
  try {
    const answer = await action();
    toast(typeof done === "function" ? done(answer) : done);
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast(error.sentence, "bad");
    return null;
  }
}
