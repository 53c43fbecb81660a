// What nobody may overlook, over the map: a lost connection, alarms that rang meanwhile, stopped robots, a held fleet.

import { byId, h, keepRows } from "./dom.js";
import { eventLed, eventTitle, openEvents } from "./events.js";
import { clockTime, robotName } from "./format.js";
import { named, text } from "./i18n.js";
import { withNames } from "./session.js";
import { zoneWords } from "./zones.js";

const STOPPED_SHOWN = 2; // so many emergency stops have a banner each; more share one

export class Banners {
  /** `act` does what banners ask for: `letGo(robot)`, `showRobots()`, `stopInPlace()`, `openZones(ids)`, `incident(id)`. */
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
    const rows = [
      lost ? this.#banner("bad", "banner-lost", text("lost"), fleet.site ? text("lost_since", { time: clockTime(fleet.clock.t) }) : text("connecting")) : null,
      rings ? this.#banner("bad", "banner-missed", text("missed", { n: rings }), text("missed_means"), ["close", () => this.#forget()]) : null,
      ...this.#stopped(stopped),
      ...openEvents(fleet).map((event) => this.#event(event)),
      fleet.hold ? this.#hold() : null,
      ...this.#zones(),
      fleet.shift ? this.#banner("warn", "banner-shift", text("shift_waits"), text("shift_waits_means", { by: withNames(fleet.shift.by), time: clockTime(fleet.shift.at_s, false) }), ["shift_see", () => location.assign("shift.html")]) : null,
    ];
    keepRows(byId("banners"), rows.filter(Boolean), ({ id }) => id, ({ outerHTML }) => outerHTML, (row) => row);
  }

  #event(event) {
    const since = text("event_since", { time: clockTime(event.happened_s, false), led: eventLed(event) });
    return this.#banner(event.exercise ? "warn" : "bad", `banner-event-${event.id}`, eventTitle(event), since, ["event_see", () => this.act.incident(event.incident), "cases"]);
  }

  #hold() {
    const { fleet } = this;
    if (fleet.inPlace) return this.#banner("warn", "banner-hold", text("held_in_place"), text("held_in_place_means"));
    const moving = fleet.robots.filter((robot) => robot.state === "driving" && fleet.freshness(robot) === "live").length;
    const caught = this.#caught();
    const means = caught.length ? text("held_in_the_way", { robots: caught.map((id) => robotName(fleet, id)).join(", ") }) : moving ? text("held_moving", { n: moving }) : text("held_means");
    return this.#banner("warn", "banner-hold", text("held"), means, ["stop_in_place", () => this.act.stopInPlace(), "operate"]);
  }

  /** Robots that say that they are held where nobody should stand. */
  #caught() {
    return this.fleet.robots.filter(({ conditions }) => conditions?.includes("held_in_the_way")).map(({ id }) => id);
  }

  /** Zones that are closed for one cause until one time share a banner. */
  #zones() {
    const groups = new Map();
    for (const zone of this.fleet.zones.filter(({ closed, since_s }) => closed && since_s !== null)) {
      const words = zoneWords(zone);
      groups.set(words, [...(groups.get(words) ?? []), zone]);
    }
    return [...groups].map(([words, zones]) => this.#banner("warn", `banner-zone-${zones[0].id}`,
      text("zones_closed", { zones: zones.map((zone) => named(zone.name)).join(", ") }), words, ["zones_open", () => this.act.openZones(zones.map(({ id }) => id)), "operate"]));
  }

  #stopped(robots) {
    if (robots.length > STOPPED_SHOWN) {
      return [this.#banner("stop", "banner-stopped", text("stopped_many", { n: robots.length }), text("stopped_means"), ["show", this.act.showRobots])];
    }
    return robots.map((id) => this.#banner("stop", `banner-stopped-${id}`, text("stopped", { robot: robotName(this.fleet, id) }), text("stopped_means"), ["let_go", () => this.act.letGo(id)]));
  }

  #banner(tone, id, title, body, [label, onclick, needs = label === "let_go" ? "operate" : null] = []) {
    return h("div", { class: `banner ${tone}`, id }, h("strong", { textContent: title }), h("span", { textContent: body }),
      label ? h("button", { type: "button", class: "button small", "data-focus": id, "data-needs": needs, textContent: text(label), onclick }) : null);
  }

  #forget() {
    this.missed.clear();
    this.render(false);
  }
}
