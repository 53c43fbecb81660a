// The bar of the pages beside the console: what the page is, the way back, how it is wanted, who is signed in.

import { byId, h } from "./dom.js";
import { applyTexts, loadTexts, onLanguage, text } from "./i18n.js";
import { showPerson } from "./session.js";
import { settings } from "./settings.js";

/**
 * Load the texts and put the bar of the page with this title up; `render()` brings the rest into another language.
 * `links` are pages beside this one: `{id, href, text}`.
 */
export async function openPage(title, render, links = []) {
  await loadTexts();
  byId("head").replaceChildren(
    h("div", { class: "brand" }, h("img", { src: "icon.svg", alt: "", width: 26, height: 26 }), h("h1", { "data-text": title })),
    h("div", { class: "bar-right" },
      links.map(({ id, href, text: name }) => h("a", { class: "button small link", id, href, "data-text": name })),
      h("a", { class: "button small link", href: "./", "data-text": "to_console" }),
      settings(),
      h("div", { class: "person", id: "person", hidden: true })));
  const relabel = () => {
    applyTexts();
    document.title = `${text(title)} · robot_fleet`;
    showPerson();
    render();
  };
  onLanguage(relabel);
  relabel();
}
