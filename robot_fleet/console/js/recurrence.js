// When a request recurs: the fields of a rule, the days that it comes to, and the same in words.

import { getOccurrences } from "./api.js";
import { h } from "./dom.js";
import { localTime } from "./format.js";
import { named, text } from "./i18n.js";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WORKDAYS = WEEKDAYS.slice(0, 5);
const HOWS = ["once", "day", "weekdays", "week", "month"];
const HOLIDAYS = ["regardless", "skip", "next_working_day", "only"];
const SHOWN = 6;
const PAUSE_MS = 250; // between the last key and the question

const isWorkdays = ({ every, weekdays, interval }) => every === "week" && interval === 1 && weekdays.join() === WORKDAYS.join();

/** A rule in words: how often, at what time, and what is on holidays. */
export function ruleWords(rule) {
  const often = isWorkdays(rule) ? text("rule.weekdays") : text(`rule.${rule.every}${rule.interval > 1 ? "s" : ""}`, { n: rule.interval });
  const days = rule.weekdays.length && !isWorkdays(rule) ? rule.weekdays.map((day) => text(`weekday.${day}`)).join(" · ") : "";
  const day = rule.month_day ? (rule.month_day === 31 ? text("rule.last_day") : text("rule.month_day", { n: rule.month_day })) : "";
  const words = [often, days, day, rule.at].filter(Boolean).join(" ");
  const end = rule.ends ? text("rule.until", { date: localTime(rule.ends) }) : rule.count ? text("rule.times", { n: rule.count }) : "";
  return [words, end, rule.holidays === "regardless" ? "" : text(`holidays.${rule.holidays}`)].filter(Boolean).join(", ");
}

/** One day of a list of days: when, and why not or why then. */
export function dayWords({ local, instead_of: before, holiday, skipped }) {
  const why = skipped ? text("day_skipped") : before ? text("day_instead", { date: localTime(before) }) : "";
  return [localTime(local), [why, named(holiday)].filter(Boolean).join(", ")];
}

export class RuleFields {
  /** `changed()` is called when something begins or ceases to recur. */
  constructor(fleet, changed) {
    this.fleet = fleet;
    this.changed = changed;
    this.asked = 0;
    this.reset();
  }

  /** Begin anew: nothing recurs, or what a schedule says from a later date on. */
  reset(row = null) {
    const rule = row?.rule;
    this.name = row?.name ?? "";
    this.how = !rule ? "once" : isWorkdays(rule) ? "weekdays" : rule.every;
    this.values = { interval: 1, weekdays: [], month_day: 0, at: "09:00", begins: this.fleet.site ? this.fleet.today() : "", ends: "", count: 0, holidays: "regardless", ...rule };
    if (rule && this.values.begins < this.fleet.today()) this.values.begins = this.fleet.today();
    this.until = this.values.ends ? "ends" : this.values.count ? "count" : "never";
    this.grace = Math.round((row?.grace_s ?? 3600) / 60);
    this.editing = row !== null;
  }

  get repeats() {
    return this.how !== "once";
  }

  /** The rule as the API wants it. */
  get rule() {
    const { at, begins, interval, weekdays, month_day, ends, count, holidays } = this.values;
    const every = this.how === "weekdays" ? "week" : this.how;
    return {
      at, begins, every, holidays,
      interval: this.how === "weekdays" ? 1 : Number(interval),
      weekdays: this.how === "weekdays" ? WORKDAYS : this.how === "week" ? weekdays : [],
      month_day: this.how === "month" ? Number(month_day) : 0,
      ends: this.until === "ends" ? ends : "",
      count: this.until === "count" ? Number(count) : 0,
    };
  }

  render() {
    this.days = h("ol", { class: "days", id: "rule-days" });
    this.box = h("fieldset", { class: "rule" }, h("legend", { textContent: text("rule_legend") }));
    this.#fill();
    return this.box;
  }

