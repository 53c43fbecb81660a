// Large digits for a code or a ticket: the same at a kiosk, which has no keyboard, and on a telephone.

import { h } from "./dom.js";
import { text } from "./i18n.js";

/**
 * Return a keypad for `length` digits; `typed` is a `{ digits }` that outlives the element, `done(digits)` is called
 * when all are there. `changed()` draws the screen anew.
 */
export function keypad(typed, length, label, changed, done, locked = false) {
  const press = (digit) => {
    if (typed.digits.length >= length) return;
    typed.digits += digit;
    changed();
    if (typed.digits.length === length) done(typed.digits);
  };
  const wipe = () => {
    typed.digits = typed.digits.slice(0, -1);
    changed();
  };
  const key = (digit) => h("button", { type: "button", class: "guest-key", "data-focus": `key-${digit}`, disabled: locked, textContent: digit, onclick: () => press(digit) });
  const places = Array.from({ length }, (_, at) => h("span", { class: at < typed.digits.length ? "full" : "", textContent: typed.digits[at] ?? "" }));
  return h("div", { class: "guest-keypad", role: "group", "aria-label": label, onkeydown: (event) => {
    if (locked) return;
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") wipe();
  } },
  h("p", { class: `guest-digits ${length > 4 ? "many" : ""}`, role: "img", "aria-label": text("guest_typed", { n: typed.digits.length, all: length }) }, places),
  ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
  h("button", { type: "button", class: "guest-key wipe", "data-focus": "key-wipe", disabled: locked, textContent: text("guest_wipe"), onclick: wipe }),
  key("0"));
}
