// The list of alarms: what rings first. What can be answered to one stands in its opened row.

import { silenceLeft } from "./clocks.js";
import { byId, h, keepRows } from "./dom.js";
import { eventOf, eventTitle } from "./events.js";
import { clockTime, duration, placeName, plain, robotName, scheduleName, serviceName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { replayLink } from "./replay_link.js";
import { jobAbout } from "./sending.js";
import { withNames } from "./session.js";

const ORDER = ["active", "cleared", "acknowledged", "shelved"];
const NONE = { id: "none" };
const BEFORE_S = 300; // so much of the past comes with an alarm's replay
const AFTER_S = 900;

/** The sign of an urgency: a shape of its own as well as a colour. */
export function urgencySign(urgency, state) {
  return h("span", { class: `sign ${urgency} ${state}`, "aria-hidden": "true" },
    h("span", { textContent: urgency === "critical" ? "!!" : urgency === "low" ? "i" : "!" }));
}

/** What an alarm is about, in a few words: the cause, or of a call for help the service and place. */
export function alarmTitle(fleet, alarm) {
  if (alarm.task) return `${serviceName(fleet, alarm.service)} · ${placeName(fleet, alarm.place)}`;
  return named(alarm.cause) || plain(alarm.condition);
}

/** What an incident is about: what its first alarm tells of. Its id is `incident:<alarm>`, an alarm's `<code>:<number>`. */
export function incidentTitle(incident, fleet) {
  const event = eventOf(fleet, incident);
  if (event) return eventTitle(event);
  const [, code, number] = incident.id.split(":");
  return number === undefined ? text("condition.help_called") : text(`condition.${code}`, {}, plain(code));
}

/** Whom, or what, an alarm speaks of. */
export const alarmWhom = (fleet, alarm) => (alarm.subjects ?? []).map((id) => {
  if (alarm.condition === "occurrence_missed") return scheduleName(fleet, id);
  const event = fleet.events.find((row) => row.id === id);
  if (event) return named(event.area);
  const job = alarm.condition === "job_overdue" && fleet.jobs.find((row) => row.id === id);
  return job ? [text(`job.${job.kind}`), jobAbout(fleet, job)].filter(Boolean).join(" · ") : robotName(fleet, id);
}).join(", ");

export class AlarmList {
  /** `act` does what rows ask for: `acknowledge, shelve, unshelve, voice, sendStaff, incident, selectRobot, showPlace`; `id` is the list's. */
  constructor(fleet, act, id = "alarms") {
    this.fleet = fleet;
    this.act = act;
    this.id = id;
    this.chosen = undefined; // nobody has opened or closed a row yet: the first that rings is open
  }

  render() {
    const box = byId(this.id);
    const rows = this.#rows();
    box.classList.toggle("some", rows.some(({ state }) => state === "active"));
    if (this.chosen === null ? !this.fleet.rings : !rows.some(({ id }) => id === this.chosen)) this.chosen = undefined;
    const open = this.chosen === undefined ? rows.find(({ state }) => state === "active")?.id : this.chosen;
    const sign = (alarm) => JSON.stringify([alarm, alarm.id === open, alarm === NONE ? "" : this.#line(alarm), language()]);
    keepRows(box, rows.length ? rows : [NONE], ({ id }) => id, sign, (alarm) => this.#row(alarm, alarm.id === open));
    this.#tick(box, rows);
  }

  #rows() {
    return [...this.fleet.alarms].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)); // the server sorts by urgency
  }

  /** Times go on inside of the rows: a button that is rebuilt under the mouse would lose the click. */
  #tick(box, rows) {
    const now = Math.floor(this.fleet.now()); // the page looks again when a whole second has passed
    for (const alarm of rows) {
      const row = box.kept.get(alarm.id).element;
      const put = (name, words, late = false) => {
        const element = row.querySelector(`.${name}`);
        if (!element) return;
        if (element.textContent !== words) element.textContent = words;
        element.classList.toggle("late", late);
      };
      const left = alarm.respond_s === null || alarm.state === "shelved" || alarm.state === "cleared" ? Infinity : alarm.rang_s + alarm.respond_s - now;
      put("alarm-since", duration(Math.max(now - alarm.raised_s, 0)));
      if (left !== Infinity) put("alarm-respond", text(left >= 0 ? "respond_within" : "respond_late", { time: duration(left) }), left < 0);
      if (alarm.task) put("alarm-line", this.#line(alarm, now), (silenceLeft(alarm, now) ?? 1) <= 0);
    }
  }

  #row(alarm, open) {
    if (alarm === NONE) return h("p", { class: "calm", textContent: text("no_alarms") });
    const row = h("article", { class: `alarm ${alarm.urgency} ${alarm.state} ${open ? "open" : ""}`, "data-alarm": alarm.id },
      h("button", {
        type: "button", class: "alarm-main", "data-focus": alarm.id, "aria-expanded": String(open),
        onclick: () => {
          this.chosen = open ? null : alarm.id;
          this.render();
        },
      },
        urgencySign(alarm.urgency, alarm.state),
        h("span", { class: "alarm-text" },
          h("strong", {}, alarmTitle(this.fleet, alarm), alarm.count > 1 ? h("span", { class: "times", textContent: ` ×${alarm.count}`, title: text("came_times", { n: alarm.count }) }) : null),
          h("span", { class: "alarm-line", textContent: this.#line(alarm, this.fleet.now()) })),
        h("span", { class: "alarm-side" },
          h("span", { class: "alarm-since" }),
          h("span", { class: "alarm-state", textContent: text(`alarm.${alarm.state}`) }))));
    if (open) row.append(this.#more(alarm));
    return row;
  }

  /** The second line: of a call for help who is on the way, of the others whom it is about. */
  #line(alarm, now) {
    if (!alarm.task) return alarmWhom(this.fleet, alarm);
    if (now === undefined) return "";
    const robot = alarm.robot ? robotName(this.fleet, alarm.robot) : "";
    let way = text("alarm_no_robot");
    if (alarm.on_site_s !== null) way = text("alarm_on_site", { robot });
    else if (robot && alarm.eta_s !== null) way = text("alarm_on_way_eta", { robot, time: duration(Math.max(alarm.eta_s - now, 0)) });
    else if (robot) way = text("alarm_on_way", { robot });
    const left = silenceLeft(alarm, now);
    const voice = left === null ? "" : left > 0 ? text("silence_in", { time: duration(left) }) : text("silence_now");
    const verdict = alarm.verdict ? text(`verdict.${alarm.verdict}`, {}, plain(alarm.verdict)) : "";
    return [voice, way, verdict].filter(Boolean).join(" · ");
  }

  #more(alarm) {
    const said = [
      ["alarm_action", named(alarm.action)],
      ["alarm_cause", alarm.task ? named(alarm.cause) : ""],
      ["alarm_consequence", named(alarm.consequence)],
    ].filter(([, words]) => words);
    const facts = [
      text(`urgency.${alarm.urgency}`),
      text("alarm_since", { time: clockTime(alarm.raised_s) }),
      alarm.state === "acknowledged" ? text("alarm_by", { by: withNames(alarm.acknowledged_by) }) : "",
      alarm.state === "shelved" ? text("alarm_until", { time: clockTime(alarm.shelved_until_s, false), reason: alarm.shelved_for }) : "",
    ].filter(Boolean);
    return h("div", { class: "alarm-more" },
      h("dl", { class: "alarm-said" }, said.flatMap(([key, words]) => [h("dt", { textContent: text(key) }), h("dd", { textContent: words })])),
      h("p", { class: "alarm-facts" }, h("span", { class: "alarm-respond" }), h("span", { textContent: facts.join(" · ") })),
      this.#members(alarm),
      h("div", { class: "alarm-buttons" }, this.#buttons(alarm)));
  }

  /** What the alarm tells of: robots, tasks or a place to look at. */
  #members(alarm) {
    const chip = (id, name, onclick) => h("button", { type: "button", class: "chip", "data-focus": `${alarm.id}-${id}`, onclick, textContent: name });
    const held = new Map();
    for (const member of alarm.members ?? []) {
      const [code, subject] = [member.slice(0, member.indexOf(":")), member.slice(member.indexOf(":") + 1)];
      held.set(subject, [...(held.get(subject) ?? []), ...(code === alarm.condition ? [] : [text(`condition.${code}`, {}, plain(code))])]);
    }
    const chips = [...held].map(([subject, codes]) => {
      const name = [robotName(this.fleet, subject), ...codes].join(": ");
      if (this.fleet.robot(subject)) return chip(subject, name, () => this.act.selectRobot(subject));
      const task = this.fleet.tasks.get(subject);
      return task ? chip(subject, `${serviceName(this.fleet, task.service)} · ${name}`, () => this.act.selectTask(subject)) : h("span", { class: "chip still", textContent: name });
    });
    if (alarm.place) chips.push(chip(alarm.place, placeName(this.fleet, alarm.place), () => this.act.showPlace(alarm.place)));
    return chips.length ? h("div", { class: "alarm-members" }, chips) : null;
  }

  #buttons(alarm) {
    const button = (what, tone, act) => h("button", { type: "button", class: `button small ${tone}`, "data-focus": `${alarm.id}-${what}`, "data-answer": what, "data-needs": what === "see_incident" ? "cases" : "operate", "aria-keyshortcuts": what === "voice" ? "Alt+V" : null, textContent: text(`answer.${what}`), onclick: () => {
      this.chosen = alarm.id; // it stays open whatever becomes of it
      act(alarm);
    } });
    const rings = alarm.state === "active" || alarm.state === "cleared";
    const staff = { robots: (alarm.subjects ?? []).filter((id) => this.fleet.robot(id)), place: alarm.place, alarm: alarm.id, incident: alarm.incident };
    return [
      alarm.task ? button("voice", alarm.voice ? "" : "primary", this.act.voice) : null,
      rings ? button("acknowledge", alarm.task ? "" : "primary", this.act.acknowledge) : null,
      alarm.state === "shelved" ? button("unshelve", "primary", this.act.unshelve) : null,
      alarm.urgency !== "critical" && alarm.state !== "cleared" && alarm.state !== "shelved" ? button("shelve", "", this.act.shelve) : null,
      button(alarm.incident ? "see_incident" : "open_incident", "", this.act.incident),
      staff.robots.length || staff.place ? button("send_staff", "", () => this.act.sendStaff(staff)) : null,
      replayLink(`${alarm.id}-replay`, () => [alarm.raised_s - BEFORE_S, Math.min(this.fleet.now(), alarm.raised_s + AFTER_S)], { robot: this.fleet.robot(alarm.subjects?.[0]) ? alarm.subjects[0] : "", task: alarm.task }),
    ];
  }
}
