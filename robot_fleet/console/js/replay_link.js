// "Replay this": a link to a period of the past, with what it is about chosen.

import { h } from "./dom.js";
import { text } from "./i18n.js";

const LONGEST_S = 172_800; // of a replay
const SPEED = 5;
const LEAD_S = 5; // it begins so long before `at`

/** Return the link. `period()` gives [from, to] in fleet seconds when it is followed; `focus` names it among its kin. */
export function replayLink(focus, period, { at, ...values }) {
  const address = () => {
    const [begin, end] = period();
    const from = Math.max(0, Math.floor(begin), Math.ceil(end) - LONGEST_S);
    const to = Math.max(Math.ceil(end), from + 10);
    const asked = { from, to, speed: SPEED, at: at > from ? Math.max(Math.floor(at) - LEAD_S, from) : "", ...values };
    return `#/replay?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== "" && value !== undefined))}`;
  };
  return h("a", {
    class: "button small", href: address(), "data-focus": focus, "data-replay": "", "data-needs": "cases", textContent: text("replay_this"),
    onclick: (event) => {
      event.currentTarget.href = address(); // time went on since it was made
    },
  });
}
