// Classes of priorities, as `core/priority.py` has them.

import { text } from "./i18n.js";

export const CLASSES = [["life", 95, 1000], ["urgent", 70, 30], ["high", 35, 8], ["normal", 20, 3], ["low", 12, 1.5], ["background", 0, 0.7]];
const AGEING_S = 600;

const classOf = (priority) => CLASSES.find(([, least]) => priority >= least) ?? CLASSES.at(-1);

export const className = (priority) => classOf(priority)[0];

export const priorityName = (task) => text(`priority.${className(task.priority)}`);

/** How much it matters that a task has waited so long: its class's weight, and more and more for each second. */
export function ageing(task, now) {
  const waited = Math.max(0, now - Math.max(task.requested_s, task.earliest_s));
  return classOf(task.priority)[2] * (1 + waited + (waited * waited) / (2 * AGEING_S));
}
