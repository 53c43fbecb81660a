// The rows of field jobs: what is due first in front, how old each is, and what staff say of it.

import { incidentTitle } from "./alarms.js";
import { byId, h, keepRows } from "./dom.js";
import { equipmentNames } from "./equipment.js";
import { clockTime, duration } from "./format.js";
import { language, text } from "./i18n.js";
import { jobAbout } from "./sending.js";
import { withNames } from "./session.js";

const OVER_SHOWN = 30;

export const waits = (job) => job.state === "open" || job.state === "taken";

/** What a job's text says: a sentence for what the fleet itself opened, in which a colon goes before what it names. */
function jobWords(fleet, said) {
  const [word, about = ""] = said.split(":");
  return text(`job_text.${word}`, { names: equipmentNames(fleet.equipment, about.split(",")) }, said);
}

export class JobList {
  /** `act` does what rows ask for: `takeJob, endJob, giveBack, selectRobot, showPlace, incident`. */
  constructor(fleet, act) {
    this.fleet = fleet;
    this.act = act;
    this.chosen = null;
  }

  render() {
    const open = this.fleet.jobs.filter(waits);
    const over = this.fleet.jobs.filter((job) => !waits(job)).slice(0, OVER_SHOWN);
    const rows = [...(open.length ? open : [{ id: ":none" }]), ...(over.length ? [{ id: ":ended", count: over.length }, ...over] : [])];
    const sign = (row) => JSON.stringify(row.id[0] === ":" ? [row, language()] : [row, this.#when(row), this.#age(row), row.id === this.chosen, language()]);
    keepRows(byId("list-jobs"), rows, ({ id }) => id, sign, (row) => {
      if (row.id === ":none") return h("p", { class: "calm", textContent: text("no_jobs") });
      if (row.id === ":ended") return h("h3", { class: "divider", textContent: text("ended_jobs", { n: row.count }) });
      return this.#row(row);
    });
  }

  /** [tone, words] about a job's time. */
  #when(job) {
    if (!waits(job)) return ["", clockTime(job.ended_s, false)];
    const left = job.due_s - this.fleet.now();
    return left >= 0 ? ["", text("due_in", { time: duration(left) })] : ["bad", text("job_overdue", { time: duration(left) })];
  }

  #age(job) {
    return waits(job) ? text("job_age", { time: duration(this.fleet.now() - job.opened_s) }) : "";
  }

  #row(job) {
    const opened = job.id === this.chosen;
    const [tone, when] = this.#when(job);
    const row = h("article", { class: `row job ${opened ? "open" : ""} ${waits(job) ? "" : "over"}` },
      h("button", {
        type: "button", class: "row-main", "data-focus": job.id, "data-job": job.id, "aria-expanded": String(opened),
        onclick: () => {
          this.chosen = opened ? null : job.id;
          this.render();
        },
      },
      h("span", { class: `state ${{ open: "requested", taken: "underway", done: "completed", withdrawn: "cancelled" }[job.state]}`, "aria-hidden": "true" }),
      h("span", { class: "row-text" },
        h("strong", { textContent: text(`job.${job.kind}`) }),
        h("span", { textContent: [jobAbout(this.fleet, job), this.#age(job)].filter(Boolean).join(" · ") })),
      h("span", { class: "row-side" },
        h("span", { class: "state-name", textContent: text(`job_state.${job.state}`) }),
        h("span", { class: `when ${tone}`, textContent: when }))));
    if (opened) row.append(this.#more(job));
    return row;
  }

  #more(job) {
    const pairs = [
      ["id", job.id],
      ["job_text", jobWords(this.fleet, job.text)],
      ["job_opened_by", `${withNames(job.opened_by)}, ${clockTime(job.opened_s, false)}`],
      ["due_at", clockTime(job.due_s, false)],
      ["job_taken_by", job.taken_s === null ? "" : `${withNames(job.taken_by)}, ${clockTime(job.taken_s, false)}`],
      ["ended_at", job.ended_s === null ? "" : [withNames(job.ended_by), clockTime(job.ended_s, false), text(`job_text.${job.ended_with}`, {}, job.ended_with)].filter(Boolean).join(", ")],
    ].filter(([, value]) => value);
    const button = (what, tone, onclick) => h("button", { type: "button", class: `button small ${tone}`, "data-focus": `${job.id}-${what}`, "data-says": what, "data-needs": "operate", textContent: text(what), onclick });
    const chip = (id, words, onclick) => h("button", { type: "button", class: "chip", "data-focus": `${job.id}-${id}`, textContent: words, onclick });
    const incident = this.fleet.incidents.find(({ id }) => id === job.incident);
    return h("div", { class: "row-more" },
      h("div", { class: "alarm-members" },
        job.robot ? chip("robot", jobAbout(this.fleet, { robot: job.robot }), () => this.act.selectRobot(job.robot)) : null,
        job.place ? chip("place", jobAbout(this.fleet, { place: job.place }), () => this.act.showPlace(job.place)) : null,
        incident ? h("span", { "data-needs": "cases" }, chip("incident", incidentTitle(incident, this.fleet), () => this.act.incident(job.incident))) : null),
      h("dl", { class: "pairs" }, pairs.flatMap(([key, value]) => [h("dt", { textContent: text(key) }), h("dd", { textContent: value })])),
      waits(job) ? h("div", { class: "alarm-buttons" },
        button("job_take", job.state === "open" ? "primary" : "", () => this.act.takeJob(job)),
        job.state === "taken" ? button("job_done", "primary", () => this.act.endJob(job, "done")) : null,
        button("job_withdraw", "quiet-danger", () => this.act.endJob(job, "withdraw"))) : null);
  }
}
