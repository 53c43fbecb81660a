// The side panel: alarms on top, then tasks or robots. What can be done to one thing stands in its opened row.

import { byId, h, keepRows } from "./dom.js";
import { ended } from "./fleet.js";
import { clockTime, duration, kindName, placeName, plain, robotName, serviceName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { kindMark } from "./marks.js";

const ENDED_SHOWN = 40;

export class Panel {
  /** `act` does what rows ask for: `selectRobot, selectTask, showPlace, cancel, hold`. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.palette = null;
    this.tab = "tasks";
    this.task = null;
    this.robot = null;
    for (const tab of ["tasks", "robots"]) {
      byId(`tab-${tab}`).addEventListener("click", () => this.show(tab));
      byId(`tab-${tab}`).addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        this.show(this.tab === "tasks" ? "robots" : "tasks");
        byId(`tab-${this.tab}`).focus();
      });
    }
  }

  show(tab) {
    this.tab = tab;
    this.render();
  }

  render() {
    if (!this.fleet.site) return;
    this.#tabs();
    this.#figures();
    this.#alarms();
    if (this.tab === "tasks") this.#tasks();
    else this.#robots();
  }

  #tabs() {
    const open = [...this.fleet.tasks.values()].filter((task) => !ended(task)).length;
    const counts = { tasks: open, robots: this.fleet.robots.length };
    for (const tab of ["tasks", "robots"]) {
      const chosen = tab === this.tab;
      const button = byId(`tab-${tab}`);
      button.replaceChildren(text(tab), h("span", { class: "count", textContent: counts[tab] }));
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      byId(`list-${tab}`).hidden = !chosen;
    }
  }

  #figures() {
    const live = this.fleet.robots.filter((robot) => robot.link === "live").length;
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

  #alarms() {
    const box = byId("alarms");
    box.classList.toggle("some", this.fleet.alarms.length > 0);
    const now = this.fleet.now();
    const rows = this.fleet.alarms.length ? this.fleet.alarms : [{ id: "none" }];
    const lines = (alarm) => alarm.id === "none" ? null : this.#alarmLines(alarm, now);
    keepRows(box, rows, (alarm) => alarm.id, (alarm) => JSON.stringify([lines(alarm), language()]), (alarm) => {
      if (alarm.id === "none") return h("p", { class: "calm", textContent: text("no_alarms") });
      const { title, place, since, robot } = lines(alarm);
      return h("article", { class: "alarm" },
        h("button", { type: "button", class: "alarm-main", "data-focus": alarm.id, onclick: () => this.act.showPlace(alarm.place) },
          h("span", { class: "alarm-sign", textContent: "!", "aria-hidden": "true" }),
          h("span", { class: "alarm-text" },
            h("strong", { textContent: `${title} · ${place}` }),
            h("span", { textContent: robot })),
          h("span", { class: "alarm-since", textContent: since })));
    });
  }

  #alarmLines(alarm, now) {
    const robot = alarm.robot ? robotName(this.fleet, alarm.robot) : "";
    let way = text("alarm_no_robot");
    if (alarm.on_site_s !== null) way = text("alarm_on_site", { robot });
    else if (robot && alarm.eta_s !== null) way = text("alarm_on_way_eta", { robot, time: duration(Math.max(alarm.eta_s - now, 0)) });
    else if (robot) way = text("alarm_on_way", { robot });
    if (alarm.verdict) way += ` · ${text(`verdict.${alarm.verdict}`, {}, plain(alarm.verdict))}`;
    return {
      title: serviceName(this.fleet, alarm.service),
      place: placeName(this.fleet, alarm.place),
      since: duration(Math.max(now - alarm.raised_s, 0)),
      robot: way,
    };
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
      if (row.id === ":ended") return h("h3", { class: "divider", textContent: text("ended_tasks", { n: row.count }) });
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
      task.result && task.result !== "done" && task.outcome ? ["result", text(`result.${task.result}`, {}, plain(task.result))] : null,
      task.reason ? ["reason", text(`reason.${task.reason}`, {}, plain(task.reason))] : null,
    ].filter(Boolean);
    return h("div", { class: "row-more" },
      task.robot ? h("button", { type: "button", class: "chip", "data-focus": `${task.id}-robot`, onclick: () => this.act.selectRobot(task.robot) },
        this.#mark(task.robot), robotName(this.fleet, task.robot)) : h("p", { class: "quiet", textContent: text("no_robot_yet") }),
      h("dl", { class: "pairs" }, pairs.flatMap(([key, value, fallback]) => [h("dt", { textContent: text(key, {}, fallback) }), h("dd", { textContent: value })])),
      ended(task) ? null : h("button", { type: "button", class: "button small quiet-danger", "data-focus": `${task.id}-cancel`, "data-cancel": task.id, textContent: text("cancel_task"), onclick: () => this.act.cancel(task) }));
  }

  #mark(robot) {
    const row = this.fleet.robot(robot);
    return row ? kindMark(this.fleet.kinds.get(row.kind)?.index ?? 4, this.palette, 16) : null;
  }

  #robots() {
    const rows = this.fleet.robots;
    const shown = (robot) => [robot.id, this.#robotState(robot), Math.round(robot.soc_pct), robot.charging, robot.load, robot.hold, robot.fault, robot.link, robot.task, robot.id === this.robot, language()];
    keepRows(byId("list-robots"), rows, (robot) => robot.id, (robot) => JSON.stringify(shown(robot)), (robot) => this.#robotRow(robot));
  }

  #robotState(robot) {
    if (robot.link !== "live") return text(`link.${robot.link}`);
    if (robot.fault) return text(`fault.${robot.fault}`, {}, text("robot.fault"));
    if (robot.hold) return text("robot.holding");
    if (robot.charging) return text("robot.charging");
    return text(`robot.${robot.state}`, {}, plain(robot.state));
  }

  #robotRow(robot) {
    const opened = robot.id === this.robot;
    const task = this.fleet.tasks.get(robot.task);
    const doing = task ? serviceName(this.fleet, task.service) : robot.place ? text("on_way_to", { place: placeName(this.fleet, robot.place) }) : text("without_task");
    const soc = Math.round(robot.soc_pct);
    const tone = soc < 15 ? "bad" : soc < 30 ? "warn" : "";
    const row = h("article", { class: `row robot ${opened ? "open" : ""} ${robot.link === "live" ? "" : "away"}` },
      h("button", { type: "button", class: "row-main", "data-focus": robot.id, "data-robot": robot.id, "aria-expanded": String(opened), onclick: () => this.act.selectRobot(robot.id) },
        this.#mark(robot.id),
        h("span", { class: "row-text" }, h("strong", { textContent: named(robot.name) }), h("span", { textContent: doing })),
        h("span", { class: "row-side" },
          h("span", { class: `state-name ${robot.fault || robot.link !== "live" ? "bad" : ""}`, textContent: this.#robotState(robot) }),
          h("span", { class: `battery ${tone}`, "aria-label": text("battery", { n: soc }) },
            h("meter", { min: 0, max: 100, low: 30, high: 100, optimum: 100, value: soc }), `${soc}%`))));
    if (opened) row.append(this.#robotMore(robot, task));
    return row;
  }

  #robotMore(robot, task) {
    const pairs = [
      ["id", robot.id],
      ["kind", kindName(this.fleet, robot.kind)],
      robot.place ? ["destination", placeName(this.fleet, robot.place)] : null,
      task && robot.eta_s !== null ? ["expected_at", clockTime(robot.eta_s)] : null,
      ["load", robot.load.length ? robot.load.join(", ") : text("nothing")],
      robot.fault ? ["fault", text(`fault.${robot.fault}`, {}, plain(robot.fault))] : null,
    ].filter(Boolean);
    return h("div", { class: "row-more" },
      task ? h("button", { type: "button", class: "chip", "data-focus": `${robot.id}-task`, onclick: () => this.act.selectTask(task.id), textContent: `${serviceName(this.fleet, task.service)} · ${task.id}` }) : null,
      h("dl", { class: "pairs" }, pairs.flatMap(([key, value]) => [h("dt", { textContent: text(key) }), h("dd", { textContent: value })])),
      h("button", { type: "button", class: "button small", "data-focus": `${robot.id}-hold`, textContent: text(robot.hold ? "resume_robot" : "hold_robot"), onclick: () => this.act.hold(!robot.hold, robot.id) }));
  }
}
