// The card for 119: the place and its door, and who lives there, masked until somebody says why they need it.

import { getCard, openCard, Refusal } from "./api.js";
import { h } from "./dom.js";
import { duration, placeName } from "./format.js";
import { blank, has, text } from "./i18n.js";
import { may } from "./session.js";

const NOBODY_KEEPS_PEOPLE = "request_unknown_path"; // a fleet without a store of people has no such addresses

export class PlaceCard {
  constructor(fleet, place) {
    this.fleet = fleet;
    this.place = place;
    this.until = null; // until when (ms) the glass is broken
    this.escalated = false;
    this.known = h("div", { class: "card-known" });
    this.element = h("section", { class: "place-card", "aria-label": text("card") },
      h("h3", { textContent: text("card") }),
      h("dl", { class: "pairs" }, pairs([
        ["place", placeName(fleet, place)],
        ["door", door(fleet.places.get(place)?.door)],
      ])),
      this.known);
    this.#ask();
  }

  /** Take away what may be seen no longer; `escalated`: 119 was called, so that what is read is read out to them. */
  tick(escalated) {
    this.escalated = escalated;
    if (this.until !== null && Date.now() > this.until) {
      this.until = null;
      this.#ask();
    }
  }

  #ask() {
    if (!may("people")) {
      this.known.replaceChildren(h("p", { class: "quiet", textContent: text("card_not_yours") }));
      return;
    }
    this.known.replaceChildren(h("button", { type: "button", class: "button small", "data-card": "look", textContent: text("card_look"), onclick: (event) => this.#read(event.currentTarget, () => getCard(this.place)) }));
  }

  async #read(button, read) {
    button.disabled = true;
    let answer;
    try {
      answer = await read();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      button.disabled = false;
      if (error.code === NOBODY_KEEPS_PEOPLE) this.known.replaceChildren(h("p", { "data-card": "none", textContent: text("card_no_store") }));
      else this.#fail(error.sentence);
      return;
    }
    this.#show(answer);
  }

  #show(answer) {
    const open = answer.opened_until_unix_s !== null;
    this.until = open ? answer.opened_until_unix_s * 1000 : null;
    const people = answer.people.map((person) => h("dl", { class: "pairs", "data-person": person.id }, pairs([
      ["card_name", person.name],
      ["card_phones", person.phones.join(", ")],
      ["card_conditions", person.conditions.join(", ")],
      ["card_guardian", person.guardian ? `${person.guardian.name} ${person.guardian.phone}` : ""],
      ["door", person.door_policy ? door(person.door_policy) : ""],
      ["card_door_code", person.door_code],
    ])));
    const words = [
      answer.people.length ? "" : text("card_nobody"),
      answer.withheld ? text("card_withheld", { n: answer.withheld }) : "",
      open ? text("card_open_for", { time: duration((this.until - Date.now()) / 1000) }) : "",
    ].filter(Boolean);
    this.known.replaceChildren(...people, ...words.map((sentence) => h("p", { class: "quiet", textContent: sentence })),
      ...(open || !answer.people.length ? [] : [this.#reason()]));
    this.known.tabIndex = -1;
    (this.known.querySelector("input") ?? this.known).focus();
  }

  /** Ask why: whoever breaks the glass says so, and it is kept. */
  #reason() {
    const reason = h("input", { name: "reason", required: true, minLength: 10, maxLength: 500, autocomplete: "off", placeholder: text("no_people_data") });
    const given = h("input", { type: "checkbox", name: "given", checked: this.escalated });
    const button = h("button", { class: "button small danger", textContent: text("card_open") });
    return h("form", { class: "card-reason", onsubmit: (event) => {
      event.preventDefault();
      this.#read(button, () => openCard(this.place, reason.value, given.checked ? blank("emergency") : ""));
    } },
    h("label", { class: "field" }, h("span", { textContent: text("card_why") }), reason),
    h("label", { class: "check" }, given, h("span", { textContent: text("card_given") })),
    button);
  }

  #fail(sentence) {
    this.known.querySelector(".error")?.remove();
    this.known.append(h("p", { class: "error", role: "alert", textContent: sentence }));
  }
}

const door = (policy) => (policy && has(`door.${policy}`) ? text(`door.${policy}`) : text("door.none"));

const pairs = (rows) => rows.filter(([, value]) => value).flatMap(([key, value]) => [h("dt", { textContent: text(key) }), h("dd", { textContent: value })]);
