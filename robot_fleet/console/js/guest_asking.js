// Asking for something, one question at a time: plate, which of several, when, what must be so, and: shall it be done?

import { newKey } from "./api.js";
import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { button, heading, line } from "./guest.js";
import { symbol } from "./guest_symbols.js";
import { named, text } from "./i18n.js";

/** Lead through an offer; `asked(answer)` gets what came of it, `back()` is where "no" leads. */
export function askFor(guest, offer, asked, back) {
  const wish = { offer: offer.id, choice: "", in_s: offer.in_s[0] ?? 0, confirmed: false, plate: "" };
  const key = newKey("ask");
  const questions = [
    offer.plate && plateOf,
    offer.choices.length && choiceOf,
    offer.in_s.length > 1 && timeOf,
    offer.confirm.length && confirmOf,
    sendOf,
  ].filter(Boolean);
  let at = 0;
  const flow = {
    guest, offer, wish, key, asked, refused: "", sending: false, ticked: new Set(),
    next() {
      at += 1;
      guest.show(() => questions[at](flow));
    },
    back() {
      flow.refused = "";
      at -= 1;
      if (at < 0) back();
      else guest.show(() => questions[at](flow));
    },
  };
  guest.show(() => questions[0](flow));
}

const backButton = (flow) => button(text("guest_back"), () => flow.back(), { kind: "quiet", focus: "back" });

function plateOf(flow) {
  const { wish } = flow;
  const input = h("input", {
    id: "plate", class: "guest-input", type: "text", autocomplete: "off", maxLength: 14, value: wish.plate,
    "aria-describedby": "plate-means", "data-focus": "plate",
    oninput: (event) => {
      wish.plate = event.target.value;
    },
  });
  const form = h("form", { class: "guest-form", onsubmit: (event) => {
    event.preventDefault();
    wish.plate = input.value;
    if (wish.plate.trim()) flow.next();
    else input.focus();
  } },
  h("label", { class: "guest-line", htmlFor: "plate", textContent: text("guest_plate") }),
  input,
  h("p", { class: "guest-small", id: "plate-means", textContent: text("guest_plate_means") }),
  h("button", { class: "guest-button main", "data-focus": "next" }, h("span", { class: "guest-words", textContent: text("guest_next") })));
  return [heading(named(flow.offer.name)), form, backButton(flow)];
}

function choiceOf(flow) {
  return [
    heading(text("guest_which")),
    ...flow.offer.choices.map((choice) => button(named(choice.name), () => {
      flow.wish.choice = choice.id;
      flow.next();
    }, { focus: choice.id, symbol: symbol(choice.symbol), under: named(choice.example), "data-choice": choice.id })),
    backButton(flow),
  ];
}

function timeOf(flow) {
  const now = Math.floor(flow.guest.me.now_s / 60) * 60; // whole minutes: the screen is still while somebody reads
  return [
    heading(text("guest_when")),
    ...flow.offer.in_s.map((in_s) => button(in_s ? text("guest_in", { n: Math.round(in_s / 60) }) : text("guest_at_once"), () => {
      flow.wish.in_s = in_s;
      flow.next();
    }, { focus: `in-${in_s}`, under: text("guest_about", { time: clockTime(now + in_s, false) }), "data-in": in_s })),
    backButton(flow),
  ];
}

function confirmOf(flow) {
  const { ticked, offer } = flow;
  const all = ticked.size === offer.confirm.length;
  return [
    heading(text("guest_confirm")),
    ...offer.confirm.map((words, number) => button(named(words), () => {
      if (ticked.has(number)) ticked.delete(number);
      else ticked.add(number);
      flow.guest.draw();
    }, { kind: "tick", focus: `tick-${number}`, "aria-pressed": String(ticked.has(number)), "data-confirms": number })),
    button(text("guest_next"), () => {
      flow.wish.confirmed = true;
      flow.next();
    }, { kind: "main", focus: "next", disabled: !all }),
    backButton(flow),
  ];
}

function sendOf(flow) {
  const { offer, wish } = flow;
  const choice = offer.choices.find((each) => each.id === wish.choice);
  const parts = [named(offer.name), choice && named(choice.name), wish.in_s ? text("guest_in", { n: Math.round(wish.in_s / 60) }) : null];
  return [
    heading(text("guest_shall")),
    line(parts.filter(Boolean).join(" · "), "big"),
    flow.refused ? h("p", { class: "guest-refused", role: "alert", textContent: flow.refused }) : null,
    button(text(flow.sending ? "guest_sending" : "guest_yes"), () => send(flow), { kind: "main", focus: "yes", disabled: flow.sending }),
    button(text("guest_no"), () => flow.back(), { kind: "quiet", focus: "no" }),
  ].filter(Boolean);
}

async function send(flow) {
  const { guest } = flow;
  flow.sending = true;
  flow.refused = "";
  guest.draw();
  try {
    const answer = await guest.calls.ask(flow.key, flow.wish); // the same key again: asked once, however often it is sent
    await guest.look();
    flow.asked(answer);
  } catch (refusal) {
    flow.refused = refusal.sentence;
    if (!refusal.lost) flow.key = newKey("ask"); // it was refused, and may be asked anew
  } finally {
    flow.sending = false;
    guest.draw();
  }
}
