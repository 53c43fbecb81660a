// The drawer of an incident: its timeline, and what people write down about it.

import { incidentTitle } from "./alarms.js";
import { closeIncident, getIncident, noteIncident, Refusal } from "./api.js";
import { IncidentDesk } from "./desk.js";
import { byId, h, keepRows } from "./dom.js";
import { clockTime, robotName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { replayLink } from "./replay_link.js";
import { withNames } from "./session.js";

const VERDICTS = ["fine", "helped", "handed_over", "false_alarm", "other"];
const SORTS = ["alarm", "person", "robot", "item"];
const BEFORE_S = 300; // so much of the past comes with an incident's replay
const LOOK_MS = 5000; // what robots do changes no row of the incident, so the open drawer looks by itself

export class IncidentDrawer {
  /**
   * `hear.said(sentence, kind)` tells a person what came of it, `hear.selectRobot(id)` looks at a robot, `hear.voice(call,
   * outcome)` records voice contact, and `hear.sendStaff, takeOver, outOfService` are as in `sending`.
   */
  constructor(fleet, hear) {
    this.fleet = fleet;
    this.hear = hear;
    this.box = byId("incident");
    this.id = null;
    this.story = null;
    this.hidden = new Set();
    this.sign = "";
    this.cameFrom = null;
    addEventListener("keydown", (event) => {
      const { activeElement: at } = document; // nothing has the focus for a moment when what had it goes away
      if (event.key === "Escape" && this.id && (at === document.body || this.box.contains(at))) this.close();
    });
    setInterval(() => {
      if (this.id && this.story?.state === "open" && !document.hidden) this.#look();
    }, LOOK_MS);
  }

  /** Open the drawer of an incident; with `voice` the keyboard goes to what came of speaking to its caller. */
  async open(id, voice = false) {
    this.cameFrom ??= document.activeElement;
    this.id = id;
    this.story = null;
    this.sign = "";
    this.box.hidden = false;
    this.#build();
    if (voice) this.desk.focus();
    await this.#look();
    if (!voice) byId("incident-title")?.focus(); // unless it was closed meanwhile
  }

  close() {
    if (!this.id) return;
    this.id = null;
    this.box.hidden = true;
    this.desk.clear();
    this.box.replaceChildren();
    const back = this.cameFrom;
    this.cameFrom = null;
    (back?.isConnected ? back : byId("panel")).focus();
  }

  /** Look again if the incident, or an alarm of it, has changed. */
  render() {
    if (!this.id) return;
    this.desk.render(this.#row);
    if (Boolean(this.#row?.calls.length) !== byId("close-verdict").required) this.#verdicts(); // its row came later
    const sign = JSON.stringify([this.#row, this.fleet.alarms.filter(({ incident }) => incident === this.id)]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.#look();
  }

  relabel() {
    if (!this.id) return;
    this.#build();
    this.#show();
  }

  get #row() {
    return this.fleet.incidents.find(({ id }) => id === this.id);
  }

  async #look() {
    const id = this.id;
    try {
      const story = await getIncident(id);
      if (id !== this.id) return;
      this.story = story;
      this.#show();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (id === this.id) this.#fail(error.sentence);
    }
  }

  #build() {
    const form = (name, submit, ...children) => h("form", {
      class: `drawer-form ${name}`, id: `incident-${name}`, "data-needs": "operate",
      onsubmit: (event) => {
        event.preventDefault();
        submit(event.target);
      },
    }, ...children);
    this.box.replaceChildren(
      h("header", { class: "drawer-head" },
        h("div", {},
          h("h2", { id: "incident-title", tabindex: "-1" }),
          h("p", { class: "quiet", id: "incident-facts" })),
        h("button", { type: "button", class: "icon", "aria-label": text("close"), title: text("close"), textContent: "×", onclick: () => this.close() })),
      h("div", { class: "drawer-body" },
      h("div", { class: "desk", id: "desk" }),
      h("div", { class: "drawer-chips", id: "incident-robots" }),
      h("div", { class: "drawer-acts", id: "incident-acts", "data-needs": "operate" }),
      h("div", { id: "incident-replay" }),
      h("div", { class: "drawer-filter", role: "group", "aria-label": text("incident_filter") },
        SORTS.map((sort) => h("button", {
          type: "button", class: `filter ${sort}`, "aria-pressed": String(!this.hidden.has(sort)), textContent: text(`sort.${sort}`),
          onclick: (event) => this.#toggle(sort, event.currentTarget),
        }))),
      h("ol", { class: "timeline", id: "timeline", tabindex: "0", "aria-label": text("timeline") })),
      h("p", { class: "error", id: "incident-error", role: "alert", hidden: true }),
      form("note", (target) => this.#note(target),
        h("label", { class: "field" }, h("span", { textContent: text("incident_note") }),
          h("textarea", { id: "note-text", rows: 1, maxLength: 1000, required: true, placeholder: text("no_people_data") })),
        h("button", { type: "submit", class: "button small", textContent: text("incident_note_yes") })),
      form("close", (target) => this.#end(target),
        h("label", { class: "field verdict" }, h("span", { textContent: text("incident_verdict") }), h("select", { id: "close-verdict", onchange: () => this.#words() })),
        h("label", { class: "field" }, h("span", { textContent: text("incident_close") }),
          h("input", { id: "close-reason", maxLength: 200, autocomplete: "off", placeholder: text("incident_close_hint") })),
        h("button", { type: "submit", class: "button small primary", textContent: text("incident_close_yes") })));
    this.desk = new IncidentDesk(this.fleet, byId("desk"), { voice: (call, outcome) => this.hear.voice(call, outcome) });
    this.desk.render(this.#row);
    this.#verdicts();
  }

  /** Who has called for help is judged; of anything else a person may say no more than why it is over. */
  #verdicts() {
    const called = Boolean(this.#row?.calls.length);
    const option = (value, words) => h("option", { value, textContent: words });
    byId("close-verdict").replaceChildren(option("", text(called ? "verdict_choose" : "verdict_none")), ...VERDICTS.map((verdict) => option(verdict, text(`verdict.${verdict}`))));
    byId("close-verdict").required = called;
    this.#words();
  }

  #words() {
    byId("close-reason").required = ["", "other"].includes(byId("close-verdict").value);
  }

  #acts(story) {
    const row = this.#row;
    const robots = story.robots.filter((id) => this.fleet.robot(id));
    const place = row?.calls[0]?.place ?? "";
    const button = (what, onclick) => h("button", { type: "button", class: "button small", "data-focus": what, "data-act": what, textContent: text(what), onclick });
    const rows = [
      robots.length || place ? ["send_staff", () => this.hear.sendStaff({ robots, place, incident: this.id })] : null,
      robots.length ? ["take_over", () => this.hear.takeOver(robots, this.id)] : null,
      robots.length ? ["service_out", () => this.hear.outOfService(robots)] : null,
    ].filter(Boolean);
    keepRows(byId("incident-acts"), story.state === "closed" ? [] : rows, ([what]) => what, ([what]) => JSON.stringify([what, robots, place, language()]), ([what, onclick]) => button(what, onclick));
  }

  #toggle(sort, button) {
    if (!this.hidden.delete(sort)) this.hidden.add(sort);
    button.setAttribute("aria-pressed", String(!this.hidden.has(sort)));
    this.#show();
  }

  #show() {
    const story = this.story;
    if (!story) return;
    const over = story.state === "closed";
    byId("incident-title").textContent = incidentTitle(story, this.fleet);
    const end = over ? text("incident_ended", { time: clockTime(story.closed_s), by: withNames(story.closed_by), reason: [story.verdict && text(`verdict.${story.verdict}`), story.reason].filter(Boolean).join(" · ") }) : text("incident.open");
    byId("incident-facts").textContent = `${text("incident_begun", { time: clockTime(story.opened_s) })} · ${end}`;
    byId("incident-close").hidden = over;
    byId("incident-replay").replaceChildren(replayLink("incident-replay", () => [story.opened_s - BEFORE_S, over ? story.closed_s : this.fleet.now()], { robot: story.robots[0] }));
    this.box.classList.toggle("over", over);
    keepRows(byId("incident-robots"), story.robots, (id) => id, (id) => `${id} ${language()}`, (id) =>
      h("button", { type: "button", class: "chip", "data-focus": id, textContent: robotName(this.fleet, id), onclick: () => this.hear.selectRobot(id) }));
    this.#acts(story);
    const list = byId("timeline");
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const entries = story.entries.map((entry, index) => ({ ...entry, index })).filter(({ sort }) => !this.hidden.has(sort));
    keepRows(list, entries, ({ index }) => index, (entry) => JSON.stringify([entry, language()]), (entry) =>
      h("li", { class: `entry ${entry.sort} ${entry.what}` },
        h("time", { textContent: clockTime(entry.at_s) }),
        h("span", { class: "entry-mark", title: text(`sort.${entry.sort}`), "aria-hidden": "true" }),
        h("span", { class: "unseen", textContent: text(`sort.${entry.sort}`) }),
        h("span", { textContent: withNames(named(entry.text)) })));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  async #note(form) {
    const field = form.querySelector("textarea");
    if (await this.#say(form, () => noteIncident(this.id, field.value), "incident_noted")) field.value = "";
  }

  async #end(form) {
    const closed = await this.#say(form, () => closeIncident(this.id, byId("close-verdict").value, byId("close-reason").value), "incident_closed");
    if (closed) byId("incident-title")?.focus(); // its form is gone
  }

  async #say(form, action, done) {
    const button = form.querySelector("button");
    button.disabled = true;
    this.#fail("");
    try {
      await action();
      this.hear.said(text(done));
      await this.#look();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(error.sentence);
      return false;
    } finally {
      button.disabled = false;
    }
  }

  #fail(sentence) {
    const error = byId("incident-error");
    if (!error) {
      if (sentence) this.hear.said(sentence, "bad"); // the drawer was closed meanwhile
      return;
    }
    error.textContent = sentence;
    error.hidden = !sentence;
  }
}
