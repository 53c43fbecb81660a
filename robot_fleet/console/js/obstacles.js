// What robots report in their way. The fleet has no sensor of its own: a mark stands where a robot does not get on, and
// nobody says where the thing itself is.

import { duration } from "./format.js";
import { text } from "./i18n.js";

const RUNG = ["protective_stop", "stuck", "oscillating"]; // of the past only what rang is known
const NO_WAY_ON = /^nav_(10[456]|[23]0[568])$/; // as `agent/motion.py` has them

/** Return `{code, since_s}` of what is in a robot's way, null if it does not report anything. */
export function obstacleOf(fleet, robot) {
  if (robot.obstacle) return robot.obstacle;
  const rings = (code) => fleet.alarms.find(({ members }) => members.includes(`${code}:${robot.id}`));
  const code = RUNG.find(rings);
  if (code) return { code, since_s: rings(code).raised_s };
  const faulted = NO_WAY_ON.test(robot.fault) && rings("robot_faulted");
  return faulted ? { code: "nav_blocked", since_s: faulted.raised_s } : null;
}

/** What is said of it: that the way is blocked, and for how long. */
export const obstacleWords = (fleet, { code, since_s }) => `${text(`obstacle.${code}`)} · ${duration(Math.max(fleet.now() - since_s, 0))}`;

/** Return what the map shows: `{index, words}` of every robot that does not get on. */
export function obstacleMarks(fleet) {
  const found = fleet.robots.map((robot, index) => ({ index, obstacle: obstacleOf(fleet, robot) }));
  return found.filter(({ obstacle }) => obstacle).map(({ index, obstacle }) => ({ index, words: obstacleWords(fleet, obstacle) }));
}
