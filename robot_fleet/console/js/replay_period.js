// Which period is to be replayed: the newest minutes, or times of a day.

import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { text } from "./i18n.js";

const PERIODS = [900, 3600, 14_400, 86_400];
const DAY_S = 86_400;

export class PeriodForm {
  constructor(replay) {
    this.replay = replay;
    const field = (key, input) => h("label", {}, h("span", { textContent: text(key) }), input);
    this.newest = h("select", { id: "replay-newest", onchange: () => this.#newest() },
      h("option", { value: "", textContent: text("replay_chosen") }),
      PERIODS.map((seconds) => h("option", { value: seconds, textContent: text("replay_newest", { time: text(seconds < 3600 ? "minutes" : "hours", { n: seconds < 3600 ? seconds / 60 : seconds / 3600 }) }) })));
    this.day = h("input", { id: "replay-day", type: "number", min: 1, required: true, onchange: () => this.#chosen() });
    this.from = h("input", { id: "replay-begin", type: "time", required: true, onchange: () => this.#chosen() });
    this.to = h("input", { id: "replay-end", type: "time", required: true, onchange: () => this.#chosen() });
    this.element = h("form", { class: "replay-period", id: "replay-period", onsubmit: (event) => event.preventDefault() },
      field("replay_period", this.newest), field("replay_day", this.day), field("replay_begin", this.from), field("replay_finish", this.to));
    this.element.fill = (told, from, to) => this.#fill(told, from, to);
  }

  #fill(told, from, to) {
    this.told = told;
    this.newest.value = "";
    this.day.max = String(Math.floor(told.until_s / DAY_S) + 1);
    this.day.value = String(Math.floor(from / DAY_S) + 1);
    this.from.value = clockTime(from, false);
    this.to.value = clockTime(to + 59, false);
  }

  #newest() {
    if (this.newest.value) this.replay.choose(this.told.until_s - Number(this.newest.value), this.told.until_s);
  }

  #chosen() {
    if (!this.element.reportValidity()) return;
    const seconds = (input) => {
      const [hours, minutes] = input.value.split(":");
      return hours * 3600 + minutes * 60;
    };
    const day = (Number(this.day.value) - 1) * DAY_S;
    const [from, to] = [day + seconds(this.from), day + seconds(this.to)];
    this.replay.choose(from, to > from ? to : to + DAY_S); // an end before the beginning is on the next day
  }
}
