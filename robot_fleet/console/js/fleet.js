// The fleet as the console knows it: rows by id, the fleet's clock, and where robots are between two frames.

import { setBlank } from "./i18n.js";

const DELAY_MS = 260; // robots are shown this much late, so that there is nearly always a frame ahead to move towards
const FRAME_MS = 200;
const FASTEST = 200; // fleet seconds per second
const FRESH = ["live", "stale", "offline", "never", "unrecorded"];
const PAST_KEPT = 40;
const ENDED = new Set(["completed", "failed", "cancelled", "rejected"]);

export const ended = (task) => ENDED.has(task.state);

/** How fresh a robot's row is: what the manager says of its link, or what the gateway hears, whichever is worse. */
export function freshnessOf(robot) {
  const worst = Math.max(FRESH.indexOf(robot.link), FRESH.indexOf(robot.freshness ?? robot.link));
  return FRESH[worst] ?? "never";
}

export class Fleet {
  constructor() {
    this.site = null;
    this.robots = [];
    this.tasks = new Map();
    this.items = new Map();
    this.alarms = [];
    this.incidents = [];
    this.jobs = [];
    this.schedules = [];
    this.templates = [];
    this.hold = false;
    this.inPlace = false;
    this.zones = [];
    this.events = [];
    this.equipment = [];
    this.shift = null;
    this.routes = new Map();
    this.past = new Map();
    this.places = new Map();
    this.services = new Map();
    this.kinds = new Map();
    this.tracks = [];
    this.movedAt = 0;
    this.replay = null; // while a past period is shown: where robots were, and when
    this.clock = { t: 0, at: 0, rate: 1 };
  }

  /** Take a frame in; return its type. */
  take(frame) {
    const now = performance.now();
    if (frame.type === "snapshot") {
      this.#snapshot(frame, now);
      setBlank("emergency", frame.site.emergency_number ?? "119");
    } else if (frame.type === "poses") this.#poses(frame, now);
    else if (frame.type === "patch") this.#patch(frame);
    return frame.type;
  }

