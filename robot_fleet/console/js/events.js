// Events of the city: what people read of them, and how they say that one is over.

import { named, text } from "./i18n.js";

/** The events that are not over, the newest first. */
export const openEvents = (fleet) => fleet.events.filter(({ state }) => state === "open").reverse();

/** What has happened where; of an exercise that it is one. */
export function eventTitle(event) {
  const title = `${named(event.name)} · ${named(event.area)}`;
  return event.exercise ? text("event_drill", { event: title }) : title;
}

/** The event that an incident is of, if it is of one. */
export const eventOf = (fleet, incident) => fleet.events.find((event) => event.incident === incident.id);

/** What an event has led to, in a sentence. */
export function eventLed(event) {
  const led = ["held", "closed", "put_off", "task", "refused"].filter((sort) => event.led[sort]?.length)
    .map((sort) => text(`event_led.${sort}`, { n: event.led[sort].length }));
  if (event.on_site_s !== null) led.push(text("event_on_site", { s: Math.round(event.on_site_s - event.happened_s) }));
  return led.join(" · ") || text("event_led_nothing");
}
