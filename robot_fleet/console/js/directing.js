// What people change about one open task: its priority, its robot (the price is told first), and whether it may begin.

import { assignTask, getPrice, getWhy, holdTask, prioritiseTask, Refusal, resumeTask, sequenceTask } from "./api.js";
import { decisionOn } from "./decisions.js";
import { ask, command, confirm, toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { ended } from "./fleet.js";
import { clockTime, duration, placeName, robotName, serviceName } from "./format.js";
import { language, text } from "./i18n.js";
import { className, CLASSES, priorityName } from "./priority.js";

const SHIFTS = 3;

/** Return a wish about a robot (`only:care_1`, `not:care_1` or empty) as the API wants it. */
const wishOf = (value) => {
  const [how, robot] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
  return { robot: how === "only" ? robot : "", not_on: how === "not" ? robot : "" };
};

/** Return what people can ask of a fleet about one task. */
export function directingOf(fleet) {
  const title = (task) => [text("task"), `${serviceName(fleet, task.service)} · ${task.id}`];

  function priceSaid(price) {
    if (price.reason) return text("assign_price_none", { reason: text(`reason.${price.reason}`, {}, price.reason.replaceAll("_", " ")) });
    const values = { then: robotName(fleet, price.then_on), time: price.then_s === null ? "–" : clockTime(price.then_s, false), more: duration(price.more_s) };
    const said = [text(price.more_s < 0 ? "assign_price_less" : "assign_price_is", values)];
    const later = price.later.filter(({ by_s }) => by_s > 0).sort((a, b) => b.by_s - a.by_s);
    if (later.length) said.push(text("assign_price_later", { tasks: later.slice(0, SHIFTS).map(({ task, by_s }) => `${task} +${duration(by_s)}`).join(", ") }));
    return said.join(" ");
  }

  /** A line that tells what wishes about a task would cost: `tell(wish)` asks, `over()` stops listening. */
  function priceTeller(task) {
    const told = h("p", { class: "price", id: "price", role: "status", textContent: text("assign_price_asked") });
    let asked = 0;
    const tell = async (wish) => {
      const number = (asked += 1);
      told.textContent = text("assign_price_asked");
      const said = await getPrice(task.id, wish).then(priceSaid, (error) => error.sentence);
      if (number === asked) told.textContent = said;
    };
    return { told, tell, over: () => (asked += 1) };
  }

  return {
    async hold(task) {
      const decide = decisionOn(fleet, "tasks", task.id);
      const sure = await confirm({ title: text("hold_task_question"), body: text("hold_task_means"), lines: [title(task)], yes: text("hold_task") });
      if (sure) await command(() => decide((version) => holdTask(task.id, version)), text("hold_task_done"));
    },

    resume: (task) => command(() => decisionOn(fleet, "tasks", task.id)((version) => resumeTask(task.id, version)), text("resume_task_done")),

    /** Ask for a task's class; `proposed` is the one that was named already. */
    async prioritise(task, proposed = className(task.priority)) {
      const decide = decisionOn(fleet, "tasks", task.id);
      const options = CLASSES.slice(1).map(([name]) => h("option", { value: name, selected: name === proposed, textContent: text(`priority.${name}`) }));
      const given = await ask({
        title: text("priority_question"),
        lines: [title(task), [text("priority"), `${priorityName(task)} (${task.priority})`]],
        fields: [h("label", { class: "field" }, h("span", { textContent: text("priority") }), h("select", { name: "priority", autofocus: true }, options))],
        yes: text("priority_change"),
      });
      if (given) await command(() => decide((version) => prioritiseTask(task.id, given.priority, version)), text("priority_done"));
    },

    /** Ask who is to do a task; `proposed` is the robot that was named already. */
    async reassign(task, proposed = "") {
      const decide = decisionOn(fleet, "tasks", task.id);
      const kinds = fleet.services.get(task.service)?.robot_kinds;
      const robots = fleet.robots.filter(({ kind }) => !kinds || kinds.includes(kind));
      const { told, tell, over } = priceTeller(task);
      const options = [["", text("assign_any")],
        ...robots.map(({ id }) => [`only:${id}`, text("assign_only", { robot: robotName(fleet, id) })]),
        ...robots.map(({ id }) => [`not:${id}`, text("assign_not", { robot: robotName(fleet, id) })])];
      const present = proposed ? `only:${proposed}` : task.only_on ? `only:${task.only_on}` : task.not_on ? `not:${task.not_on}` : "";
      const select = h("select", { name: "wish", autofocus: true, "aria-describedby": "price", onchange: (event) => tell(wishOf(event.target.value)) },
        options.map(([value, name]) => h("option", { value, textContent: name, selected: value === present })));
      tell(wishOf(present));
      const given = await ask({
        title: text("assign_question"),
        lines: [title(task), ...(task.robot ? [[text("robot"), robotName(fleet, task.robot)]] : [])],
        fields: [h("label", { class: "field" }, h("span", { textContent: text("assign_to") }), select), told],
        yes: text("assign_yes"),
      });
      over();
      if (given) await command(() => decide((version) => assignTask(task.id, wishOf(given.wish), version)), text("assign_done"));
    },

    /** Ask after which other task one is to begin; `proposed` is the one that was named already. */
    async sequence(task, proposed = task.after[0] ?? "") {
      const decide = decisionOn(fleet, "tasks", task.id);
      const { told, tell, over } = priceTeller(task);
      const others = [...fleet.tasks.values()].filter((other) => !ended(other) && !other.alarm && other.id !== task.id);
      const what = (other) => [serviceName(fleet, other.service), ...fleet.placesOf(other).map((id) => placeName(fleet, id)), other.id].join(" · ");
      const look = (value) => (value ? tell({ after: value }) : (told.textContent = text("after_none_means")));
      const select = h("select", { name: "after", autofocus: true, "aria-describedby": "price", onchange: (event) => look(event.target.value) },
        h("option", { value: "", textContent: text("after_none") }),
        others.map((other) => h("option", { value: other.id, textContent: what(other), selected: other.id === proposed })));
      look(proposed);
      const given = await ask({
        title: text("after_question"),
        lines: [title(task)],
        fields: [h("label", { class: "field" }, h("span", { textContent: text("after_which") }), select), told],
        yes: text("after_yes"),
      });
      over();
      if (given) await command(() => decide((version) => sequenceTask(task.id, given.after ? [given.after] : [], version)), text("after_done"));
    },

    /** Say in the scheduler's words why a task is where it is. */
    async why(task) {
      let sentences;
      try {
        ({ sentences } = await getWhy(task.id, language()));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        toast(error.sentence, "bad");
        return;
      }
      const dialog = byId("dialog");
      dialog.replaceChildren(h("div", { class: "ask" },
        h("h2", { id: "dialog-title", textContent: text("why_title") }),
        h("dl", { class: "pairs" }, [title(task)].flatMap(([label, value]) => [h("dt", { textContent: label }), h("dd", { textContent: value })])),
        h("ul", { class: "why" }, sentences.map((sentence) => h("li", { textContent: sentence }))),
        h("div", { class: "ask-buttons" }, h("button", { type: "button", class: "button primary", textContent: text("close"), autofocus: true, onclick: () => dialog.close() }))));
      dialog.setAttribute("aria-labelledby", "dialog-title");
      dialog.showModal();
    },
  };
}
