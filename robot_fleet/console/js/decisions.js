// Decisions about what somebody has looked at: nobody undoes unawares what another person has decided meanwhile.

import { look } from "./api.js";
import { confirm } from "./dialogs.js";
import { clockTime, placeName, robotName, serviceName } from "./format.js";
import { text } from "./i18n.js";
import { priorityName } from "./priority.js";
import { ruleWords } from "./recurrence.js";

const STALE = "request_version_stale";

const yesNo = (value) => text(value ? "yes" : "no");
const none = (value) => value || text("nothing");

/**
 * What people decide of a thing, and how its values are said. A version changes with more than that (a task sets off by
 * itself), which is no reason to ask again.
 */
const DECIDED = {
  tasks: {
    priority: (_, priority) => `${priorityName({ priority })} (${priority})`,
    held: (_, held) => yesNo(held),
    after: (_, after) => none(after.join(", ")),
    only_on: (fleet, robot) => none(robot && robotName(fleet, robot)),
    not_on: (fleet, robot) => none(robot && robotName(fleet, robot)),
    asks: (_, asks) => yesNo(asks),
  },
  robots: {
    maintenance: (_, on) => yesNo(on),
    maintenance_s: (_, window) => none(window?.map((at) => clockTime(at, false)).join(" – ")),
    hold: (_, on) => yesNo(on),
    stopped: (_, on) => yesNo(on),
  },
  schedules: {
    name: (_, name) => name,
    state: (_, state) => text(`schedule.${state}`),
    reason: (_, reason) => none(reason),
    service: (fleet, service) => serviceName(fleet, service),
    params: (fleet, params) => Object.values(params).map((value) => (fleet.places.has(value) ? placeName(fleet, value) : String(value))).join(", "),
    rule: (_, rule) => ruleWords(rule),
    later: (_, later) => none(later.map(({ rule }) => ruleWords(rule)).join("; ")),
    grace_s: (_, grace) => text("minutes", { n: Math.round(grace / 60) }),
  },
};

/** Return [what, `before → now`] of what has been decided otherwise between two looks. */
function changes(fleet, sort, before, now) {
  return Object.entries(DECIDED[sort]).filter(([key]) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map(([key, say]) => [text(`decided.${key}`), `${say(fleet, before[key])} → ${say(fleet, now[key])}`]);
}

/**
 * Look at a task, robot or schedule as a question about it comes up. What is returned gives a command about it:
 * `send(version)`. If somebody has decided otherwise meanwhile, that is shown, and the person decides again.
 */
export function decisionOn(fleet, sort, id) {
  const looked = look(sort, id);
  looked.catch(() => {}); // said when the command is given, if it ever is
  return async (send) => {
    let seen = await looked;
    for (;;) {
      try {
        return await send(seen.version);
      } catch (error) {
        if (error.code !== STALE) throw error;
        const now = await look(sort, id);
        const lines = changes(fleet, sort, seen.content, now.content);
        const again = !lines.length || (await confirm({ title: text("decided_question"), body: text("decided_means"), lines, yes: text("decided_yes"), danger: true }));
        if (!again) throw error;
        seen = now;
      }
    }
  };
}
