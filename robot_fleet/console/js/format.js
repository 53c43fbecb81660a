// Numbers and times as people read them.

import { language, named, text } from "./i18n.js";

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

/** The site's local date, or date and time, as people write it: `2026-11-27T09:00`. */
export function localTime(local) {
  const form = { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" };
  const timed = local.includes("T") ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : {};
  return new Date(`${local}${local.includes("T") ? "" : "T00:00"}Z`).toLocaleString(language(), { ...form, ...timed });
}

/** Whether a figure's unit is money: `won`, or the code of another currency. */
export const isMoney = (unit) => unit === "won" || /^[A-Z]{3}$/.test(unit);
/** A unit as people write it. */
export const unitSign = (unit) => (unit === "won" ? "₩" : unit);

export const placeName = (fleet, id) => named(fleet.places.get(id)?.name) || id;
export const robotName = (fleet, id) => named(fleet.robot(id)?.name) || id;
export const scheduleName = (fleet, id) => fleet.schedules.find((row) => row.id === id)?.name ?? id;
export const serviceName = (fleet, id) => named(fleet.services.get(id)?.name) || id;
export const kindName = (fleet, id) => named(fleet.kinds.get(id)?.name) || id;
export const plain = (word) => word.replaceAll("_", " ");
