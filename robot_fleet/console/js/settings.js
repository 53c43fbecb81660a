// How a person wants the pages: language and theme, side by side. The same buttons in the menu, on each page, at signing in.

import { h } from "./dom.js";
import { language, LANGUAGES, onLanguage, setLanguage, text } from "./i18n.js";
import { onTheme, setTheme, theme, THEMES } from "./theme.js";

/** Return the buttons; `chose()` is told that another language was chosen here. */
export function settings(chose = () => {}) {
  return h("div", { class: "settings" },
    h("div", { class: "choice", role: "group", "data-label": "language", "aria-label": text("language") }, Object.entries(LANGUAGES).map(([code, name]) =>
      h("button", { type: "button", lang: code, "data-language": code, "aria-pressed": String(code === language()), textContent: name, onclick: () => {
        setLanguage(code);
        chose();
      } }))),
    h("div", { class: "choice", role: "group", "data-label": "theme", "aria-label": text("theme") }, THEMES.map((name) =>
      h("button", { type: "button", "data-chooses": name, "data-text": `theme.${name}`, "aria-pressed": String(name === theme()), textContent: text(`theme.${name}`), onclick: () => setTheme(name) }))));
}

function press() {
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  for (const button of document.querySelectorAll("[data-chooses]")) button.setAttribute("aria-pressed", String(button.dataset.chooses === theme()));
}

onLanguage(press);
onTheme(press);
