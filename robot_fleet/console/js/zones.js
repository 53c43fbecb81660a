// Zones: closed on the map, and the dialog in which one command closes some for the weather or an event.

import { closeZones, openZones } from "./api.js";
import { confirms } from "./confirming.js";
import { ask, confirmByName } from "./dialogs.js";
import { h } from "./dom.js";
import { clockTime, robotName } from "./format.js";
import { named, text } from "./i18n.js";

const CAUSES = ["weather", "event", "other"];
const CLEAR_S = 120; // so long it takes until who was inside has left

/** Return whether a point is in a polygon. */
export function inside([x, y], outline) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [outline[i], outline[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

const shapes = (fleet) => new Map(fleet.site.zones.map((zone) => [zone.id, zone]));

/** Ids of the robots that a zone has in it and whose kind it concerns. */
export function robotsIn(fleet, zone) {
  const shape = shapes(fleet).get(zone);
  const concerned = (robot) => !shape.kinds.length || shape.kinds.includes(robot.kind);
  return fleet.robots.filter((robot) => concerned(robot) && inside([robot.x_m, robot.y_m], shape.outline)).map(({ id }) => id);
}

export const zoneName = (fleet, id) => named(fleet.zones.find((zone) => zone.id === id)?.name) || id;

/** One line about a closed zone: why, until when. */
export function zoneWords(zone) {
  const until = zone.until_s === null ? "" : text("zone_until", { time: clockTime(zone.until_s, false) });
  return [zone.cause ? text(`zone_cause.${zone.cause}`) : "", until, zone.reason].filter(Boolean).join(" · ");
}

/** Return what people can do about zones. */
export function zonesOf(fleet, confirming) {
  const names = (ids) => ids.map((id) => zoneName(fleet, id)).join(", ");

  async function open(ids) {
    await confirming.give(() => text("zones_opening", { zones: names(ids) }), () => openZones(ids), {
      taken: () => ids.every((id) => !fleet.zones.find((zone) => zone.id === id).closed),
    });
  }

  async function close(ids, given) {
    const caught = [...new Set(ids.flatMap((id) => robotsIn(fleet, id)))];
    const scope = ids.length === 1 ? ids[0] : fleet.site.id;
    if (caught.length) {
      const sure = await confirmByName({
        title: text("zones_caught", { n: caught.length }),
        body: text("zones_caught_means"),
        lines: [[text("zones"), names(ids)], [text("robots"), caught.map((id) => robotName(fleet, id)).join(", ")]],
        yes: text("zones_close"),
        name: scope,
      });
      if (!sure) return;
    }
    const until_s = given.until ? fleetSeconds(fleet, given.until) : null;
    await confirming.give(() => text("zones_closing", { zones: names(ids) }), () => closeZones(ids, { cause: given.cause, reason: given.reason, until_s }), {
      robots: fleet.robots.filter((robot) => robot.link !== "never").map(({ id }) => id),
      by: confirms.hasHeard,
      limit: CLEAR_S,
      taken: () => ids.every((id) => fleet.zones.find((zone) => zone.id === id).closed) && !ids.some((id) => robotsIn(fleet, id).some((robot) => fleet.robot(robot).state === "driving")),
    });
  }

  return {
    open,

    /** Choose zones to close; those that are closed can be opened here. */
    async choose() {
      const boxes = fleet.zones.map((zone) => zoneBox(fleet, zone));
      const outdoor = fleet.zones.filter((zone) => zone.outdoor && !zone.closed).map(({ id }) => id);
      const all = h("button", { type: "button", class: "button small", id: "zones-outdoor", disabled: !outdoor.length, textContent: text("zones_outdoor"), onclick: () => {
        for (const box of document.querySelectorAll("#dialog [name=zone]")) box.checked = outdoor.includes(box.value);
      } });
      const chosen = [];
      const given = await ask({
        title: text("zones_title"),
        body: text("zones_means"),
        fields: [
          h("fieldset", { class: "zone-list" }, h("legend", { textContent: text("zones") }), boxes),
          all,
          h("label", { class: "field" }, h("span", { textContent: text("zone_why") }),
            h("select", { name: "cause" }, CAUSES.map((cause) => h("option", { value: cause, textContent: text(`zone_cause.${cause}`) })))),
          h("label", { class: "field" }, h("span", { textContent: text("zone_until_when") }), h("input", { name: "until", type: "time" })),
          h("label", { class: "field" }, h("span", { textContent: text("reason") }),
            h("input", { name: "reason", maxLength: 200, autocomplete: "off", placeholder: text("no_people_data") })),
        ],
        yes: text("zones_close"),
        danger: true,
        read: (form) => chosen.push(...form.getAll("zone")),
      });
      if (given && chosen.length) await close(chosen, given);
    },
  };
}

function zoneBox(fleet, zone) {
  const caught = robotsIn(fleet, zone.id).length;
  const words = zone.closed ? `${text("zone_closed")} · ${zoneWords(zone)}` : caught ? text("zone_robots", { n: caught }) : "";
  return h("label", { class: "zone-choice" },
    h("input", { type: "checkbox", name: "zone", value: zone.id, disabled: zone.closed }),
    h("span", {}, named(zone.name), h("small", { textContent: words })));
}

/** Fleet seconds of the next time that the site's clocks show HH:MM. */
export function fleetSeconds(fleet, clock) {
  const [hours, minutes] = clock.split(":").map(Number);
  const day = Math.floor(fleet.now() / 86_400) * 86_400;
  const at = day + hours * 3600 + minutes * 60;
  return at > fleet.now() ? at : at + 86_400;
}
