// Who is signed in, and what they may do. A fleet without users asks nobody.

import { changePassword, getSession, getUsers, Refusal, signIn, signOut } from "./api.js";
import { ask, command, toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { text } from "./i18n.js";
import { settings } from "./settings.js";

let session = { users: false, signed_in: false, may: [] };
let withheld = [];
let names = new Map();
let entering = null; // a promise while the dialog is open

/** Whether whoever is here may do something. What needs a permission says so in `data-needs`, and is hidden without. */
export const may = (permission) => session.may.includes(permission) && !withheld.includes(permission);

/** Offer nothing that needs these permissions, whoever is here. */
export function withhold(permissions) {
  withheld = permissions;
  document.body.dataset.may = session.may.filter(may).join(" ");
}

/** Who is signed in (`user`, `name`), null where nobody is. */
export const signedIn = () => (session.signed_in ? session : null);

/** A sentence with the names of users where it has their ids. */
export const withNames = (sentence) => sentence.replace(/\bu-[0-9a-f]{8}\b/g, (id) => names.get(id) ?? id);

/** Resolve as soon as somebody is let in: at once, or after signing in. */
export async function admitted() {
  let found;
  try {
    found = await getSession();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return; // no server, or one that cannot tell: the stream will say so
  }
  const before = session.user;
  take(found);
  if (found.users && !found.signed_in) await enter(before ? "session_ended" : "");
}

/** Ask to sign in, over the page as it is; `why` is the key of what is said. */
export function enter(why = "session_ended") {
  entering ??= new Promise((resolve) => open(why, resolve)).finally(() => {
    entering = null;
  });
  return entering;
}

/** Put who is signed in into the bar, in the language of the moment. */
export function showPerson() {
  const box = byId("person");
  box.hidden = !session.signed_in;
  if (box.hidden) return;
  box.replaceChildren(
    h("button", { type: "button", class: "person-name", id: "person-name", title: text("password_change"), onclick: renew },
      h("strong", { textContent: session.name }), h("span", { textContent: text(`role.${session.role}`) })),
    h("button", { type: "button", class: "button small", id: "sign-out", textContent: text("sign_out"), onclick: leave }));
}

function take(found) {
  session = found;
  document.body.dataset.may = found.may.filter(may).join(" ");
  showPerson();
  if (found.users && found.signed_in) {
    getUsers().then((users) => {
      names = new Map(users.map(({ id, name }) => [id, name]));
    }, () => {}); // ids are shown then
  }
}

function open(why, done, known = session.name ?? "") {
  const dialog = h("dialog", { id: "sign-in", "aria-labelledby": "sign-in-title" });
  const error = h("p", { class: "error", id: "sign-in-error", role: "alert", hidden: true });
  const name = h("input", { id: "sign-in-name", name: "username", autocomplete: "username", required: true, maxLength: 64, autofocus: true, value: known });
  const password = h("input", { id: "sign-in-password", name: "password", type: "password", autocomplete: "current-password", required: true, maxLength: 256 });
  const button = h("button", { class: "button primary wide", id: "sign-in-send", textContent: text("sign_in") });
  const field = (key, input) => h("label", { class: "field" }, h("span", { textContent: text(key) }), input);
  const fail = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
  };
  const form = h("form", { class: "ask", method: "dialog", async onsubmit(event) {
    event.preventDefault();
    button.disabled = true;
    fail("");
    try {
      take(await signIn(name.value, password.value));
      dialog.remove();
      done();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      password.value = "";
      fail(refusal.sentence);
      password.focus();
    } finally {
      button.disabled = false;
    }
  } },
  h("h2", { id: "sign-in-title", textContent: text("sign_in_title") }),
  why ? h("p", { id: "sign-in-why", textContent: text(why) }) : null,
  field("user_name", name), field("password", password), error, button,
  settings(() => {
    dialog.remove();
    open(why, done, name.value);
  }));
  dialog.append(form);
  document.body.append(dialog);
  dialog.oncancel = (event) => event.preventDefault(); // there is nothing to go back to
  dialog.showModal();
  (name.value ? password : name).focus();
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code !== "request_sign_in_required") {
      toast(error.sentence, "bad");
      return;
    }
  }
  location.reload(); // nothing of the fleet stays on the screen
}

async function renew() {
  const field = (key, name, complete) => h("label", { class: "field" }, h("span", { textContent: text(key) }),
    h("input", { name, type: "password", autocomplete: complete, required: true, maxLength: 256 }));
  const given = await ask({
    title: text("password_change"),
    body: text("password_means"),
    fields: [field("password_old", "old", "current-password"), field("password_new", "new", "new-password")],
    yes: text("password_change"),
  });
  const changed = given && await command(() => changePassword(given.old, given.new), text("password_changed"));
  if (changed) take(changed);
}
