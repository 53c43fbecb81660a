// The side panel: alarms on top, then tasks, robots or incidents. What can be done to a thing stands in its opened row.

import { AlarmList, incidentTitle, urgencySign } from "./alarms.js";
import { byId, h, keepRows } from "./dom.js";
import { reasonWords } from "./equipment.js";
import { ended } from "./fleet.js";
import { clockTime, duration, placeName, plain, robotName, serviceName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { JobList, waits } from "./jobs.js";
import { priorityName } from "./priority.js";
import { replayLink } from "./replay_link.js";
import { RobotList } from "./robots.js";
import { ScheduleList } from "./schedules.js";
import { may } from "./session.js";

const ENDED_SHOWN = 40;
export const TABS = ["tasks", "robots", "incidents", "jobs", "schedules"];

export class Panel {
  /** `act` does what rows ask for: `selectRobot, selectTask, cancel, direct, incident`, and what alarms, robots and schedules ask for. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.alarms = new AlarmList(fleet, act);
    this.robots = new RobotList(fleet, act);
    this.jobs = new JobList(fleet, act);
    this.schedules = new ScheduleList(fleet, act);
    this.tab = "tasks";
    this.task = null;
    for (const tab of TABS) {
      byId(`tab-${tab}`).addEventListener("click", () => this.show(tab));
      byId(`tab-${tab}`).addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const offered = TABS.filter((name) => name !== "incidents" || may("cases"));
        const step = event.key === "ArrowRight" ? 1 : offered.length - 1;
        this.show(offered[(offered.indexOf(this.tab) + step) % offered.length]);
        byId(`tab-${this.tab}`).focus();
      });
    }
  }

  show(tab) {
    this.tab = tab;
    this.render();
  }

  set palette(palette) {
    this.robots.palette = palette;
  }

  get robot() {
    return this.robots.robot;
  }

  set robot(id) {
    this.robots.robot = id;
  }

  render() {
    if (!this.fleet.site) return;
    this.#tabs();
    this.#figures();
    this.alarms.render();
    if (this.tab === "tasks") this.#tasks();
    else if (this.tab === "robots") this.robots.render();
    else if (this.tab === "incidents") this.#incidents();
    else if (this.tab === "jobs") this.jobs.render();
    else this.schedules.render();
  }

  #tabs() {
    const open = [...this.fleet.tasks.values()].filter((task) => !ended(task)).length;
    const incidents = this.fleet.incidents.filter(({ state }) => state === "open").length;
    const counts = { tasks: open, robots: this.fleet.robots.length, incidents, jobs: this.fleet.jobs.filter(waits).length, schedules: this.schedules.count };
    for (const tab of TABS) {
      const chosen = tab === this.tab;
      const button = byId(`tab-${tab}`);
      button.replaceChildren(text(tab), h("span", { class: "count", textContent: counts[tab] }));
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      byId(`list-${tab}`).hidden = !chosen;
    }
  }

  #figures() {
    const live = this.fleet.robots.filter((robot) => this.fleet.freshness(robot) === "live").length;
    const tasks = [...this.fleet.tasks.values()];
    const open = tasks.filter((task) => !ended(task));
    const late = open.filter((task) => (this.fleet.lateness(task) ?? 0) >= 1).length;
    const done = tasks.filter((task) => task.state === "completed").length;
    const figures = [
      ["robots_live", `${live}/${this.fleet.robots.length}`, live < this.fleet.robots.length ? "warn" : ""],
      ["tasks_open", open.length, ""],
      ["tasks_late", late, late ? "warn" : ""],
      ["tasks_done", done, ""],
    ];
    keepRows(byId("figures"), figures, ([key]) => key, (row) => JSON.stringify([row, language()]), ([key, value, tone]) =>
      h("div", { class: `figure ${tone}` }, h("dt", { textContent: text(key) }), h("dd", { textContent: value })));
  }

  #tasks() {
    const all = [...this.fleet.tasks.values()];
    const open = all.filter((task) => !ended(task)).sort((a, b) => b.alarm - a.alarm || a.due_s - b.due_s);
    const over = all.filter(ended).sort((a, b) => (b.ended_s ?? 0) - (a.ended_s ?? 0)).slice(0, ENDED_SHOWN);
    const rows = [
      ...(open.length ? open : [{ id: ":none" }]),
      ...(over.length ? [{ id: ":ended", count: all.length - open.length }, ...over] : []),
    ];
    const sign = (row) => JSON.stringify(row.id[0] === ":" ? [row, language()] : [row, this.#when(row), row.id === this.task, language()]);
    keepRows(byId("list-tasks"), rows, (row) => row.id, sign, (row) => {
      if (row.id === ":none") return h("p", { class: "calm", textContent: text("no_tasks") });
      if (row.id === ":ended") return h("h2", { class: "divider", textContent: text("ended_tasks", { n: row.count }) });
      return this.#taskRow(row);
    });
  }

  /** [tone, text] about a task's time. */
  #when(task) {
    const late = this.fleet.lateness(task);
    if (task.state === "completed") {
      return late >= 1 ? ["warn", text("was_late", { time: duration(late) })] : ["", text("was_on_time")];
    }
    if (ended(task)) return ["", task.ended_s === null ? "" : clockTime(task.ended_s, false)];
    if (late >= 1) return ["bad", text(task.reached ? "was_late" : "is_late", { time: duration(late) })];
    if (task.reached) return ["", text("was_on_time")];
    return ["", text("due_in", { time: duration(Math.max(task.due_s - this.fleet.now(), 0)) })];
  }

  #taskRow(task) {
    const opened = task.id === this.task;
    const places = this.fleet.placesOf(task).map((id) => placeName(this.fleet, id));
    const [tone, when] = this.#when(task);
    const subtitle = places.length ? places.join(" → ") : task.params.item ?? task.id;
    const row = h("article", { class: `row task ${opened ? "open" : ""} ${ended(task) ? "over" : ""}` },
      h("button", { type: "button", class: "row-main", "data-focus": task.id, "data-task": task.id, "aria-expanded": String(opened), onclick: () => this.act.selectTask(task.id) },
        h("span", { class: `state ${task.state}`, "aria-hidden": "true" }),
        h("span", { class: "row-text" },
          h("strong", { textContent: serviceName(this.fleet, task.service) }),
          h("span", { textContent: subtitle })),
        h("span", { class: "row-side" },
          h("span", { class: "state-name", textContent: text(`state.${task.state}`) }),
          h("span", { class: `when ${tone}`, textContent: when }))));
    if (opened) row.append(this.#taskMore(task));
    return row;
  }

  #taskMore(task) {
    const pairs = [
      ["id", task.id],
      ["requested_at", clockTime(task.requested_s)],
      ["due_at", clockTime(task.due_s)],
      task.eta_s !== null ? [task.reached ? "reached_at" : "expected_at", clockTime(task.eta_s)] : null,
      task.ended_s !== null ? ["ended_at", clockTime(task.ended_s)] : null,
      ...Object.entries(task.params)
        .filter(([, value]) => !this.fleet.places.has(value))
        .map(([name, value]) => [`param.${name}`, typeof value === "number" && name.endsWith("_at") ? clockTime(value) : String(value), plain(name)]),
      ["priority", `${priorityName(task)} (${task.priority})`],
      task.after.length ? ["after", task.after.join(", ")] : null,
      task.only_on ? ["only_on", robotName(this.fleet, task.only_on)] : null,
      task.not_on ? ["not_on", robotName(this.fleet, task.not_on)] : null,
      task.result && task.result !== "done" && task.outcome ? ["result", text(`result.${task.result}`, {}, plain(task.result))] : null,
      task.reason ? ["reason", reasonWords(this.fleet.equipment, task)] : null,
    ].filter(Boolean);
    return h("div", { class: "row-more" },
      task.robot ? h("button", { type: "button", class: "chip", "data-focus": `${task.id}-robot`, onclick: () => this.act.selectRobot(task.robot) },
        this.robots.mark(task.robot), robotName(this.fleet, task.robot)) : h("p", { class: "quiet", textContent: text("no_robot_yet") }),
      h("dl", { class: "pairs" }, pairs.flatMap(([key, value, fallback]) => [h("dt", { textContent: text(key, {}, fallback) }), h("dd", { textContent: value })])),
      task.asks ? this.#question(task) : null,
      task.awaits ? this.#awaited(task) : null,
      this.#directs(task));
  }

  /** What can be done about a task. Calls for help are the fleet's own matter, and what has begun is finished. */
  #directs(task) {
    const open = !ended(task) && !task.alarm;
    const begun = task.state === "underway";
    const buttons = [
      ["why", "why_task", true],
      ["resume", "resume_task", open && task.held],
      ["hold", "hold_task", open && !task.held && !begun],
      ["reassign", "assign_task", open && !begun],
      ["sequence", "after_task", open && !begun],
      ["prioritise", "priority_change", open],
      ["duplicate", "duplicate_task", !task.alarm],
    ].filter(([, , shown]) => shown);
    return h("div", { class: "directs" },
      buttons.map(([what, label]) => h("button", { type: "button", class: "button small", "data-focus": `${task.id}-${what}`, "data-directs": what, "data-needs": what === "why" ? null : "operate", textContent: text(label), onclick: () => this.act.direct[what](task) })),
      replayLink(`${task.id}-replay`, () => [task.requested_s - 30, task.ended_s === null ? this.fleet.now() : task.ended_s + 60], { task: task.id, at: task.started_s ?? task.requested_s }),
      ended(task) ? null : h("button", { type: "button", class: "button small quiet-danger", "data-focus": `${task.id}-cancel`, "data-cancel": task.id, "data-needs": "operate", textContent: text("cancel_task"), onclick: () => this.act.cancel(task) }));
  }

  /** What only a person can judge, who has looked. */
  #question(task) {
    return h("div", { class: "asks" }, h("p", { textContent: text(task.hands_over ? "task_hands_over" : "task_asks") }),
      h("div", { class: "alarm-buttons", "data-needs": "operate" }, ["done", "retry", "failed"].map((how) =>
        h("button", { type: "button", class: `button small ${how === "failed" ? "quiet-danger" : ""}`, "data-focus": `${task.id}-${how}`, "data-says": how, textContent: text(`task_${how}`), onclick: () => this.act.answer(task, how) }))));
  }

  /** What its robot waits for at a stop, as the service says it, and until when. */
  #awaited(task) {
    const { text: asked, answers, until_s } = task.awaits;
    return h("div", { class: "asks" }, h("p", {}, asked ? named(asked) : text("task_awaits"), " ", h("span", { class: "quiet", textContent: text("task_awaits_until", { at: clockTime(until_s) }) })),
      h("div", { class: "alarm-buttons", "data-needs": "operate" }, answers.map(({ word, text: said }) =>
        h("button", { type: "button", class: "button small", "data-focus": `${task.id}-says-${word}`, "data-says": word, textContent: said ? named(said) : plain(word), onclick: () => this.act.reply(task, word, said ? named(said) : plain(word)) }))));
  }

  #incidents() {
    const all = [...this.fleet.incidents].reverse();
    const open = all.filter(({ state }) => state === "open");
    const over = all.filter(({ state }) => state !== "open");
    const rows = [...(open.length ? open : [{ id: ":none" }]), ...(over.length ? [{ id: ":ended", count: over.length }, ...over] : [])];
    keepRows(byId("list-incidents"), rows, (row) => row.id, (row) => JSON.stringify([row, language()]), (row) => {
      if (row.id === ":none") return h("p", { class: "calm", textContent: text("no_incidents") });
      if (row.id === ":ended") return h("h2", { class: "divider", textContent: text("ended_incidents", { n: row.count }) });
      return this.#incidentRow(row);
    });
  }

  #incidentRow(incident) {
    const over = incident.state !== "open";
    const first = this.fleet.alarms.find(({ id }) => id === incident.alarms[0]);
    const whom = incident.robots.map((id) => robotName(this.fleet, id)).join(", ");
    return h("article", { class: `row incident ${over ? "over" : ""}` },
      h("button", { type: "button", class: "row-main", "data-focus": incident.id, "data-incident": incident.id, onclick: () => this.act.incident(incident.id) },
        first ? urgencySign(first.urgency, first.state) : h("span", { class: `state ${over ? "completed" : "underway"}`, "aria-hidden": "true" }),
        h("span", { class: "row-text" },
          h("strong", { textContent: incidentTitle(incident, this.fleet) }),
          h("span", { textContent: over ? [incident.verdict && text(`verdict.${incident.verdict}`), incident.reason].filter(Boolean).join(" · ") : whom })),
        h("span", { class: "row-side" },
          h("span", { class: "state-name", textContent: text(`incident.${incident.state}`) }),
          h("span", { class: "when", textContent: clockTime(incident.closed_s ?? incident.opened_s, false) }))));
  }
}
