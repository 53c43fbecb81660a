// The rows of robots. What a robot does, how fresh that is, its health and who controls it are told apart.

import { byId, h, keepRows } from "./dom.js";
import { clockTime, duration, kindName, placeName, plain, serviceName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { kindMark } from "./marks.js";
import { obstacleOf, obstacleWords } from "./obstacles.js";
import { replayLink } from "./replay_link.js";

/** Why a charger gives a robot current or holds it back, and until when. */
function supplyWords({ reason, until_s: until }) {
  const why = text(`supply.${reason}`, {}, plain(reason));
  return until === null ? why : text("supply_until", { why, time: clockTime(until, false) });
}

const REPLAYED_S = 900; // of a robot, by its button

export class RobotList {
  /** `act` does what rows ask for: `selectRobot, selectTask, hold, letGo`, and what `sending` can do. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.palette = null;
    this.robot = null;
  }

  render() {
    keepRows(byId("list-robots"), this.fleet.robots, ({ id }) => id, (robot) => this.#sign(robot), (robot) => this.#row(robot));
  }

  mark(robot) {
    const row = this.fleet.robot(robot);
    return row ? kindMark(this.fleet.kinds.get(row.kind)?.index ?? 4, this.palette, 16) : null;
  }

  #sign(robot) {
    const { id, charging, supply, load, hold, in_place, stopped, maintenance, maintenance_s, fault, task, place, health, conditions, control } = robot;
    const open = id === this.robot;
    const taken = open && this.fleet.takeOver(id)?.id;
    const battery = open && robot.remaining_s != null ? Math.round(robot.remaining_s / 60) : null;
    return JSON.stringify([id, this.#state(robot), Math.round(robot.soc_pct), this.#age(robot), charging, supply, load, hold, in_place, stopped, maintenance, maintenance_s,
      fault, task, place, health, conditions, control, open && obstacleOf(this.fleet, robot), battery, taken, open, open && robot.eta_s, language()]);
  }

  /** How fresh what is shown is: `never`, `live`, `stale` or `offline`. */
  #freshness(robot) {
    return this.fleet.freshness(robot);
  }

  #age(robot) {
    return this.#freshness(robot) !== "live" && robot.age_s != null ? duration(robot.age_s) : "";
  }

  /** The one word of the row that matters most to a person. */
  #state(robot) {
    const freshness = this.#freshness(robot);
    if (robot.stopped || robot.control === "emergency_stop") return text("control.emergency_stop");
    if (freshness !== "live") return text(`link.${freshness}`);
    if (robot.maintenance) return text("in_maintenance");
    const obstacle = obstacleOf(this.fleet, robot);
    if (obstacle) return obstacleWords(this.fleet, obstacle);
    if (robot.control === "protective_stop" || robot.control === "manual") return text(`control.${robot.control}`);
    if (robot.fault) return text(`fault.${robot.fault}`, {}, text("robot.fault"));
    if (this.fleet.takeOver(robot.id)) return text("taken_over");
    if (robot.hold && this.#standsHeld(robot)) return text("robot.holding");
    if (robot.hold || (this.fleet.hold && robot.state === "driving")) return text("robot.coming_to_rest");
    if (robot.charging) return text("robot.charging");
    if (robot.supply && robot.supply.reason.startsWith("waits_")) return text("robot.waits_to_charge");
    return this.#activity(robot);
  }

  /** Whether a robot that is held stands, by its own word. */
  #standsHeld(robot) {
    return robot.state !== "driving" && robot.state !== "docking" && robot.state !== "undocking";
  }

  #activity(robot) {
    return text(`robot.${robot.state}`, {}, plain(robot.state ?? ""));
  }

  #row(robot) {
    const opened = robot.id === this.robot;
    const live = this.#freshness(robot) === "live";
    const task = this.fleet.tasks.get(robot.task);
    const doing = task ? serviceName(this.fleet, task.service) : robot.place ? text("on_way_to", { place: placeName(this.fleet, robot.place) }) : text("without_task");
    const bad = robot.fault || robot.stopped || !live || obstacleOf(this.fleet, robot);
    const row = h("article", { class: `row robot ${opened ? "open" : ""} ${live ? "" : "away"}` },
      h("button", { type: "button", class: "row-main", "data-focus": robot.id, "data-robot": robot.id, "aria-expanded": String(opened), onclick: () => this.act.selectRobot(robot.id) },
        this.mark(robot.id),
        h("span", { class: "row-text" }, h("strong", { textContent: named(robot.name) }), h("span", { textContent: doing })),
        h("span", { class: "row-side" },
          h("span", { class: `state-name ${bad ? "bad" : ""}`, textContent: this.#state(robot) }),
          this.#battery(robot, live))));
    if (opened) row.append(this.#more(robot, task, live));
    return row;
  }

  /** The battery as it is, or as it was when the robot was heard last. */
  #battery(robot, live) {
    if (robot.soc_pct === null) return h("span", { class: "battery old", "aria-label": text("battery_unknown"), textContent: "–" });
    const soc = Math.round(robot.soc_pct);
    const tone = !live ? "old" : soc < 15 ? "bad" : soc < 30 ? "warn" : "";
    const age = this.#age(robot);
    const words = live || !age ? `${soc}%` : text("value_before", { value: `${soc}%`, time: age });
    return h("span", { class: `battery ${tone}`, "aria-label": `${text("battery", { n: soc })}${age ? `, ${text("ago", { time: age })}` : ""}` },
      live ? h("meter", { min: 0, max: 100, low: 30, high: 100, optimum: 100, value: soc }) : null, words);
  }

  #more(robot, task, live) {
    const obstacle = obstacleOf(this.fleet, robot);
    const pairs = [
      ["id", robot.id],
      ["kind", kindName(this.fleet, robot.kind)],
      robot.place ? ["destination", placeName(this.fleet, robot.place)] : null,
      task && robot.eta_s !== null ? ["expected_at", clockTime(robot.eta_s)] : null,
      ["load", robot.load.length ? robot.load.join(", ") : text("nothing")],
      live && robot.remaining_s != null ? ["battery_lasts", duration(robot.remaining_s)] : null,
      obstacle ? ["obstacle", `${obstacleWords(this.fleet, obstacle)} · ${text("alarm_since", { time: clockTime(obstacle.since_s) })}`] : null,
      robot.supply ? ["charging_why", supplyWords(robot.supply)] : null,
      robot.fault ? ["fault", text(`fault.${robot.fault}`, {}, plain(robot.fault))] : null,
      robot.maintenance_s ? ["maintenance_planned", `${clockTime(robot.maintenance_s[0], false)}–${clockTime(robot.maintenance_s[1], false)}`] : null,
    ].filter(Boolean);
    const held = this.fleet.takeOver(robot.id);
    const goes = held && !robot.stopped ? null : robot.stopped
      ? h("button", { type: "button", class: "button small danger", "data-focus": `${robot.id}-go`, "data-letgo": robot.id, "data-needs": "operate", textContent: text("let_go"), onclick: () => this.act.letGo(robot.id) })
      : h("button", { type: "button", class: "button small", "data-focus": `${robot.id}-hold`, "data-needs": "operate", textContent: text(robot.hold ? "resume_robot" : "hold_robot"), onclick: () => this.act.hold(!robot.hold, robot.id) });
    const stops = robot.stopped || robot.in_place ? null
      : h("button", { type: "button", class: "button small quiet-danger", "data-focus": `${robot.id}-stop`, "data-needs": "operate", textContent: text("stop_in_place"), onclick: () => this.act.stopInPlace(robot.id) });
    return h("div", { class: "row-more" },
      h("dl", { class: "axes" }, this.#axes(robot, live).flatMap(([key, words, tone]) => [h("dt", { textContent: text(key) }), h("dd", { class: tone, textContent: words })])),
      task ? h("button", { type: "button", class: "chip", "data-focus": `${robot.id}-task`, onclick: () => this.act.selectTask(task.id), textContent: `${serviceName(this.fleet, task.service)} · ${task.id}` }) : null,
      h("dl", { class: "pairs" }, pairs.flatMap(([key, value]) => [h("dt", { textContent: text(key) }), h("dd", { textContent: value })])),
      h("div", { class: "alarm-buttons" }, goes, stops, this.#sends(robot),
        replayLink(`${robot.id}-replay`, () => [this.fleet.now() - REPLAYED_S, this.fleet.now()], { robot: robot.id })));
  }

  /** What needs people's hands: staff, a take-over, maintenance. */
  #sends(robot) {
    const button = (what, onclick) => h("button", { type: "button", class: "button small", "data-focus": `${robot.id}-${what}`, "data-sends": what, "data-needs": "operate", textContent: text(what), onclick });
    const job = this.fleet.takeOver(robot.id);
    return [
      button("send_staff", () => this.act.sendStaff({ robots: [robot.id] })),
      job ? button("give_back", () => this.act.giveBack(job)) : button("take_over", () => this.act.takeOver([robot.id])),
      robot.maintenance ? button("service_in", () => this.act.backInService(robot.id)) : button("service_out", () => this.act.outOfService([robot.id])),
    ];
  }

  /** The four axes: none stands in for another, and what is old is said to be old. */
  #axes(robot, live) {
    const freshness = this.#freshness(robot);
    const age = this.#age(robot);
    const seen = text(`freshness.${freshness === "live" && this.fleet.replay ? "recorded" : freshness}`) + (age ? ` · ${text("ago", { time: age })}` : "");
    const health = live ? robot.health ?? "unknown" : "unknown";
    const conditions = live ? (robot.conditions ?? []).map((each) => each.code ?? each).map((code) => text(`condition.${code}`, {}, plain(code))) : [];
    const control = robot.stopped ? "emergency_stop" : robot.control || (live ? "automatic" : "unknown");
    const byHand = control !== "manual" && !control.endsWith("_stop") && this.fleet.takeOver(robot.id); // held for people, whose hands it does not know
    const known = byHand ? text("taken_over") : text(`control.${control}`, {}, plain(control));
    const tone = { ok: "", warning: "warn", error: "bad", unknown: "quiet" };
    return [
      ["axis.activity", live || freshness === "unrecorded" ? this.#activity(robot) : text("was_before", { what: this.#activity(robot) }), live ? "" : "quiet"],
      ["axis.freshness", seen, live ? "" : "bad"],
      ["axis.health", [text(`health.${health}`), ...conditions].join(" · "), tone[health] ?? ""],
      ["axis.control", live || robot.stopped ? known : text("was_before", { what: known }), control.endsWith("_stop") ? "bad" : !live || control === "unknown" ? "quiet" : control === "automatic" ? "" : "warn"],
    ];
  }
}