  #snapshot(frame, now) {
    this.site = frame.site;
    this.places = new Map(frame.site.places.map((place) => [place.id, place]));
    this.services = new Map(frame.site.services.map((service) => [service.id, service]));
    this.kinds = new Map(frame.site.kinds.map((kind, index) => [kind.id, { ...kind, index }]));
    this.robots = frame.robots;
    this.index = new Map(frame.robots.map((robot, index) => [robot.id, index]));
    this.tasks = new Map(frame.tasks.map((task) => [task.id, task]));
    this.items = new Map(frame.items.map((item) => [item.id, item]));
    this.alarms = frame.alarms;
    this.incidents = frame.incidents;
    this.jobs = frame.jobs;
    this.schedules = frame.schedules;
    this.templates = frame.templates;
    this.hold = frame.hold;
    this.inPlace = frame.in_place;
    this.zones = frame.zones;
    this.events = frame.events ?? [];
    this.equipment = frame.equipment ?? [];
    this.shift = frame.shift;
    this.routes = new Map(Object.entries(frame.routes));
    this.past = new Map();
    this.#did(frame.past);
    this.tracks = frame.robots.map((robot) => [[now, robot.x_m, robot.y_m, robot.yaw_rad]]);
    this.clock = { t: frame.t_s, at: now, rate: this.clock.rate };
    this.movedAt = now;
  }

  #patch(frame) {
    for (const robot of frame.robots ?? []) {
      const index = this.index.get(robot.id);
      if (index !== undefined) this.robots[index] = robot;
    }
    for (const name of ["tasks", "items"]) {
      for (const row of frame[name] ?? []) {
        if (row.gone) this[name].delete(row.id);
        else this[name].set(row.id, row);
      }
    }
    if (frame.alarms) this.alarms = frame.alarms;
    if (frame.incidents) this.incidents = frame.incidents;
    if (frame.jobs) this.jobs = frame.jobs;
    if (frame.hold !== undefined) [this.hold, this.inPlace] = [frame.hold, frame.in_place];
    if (frame.zones) this.zones = frame.zones;
    if (frame.events) this.events = frame.events;
    if (frame.equipment) this.equipment = frame.equipment;
    if (frame.shift !== undefined) this.shift = frame.shift;
    if (frame.schedules) this.schedules = frame.schedules;
    if (frame.templates) this.templates = frame.templates;
    for (const [robot, route] of Object.entries(frame.routes ?? {})) this.routes.set(robot, route);
    this.#did(frame.past ?? []);
  }

  /** Take in what robots have done; each keeps the newest of it. */
  #did(pieces) {
    for (const piece of pieces) {
      const known = this.past.get(piece[0]) ?? [];
      this.past.set(piece[0], [...known, piece].slice(-PAST_KEPT));
    }
  }

  #poses(frame, now) {
    const wall = now - this.clock.at;
    if (wall > 50 && wall < 2000) {
      const rate = ((frame.t_s - this.clock.t) / wall) * 1000;
      if (rate < FASTEST) this.clock.rate += (rate - this.clock.rate) * 0.2; // beyond, the clock was set
    }
    this.clock.t = frame.t_s;
    this.clock.at = now;
    for (const [index, x, y, yaw, speed, soc] of frame.r) {
      const robot = this.robots[index];
      if (!robot) continue;
      robot.x_m = x;
      robot.y_m = y;
      robot.yaw_rad = yaw;
      if (speed !== undefined) robot.speed_mps = speed; // a row ends early where the rest has not changed
      if (soc !== undefined) robot.soc_pct = soc;
      const track = this.tracks[index];
      const last = track[track.length - 1];
      // a robot that stood still was in no frame: it stood there until the frame before this one
      if (now - last[0] > FRAME_MS * 1.8) track.push([now - FRAME_MS, last[1], last[2], last[3]]);
      track.push([now, x, y, yaw]);
      if (track.length > 5) track.splice(0, track.length - 5);
    }
    if (frame.r.length) this.movedAt = now;
  }

  /** Fleet seconds now, running on between frames for at most a second. */
  now() {
    if (this.replay) return this.replay.t;
    return this.clock.t + Math.min((performance.now() - this.clock.at) / 1000, 1) * this.clock.rate;
  }

  /** The site's date as `2026-11-27`; empty where nobody knows it. */
  today() {
    const { calendar } = this.site;
    return calendar ? new Date((calendar.began_s + this.now()) * 1000).toLocaleDateString("sv-SE", { timeZone: calendar.time_zone }) : "";
  }

  /** Whether some robot is still on its way on the screen. */
  moving(now) {
    if (this.replay) return this.replay.moving;
    return now - this.movedAt < DELAY_MS + FRAME_MS;
  }

  /** Return [x_m, y_m, yaw_rad] of a robot as it is to be shown at a moment. */
  pose(index, now) {
    if (this.replay) return this.replay.pose(this.robots[index].id);
    const track = this.tracks[index];
    const at = now - DELAY_MS;
    let after = track.length - 1;
    while (after > 0 && track[after - 1][0] > at) after -= 1;
    const b = track[after];
    const a = track[Math.max(after - 1, 0)];
    if (a === b || at >= b[0]) return [b[1], b[2], b[3]];
    const part = Math.max(0, (at - a[0]) / (b[0] - a[0]));
    const turn = Math.atan2(Math.sin(b[3] - a[3]), Math.cos(b[3] - a[3]));
    return [a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part, a[3] + turn * part];
  }

  robot(id) {
    const index = this.index?.get(id);
    return index === undefined ? null : this.robots[index];
  }

  freshness(robot) {
    return freshnessOf(robot);
  }

  /** The open job by which a robot is taken over, undefined if it is not. */
  takeOver(robot) {
    return this.jobs.find((job) => job.kind === "take_over" && job.robot === robot && job.ended_s === null);
  }

  /** Whether an alarm rings that nobody has taken note of. */
  get rings() {
    return this.alarms.some(({ state }) => state === "active");
  }

  /** Seconds that a task is (or is expected to be) late; 0 if not, null if nobody can tell. */
  lateness(task) {
    if (task.lateness_s !== null && task.lateness_s !== undefined) return task.lateness_s;
    if (ended(task)) return null;
    const over = task.reached ? 0 : Math.max(0, this.now() - task.due_s);
    if (task.eta_s === null) return over > 0 ? over : null;
    return Math.max(over, task.eta_s - task.due_s, 0);
  }

  /** Ids of the places that a task's request names, in order. */
  placesOf(task) {
    return Object.values(task.params).filter((value) => typeof value === "string" && this.places.has(value));
  }
}
