// A screen at a place where things are handed over and asked back. Nobody sees what whoever was there before has done.

import { h } from "./dom.js";
import { button, Guest, heading, line } from "./guest.js";
import { askFor } from "./guest_asking.js";
import { itemScreen } from "./guest_item.js";
import { keypad } from "./guest_keypad.js";
import { symbol } from "./guest_symbols.js";
import { firstLanguage, language, named, setLanguage, text } from "./i18n.js";
import { thingScreen } from "./guest_thing.js";

const IDLE_MS = 90_000;
const TICKET_DIGITS = 9;

const guest = new Guest(startScreen);
let idle = 0;

function startScreen() {
  return [
    heading(text("guest_hello")),
    ...guest.me.offers.map((offer) => button(named(offer.name), () => askFor(guest, offer, handedOver, () => guest.home()), { kind: "large", focus: offer.id, symbol: symbol(offer.symbol), "data-offer": offer.id })),
    givesBack() ? button(text("guest_take_back"), takeBack, { kind: "large", focus: "take-back", symbol: symbol("bag"), id: "take-back" }) : null,
  ].filter(Boolean);
}

/** Whether anything can be asked for by a number here: not where all that is handed over goes where its owner goes. */
function givesBack() {
  const { offers } = guest.me;
  return !offers.length || offers.some(({ ticket }) => ticket);
}

/** After something was handed over: the number to get it back, first of all. */
function handedOver(answer) {
  guest.show(() => thingScreen(guest, answer.task, () => [
    answer.ticket ? h("div", { class: "guest-ticket" },
      h("p", { class: "guest-line", textContent: text("guest_ticket") }),
      h("p", { class: "guest-number", id: "ticket", textContent: answer.ticket.replace(/(\d{3})(?=\d)/g, "$1-") }),
      h("p", { class: "guest-small", textContent: text("guest_ticket_means") }),
      answer.qr_svg ? h("div", { class: "guest-qr" },
        h("img", { id: "qr", src: `data:image/svg+xml,${encodeURIComponent(answer.qr_svg)}`, alt: text("guest_qr_alt") }),
        h("p", { class: "guest-small", textContent: text("guest_qr") })) : null) : null,
    finish(),
  ].filter(Boolean)));
}

function takeBack() {
  const typed = { digits: "", refused: "" };
  const screen = () => [
    heading(text("guest_ticket_type")),
    typed.refused ? h("p", { class: "guest-refused", role: "alert", textContent: typed.refused }) : null,
    keypad(typed, TICKET_DIGITS, text("guest_ticket_type"), () => guest.draw(), async (digits) => {
      typed.refused = "";
      try {
        const { secret } = await guest.calls.takeTicket(digits);
        await guest.use(secret);
        guest.show(mineScreen);
      } catch (refusal) {
        typed.refused = refusal.sentence;
      } finally {
        typed.digits = "";
        guest.draw();
      }
    }),
    button(text("guest_back"), () => guest.home(), { kind: "quiet", focus: "back" }),
  ].filter(Boolean);
  guest.show(screen);
}

function mineScreen() {
  return itemScreen(guest, () => guest.show(mineScreen), [finish()]);
}

const finish = () => button(text("guest_finish"), leave, { kind: "quiet", focus: "finish", id: "finish" });

async function leave() {
  if (language() !== firstLanguage()) setLanguage(firstLanguage());
  guest.screen = startScreen; // before anything is known of the kiosk again, nothing of anybody is shown
  await guest.use();
  guest.home();
}

function stir() {
  clearTimeout(idle);
  idle = setTimeout(() => {
    if (guest.screen !== startScreen) leave();
    stir();
  }, IDLE_MS);
}

for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, stir);
stir();
guest.begin();
