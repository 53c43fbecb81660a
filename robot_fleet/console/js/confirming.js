// What became of commands: sent, accepted by the fleet, confirmed by the robots themselves. A small place, never a modal.

import { getHeard, Refusal } from "./api.js";
import { byId, h, keepRows } from "./dom.js";
import { clockTime, robotName } from "./format.js";
import { language, text } from "./i18n.js";

const ASK_MS = 1000;
const GONE_AFTER_MS = 12_000; // a confirmed command leaves by itself; one that failed or is overdue stays until it is closed
const KEPT = 5;
const NAMED = 3; // so many robots are named that have not confirmed
const STANDS = new Set(["holding", "acting", "idle", "charging"]);

/** What a robot's own report must say. Each takes the robot's row of `GET /robots/heard`. */
export const confirms = {
  held: (heard) => heard.has_heard && (heard.wish ? heard.activity === "holding" || heard.activity === "acting" : STANDS.has(heard.activity)),
  goesOn: (heard) => heard.has_heard && heard.activity !== "holding",
  hasHeard: (heard) => heard.has_heard,
};

export class Confirming {
  constructor(fleet) {
    this.fleet = fleet;
    this.entries = [];
    this.count = 0;
    this.timer = 0;
  }

  /**
   * Give a command and follow it; return its answer, null if it was refused. `what()` says it in the language of the moment.
   * `robots` are the ids of those who have to confirm it by `by` (see `confirms`), within `limit` fleet seconds, and
   * `taken()` says whether the fleet's rows show it yet: before that an old report confirms nothing.
   */
  async give(what, send, { robots = [], by = confirms.hasHeard, limit = 30, taken = () => true } = {}) {
    const entry = { id: `given-${(this.count += 1)}`, what, robots, by, limit, taken, state: "sent", sent: this.fleet.now(), left: robots, note: "" };
    this.entries = [...this.entries, entry].slice(-KEPT);
    this.render();
    try {
      const answer = await send();
      entry.command = answer.command;
      entry.accepted = Math.max(this.fleet.now(), entry.sent); // the clock may have run ahead of a fleet that is fast
      entry.note = answer.where ? text("given_in_the_way", { robots: this.#names(answer.where.split(",")) }) : "";
      entry.state = "accepted";
      if (!robots.length) this.#over(entry, "done");
      this.render();
      this.#follow();
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      entry.note = error.sentence;
      this.#over(entry, "failed");
      this.render();
      return null;
    }
  }

  #names(robots) {
    const named = robots.slice(0, NAMED).map((id) => robotName(this.fleet, id)).join(", ");
    return robots.length > NAMED ? text("and_more", { names: named, n: robots.length - NAMED }) : named;
  }

  #over(entry, state) {
    entry.state = state;
    entry.ended = this.fleet.now();
    if (state === "done" || state === "confirmed") setTimeout(() => this.#close(entry), GONE_AFTER_MS);
  }

  #close(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.render();
  }

  /** Ask what robots report, once a second, as long as a command waits for it. */
  #follow() {
    if (this.timer || !this.entries.some(({ state }) => state === "accepted" || state === "overdue")) return;
    this.timer = setTimeout(async () => {
      this.timer = 0;
      try {
        const rows = await getHeard();
        this.#hear(new Map(rows.map((row) => [row.robot, row])));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#hear(new Map());
      }
      this.render();
      this.#follow();
    }, ASK_MS);
  }

  #hear(rows) {
    for (const entry of this.entries) {
      if (entry.state !== "accepted" && entry.state !== "overdue") continue;
      if (rows.size && entry.taken()) entry.left = entry.left.filter((id) => !rows.has(id) || !entry.by(rows.get(id)));
      if (!entry.left.length) this.#over(entry, "confirmed");
      else if (this.fleet.now() - entry.accepted > entry.limit) entry.state = "overdue";
    }
  }

  render() {
    const box = byId("given");
    box.hidden = !this.entries.length;
    keepRows(byId("given-list"), this.entries, ({ id }) => id, (entry) => JSON.stringify([entry.state, entry.left, entry.note, language()]), (entry) => this.#row(entry));
  }

  #row(entry) {
    const done = entry.robots.length - entry.left.length;
    const steps = [
      ["sent", entry.sent],
      entry.accepted !== undefined ? ["accepted", entry.accepted] : null,
      entry.state === "confirmed" ? ["confirmed", entry.ended] : null,
      entry.state === "failed" ? ["failed", entry.ended] : null,
    ].filter(Boolean);
    const waits = entry.state === "accepted" || entry.state === "overdue";
    const notes = [
      waits && entry.robots.length > 1 ? text("given_count", { done, n: entry.robots.length }) : "",
      entry.state === "overdue" ? text("given_overdue", { robots: this.#names(entry.left) }) : "",
      entry.note,
    ].filter(Boolean);
    return h("li", { class: `command ${entry.state}`, "data-command": entry.state, "data-command-id": entry.command ?? "" },
      h("div", { class: "command-head" }, h("strong", { textContent: entry.what() }),
        h("button", { type: "button", class: "icon", "data-focus": entry.id, "aria-label": text("given_close", { what: entry.what() }), textContent: "×", onclick: () => this.#close(entry) })),
      h("ol", { class: "command-steps" }, steps.map(([state, at]) => h("li", { class: state }, h("b", { textContent: text(`given.${state}`) }), h("time", { textContent: clockTime(at) }))),
        waits ? h("li", { class: "waits", textContent: text("given_waits") }) : null),
      notes.length ? h("p", { textContent: notes.join(" ") }) : null);
  }
}
