// What is asked for again: schedules with their next days, and templates of requests. A list in the side panel.

import { deleteTemplate, endSchedule, getScheduleDays, pauseSchedule, renameTemplate, resumeSchedule, skipOccurrence } from "./api.js";
import { decisionOn } from "./decisions.js";
import { ask, command, confirm } from "./dialogs.js";
import { byId, h, keepRows } from "./dom.js";
import { localTime, placeName, plain, serviceName } from "./format.js";
import { language, text } from "./i18n.js";
import { dayRow, ruleWords } from "./recurrence.js";

const DAYS_SHOWN = 5;
const over = ({ state }) => state === "ended" || state === "finished";

export class ScheduleList {
  /** `act.editSchedule(row)` and `act.useTemplate(row)` open the form. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.opened = null; // `s:<id>` or `t:<id>`
    this.days = new Map(); // schedule -> [what its row was, its next days]
  }

  /** How many there are to come. */
  get count() {
    return this.fleet.schedules.filter((row) => !over(row)).length;
  }

  render() {
    const { schedules, templates } = this.fleet;
    const live = schedules.filter((row) => !over(row)).sort((a, b) => (a.next_s ?? Infinity) - (b.next_s ?? Infinity));
    const past = schedules.filter(over);
    const keyed = (sort, list) => list.map((row) => ({ ...row, key: `${sort}:${row.id}` }));
    const rows = [
      ...(live.length ? keyed("s", live) : [{ key: ":none" }]),
      { key: ":templates" },
      ...(templates.length ? keyed("t", templates) : [{ key: ":no_templates" }]),
      ...(past.length ? [{ key: ":ended", count: past.length }, ...keyed("s", past)] : []),
    ];
    const sign = (row) => JSON.stringify([row, row.key === this.opened, this.days.get(row.id)?.[1], language()]);
    keepRows(byId("list-schedules"), rows, ({ key }) => key, sign, (row) => {
      if (row.key === ":none") return h("p", { class: "calm", textContent: text(this.fleet.site.calendar ? "no_schedules" : "no_calendar") });
      if (row.key === ":templates") return h("h2", { class: "divider", textContent: text("templates") });
      if (row.key === ":no_templates") return h("p", { class: "calm", textContent: text("no_templates") });
      if (row.key === ":ended") return h("h2", { class: "divider", textContent: text("ended_schedules", { n: row.count }) });
      return row.key[0] === "s" ? this.#schedule(row) : this.#template(row);
    });
    const shown = schedules.find(({ id }) => `s:${id}` === this.opened);
    if (shown && !over(shown)) this.#look(shown);
  }

