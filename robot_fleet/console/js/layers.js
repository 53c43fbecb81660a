// What the map shows beside robots, alarms and walls, as each person likes it; kept in the browser.

import { byId, h } from "./dom.js";
import { named, text } from "./i18n.js";

const USUAL = { obstacles: true, ways: false, lanes: false, places: true, items: true, names: false };

export class Layers {
  /** `changed()` is told whenever something else is to be shown; `levels` has `all()`, `shown()` and `show(id)`. */
  constructor(changed, levels) {
    this.changed = changed;
    this.levels = levels;
    this.shown = { ...USUAL, ...kept() };
    this.button = byId("layers-open");
    this.box = byId("layers");
    this.box.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") this.render();
    });
    this.box.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      this.button.setAttribute("aria-expanded", String(open));
      if (open) this.#place();
    });
  }

  has(name) {
    return this.shown[name];
  }

  set(name, on) {
    this.shown[name] = on;
    try {
      localStorage.setItem("layers", JSON.stringify(this.shown));
    } catch {
      // a browser that keeps nothing shows the usual layers next time
    }
    this.changed();
  }

  render() {
    this.box.replaceChildren(...this.#levels(), h("fieldset", {}, h("legend", { textContent: text("layers") }),
      Object.keys(USUAL).map((name) => h("label", { class: "layer" },
        h("input", { type: "checkbox", id: `layer-${name}`, checked: this.shown[name], onchange: (event) => this.set(name, event.target.checked) }),
        h("span", { textContent: text(`layer.${name}`) })))));
  }

  /** One of the levels is shown, where there are several. */
  #levels() {
    const all = this.levels.all();
    if (all.length < 2) return [];
    return [h("fieldset", {}, h("legend", { textContent: text("level") }),
      all.map(({ id, name }) => h("label", { class: "layer" },
        h("input", { type: "radio", name: "level", id: `level-${id}`, checked: this.levels.shown() === id, onchange: () => this.levels.show(id) }),
        h("span", { textContent: named(name) }))))];
  }

  /** Another level is shown, be it that the robot which is followed went there: the switch says so. */
  mark(level) {
    const button = document.getElementById(`level-${level}`);
    if (button) button.checked = true;
  }

  #place() {
    const beside = this.button.getBoundingClientRect();
    this.box.style.left = `${beside.right + 8}px`;
    this.box.style.bottom = `${innerHeight - beside.bottom}px`;
  }
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem("layers") ?? "{}");
    return Object.fromEntries(Object.keys(USUAL).filter((name) => typeof found[name] === "boolean").map((name) => [name, found[name]]));
  } catch {
    return {};
  }
}
