// Ctrl-K: everything that can be done, by typing it. What matters is asked about as it is at its button.

import { completed, proposals } from "./command_words.js";
import { h } from "./dom.js";
import { ended } from "./fleet.js";
import { placeName, serviceName } from "./format.js";
import { language, otherText, text } from "./i18n.js";
import { CLASSES } from "./priority.js";
import { may } from "./session.js";
import { setTheme, THEMES } from "./theme.js";

export class Commands {
  /** `act` does what commands ask for; see `#all` for what each needs. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.dialog = null;
    this.shown = [];
    this.chosen = 0;
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (this.dialog) this.dialog.close();
      else this.open();
    });
  }

  open() {
    if (!this.fleet.site || document.querySelector("dialog[open]")) return; // one question at a time
    this.input = h("input", {
      id: "commands-input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "commands-list", "aria-autocomplete": "list",
      "aria-label": text("commands"), autocomplete: "off", spellcheck: false, placeholder: text("commands_hint"),
      oninput: () => this.#propose(), onkeydown: (event) => this.#key(event),
    });
    this.list = h("ul", { id: "commands-list", role: "listbox", "aria-label": text("commands") });
    this.dialog = h("dialog", { id: "commands", "aria-label": text("commands"), onclose: () => {
      this.dialog.remove();
      this.dialog = null;
    } }, h("div", { class: "commands" }, this.input, this.list, h("p", { class: "quiet", textContent: text("commands_keys") })));
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.#propose();
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#choose((this.chosen + step + this.shown.length) % this.shown.length);
    else if (event.key === "Tab" && this.shown.length && !this.shown[this.chosen].complete) this.#complete(this.shown[this.chosen]);
    else if (event.key === "Enter") this.#take(this.shown[this.chosen]);
    else return;
    event.preventDefault();
  }

  #propose() {
    this.shown = proposals(this.input.value, this.#all(), (sort, before) => this.#things(sort, before));
    this.list.replaceChildren(...this.shown.map((each, at) =>
      h("li", { id: `commands-${at}`, role: "option", onclick: () => this.#take(each) },
        h("strong", { textContent: text(`command.${each.command.id}`) }),
        each.things.map((thing) => h("span", { class: "thing" }, thing.names.find(Boolean) ?? thing.id, thing.id !== thing.names[0] ? h("small", { textContent: thing.id }) : null)),
        each.rest.map((sort) => h("em", { textContent: text(`command_needs.${sort.split(" ").at(-1)}`) })))));
    if (!this.shown.length) this.list.replaceChildren(h("li", { class: "quiet", role: "option", "aria-disabled": "true", textContent: text("commands_none") }));
    this.#choose(0);
  }

  #choose(at) {
    this.chosen = at;
    for (const [index, row] of [...this.list.children].entries()) row.setAttribute("aria-selected", String(index === at && this.shown.length > 0));
    if (!this.shown.length) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `commands-${at}`);
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  #complete(proposal) {
    this.input.value = completed(proposal);
    this.#propose();
  }

  #take(proposal) {
    if (!proposal) return;
    if (!proposal.complete) {
      this.#complete(proposal);
      this.input.focus();
      return;
    }
    this.dialog.close();
    proposal.command.run(...proposal.things.map(({ value }) => value));
  }

  /** Every command that this person may give: `{id, names, slots, run}`. */
  #all() {
    const { act } = this;
    const all = [
      ["show_robot", ["robot"], (robot) => act.showRobot(robot.id)],
      ["show_task", ["task"], (task) => act.showTask(task.id)],
      ["show_place", ["place"], (place) => act.showPlace(place.id)],
      ["why", ["task"], act.why],
      ["acknowledge", ["alarm"], act.acknowledge, "operate"],
      ["voice", ["calling alarm"], act.voice, "operate"],
      ["incident", ["alarm"], act.incident, "cases"],
      ["request", ["service"], (service) => act.request(service.id), "operate"],
      ["assign", ["waiting task", "robot"], (task, robot) => act.reassign(task, robot.id), "operate"],
      ["after", ["waiting task", "open task"], (task, other) => act.sequence(task, other.id), "operate"],
      ["priority", ["open task", "class"], act.prioritise, "operate"],
      ["hold_task", ["waiting task"], act.holdTask, "operate"],
      ["resume_task", ["held task"], act.resumeTask, "operate"],
      ["cancel", ["task"], act.cancel, "operate"],
      ["hold", ["robot"], (robot) => act.hold(true, robot.id), "operate"],
      ["send_staff", ["robot"], (robot) => act.sendStaff({ robots: [robot.id] }), "operate"],
      ["take_over", ["robot"], (robot) => act.takeOver([robot.id]), "operate"],
      ["service_out", ["serving robot"], (robot) => act.outOfService([robot.id]), "operate"],
      ["service_in", ["idle robot"], (robot) => act.backInService(robot.id), "operate"],
      ["resume", ["held robot"], (robot) => (robot.stopped ? act.letGo(robot.id) : act.hold(false, robot.id)), "operate"],
      [this.fleet.hold ? "resume_fleet" : "hold_fleet", [], () => act.hold(!this.fleet.hold), "operate"],
      ["stop", ["robot"], (robot) => act.stopInPlace(robot.id), "operate"],
      ["stop_fleet", [], () => act.stopInPlace(), "operate"],
      ["close_zones", [], act.chooseZones, "operate"],
      ["view", ["view"], act.view],
      ["language", [], act.language],
      ["theme", ["theme"], setTheme],
    ];
    return all.filter(([, , , needs]) => !needs || may(needs)).map(([id, slots, run]) => (
      { id, slots, run, names: [text(`command.${id}`), otherText(`command.${id}`), id.replaceAll("_", " ")] }));
  }

  /** What a slot can hold: `{id, names, value}`; `before` is what the slot before it holds. */
  #things(sort, before) {
    const { fleet, act } = this;
    const both = (name) => [...new Set([name[language()], ...Object.values(name)])].filter(Boolean);
    const robots = (wanted = () => true) => fleet.robots.filter(wanted).map((robot) => ({ id: robot.id, names: both(robot.name), value: robot }));
    const what = (task) => [serviceName(fleet, task.service), ...fleet.placesOf(task).map((id) => placeName(fleet, id))].join(" · ");
    const tasks = (wanted = () => true) => [...fleet.tasks.values()].filter((task) => !ended(task) && wanted(task)).map((task) => ({ id: task.id, names: [what(task)], value: task }));
    const alarms = (wanted = () => true) => fleet.alarms.filter(wanted).map((alarm) => ({ id: alarm.id, names: [act.alarmName(alarm)], value: alarm }));
    switch (sort) {
      case "robot": {
        const kinds = fleet.services.get(before?.value.service)?.robot_kinds; // of a task: who is able to do it
        return robots(({ kind }) => !kinds || kinds.includes(kind));
      }
      case "held robot": return robots(({ hold, stopped }) => hold || stopped);
      case "serving robot": return robots(({ maintenance }) => !maintenance);
      case "idle robot": return robots(({ maintenance }) => maintenance);
      case "task": return tasks();
      case "open task": return tasks(({ alarm }) => !alarm);
      case "waiting task": return tasks(({ alarm, held, state }) => !alarm && !held && state !== "underway");
      case "held task": return tasks(({ held }) => held);
      case "alarm": return alarms();
      case "calling alarm": return alarms(({ task }) => task);
      case "place": return [...fleet.places.values()].map((place) => ({ id: place.id, names: both(place.name), value: place }));
      case "service": return [...fleet.services.values()].map((service) => ({ id: service.id, names: both(service.name), value: service }));
      case "class": return CLASSES.slice(1).map(([name]) => ({ id: name, names: [text(`priority.${name}`)], value: name }));
      case "theme": return THEMES.map((name) => ({ id: name, names: [text(`theme.${name}`), otherText(`theme.${name}`)], value: name }));
      default: return act.views.map((name) => ({ id: name, names: [text(`view.${name}`)], value: name }));
    }
  }
}
