// One thing that is done for somebody: how far it is, when it comes, what its robot asks, and how it was.

import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { button, heading, line } from "./guest.js";
import { keypad } from "./guest_keypad.js";
import { named, text } from "./i18n.js";

const PHASES = ["asked", "coming", "here", "done"];
const STARS = [1, 2, 3, 4, 5];
const CODE_DIGITS = 4;

/** What a person has typed or chosen, by task: it outlives the elements. */
const kept = new Map();

function own(task) {
  if (!kept.has(task)) kept.set(task, { digits: "", stars: 0, words: new Set(), refused: "", busy: false });
  return kept.get(task);
}

/** A simple picture of how far it is, which reads as one sentence. */
function progress(thing) {
  const at = thing.phase === "failed" ? -1 : PHASES.indexOf(thing.phase);
  const words = text(`guest_phase.${thing.phase}`);
  return h("div", { class: `guest-progress ${thing.phase}`, role: "img", "aria-label": at < 0 ? words : text("guest_step", { n: at + 1, all: PHASES.length, words }) },
    PHASES.map((_, number) => h("span", { class: number <= at ? "full" : "" })));
}

/** When it is expected, in words of everyday. */
function expected(guest, thing) {
  if (thing.expected_s === null || thing.ended_s !== null || thing.phase === "here") return null;
  const minutes = Math.max(1, Math.round((thing.expected_s - guest.me.now_s) / 60));
  const time = clockTime(thing.expected_s, false);
  return line(minutes > 90 ? text("guest_about", { time }) : text("guest_about_in", { time, n: minutes }), "big");
}

/** A row of a list, that opens the thing. */
export function row(guest, thing, open) {
  const asks = thing.prompt ? text("guest_asks") : text(`guest_phase.${thing.phase}`);
  return button(named(thing.service), open, { kind: thing.prompt ? "asks" : "", focus: `thing-${thing.id}`, under: asks, "data-thing": thing.id });
}

/** The elements of a thing; `more` are what the page adds below. */
export function thingScreen(guest, id, more = () => []) {
  const thing = guest.me.things.find((each) => each.id === id);
  if (!thing) return [heading(text("guest_none")), ...more(null)];
  const state = own(id);
  const parts = [heading(named(thing.service)), progress(thing), line(text(`guest_phase.${thing.phase}`), "big phase")];
  if (thing.outcome) parts.push(line(named(thing.outcome)));
  if (thing.robot && thing.ended_s === null) parts.push(line(text("guest_robot", { name: named(thing.robot) })));
  parts.push(expected(guest, thing));
  if (thing.prompt) parts.push(...prompted(guest, thing, state));
  else state.digits = "";
  if (state.refused && !(thing.prompt?.locked_s > 0)) parts.push(h("p", { class: "guest-refused", role: "alert", textContent: state.refused }));
  if (thing.may_rate) parts.push(...rated(guest, thing, state));
  else if (thing.stars) parts.push(line(text("guest_rated")));
  return [...parts, ...more(thing)].filter(Boolean);
}

async function act(guest, state, doing) {
  if (state.busy) return;
  state.busy = true;
  state.refused = "";
  try {
    await doing();
    await guest.look();
  } catch (refusal) {
    state.refused = refusal.code === "request_code_wrong" ? text("guest_code_wrong", { n: refusal.where })
      : refusal.code === "request_code_locked" ? text("guest_code_locked", { n: Math.max(1, Math.ceil(refusal.afterS / 60)) })
        : refusal.sentence;
  } finally {
    state.busy = false;
    guest.draw();
  }
}

function prompted(guest, thing, state) {
  const { prompt } = thing;
  const parts = [h("p", { class: "guest-prompt", textContent: named(prompt.text) })];
  if (prompt.code) {
    const locked = prompt.locked_s > 0;
    if (locked) parts.push(h("p", { class: "guest-refused", textContent: text("guest_code_locked", { n: Math.max(1, Math.ceil(prompt.locked_s / 60)) }) }));
    parts.push(keypad(state, CODE_DIGITS, text("guest_code"), () => guest.draw(), (code) => act(guest, state, async () => {
      state.digits = "";
      await guest.calls.open(thing.id, code);
    }), locked));
  }
  parts.push(...prompt.answers.map(({ word, text: said }) => button(said ? named(said) : word, () => act(guest, state, () => guest.calls.answer(thing.id, word)),
    { kind: prompt.code ? "quiet" : "main", focus: `answer-${word}`, "data-word": word })));
  return parts;
}

function rated(guest, thing, state) {
  const chosen = (stars) => h("button", {
    type: "button", class: "guest-star", "data-focus": `star-${stars}`, "data-stars": stars, "aria-pressed": String(stars === state.stars),
    "aria-label": text("guest_stars", { n: stars }), textContent: stars <= state.stars ? "★" : "☆",
    onclick: () => {
      state.stars = stars;
      guest.draw();
    },
  });
  const worded = (word) => h("button", {
    type: "button", class: "guest-word", "data-focus": `word-${word.id}`, "data-rates": word.id, "aria-pressed": String(state.words.has(word.id)), textContent: named(word.name),
    onclick: () => {
      if (state.words.has(word.id)) state.words.delete(word.id);
      else if (state.words.size < 5) state.words.add(word.id);
      guest.draw();
    },
  });
  return [
    h("h2", { textContent: text("guest_how") }),
    h("div", { class: "guest-stars", role: "group", "aria-label": text("guest_how") }, STARS.map(chosen)),
    state.stars && guest.me.words.length ? h("div", { class: "guest-word-list" }, guest.me.words.map(worded)) : null,
    button(text("guest_send"), () => act(guest, state, () => guest.calls.rate(thing.id, state.stars, [...state.words])), { kind: "main", focus: "rate", disabled: !state.stars, id: "rate" }),
  ];
}
