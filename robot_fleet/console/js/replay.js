// The console in the past: one fleet shows a period as it was, another one goes on hearing the present meanwhile.
// The address says which period: `#/replay?from=27000&to=30600&at=27900&speed=10`, in fleet seconds.

import { goTo, keepInAddress, readAddress } from "./address.js";
import { AlarmList } from "./alarms.js";
import { getFrames, getReplay, Refusal } from "./api.js";
import { byId } from "./dom.js";
import { Fleet } from "./fleet.js";
import { Record } from "./record.js";
import { ReplayBar, SPEEDS } from "./replay_bar.js";
import { withhold } from "./session.js";

const AHEAD_S = 20; // so many seconds of the viewer's time a record lasts
const SHORTEST_S = 60;
const LONGEST_S = 1200;
const LOOK_AGAIN_MS = 300;
const ADDRESS_MS = 3000;
const SETTLES_MS = 100; // while the time is being dragged, the server is not asked
const SAME_S = 0.05; // what is no farther apart happened at once
const MOST_STEP_MS = 250; // a page that was hidden goes on where it stood

export class Replay {
  /** `act.shows(fleet)` is told whose present is to be announced, `act.shown()` and `act.changed()` that the state is another one. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.live = null; // the fleet of the present, while the past is shown
    this.overview = null;
    this.record = null;
    this.next = null;
    this.t = 0;
    this.speed = 1;
    this.playing = false;
    this.waits = false; // for the server
    this.wrong = null;
    this.asked = 0;
    this.changed = false; // since it was told last
    this.bar = new ReplayBar(this);
    this.then = new AlarmList(fleet, { selectRobot: act.selectRobot, selectTask: act.selectTask, showPlace: act.showPlace }, "alarms-then");
  }

  get on() {
    return this.live !== null;
  }

  /** Do what the address says: show a past period, or the present. */
  async follow() {
    const { view, values } = readAddress();
    if (view !== "replay" && !values.from) {
      this.#leave();
      return;
    }
    const number = (name) => (Number.isFinite(Number(values[name])) && values[name] ? Number(values[name]) : null);
    const [from, to] = [number("from"), number("to")];
    if (this.on && from === this.from && to === this.to) {
      if (number("at") !== null && Math.floor(this.t) !== number("at")) this.seek(number("at"));
      return;
    }
    this.#enter();
    [this.from, this.to] = [from, to];
    this.speed = SPEEDS.includes(number("speed")) ? number("speed") : 1;
    this.playing = true;
    await this.#look(number("at"));
  }

  backToLive() {
    keepInAddress({ from: "", to: "", at: "", speed: "" });
    if (readAddress().view === "replay") goTo("");
    this.#leave();
  }

  /** Show another period. */
  choose(from, to, at = from) {
    keepInAddress(period(from, to, at, this.speed));
    this.follow();
  }

  /** The stream told something of the present. */
  hear(frame) {
    this.live.take(frame);
  }

  play(on = !this.playing) {
    if (on && this.t >= this.to) this.seek(this.from);
    this.playing = on;
    this.bar.render();
    this.#keepAddress();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.next = null; // of another length from now on
    this.bar.render();
    this.#keepAddress();
  }

  seek(t) {
    if (!this.overview) return;
    this.t = Math.min(Math.max(t, this.from), this.to);
    this.next = null;
    if (this.record?.has(this.t)) {
      this.asked += 1;
      this.waits = false;
      this.#show(this.record);
    } else {
      this.asked += 1;
      this.waits = true;
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.on && this.#fetch(), SETTLES_MS);
    }
    this.bar.render();
    this.#keepAddress();
  }

  /** Go to the mark before (-1) or after (1) the time shown and stand still; return all marks of that instant. */
  step(way) {
    const marks = this.overview?.marks ?? [];
    const mark = way > 0 ? marks.find(({ at_s }) => at_s > this.t + SAME_S) : marks.findLast(({ at_s }) => at_s < this.t - SAME_S);
    if (!mark) return [];
    this.playing = false;
    this.seek(mark.at_s);
    return marks.filter(({ at_s }) => Math.abs(at_s - mark.at_s) <= SAME_S);
  }

  // what a fleet asks of the past that it shows

  pose(robot) {
    const pose = this.record?.pose(robot, this.t);
    return pose ? [pose.x, pose.y, pose.yaw] : [NaN, NaN, 0];
  }

  get moving() {
    return this.playing && !this.waits;
  }

  /** Whether what comes next is waited for. */
  get stalls() {
    return this.waits || (this.playing && this.next !== null && !this.next.record && this.t >= (this.record?.to ?? 0));
  }

