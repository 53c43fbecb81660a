// What people do about robots and places themselves: send staff, take a robot over, take it out of service.

import { answerJob, openJob, setMaintenance } from "./api.js";
import { decisionOn } from "./decisions.js";
import { ask, command, confirm } from "./dialogs.js";
import { h } from "./dom.js";
import { duration, placeName, robotName } from "./format.js";
import { text } from "./i18n.js";

export const KINDS = ["fetch_robot", "unload_goods", "look_after", "other"];
const MINUTES = [5, 15, 30, 60, 120, 480];
const USUAL = 30;

const field = (label, input) => h("label", { class: "field" }, h("span", { textContent: text(label) }), input);
const choice = (name, values, word, chosen) => h("select", { name }, values.map((value) => h("option", { value, selected: value === chosen, textContent: word(value) })));
const words = (name, label) => field(label, h("input", { name, maxLength: 300, autocomplete: "off", placeholder: text("no_people_data") }));

/** What a job is about, in a few words. */
export const jobAbout = (fleet, job) => [job.robot && robotName(fleet, job.robot), job.place && placeName(fleet, job.place)].filter(Boolean).join(" · ");

/** Return what people can do; `robots` is one id, or several of which one is chosen. */
export function sendingOf(fleet) {
  const robotField = (robots) => (robots.length > 1 ? [field("robot", choice("robot", robots, (id) => robotName(fleet, id), robots[0]))] : []);
  const the = (robots) => (robots.length === 1 ? [[text("robot"), robotName(fleet, robots[0])]] : []);

  return {
    /** Open a field job; `about` may have `robots`, `place`, `alarm` and `incident`. */
    async sendStaff({ robots = [], place = "", alarm = "", incident = "" }) {
      const kinds = robots.length ? KINDS : KINDS.filter((kind) => kind === "look_after" || kind === "other");
      const given = await ask({
        title: text("job_question"),
        lines: [...the(robots), ...(place ? [[text("place"), placeName(fleet, place)]] : [])],
        fields: [
          field("job_kind", choice("kind", kinds, (kind) => text(`job.${kind}`), kinds[0])),
          ...robotField(robots),
          field("job_due", choice("minutes", MINUTES, (minutes) => text("job_within", { time: duration(minutes * 60) }), USUAL)),
          words("text", "job_text"),
        ],
        yes: text("job_yes"),
      });
      if (!given) return;
      const job = { kind: given.kind, robot: given.robot ?? robots[0] ?? "", place, alarm, incident, due_in_s: Number(given.minutes) * 60, text: given.text };
      await command(() => openJob(job), text("job_opened"));
    },

    async takeOver(robots, incident = "") {
      const given = await ask({
        title: text("take_over_question"),
        body: text("take_over_means"),
        lines: the(robots),
        fields: [...robotField(robots), words("text", "job_text")],
        yes: text("take_over"),
      });
      if (given) await command(() => openJob({ kind: "take_over", robot: given.robot ?? robots[0], incident, text: given.text }), text("take_over_done"));
    },

    /** Let a robot that was taken over go on by itself: its job ends. */
    async giveBack(job) {
      const sure = await confirm({ title: text("give_back_question", { robot: robotName(fleet, job.robot) }), body: text("give_back_means"), yes: text("give_back") });
      if (sure) await command(() => answerJob(job.id, job.state === "taken" ? "done" : "withdraw"), text("give_back_done"));
    },

    async outOfService(robots) {
      const decisions = new Map(robots.map((robot) => [robot, decisionOn(fleet, "robots", robot)]));
      const given = await ask({
        title: text("service_out_question"),
        body: text("service_out_means"),
        lines: the(robots),
        fields: [...robotField(robots), words("reason", "reason")],
        yes: text("service_out"),
      });
      if (!given) return;
      const robot = given.robot ?? robots[0];
      await command(() => decisions.get(robot)((version) => setMaintenance(robot, "begin", version, given.reason)), text("service_out_done"));
    },

    async backInService(robot) {
      const decide = decisionOn(fleet, "robots", robot);
      const sure = await confirm({ title: text("service_in_question", { robot: robotName(fleet, robot) }), body: text("service_in_means"), yes: text("service_in") });
      if (sure) await command(() => decide((version) => setMaintenance(robot, "done", version)), text("service_in_done"));
    },

    takeJob: (job) => command(() => answerJob(job.id, "take"), text("job_taken")),

    /** End a job: `done` or `withdraw`, with what more is worth knowing. */
    async endJob(job, how) {
      const given = await ask({
        title: text(`job_${how}_question`),
        lines: [[text("job"), `${text(`job.${job.kind}`)} · ${jobAbout(fleet, job)}`]],
        fields: [words("text", "job_text")],
        yes: text(`job_${how}`),
      });
      if (given) await command(() => answerJob(job.id, how, given.text), text(`job_${how}_done`));
    },
  };
}
