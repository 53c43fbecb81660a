// What nobody may overlook, over the map: a lost connection, alarms that rang meanwhile, stopped robots, a held fleet.

import { byId, h } from "./dom.js";
import { clockTime, robotName } from "./format.js";
import { language, text } from "./i18n.js";

const STOPPED_SHOWN = 2; // so many emergency stops have a banner each; more share one

export class Banners {
  /** `act` does what banners ask for: `letGo(robot)`, `showRobots()`. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.ringing = null; // what rang when the connection was lost
    this.missed = new Set();
  }

  /** The connection came or went. */
  connection(live) {
    const ringing = this.fleet.alarms.filter(({ state }) => state === "active").map(({ id }) => id);
    if (!this.fleet.site) return; // it has not come yet: nothing was missed
    if (!live) this.ringing ??= new Set(ringing);
    else if (this.ringing) {
      this.missed = new Set(ringing.filter((id) => !this.ringing.has(id)));
      this.ringing = null;
    }
  }

  render(lost) {
    const { fleet } = this;
    const rings = fleet.alarms.filter(({ id, state }) => state === "active" && this.missed.has(id)).length;
    const stopped = fleet.robots.filter((robot) => robot.stopped).map(({ id }) => id);
    const sign = JSON.stringify([lost, !fleet.site, fleet.hold, rings, stopped, language()]);
    const box = byId("banners");
    if (box.dataset.sign === sign) return;
    box.dataset.sign = sign;
    const rows = [
      lost ? this.#banner("bad", "banner-lost", text("lost"), fleet.site ? text("lost_since", { time: clockTime(fleet.clock.t) }) : text("connecting")) : null,
      rings ? this.#banner("bad", "banner-missed", text("missed", { n: rings }), text("missed_means"), ["close", () => this.#forget()]) : null,
      ...this.#stopped(stopped),
      fleet.hold ? this.#banner("warn", "banner-hold", text("held"), text("held_means")) : null,
    ];
    box.replaceChildren(...rows.filter(Boolean));
  }

  #stopped(robots) {
    if (robots.length > STOPPED_SHOWN) {
      return [this.#banner("stop", "banner-stopped", text("stopped_many", { n: robots.length }), text("stopped_means"), ["show", this.act.showRobots])];
    }
    return robots.map((id) => this.#banner("stop", `banner-stopped-${id}`, text("stopped", { robot: robotName(this.fleet, id) }), text("stopped_means"), ["let_go", () => this.act.letGo(id)]));
  }

  #banner(tone, id, title, body, [label, onclick] = []) {
    return h("div", { class: `banner ${tone}`, id }, h("strong", { textContent: title }), h("span", { textContent: body }),
      label ? h("button", { type: "button", class: "button small", "data-needs": label === "let_go" ? "operate" : null, textContent: text(label), onclick }) : null);
  }

  #forget() {
    this.missed.clear();
    this.render(false);
  }
}
