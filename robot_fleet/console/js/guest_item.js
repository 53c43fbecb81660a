// What somebody has handed over: where it is, and asking for it back.

import { button, heading, line } from "./guest.js";
import { askFor } from "./guest_asking.js";
import { symbol } from "./guest_symbols.js";
import { thingScreen } from "./guest_thing.js";
import { named, text } from "./i18n.js";

/** The elements of an item; `home()` shows it anew after something was asked for, `more` are what the page adds. */
export function itemScreen(guest, home, more = []) {
  const { item, things, offers } = guest.me;
  const open = things.find((thing) => thing.ended_s === null);
  const newest = open ?? things[0] ?? null;
  const stands = item.at ? line(text("guest_stands", { place: named(item.at) }), "big stands") : item.moving ? line(text("guest_moving"), "big") : line(text("guest_gone"));
  const asks = offers.map((offer) => button(named(offer.name), () => askFor(guest, offer, home, home), { kind: "main", focus: offer.id, symbol: symbol(offer.symbol), "data-offer": offer.id }));
  const below = () => [stands, ...asks, ...more];
  if (newest) return thingScreen(guest, newest.id, below);
  return [heading(text("guest_item")), ...below()];
}
