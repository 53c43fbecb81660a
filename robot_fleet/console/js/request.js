// The form for a new request, made from the service's parameters. Places are chosen on the map or from a list.

import { addSchedule, newKey, Refusal, reviseSchedule, saveTemplate, submitTask } from "./api.js";
import { decisionOn } from "./decisions.js";
import { ask, confirm, toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { clockTime, placeName, plain, robotName } from "./format.js";
import { language, named, text } from "./i18n.js";
import { RuleFields, ruleWords } from "./recurrence.js";

const CLOCK = /^\d{1,2}:[0-5]\d(:[0-5]\d)?$/;
const AHEAD_S = 900; // a time that must be given is proposed this far ahead

export class RequestForm {
  /** `hear.picking(set, chosen, hint)` says what the map may offer; `hear.closed(task, tab)` that the form is gone. */
  constructor(fleet, hear) {
    this.fleet = fleet;
    this.hear = hear;
    this.form = byId("request");
    this.service = null;
    this.values = {};
    this.active = null;
    this.first = null; // the place by which the form was opened
    this.key = null;
    this.busy = false;
    this.rule = new RuleFields(fleet, () => this.#say());
    this.schedule = null; // the schedule that is being changed
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  get isOpen() {
    return !this.form.hidden;
  }

  open(place = null) {
    this.form.hidden = false;
    byId("views").hidden = true;
    this.first = place;
    this.schedule = null;
    this.rule.reset();
    this.hear.opened();
    const able = place && [...this.fleet.services.values()].find((service) => this.#placeParams(service).some((param) => this.#fits(param, place)));
    this.choose((able || this.fleet.services.values().next().value).id);
    this.form.querySelector("select")?.focus();
  }

  /** Propose what a task has asked for once more, without its times. */
  openLike(task) {
    this.open();
    this.choose(task.service);
    for (const param of this.service.params) {
      const own = param.type === "time" || (param.type === "item" && !param.existing); // a second item is another item
      if (!own && task.params[param.name] !== undefined) this.values[param.name] = String(task.params[param.name]);
    }
    this.active = this.#nextOpen();
    this.render();
    this.form.querySelector("select")?.focus();
  }

  /** Propose what a template says. */
  openTemplate(template) {
    this.open();
    this.#fillIn(template);
    this.form.querySelector("select")?.focus();
  }

  /** Change what a schedule says, from a date on. */
  openSchedule(row) {
    const newest = [row, ...row.later].at(-1);
    this.open();
    this.#fillIn(newest);
    this.schedule = row;
    this.decide = decisionOn(this.fleet, "schedules", row.id);
    this.rule.reset({ ...row, rule: newest.rule });
    this.render();
    byId("rule-name").focus();
  }

  #fillIn({ service, params }) {
    this.choose(service);
    for (const { name, type } of this.service.params) {
      if (params[name] !== undefined) this.values[name] = type === "time" ? String(params[name]).slice(0, 5) : String(params[name]);
    }
    this.active = this.#nextOpen();
    this.render();
  }

  close(task = null, tab = "tasks") {
    this.form.hidden = true;
    byId("views").hidden = false;
    this.active = null;
    this.hear.picking(null, new Set(), "");
    this.hear.closed(task, tab);
  }

  choose(id) {
    this.service = this.fleet.services.get(id);
    this.values = Object.fromEntries(this.service.params.map((param) => [param.name, this.#proposal(param)]));
    this.key = newKey("w");
    const clicked = this.first && this.#placeParams().find((param) => this.#fits(param, this.first));
    if (clicked) this.values[clicked.name] = this.first;
    this.active = this.#nextOpen() ?? clicked?.name ?? null;
    this.render();
  }

  /** A place was clicked on the map. */
  place(id) {
    const param = this.service.params.find(({ name }) => name === this.active);
    if (!param || !this.#fits(param, id)) return;
    this.values[param.name] = id;
    this.active = this.#nextOpen() ?? param.name;
    this.render();
  }

  render() {
    if (!this.isOpen) return;
    const services = [...this.fleet.services.values()];
    this.form.replaceChildren(
      h("header", { class: "request-head" },
        h("h2", { textContent: text(this.schedule ? "schedule_edit" : "new_request") }),
        h("button", { type: "button", class: "icon", "aria-label": text("close"), title: text("close"), textContent: "×", onclick: () => this.close() })),
      h("div", { class: "request-body" },
        this.#templates(),
        h("label", { class: "field" },
          h("span", { textContent: text("service") }),
          h("select", { id: "request-service", onchange: (event) => this.choose(event.target.value) },
            services.map((service) => h("option", { value: service.id, textContent: named(service.name), selected: service === this.service })))),
        this.service.params.map((param) => this.#field(param)),
        this.service.alarm || !this.fleet.site.calendar ? null : this.rule.render(),
        h("p", { class: "error", id: "request-error", role: "alert", hidden: true })),
      h("footer", { class: "request-foot" },
        this.service.alarm || this.schedule ? null : h("button", { type: "button", class: "button small aside", id: "request-keep", textContent: text("template_save"), onclick: () => this.#keep() }),
        h("button", { type: "button", class: "button", textContent: text("back"), onclick: () => this.close() }),
        h("button", { type: "submit", class: "button primary", id: "request-send" })));
    this.#say();
    this.#point();
  }

  get #recurs() {
    return this.rule.repeats && !this.service.alarm;
  }

  /** Say on the button what it does. */
  #say() {
    byId("request-send").textContent = text(this.#recurs ? "schedule_save" : "send_request");
  }

  #templates() {
    const { templates } = this.fleet;
    if (!templates.length || this.schedule) return null;
    return h("label", { class: "field" }, h("span", { textContent: text("template") }),
      h("select", { id: "request-template", onchange: (event) => {
        const chosen = templates.find(({ id }) => id === event.target.value);
        if (!chosen) return;
        this.#fillIn(chosen);
        toast(text("template_filled", { name: chosen.name }));
        byId("request-template").focus();
      } },
        h("option", { value: "", textContent: text("template_choose") }),
        templates.map(({ id, name }) => h("option", { value: id, textContent: name }))));
  }

  /** Keep what the form says, as far as it says anything, under a name. */
  async #keep() {
    const given = await ask({
      title: text("template_save"), body: text("template_means"),
      fields: [
        h("label", { class: "field" }, h("span", { textContent: text("template_name") }), h("input", { name: "name", required: true, maxLength: 80, autocomplete: "off", autofocus: true })),
        h("label", { class: "field" }, h("span", { textContent: text("template_note") }), h("input", { name: "note", maxLength: 200, autocomplete: "off" }))],
      yes: text("template_save"),
    });
    if (!given) return;
    const own = new Set(this.service.params.filter((param) => param.type === "item" && !param.existing).map(({ name }) => name));
    const [params] = this.#collect({ whole: false });
    const kept = Object.fromEntries(Object.entries(params).filter(([name]) => !own.has(name)));
    try {
      await saveTemplate(newKey("template"), { name: given.name, note: given.note, service: this.service.id, params: kept });
      toast(text("template_saved", { name: given.name }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(error.sentence, error.where);
    }
  }

  #field(param) {
    const id = `request-${param.name}`;
    const label = h("span", {}, this.#label(param), param.required ? null : h("em", { textContent: ` ${text("optional")}` }));
    const set = (event) => {
      this.values[param.name] = event.target.value;
    };
    const options = (list) => h("select", { id, onchange: set },
      h("option", { value: "", textContent: text("choose"), selected: !this.values[param.name] }),
      list.map(([value, name]) => h("option", { value, textContent: name, selected: value === this.values[param.name] })));
    if (param.type === "place") return this.#placeField(param, id, label);
    if (param.type === "route") return h("label", { class: "field" }, label, options(this.fleet.site.routes.map((route) => [route, plain(route)])));
    if (param.choices.length) return h("label", { class: "field" }, label, options(param.choices.map((choice) => [choice, text(`choice.${choice}`, {}, plain(choice))])));
    if (param.existing) {
      const items = [...this.fleet.items.values()].filter((item) => item.holder.startsWith("place:"));
      return h("label", { class: "field" }, label, options(items.map((item) => [item.id, `${item.id} · ${placeName(this.fleet, item.holder.slice(6))}`])));
    }
    const number = param.type === "number";
    return h("label", { class: "field" }, label,
      h("input", {
        id, value: this.values[param.name] ?? "", oninput: set, autocomplete: "off",
        type: number ? "number" : "text", step: number ? "any" : null, min: number ? param.minimum : null, max: number ? param.maximum : null,
        placeholder: param.type === "time" ? "HH:MM" : "",
      }));
  }

  #placeField(param, id, label) {
    const kinds = new Map();
    for (const place of this.fleet.places.values()) {
      if (!this.#fits(param, place.id)) continue;
      if (!kinds.has(place.kind)) kinds.set(place.kind, []);
      kinds.get(place.kind).push(place);
    }
    const active = this.active === param.name;
    const take = (event) => {
      this.values[param.name] = event.target.value;
      if (this.active === param.name) this.active = this.#nextOpen() ?? param.name;
      this.render();
      byId(id)?.focus();
    };
    return h("div", { class: `field place ${active ? "active" : ""}` },
      h("label", { htmlFor: id }, label),
      h("div", { class: "place-choice" },
        h("select", { id, onchange: take, onfocus: () => this.#activate(param.name) },
          h("option", { value: "", textContent: text("choose_place"), selected: !this.values[param.name] }),
          [...kinds].map(([kind, places]) => h("optgroup", { label: text(`place.${kind}`, {}, plain(kind)) },
            places.map((place) => h("option", { value: place.id, textContent: named(place.name), selected: place.id === this.values[param.name] }))))),
        h("button", { type: "button", class: "button pick", "aria-pressed": String(active), textContent: text("on_map"), onclick: () => this.#activate(param.name) })));
  }

  #activate(name) {
    if (this.active === name) return;
    this.active = name;
    for (const field of this.form.querySelectorAll(".field.place")) {
      const mine = field.querySelector("select").id === `request-${name}`;
      field.classList.toggle("active", mine);
      field.querySelector(".pick").setAttribute("aria-pressed", String(mine));
    }
    this.#point();
  }

  /** Tell the map which places the active field can take. */
  #point() {
    const chosen = new Set(this.#placeParams().map(({ name }) => this.values[name]).filter(Boolean));
    const param = this.service.params.find(({ name }) => name === this.active);
    if (!param) {
      this.hear.picking(null, chosen, "");
      return;
    }
    const open = new Set([...this.fleet.places.keys()].filter((id) => this.#fits(param, id)));
    const unset = !this.values[param.name];
    this.hear.picking(open, chosen, unset ? text("click_place", { what: this.#label(param) }) : "");
  }

  #placeParams(service = this.service) {
    return service.params.filter(({ type }) => type === "place");
  }

  #nextOpen() {
    return this.#placeParams().find(({ name, required }) => required && !this.values[name])?.name ?? null;
  }

  #fits(param, id) {
    const place = this.fleet.places.get(id);
    return !param.place_kinds.length || param.place_kinds.includes(place.kind);
  }

  #label(param) {
    return text(`param.${param.name}`, {}, plain(param.name));
  }

  /** What a field holds before anybody has typed. */
  #proposal(param) {
    if (!param.required) return "";
    if (param.type === "time") return clockTime(Math.ceil((this.fleet.now() + AHEAD_S) / 60) * 60, false);
    if (param.type === "item" && !param.existing) return newKey(this.service.id.slice(0, 20));
    if (param.type === "route" && this.fleet.site.routes.length === 1) return this.fleet.site.routes[0];
    if (param.choices.length === 1) return param.choices[0];
    if (param.type !== "number") return "";
    const [low, high] = [param.minimum ?? 0, param.maximum ?? Infinity];
    const known = [...this.fleet.items.values()].map((item) => item[param.name]).filter((value) => value > low && value < high).sort((a, b) => a - b);
    if (known.length) return String(known[known.length >> 1]); // the middle of what is usual here
    return String(high === Infinity ? Math.max(low, 1) : Number((low + (high - low) * 0.25).toPrecision(2)));
  }

  /** Return [params, fault]: what is to be sent, or the first parameter that cannot be, and why. */
  #collect({ whole = true } = {}) {
    const params = {};
    for (const param of this.service.params) {
      const raw = String(this.values[param.name] ?? "").trim();
      if (!raw) {
        if (param.required && whole) return [null, [param, "error.request_param_missing"]];
        continue;
      }
      if (param.type === "number") {
        const value = Number(raw);
        if (!Number.isFinite(value)) return [null, [param, "error.request_number_expected"]];
        if (param.minimum !== null && value < param.minimum) return [null, [param, "error.request_number_too_small"]];
        if (param.maximum !== null && value > param.maximum) return [null, [param, "error.request_number_too_large"]];
        params[param.name] = value;
      } else if (param.type === "time" && !CLOCK.test(raw)) return [null, [param, "error.request_time_malformed"]];
      else params[param.name] = raw;
    }
    return [params, null];
  }

  async #send() {
    if (this.busy) return;
    const recurs = this.#recurs;
    const [params, fault] = this.#collect();
    if (fault) {
      this.#fail(text(fault[1], { where: this.#label(fault[0]) }), fault[0].name);
      return;
    }
    if (recurs && !this.rule.name.trim()) {
      this.#fail(text("error.request_name_malformed"), "name");
      return;
    }
    const lines = Object.entries(params).map(([name, value]) => [
      this.#label({ name }),
      this.fleet.places.has(value) ? placeName(this.fleet, value) : String(value),
    ]);
    if (recurs) lines.push([text("rule_when"), ruleWords(this.rule.rule)]);
    const sure = await confirm({ title: named(this.service.name), body: text(recurs ? "confirm_schedule" : "confirm_request"), lines, yes: byId("request-send").textContent });
    if (!sure || !this.isOpen) return;
    this.busy = true;
    byId("request-send").disabled = true;
    try {
      if (recurs) {
        await this.#recur(params);
        return;
      }
      const answer = await submitTask(this.key, this.service.id, params);
      toast(answer.robot ? text("request_taken_by", { robot: robotName(this.fleet, answer.robot) }) : text("request_taken"));
      this.close(answer.task);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const at = this.service.params.find(({ name }) => name === error.where);
      if (at) error.where = this.#label(at);
      this.#fail(error.sentence, at?.name ?? error.where);
      if (!error.lost) this.key = newKey("w"); // a refused wish is over; a lost one is asked again
    } finally {
      this.busy = false;
      const send = byId("request-send");
      if (send) send.disabled = false;
    }
  }

  async #recur(params) {
    const body = { name: this.rule.name, service: this.service.id, params, rule: this.rule.rule, grace_s: Number(this.rule.grace) * 60 };
    if (this.schedule) await this.decide((version) => reviseSchedule(this.schedule.id, body, version));
    else await addSchedule(this.key, body);
    toast(text("schedule_saved", { name: this.rule.name }));
    this.close(null, "schedules");
  }

  #fail(sentence, name) {
    const error = byId("request-error");
    error.textContent = sentence;
    error.hidden = false;
    error.lang = language();
    const field = name && (byId(`request-${name}`) ?? byId(`rule-${name}`));
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  }
}
