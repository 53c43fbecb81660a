// Tasks by state, side by side. In the queue of those that have no robot yet, who has waited longest for the urgent comes first.
// A card that is dragged above another, or moved there by Alt with an arrow, comes before it: people say so, the plan follows.

import { byId, h, keepRows } from "./dom.js";
import { reasonWords } from "./equipment.js";
import { ended } from "./fleet.js";
import { clockTime, duration, placeName, robotName, serviceName } from "./format.js";
import { language, text } from "./i18n.js";
import { ageing, priorityName } from "./priority.js";
import { may } from "./session.js";

const CARD = "application/x-task"; // what a dragged card is, and nothing else that is dropped here
const COLUMNS = ["waiting", "held", "scheduled", "assigned", "underway", "suspended", "ended"];
const ORDERED = ["waiting", "scheduled", "assigned"]; // columns of tasks that may be told to wait for each other
const SHOWN = 60;

const columnOf = (task) => {
  if (ended(task)) return "ended";
  if (task.held) return "held";
  return task.state === "requested" ? "waiting" : task.state;
};

/** Whether a task may be marked with others: a call for help is never taken back in passing. */
const canBeMarked = (task) => Boolean(task) && !task.alarm && !ended(task);

/** Return tasks in the same order, but none before those that it comes after. */
function inSequence(tasks) {
  const here = new Map(tasks.map((task) => [task.id, task]));
  const placed = new Set();
  const put = (task) => {
    if (placed.has(task)) return;
    for (const id of task.after) if (here.has(id)) put(here.get(id));
    placed.add(task);
  };
  tasks.forEach(put);
  return [...placed];
}

