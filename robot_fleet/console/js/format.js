// Numbers and times as people read them.

import { named, text } from "./i18n.js";

const two = (value) => String(value).padStart(2, "0");

/** HH:MM:SS of fleet seconds since midnight; days after the first wrap. */
export function clockTime(t, seconds = true) {
  const whole = Math.floor(t);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  return seconds ? `${two(hours)}:${two(minutes)}:${two(whole % 60)}` : `${two(hours)}:${two(minutes)}`;
}

/** A short duration: seconds below 100 s, else minutes, else hours. */
export function duration(seconds) {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 100) return text("seconds", { n: whole });
  if (whole < 5400) return text("minutes", { n: Math.round(whole / 60) });
  return text("hours", { n: (whole / 3600).toFixed(1) });
}

export const placeName = (fleet, id) => named(fleet.places.get(id)?.name) || id;
export const robotName = (fleet, id) => named(fleet.robot(id)?.name) || id;
export const serviceName = (fleet, id) => named(fleet.services.get(id)?.name) || id;
export const kindName = (fleet, id) => named(fleet.kinds.get(id)?.name) || id;
export const plain = (word) => word.replaceAll("_", " ");