  #toggle(key) {
    this.opened = this.opened === key ? null : key;
    this.render();
  }

  /** Ask for the next days of the schedule that is open, whenever it has changed. */
  async #look(row) {
    const was = JSON.stringify(row);
    if (this.days.get(row.id)?.[0] === was) return;
    this.days.set(row.id, [was, this.days.get(row.id)?.[1] ?? []]);
    const days = await getScheduleDays(row.id, DAYS_SHOWN).catch(() => []);
    if (this.days.get(row.id)[0] !== was) return;
    this.days.set(row.id, [was, days]);
    this.render();
  }

  #head(row, sign, title, subtitle, side, when) {
    const opened = row.key === this.opened;
    return h("button", { type: "button", class: "row-main", "data-focus": row.key, "data-arranged": row.key, "aria-expanded": String(opened), onclick: () => this.#toggle(row.key) },
      h("span", { class: `state ${sign}`, "aria-hidden": "true" }),
      h("span", { class: "row-text" }, h("strong", { textContent: title }), h("span", { textContent: subtitle })),
      h("span", { class: "row-side" }, h("span", { class: "state-name", textContent: side }), h("span", { class: "when", textContent: when })));
  }

  #schedule(row) {
    const sign = { running: "underway", paused: "suspended" }[row.state] ?? "completed";
    const article = h("article", { class: `row schedule ${row.key === this.opened ? "open" : ""} ${over(row) ? "over" : ""}` },
      this.#head(row, sign, row.name, ruleWords(row.rule), text(`schedule.${row.state}`), over(row) ? "" : row.next ? localTime(row.next) : text("no_days")));
    if (row.key === this.opened) article.append(this.#more(row));
    return article;
  }

  #pairs(row) {
    return [
      ["service", serviceName(this.fleet, row.service)],
      ...Object.entries(row.params).map(([name, value]) => [`param.${name}`, this.fleet.places.has(value) ? placeName(this.fleet, value) : String(value), plain(name)]),
    ];
  }

  #list(pairs) {
    return h("dl", { class: "pairs" }, pairs.filter(Boolean).flatMap(([key, value, fallback]) => [h("dt", { textContent: text(key, {}, fallback) }), h("dd", { textContent: value })]));
  }

  #button(row, what, label, action, tone = "") {
    return h("button", { type: "button", class: `button small ${tone}`, "data-focus": `${row.key}-${what}`, "data-does": what, textContent: text(label), onclick: action });
  }

  #more(row) {
    const missed = row.newest_missed;
    const days = this.days.get(row.id)?.[1] ?? [];
    return h("div", { class: "row-more" },
      this.#list([
        ...this.#pairs(row),
        ["rule_when", ruleWords(row.rule)],
        ...row.later.map(({ rule }) => ["rule_then", `${localTime(rule.begins)}: ${ruleWords(rule)}`]),
        row.reason ? ["reason", row.reason] : null,
        ["schedule_made", text("schedule_counts", { made: row.made, missed: row.missed })],
        missed ? ["schedule_missed", `${localTime(missed.local)}: ${text(`error.${missed.reason}`, {}, text(`reason.${missed.reason}`, {}, plain(missed.reason)))}`] : null,
      ]),
      over(row) ? null : h("ol", { class: "days", "aria-label": text("rule_preview") }, days.map((day) => dayRow(day, this.#skips(row, day)))),
      over(row) ? null : h("div", { class: "directs", "data-needs": "operate" },
        this.#button(row, "edit", "schedule_edit", () => this.act.editSchedule(row)),
        row.state === "paused"
          ? this.#button(row, "resume", "schedule_resume", () => this.#give(row, (version) => resumeSchedule(row.id, version), text("schedule_resumed")))
          : this.#button(row, "pause", "schedule_pause", () => this.#pause(row)),
        this.#button(row, "end", "schedule_end", () => this.#end(row), "quiet-danger")));
  }

  #skips(row, day) {
    if (!day.takes_place && !day.skipped) return null;
    const label = text(day.skipped ? "day_unskip" : "day_skip");
    return h("button", { type: "button", class: "button small", "data-needs": "operate", "data-focus": `${row.key}-${day.local}`, "aria-label": `${label}: ${localTime(day.local)}`, textContent: label,
      onclick: () => this.#give(row, (version) => skipOccurrence(row.id, day.local, !day.skipped, version), text(day.skipped ? "day_unskipped" : "day_skip_done", { when: localTime(day.local) })) });
  }

  #template(row) {
    const article = h("article", { class: `row template ${row.key === this.opened ? "open" : ""}` },
      this.#head(row, "scheduled", row.name, row.note || serviceName(this.fleet, row.service), serviceName(this.fleet, row.service), ""));
    if (row.key === this.opened) {
      article.append(h("div", { class: "row-more" },
        this.#list([...this.#pairs(row), row.note ? ["template_note", row.note] : null]),
        h("div", { class: "directs", "data-needs": "operate" },
          this.#button(row, "use", "template_use", () => this.act.useTemplate(row)),
          this.#button(row, "rename", "template_rename", () => this.#rename(row)),
          this.#button(row, "delete", "template_delete", () => this.#delete(row), "quiet-danger"))));
    }
    return article;
  }

  /** Give a command about a schedule as it was when the question came up. */
  #give(row, send, done, decide = decisionOn(this.fleet, "schedules", row.id)) {
    return command(() => decide(send), done);
  }

  async #pause(row) {
    const decide = decisionOn(this.fleet, "schedules", row.id);
    const given = await ask({
      title: text("schedule_pause_question"), body: text("schedule_pause_means"), lines: [[text("schedule"), row.name]],
      fields: [h("label", { class: "field" }, h("span", { textContent: text("reason") }), h("input", { name: "reason", required: true, maxLength: 200, autocomplete: "off", autofocus: true }))],
      yes: text("schedule_pause"),
    });
    if (given) await this.#give(row, (version) => pauseSchedule(row.id, given.reason, version), text("schedule_paused"), decide);
  }

  async #end(row) {
    const decide = decisionOn(this.fleet, "schedules", row.id);
    const sure = await confirm({ title: text("schedule_end_question"), body: text("schedule_end_means"), lines: [[text("schedule"), row.name]], yes: text("schedule_end"), danger: true });
    if (sure) await this.#give(row, (version) => endSchedule(row.id, version), text("schedule_ended"), decide);
  }

  async #rename(row) {
    const given = await ask({
      title: text("template_rename"),
      fields: [h("label", { class: "field" }, h("span", { textContent: text("template_name") }), h("input", { name: "name", required: true, maxLength: 80, value: row.name, autocomplete: "off", autofocus: true }))],
      yes: text("template_rename"),
    });
    if (given) await command(() => renameTemplate(row.id, given.name), text("template_renamed"));
  }

  async #delete(row) {
    const sure = await confirm({ title: text("template_delete_question"), body: text("template_delete_means"), lines: [[text("template"), row.name]], yes: text("template_delete"), danger: true });
    if (sure) await command(() => deleteTemplate(row.id), text("template_deleted"));
  }
}