export class Board {
  /**
   * `act.selectTask(id)` is told what was chosen, `act.sequence(task, other)` that a task is to come after another, and
   * `act.cancelMany(tasks)` that those which are marked are to be taken back.
   */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.task = null;
    this.columns = new Map();
    this.marking = false; // whether cards are being marked rather than opened
    this.marked = new Set();
    this.from = null; // the card from which on Shift marks
    this.bar = h("div", { class: "marking", role: "toolbar" });
    this.build();
  }

  /** Make the columns, with their names in the language of now. */
  build() {
    this.columns = new Map(COLUMNS.map((name) => {
      const count = h("span", { class: "count" });
      const cards = h("div", { class: "cards" });
      const title = h("h2", { id: `board-${name}` }, text(`board.${name}`), count);
      return [name, { count, cards, element: h("section", { class: `column ${name}`, "aria-labelledby": `board-${name}` }, title, cards) }];
    }));
    byId("board").replaceChildren(h("div", { class: "columns" }, [...this.columns.values()].map(({ element }) => element)), this.bar);
    this.bar.setAttribute("aria-label", text("marking"));
    this.#showBar();
  }

  /** What is done with marked cards: how many there are, and what can be done with them. */
  #showBar() {
    const n = this.marked.size;
    const button = (id, key, props, onclick) => h("button", { type: "button", class: "button small", id, textContent: text(key, { n }), onclick, ...props });
    const focus = this.bar.contains(document.activeElement) ? document.activeElement.id : "";
    this.bar.replaceChildren(
      button("mark", this.marking ? "marking_end" : "marking_begin", { "aria-pressed": String(this.marking) }, () => this.#mark(!this.marking)),
      h("span", { role: "status", textContent: this.marking ? text("marking_count", { n }) : "" }),
      ...(this.marking ? [
        button("mark-all", "marking_all", {}, () => this.#markAll()),
        button("mark-cancel", "cancel_many_yes", { class: "button small danger", disabled: !n }, () => this.#cancel()),
      ] : []));
    this.bar.hidden = !may("operate");
    if (focus) (byId(focus) ?? byId("mark")).focus();
  }

  #mark(on) {
    this.marking = on;
    if (!on) this.marked.clear();
    this.from = null;
    this.render();
  }

  #markAll() {
    for (const task of this.fleet.tasks.values()) if (canBeMarked(task)) this.marked.add(task.id);
    this.render();
  }

  async #cancel() {
    const tasks = [...this.marked].map((id) => this.fleet.tasks.get(id)).filter(Boolean);
    if (tasks.length && (await this.act.cancelMany(tasks))) this.#mark(false);
  }

  /** Mark a card, or not any more; with Shift all of its column between it and the one before. */
  #toggle(task, event) {
    if (!canBeMarked(task)) return;
    const cards = [...event.currentTarget.parentElement.children].map(({ dataset }) => dataset.card);
    const [a, b] = [cards.indexOf(this.from), cards.indexOf(task.id)];
    const wanted = event.shiftKey && a >= 0 ? cards.slice(Math.min(a, b), Math.max(a, b) + 1) : [task.id];
    const on = wanted.length > 1 || !this.marked.has(task.id);
    for (const id of wanted) {
      if (on && canBeMarked(this.fleet.tasks.get(id))) this.marked.add(id);
      else this.marked.delete(id);
    }
    this.marking = true;
    this.from = task.id;
    this.render();
  }

  render() {
    const groups = new Map(COLUMNS.map((name) => [name, []]));
    for (const task of this.fleet.tasks.values()) groups.get(columnOf(task)).push(task);
    const now = this.fleet.now();
    for (const id of this.marked) if (!canBeMarked(this.fleet.tasks.get(id))) this.marked.delete(id); // it has ended meanwhile
    if (!may("operate")) [this.marking, this.marked] = [false, new Set()];
    const shown = JSON.stringify([this.marking, this.marked.size, may("operate"), language()]);
    if (this.shown !== shown) this.#showBar();
    this.shown = shown;
    groups.get("waiting").sort((a, b) => ageing(b, now) - ageing(a, now) || a.requested_s - b.requested_s);
    groups.get("ended").sort((a, b) => (b.ended_s ?? 0) - (a.ended_s ?? 0));
    for (const name of COLUMNS.slice(1, -1)) groups.get(name).sort((a, b) => a.due_s - b.due_s);
    for (const name of ORDERED) groups.set(name, inSequence(groups.get(name)));
    for (const [name, tasks] of groups) {
      const { count, cards } = this.columns.get(name);
      count.textContent = tasks.length;
      const rows = tasks.length ? tasks.slice(0, SHOWN) : [{ id: ":none" }];
      const sign = (row) => JSON.stringify(row.id === ":none" ? language() : [row, this.#when(row, name), row.id === this.task, this.marking, this.marked.has(row.id), language()]);
      keepRows(cards, rows, (row) => row.id, sign, (row) => (row.id === ":none" ? h("p", { class: "quiet", textContent: text("board_empty") }) : this.#card(row, name)));
    }
  }

  #when(task, column) {
    if (column === "ended") return ["", task.ended_s === null ? "" : clockTime(task.ended_s, false)];
    const late = this.fleet.lateness(task);
    if (late >= 1) return ["bad", text(task.reached ? "was_late" : "is_late", { time: duration(late) })];
    if (column === "waiting") return ["", text("board_waits", { time: duration(Math.max(0, this.fleet.now() - task.requested_s)) })];
    return ["", text("due_in", { time: duration(Math.max(task.due_s - this.fleet.now(), 0)) })];
  }

  /** What moves a card: it is dragged onto another, which comes after it then, or goes up or down by Alt and an arrow. */
  #order(task, column) {
    if (!ORDERED.includes(column) || task.alarm || !may("operate")) return {};
    const carried = (event) => (event.dataTransfer.types.includes(CARD) ? event.preventDefault() : undefined);
    return {
      draggable: true,
      "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown",
      ondragstart: (event) => event.dataTransfer.setData(CARD, task.id),
      ondragenter: carried,
      ondragover: carried,
      ondrop: (event) => {
        event.preventDefault();
        const moved = event.dataTransfer.getData(CARD);
        if (moved && moved !== task.id) this.act.sequence(task, moved);
      },
      onkeydown: (event) => {
        const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const beside = (step < 0 ? event.currentTarget.previousElementSibling : event.currentTarget.nextElementSibling)?.dataset.card;
        const other = this.fleet.tasks.get(beside);
        if (!other || other.alarm) return;
        if (step < 0) this.act.sequence(other, task.id);
        else this.act.sequence(task, other.id);
      },
    };
  }

  #card(task, column) {
    const [tone, when] = this.#when(task, column);
    const where = this.fleet.placesOf(task).map((id) => placeName(this.fleet, id)).join(" → ");
    const reason = column === "waiting" ? reasonWords(this.fleet.equipment, task) : "";
    const marks = this.marking && canBeMarked(task);
    const marked = this.marked.has(task.id);
    const state = marks ? { role: "checkbox", "aria-checked": String(marked) } : { "aria-pressed": String(task.id === this.task) };
    const choose = (event) => {
      if (may("operate") && (this.marking || event.ctrlKey || event.metaKey || event.shiftKey)) this.#toggle(task, event);
      else this.act.selectTask(task.id);
    };
    return h("button", { type: "button", class: `card ${task.id === this.task ? "open" : ""} ${marks ? "marks" : ""} ${marked ? "marked" : ""}`, "data-card": task.id, "data-focus": task.id,
      ...state, onclick: choose, ...this.#order(task, column) },
      h("strong", { textContent: serviceName(this.fleet, task.service) }),
      h("span", { textContent: where || task.id }),
      task.robot && column !== "waiting" ? h("span", { textContent: robotName(this.fleet, task.robot) }) : null,
      reason ? h("span", { textContent: reason }) : null,
      task.after.length ? h("span", { textContent: `${text("after")} ${task.after.join(", ")}` }) : null,
      h("span", { class: "card-foot" },
        h("span", { textContent: `${text("priority")} ${priorityName(task)}` }),
        h("span", { class: `when ${tone}`, textContent: when })));
  }
}
