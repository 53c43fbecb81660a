// Commands as people give them: asked about first where that matters, and what came of them said.

import { alarmTitle } from "./alarms.js";
import { acknowledgeAlarm, answerTask, cancelTask, holdFleet, openIncident, recordVoice, resumeFleet, shelveAlarm, unshelveAlarm } from "./api.js";
import { confirms } from "./confirming.js";
import { decisionOn } from "./decisions.js";
import { ask, command, confirm, confirmByName } from "./dialogs.js";
import { h } from "./dom.js";
import { duration, placeName, robotName, serviceName } from "./format.js";
import { text } from "./i18n.js";

const SHELF_MINUTES = [5, 15, 30, 60, 120, 480];
const SHELF_USUAL = 30;
const REST_S = 90; // so long it takes at most until who is on a crossing has left it

/** Return what people can ask of a fleet. */
export function askingOf(fleet, confirming) {
  const concerned = (robot) => (robot ? [robot] : fleet.robots.filter(({ link, stopped }) => link !== "never" && !stopped).map(({ id }) => id));
  const isHeld = (robot) => (robot ? fleet.robot(robot).hold : fleet.hold);
  const whom = (robot) => (robot ? robotName(fleet, robot) : text("whole_fleet"));
  const give = (key, robot, send, robots, by, taken) => confirming.give(() => text(key, { what: whom(robot) }), send, { robots, by, taken, limit: REST_S });

  /** Stop a robot, or everybody, where it is: on crossings and in doors too. Of the fleet its site's name is typed. */
  async function stopInPlace(robot) {
    const question = { title: text("stop_question", { what: whom(robot) }), body: text("stop_means"), yes: text("stop_in_place"), danger: true };
    const sure = robot ? await confirm(question) : await confirmByName({ ...question, name: fleet.site.id });
    if (sure) await give("given_stop", robot, () => holdFleet(robot, true), concerned(robot), confirms.held, () => isHeld(robot));
  }

  return {
    async cancel(task) {
      const decide = decisionOn(fleet, "tasks", task.id);
      const sure = await confirm({
        title: text("cancel_question", { service: serviceName(fleet, task.service) }),
        lines: [[text("id"), task.id], ...fleet.placesOf(task).map((id) => [text("place"), placeName(fleet, id)])],
        yes: text("cancel_task"),
        danger: true,
      });
      const busy = fleet.robots.filter((robot) => robot.task === task.id).map(({ id }) => id);
      if (!sure) return;
      await confirming.give(() => text("given_cancel", { service: serviceName(fleet, task.service) }), () => decide((version) => cancelTask(task.id, version)), {
        robots: busy,
        taken: () => fleet.tasks.get(task.id)?.state === "cancelled" && busy.every((id) => fleet.robot(id).task !== task.id),
      });
    },

    /** Say how a task goes on that only a person can judge: `retry`, `done` or `failed`. */
    async answer(task, how) {
      const decide = decisionOn(fleet, "tasks", task.id);
      const sure = await confirm({
        title: text(`task_${how}_question`),
        body: text(how === "retry" ? "task_retry_means" : "task_over_means"),
        lines: [[text("task"), `${serviceName(fleet, task.service)} · ${task.id}`]],
        yes: text(`task_${how}`),
        danger: how === "failed",
      });
      if (sure) await command(() => decide((version) => answerTask(task.id, how, version)), text("task_answered"));
    },

    /** Answer a robot that waits at a stop: one of the words of its service's wait. */
    async reply(task, word, said) {
      const decide = decisionOn(fleet, "tasks", task.id);
      const given = await ask({
        title: text("task_reply_question", { said }),
        body: text(task.awaits?.names ? "task_reply_names" : "task_reply_means"),
        lines: [[text("task"), `${serviceName(fleet, task.service)} · ${task.id}`]],
        fields: [task.awaits?.names ? h("label", { class: "field" }, h("span", { textContent: text("taken_over_by") }),
          h("input", { name: "to", required: true, maxLength: 64, pattern: "[A-Za-z0-9][A-Za-z0-9_.\\-]*", autocomplete: "off", spellcheck: false })) : null],
        yes: said,
      });
      if (given) await command(() => decide((version) => answerTask(task.id, word, version, (given.to ?? "").trim())), text("task_answered"));
    },

    /** Hold (or let go) a robot or the fleet. Bringing them to safe places takes one yes: an emergency is not delayed. */
    async hold(on, robot = "") {
      const question = {
        title: text(on ? "hold_question" : "resume_question", { what: whom(robot) }),
        body: text(on ? "hold_means" : "resume_means"),
        yes: text(on ? "hold_yes" : "resume_yes"),
        danger: on,
      };
      if (on) question.other = [text("stop_in_place"), () => stopInPlace(robot)];
      const sure = on || robot ? await confirm(question) : await confirmByName({ ...question, name: fleet.site.id });
      if (!sure) return;
      const robots = concerned(robot);
      if (on) await give("given_hold", robot, () => holdFleet(robot), robots, confirms.held, () => isHeld(robot));
      else await give("given_resume", robot, () => resumeFleet(robot), robots.filter((id) => fleet.robot(id).state === "holding"), confirms.goesOn, () => !isHeld(robot));
    },

    stopInPlace: (robot = "") => stopInPlace(robot),

    /** Let a robot move again after an emergency stop: a person says that it is safe there. */
    async letGo(robot) {
      const sure = await confirm({
        title: text("let_go_question", { robot: robotName(fleet, robot) }),
        body: text("let_go_means"),
        yes: text("let_go_yes"),
        danger: true,
      });
      if (sure) await command(() => resumeFleet(robot), text("let_go_done", { robot: robotName(fleet, robot) }));
    },

    acknowledge: (alarm) => command(() => acknowledgeAlarm(alarm.id), text("acknowledged")),

    async shelve(alarm) {
      const options = SHELF_MINUTES.map((minutes) => h("option", { value: minutes, selected: minutes === SHELF_USUAL, textContent: duration(minutes * 60) }));
      const given = await ask({
        title: text("shelve_question"),
        lines: [[text("alarm"), alarmTitle(fleet, alarm)]],
        body: text("shelve_means"),
        fields: [
          h("label", { class: "field" }, h("span", { textContent: text("shelve_for") }), h("select", { name: "minutes" }, options)),
          h("label", { class: "field" }, h("span", { textContent: text("reason") }),
            h("input", { name: "reason", required: true, maxLength: 200, autocomplete: "off", autofocus: true, placeholder: text("no_people_data") })),
        ],
        yes: text("answer.shelve"),
      });
      if (given) await command(() => shelveAlarm(alarm.id, Number(given.minutes) * 60, given.reason), text("shelved"));
    },

    /** Record what came of speaking to a caller: `made`, `answered`, `silent` or `escalated`. */
    voice: (call, outcome) => command(() => recordVoice(call.id, outcome), text(`voice_noted.${outcome}`)),

    unshelve: (alarm) => command(() => unshelveAlarm(alarm.id), text("unshelved")),

    /** Open an incident for an alarm and return its id, null if that was refused. */
    async open(alarm) {
      const answer = await command(() => openIncident(alarm.id), text("incident_opened"));
      return answer && answer.incident;
    },
  };
}
