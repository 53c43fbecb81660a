// A period of the past as the server tells it: the stream's frames of then, and where robots were. Nothing is made up:
// where nobody heard a robot it has no pose, only the last one before.

const STRAIGHT = Math.PI / 4; // a heading so close to the direction of travel is shown as that

export class Record {
  /** `answer` is what `GET /api/v1/replay/frames` says. */
  constructor({ from_s, to_s, frames, motion }) {
    this.from = from_s;
    this.to = to_s;
    this.frames = frames;
    this.motion = motion;
    this.taken = 0; // frames that a fleet has taken in
  }

  has(t) {
    return t >= this.from && t <= this.to;
  }

  /** Show a fleet the state at a time: anew from the snapshot, if it is earlier than what is shown. Return whether anything changed. */
  show(fleet, t, anew = false) {
    const before = this.taken;
    if (anew) {
      fleet.take({ ...structuredClone(this.frames[0]), site: fleet.site }); // a fleet changes the rows that it is given
      this.taken = 1;
    }
    while (this.taken < this.frames.length && this.frames[this.taken].t_s <= t) {
      fleet.take(structuredClone(this.frames[this.taken]));
      this.taken += 1;
    }
    return anew || this.taken !== before;
  }

  /** `{x, y, yaw, known}` of a robot at a time; not known is where it was seen last. Null if it never was. */
  pose(robot, t) {
    let last = null;
    for (const way of this.motion[robot]?.way ?? []) {
      if (way[0] > t) break;
      if (t <= way[way.length - 4]) return { ...along(way, t), known: true };
      last = way;
    }
    if (!last) return null;
    const [x, y, yaw] = last.slice(-3);
    return { x, y, yaw, known: false };
  }

  /** How full a battery was in percent, null where nobody heard. */
  battery(robot, t) {
    const told = this.motion[robot]?.battery ?? [];
    let found = null;
    for (let at = 0; at < told.length && told[at] <= t; at += 2) found = told[at + 1];
    return found;
  }
}

/** Where a way `[t, x, y, yaw, ...]` is at a time in it. */
function along(way, t) {
  let low = 0;
  let high = way.length / 4 - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (way[middle * 4] <= t) low = middle;
    else high = middle;
  }
  const [ta, xa, ya, yawA] = way.slice(low * 4, low * 4 + 4);
  const [tb, xb, yb, yawB] = way.slice(high * 4, high * 4 + 4);
  const part = tb > ta ? (t - ta) / (tb - ta) : 1;
  const course = Math.atan2(yb - ya, xb - xa);
  const moves = Math.hypot(xb - xa, yb - ya) > 0.1;
  const yaw = moves && Math.abs(between(yawB, course)) < STRAIGHT ? course : yawA + between(yawA, yawB) * part;
  return { x: xa + (xb - xa) * part, y: ya + (yb - ya) * part, yaw };
}

const between = (a, b) => Math.atan2(Math.sin(b - a), Math.cos(b - a));
