// The page of whoever lives or works at a place: what may be asked for, what is coming, what a robot asks.

import { button, Guest, heading, line } from "./guest.js";
import { askFor } from "./guest_asking.js";
import { symbol } from "./guest_symbols.js";
import { row, thingScreen } from "./guest_thing.js";
import { named, text } from "./i18n.js";

const guest = new Guest(homeScreen);

function homeScreen() {
  const { me } = guest;
  const coming = me.things.filter((thing) => thing.ended_s === null || thing.may_rate);
  return [
    heading(text("guest_home")),
    ...coming.map((thing) => row(guest, thing, () => open(thing.id))),
    coming.length ? null : line(text("guest_nothing")),
    me.offers.length ? button(text("guest_ask"), () => guest.show(offersScreen), { kind: "main", focus: "ask", id: "ask" }) : null,
  ].filter(Boolean);
}

function offersScreen() {
  return [
    heading(text("guest_ask")),
    ...guest.me.offers.map((offer) => button(named(offer.name), () => askFor(guest, offer, asked, () => guest.show(offersScreen)), { focus: offer.id, symbol: symbol(offer.symbol), "data-offer": offer.id })),
    button(text("guest_back"), () => guest.home(), { kind: "quiet", focus: "back" }),
  ];
}

let code = null; // of what was asked for just now

function asked(answer) {
  code = answer.code && { task: answer.task, digits: answer.code };
  open(answer.task);
}

function open(id) {
  guest.show(() => thingScreen(guest, id, () => [
    code?.task === id ? line(text("guest_your_code", { code: code.digits }), "big") : null,
    button(text("guest_back"), () => guest.home(), { kind: "quiet", focus: "back" }),
  ].filter(Boolean)));
}

guest.begin();