  #enter() {
    byId("menu").hidePopover?.();
    this.overview = this.record = this.next = this.wrong = null;
    if (this.on) return;
    this.live = Object.assign(new Fleet(), this.fleet);
    this.fleet.replay = this;
    this.fleet.take(nothingOf(this.live)); // nothing of the present is to be taken for the past
    withhold(["operate"]);
    document.body.classList.add("replaying");
    this.act.shows(this.live);
    this.bar.open();
    const tick = (now) => {
      if (!this.on) return;
      this.#tick(now);
      requestAnimationFrame(tick);
    };
    this.ticked = performance.now();
    requestAnimationFrame(tick);
  }

  #leave() {
    if (!this.on) return;
    this.asked += 1;
    Object.assign(this.fleet, this.live);
    this.fleet.replay = this.live = this.record = this.next = this.overview = null;
    withhold([]);
    document.body.classList.remove("replaying");
    this.bar.close();
    this.act.shows(this.fleet);
    this.act.shown();
  }

  /** Ask what there is, until the server has read it all; then begin. */
  async #look(at) {
    const asked = ++this.asked;
    this.waits = true;
    this.bar.render();
    try {
      let told;
      do {
        told = await getReplay(this.from, this.to);
        if (asked !== this.asked) return;
        this.overview = told;
        this.bar.render();
        if (told.read_pct < 100) await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
      } while (told.read_pct < 100);
    } catch (error) {
      this.#fail(error, asked);
      return;
    }
    if (asked !== this.asked) return;
    [this.from, this.to] = [Math.floor(this.overview.from_s), Math.ceil(this.overview.to_s)];
    this.t = Math.min(Math.max(at ?? this.from, this.from), this.to);
    await this.#fetch();
    this.#keepAddress();
  }

  #length() {
    return Math.min(Math.max(this.speed * AHEAD_S, SHORTEST_S), LONGEST_S);
  }

  async #fetch() {
    const asked = ++this.asked;
    this.waits = true;
    try {
      const record = await this.#ask(this.t);
      if (asked === this.asked) this.#show(record);
    } catch (error) {
      this.#fail(error, asked);
    }
  }

  async #ask(from) {
    return new Record(await getFrames(from, Math.max(Math.min(from + this.#length(), this.to), from + 1)));
  }

  #show(record) {
    this.record = record;
    this.waits = false;
    this.wrong = null;
    record.show(this.fleet, this.t, true);
    this.#place();
    this.act.shown();
    this.bar.render();
  }

  #fail(error, asked) {
    if (!(error instanceof Refusal)) throw error;
    if (asked !== this.asked) return;
    this.wrong = error;
    this.waits = this.playing = false;
    this.bar.render();
  }

  #tick(now) {
    const step = Math.min(now - this.ticked, MOST_STEP_MS) / 1000;
    this.ticked = now;
    if (!this.record || !this.playing || this.waits) return;
    this.t = Math.min(this.t + step * this.speed, this.to);
    if (this.t > this.record.to) {
      if (this.next?.record) {
        const { record } = this.next;
        this.next = null;
        this.#show(record);
      } else {
        this.t = this.record.to; // nobody knows yet what came then
        this.#prefetch();
      }
    } else if (this.record.show(this.fleet, this.t)) this.changed = true;
    if (this.record.to < this.to && this.record.to - this.t < this.speed * AHEAD_S * 0.6) this.#prefetch();
    if (this.t >= this.to) this.playing = false;
    if (this.#place() || this.changed) this.act.changed();
    this.changed = false;
    this.bar.tick();
    if (now - (this.kept ?? 0) > ADDRESS_MS) {
      this.kept = now;
      this.#keepAddress();
    }
  }

  /** Ask for what comes after the record that is shown, once. */
  async #prefetch() {
    if (this.next) return;
    const next = { record: null };
    this.next = next;
    const { asked } = this;
    try {
      next.record = await this.#ask(this.record.to);
    } catch (error) {
      if (this.next !== next) return;
      this.next = null;
      this.#fail(error, asked);
    }
  }

  /** Tell the rows of the robots what history knows of them now; return whether one came or went. */
  #place() {
    let differs = false;
    for (const robot of this.fleet.robots) {
      const pose = this.record.pose(robot.id, this.t);
      const freshness = pose?.known ? "live" : "unrecorded";
      differs ||= robot.freshness !== freshness;
      robot.freshness = freshness;
      robot.soc_pct = this.record.battery(robot.id, this.t);
      robot.x_m = pose?.x ?? NaN;
      robot.y_m = pose?.y ?? NaN;
      robot.yaw_rad = pose?.yaw ?? 0;
    }
    return differs;
  }

  #keepAddress() {
    if (this.overview) keepInAddress(period(this.from, this.to, this.t, this.speed));
  }
}

const period = (from, to, at, speed) => (
  { from: String(Math.max(Math.floor(from), 0)), to: String(Math.ceil(to)), at: String(Math.floor(at)), speed: String(speed) });

/** A snapshot of a fleet that nothing is known of. */
function nothingOf({ site, robots }) {
  const unknown = { x_m: NaN, y_m: NaN, yaw_rad: 0, soc_pct: null, state: "", charging: false, load: [], link: "never", freshness: "unrecorded", task: "", place: "", health: "unknown", conditions: [], control: "unknown", obstacle: null, hold: false, fault: "", stopped: false, maintenance: false, eta_s: null };
  const rows = robots.map(({ id, kind, name, length_m, width_m }) => ({ id, kind, name, length_m, width_m, ...unknown }));
  return { type: "snapshot", t_s: 0, site, robots: rows, tasks: [], items: [], alarms: [], incidents: [], jobs: [], zones: [], events: [], equipment: [], schedules: [], templates: [], hold: false, routes: {}, past: [] };
}