  #fill() {
    const hows = this.editing ? HOWS.slice(1) : HOWS;
    const how = this.#select("how", "rule_how", this.how, hows.map((each) => [each, text(`rule_how.${each}`)]), (value) => {
      this.how = value;
      if (value === "week" && !this.values.weekdays.length) this.values.weekdays = [WEEKDAYS[(new Date(`${this.values.begins}T00:00Z`).getUTCDay() + 6) % 7]];
      this.#fill();
      this.box.querySelector("#rule-how").focus();
      this.changed();
    });
    this.box.replaceChildren(this.box.firstChild, how, ...(this.repeats ? this.#more() : []));
    if (this.repeats) this.#preview();
  }

  #more() {
    const { values, how } = this;
    return [
      this.#input("name", "schedule_name", "text", this.name, (value) => { this.name = value; }, { maxLength: 80, autocomplete: "off" }),
      h("div", { class: "pair" },
        this.#input("at", "rule_at", "text", values.at, (value) => { values.at = value.trim().padStart(5, "0"); }, { placeholder: "HH:MM", maxLength: 5, autocomplete: "off" }),
        how === "weekdays" ? null : this.#input("interval", `rule_interval.${how}`, "number", values.interval, (value) => { values.interval = value; }, { min: 1, max: 99 })),
      how === "week" ? this.#weekdays() : null,
      how === "month" ? this.#select("month_day", "rule_month_day", String(values.month_day), [
        ["0", text("rule_same_day")],
        ...Array.from({ length: 30 }, (_, index) => [String(index + 1), text("rule.month_day", { n: index + 1 })]),
        ["31", text("rule.last_day")]], (value) => { values.month_day = value; this.#preview(); }) : null,
      h("div", { class: "pair" },
        this.#input("begins", this.editing ? "rule_from" : "rule_begins", "date", values.begins, (value) => { values.begins = value; }, { min: this.fleet.today() }),
        this.#select("until", "rule_until", this.until, ["never", "ends", "count"].map((each) => [each, text(`rule_until.${each}`)]), (value) => {
          this.until = value;
          if (value === "count" && !Number(values.count)) values.count = 10;
          this.#fill();
          this.box.querySelector(`#rule-${value === "never" ? "until" : value}`).focus();
        })),
      this.until === "ends" ? this.#input("ends", "rule_ends", "date", values.ends, (value) => { values.ends = value; }, { min: values.begins }) : null,
      this.until === "count" ? this.#input("count", "rule_count", "number", values.count, (value) => { values.count = value; }, { min: 1, max: 10000 }) : null,
      this.#select("holidays", "rule_holidays", values.holidays, HOLIDAYS.map((each) => [each, text(`rule_holidays.${each}`)]), (value) => { values.holidays = value; this.#preview(); }),
      this.#input("grace_s", "rule_grace", "number", this.grace, (value) => { this.grace = value; }, { min: 0, max: 1440 }),
      h("div", { class: "preview", role: "status" }, h("h3", { textContent: text("rule_preview") }), this.days),
    ].filter(Boolean);
  }

  #weekdays() {
    const { values } = this;
    return h("div", { class: "field", role: "group", "aria-label": text("rule_weekdays") },
      h("span", { textContent: text("rule_weekdays") }),
      h("div", { class: "weekdays" }, WEEKDAYS.map((day) => h("button", {
        type: "button", class: "button", id: `rule-${day}`, "aria-pressed": String(values.weekdays.includes(day)),
        "aria-label": text(`weekday_long.${day}`), textContent: text(`weekday.${day}`),
        onclick: (event) => {
          const chosen = values.weekdays.includes(day) ? values.weekdays.filter((each) => each !== day) : [...values.weekdays, day];
          values.weekdays = WEEKDAYS.filter((each) => chosen.includes(each));
          event.currentTarget.setAttribute("aria-pressed", String(values.weekdays.includes(day)));
          this.#preview();
        },
      }))));
  }

  #input(name, label, type, value, set, more = {}) {
    const take = (event) => {
      set(event.target.value);
      event.target.removeAttribute("aria-invalid");
      this.#preview();
    };
    return h("label", { class: "field" }, h("span", { textContent: text(label) }),
      h("input", { id: `rule-${name}`, type, value, oninput: take, ...more }));
  }

  #select(name, label, value, options, set) {
    return h("label", { class: "field" }, h("span", { textContent: text(label) }),
      h("select", { id: `rule-${name}`, onchange: (event) => set(event.target.value) },
        options.map(([each, title]) => h("option", { value: each, textContent: title, selected: each === value }))));
  }

  /** Show the days that the rule comes to, or why there are none; only the newest question is answered. */
  #preview() {
    clearTimeout(this.timer);
    const number = ++this.asked;
    this.timer = setTimeout(async () => {
      const rule = this.rule;
      let rows;
      try {
        const days = await getOccurrences({ ...rule, weekdays: rule.weekdays.join(","), n: SHOWN });
        rows = days.length ? days.map((day) => dayRow(day)) : [h("li", { class: "quiet", textContent: text("no_days") })];
      } catch (error) {
        rows = [h("li", { class: "error", textContent: error.sentence ?? String(error) })];
      }
      if (number === this.asked) this.days.replaceChildren(...rows);
    }, PAUSE_MS);
  }
}

/** A day as an entry of a list; `more` stands behind it. */
export function dayRow(day, more = null) {
  const [when, why] = dayWords(day);
  return h("li", { class: day.takes_place ? "" : "out", "data-local": day.local },
    h("span", { class: "day" }, h(day.takes_place ? "span" : "s", { textContent: when }), why || !day.takes_place ? h("small", { textContent: why || text("day_left_out") }) : null),
    more);
}
