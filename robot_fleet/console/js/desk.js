// The incident desk: for each call for help of an incident its clocks, the countdown to 119, voice contact, and the card.

import { PlaceCard } from "./card.js";
import { clocksOf, silenceLeft } from "./clocks.js";
import { h } from "./dom.js";
import { clockTime, duration, placeName, serviceName } from "./format.js";
import { language, text } from "./i18n.js";

const MARKS = { running: "…", met: "✓", missed: "!" };
const OUTCOMES = ["answered", "silent", "escalated"];

export class IncidentDesk {
  /** `box` is filled; `act.voice(call, outcome)` records what came of speaking to a caller. */
  constructor(fleet, box, act) {
    this.fleet = fleet;
    this.box = box;
    this.act = act;
    this.sign = "";
    this.calls = new Map(); // call -> its elements
  }

  /** Show the calls of an incident's row (null for none). What only ticks is put into place: nobody loses the focus. */
  render(incident) {
    const calls = incident?.calls ?? [];
    this.box.hidden = !calls.length;
    const sign = JSON.stringify([incident?.id, calls.map(({ id }) => id), language()]);
    if (sign !== this.sign) {
      this.sign = sign;
      this.calls = new Map(calls.map((call) => [call.id, this.#build(call)]));
      this.box.replaceChildren(...[...this.calls.values()].map(({ element }) => element));
    }
    for (const call of calls) this.#tick(call, incident, this.calls.get(call.id));
  }

  /** Give the keyboard to what is answered next. */
  focus() {
    this.box.querySelector("[data-voice=answered]")?.focus();
  }

  /** Forget what was read about people. */
  clear() {
    this.sign = "";
    this.calls.clear();
    this.box.replaceChildren();
  }

  #build(call) {
    const clocks = new Map(["shown", "voice", "on_site", "closed"].map((name) => {
      const parts = { mark: h("span", { class: "clock-mark", "aria-hidden": "true" }), took: h("strong"), word: h("span", { class: "clock-word" }) };
      const element = h("div", { class: "desk-clock", "data-clock": name },
        parts.mark, h("dt", { textContent: text(`clock.${name}`) }), h("dd", {}, parts.took, parts.word));
      return [name, { element, ...parts }];
    }));
    const button = (outcome, tone) => h("button", { type: "button", class: `button small ${tone}`, "data-voice": outcome, "data-needs": "operate", textContent: text(`voice.${outcome}`), onclick: () => this.act.voice(call, outcome) });
    const silence = h("p", { class: "silence", role: "timer" });
    const due = h("span", { class: "unseen", role: "status", "aria-live": "assertive" });
    const said = h("p", { class: "voice-said" });
    const made = button("made", "primary");
    const buttons = OUTCOMES.map((outcome) => button(outcome, outcome === "escalated" ? "danger" : ""));
    const card = new PlaceCard(this.fleet, call.place);
    const element = h("section", { class: "call", "data-call": call.id, "aria-label": `${serviceName(this.fleet, call.service)} · ${placeName(this.fleet, call.place)}` },
      h("dl", { class: "desk-clocks" }, [...clocks.values()].map(({ element: clock }) => clock)),
      silence, due, said,
      h("div", { class: "alarm-buttons", role: "group", "aria-label": text("voice") }, made, buttons),
      card.element);
    return { element, clocks, silence, due, said, made, buttons, card };
  }

  #tick(call, incident, parts) {
    const now = Math.floor(this.fleet.now()); // the page looks again when a whole second has passed
    for (const { name, state, took, limit } of clocksOf(call, incident, this.fleet.site.desk, now)) {
      const clock = parts.clocks.get(name);
      clock.element.className = `desk-clock ${state}`;
      put(clock.mark, MARKS[state]);
      put(clock.took, took === null ? "–" : duration(took));
      put(clock.word, text(`clock_${state}`, { limit: duration(limit) }));
    }
    const over = incident.state === "closed";
    const left = over ? null : silenceLeft(call, now);
    parts.silence.hidden = left === null;
    parts.silence.classList.toggle("due", left !== null && left <= 0);
    const words = left === null ? "" : left > 0 ? text("silence_left", { time: duration(left) }) : text("silence_due");
    put(parts.silence, words);
    put(parts.due, left !== null && left <= 0 ? words : ""); // said once, not every second
    const said = [
      call.voice && text(`voice_was.${call.voice}`, { time: clockTime(call.voice_s) }),
      call.escalated_s !== null && text("voice_was.escalated", { time: clockTime(call.escalated_s) }),
      call.said && text("caller_said", { word: call.said }),
      call.door_s && text("door_opened_at", { time: clockTime(call.door_s) }),
      call.guardian_s && text("guardian_told_at", { time: clockTime(call.guardian_s) }),
      call.handed_to && text("handed_to", { who: call.handed_to }),
      !over && call.wants?.length && text("wants_reached", { whom: call.wants.map((kind) => text(`contact.${kind}`)).join(", ") }),
    ].filter(Boolean);
    put(parts.said, said.join(" · "));
    parts.said.hidden = !said.length;
    parts.made.hidden = over || call.voice_s !== null;
    for (const button of parts.buttons) button.hidden = over || (button.dataset.voice === "escalated" && call.escalated_s !== null);
    parts.card.tick(call.escalated_s !== null);
  }
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
