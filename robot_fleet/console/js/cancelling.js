// Many tasks taken back at once: asked about by what they are, and answered by what was refused.

import { cancelTasks } from "./api.js";
import { ask, command, confirmByName } from "./dialogs.js";
import { h } from "./dom.js";
import { placeName, robotName, serviceName } from "./format.js";
import { text } from "./i18n.js";

/** Return `{cancelMany}`: ask, have the number typed, take the tasks back, and tell what stays. */
export function cancellingOf(fleet) {
  const titleOf = (task) => [serviceName(fleet, task.service), ...fleet.placesOf(task).map((id) => placeName(fleet, id)), task.id].join(" · ");

  /** Who is under way, and with what on board: that cannot be taken back before it is handed over. */
  function underWay(task) {
    const robot = task.robot && fleet.robot(task.robot);
    const laden = robot?.task === task.id && robot.load.length > 0;
    return [titleOf(task), robotName(fleet, task.robot), laden ? text("cancel_many_laden") : ""].filter(Boolean).join(" · ");
  }

  function list(title, rows, id) {
    if (!rows.length) return null;
    return h("div", { class: "many", id }, h("h3", { textContent: title }),
      h("div", { tabIndex: 0, role: "region", "aria-label": title }, h("ul", {}, rows.map((row) => h("li", { textContent: row })))));
  }

  return {
    async cancelMany(tasks) {
      const counts = new Map();
      for (const { service } of tasks) counts.set(service, (counts.get(service) ?? 0) + 1);
      const begun = tasks.filter(({ state }) => state === "underway" || state === "suspended");
      const sure = await confirmByName({
        title: text("cancel_many_question", { n: tasks.length }),
        body: text("cancel_many_means"),
        lines: [[text("service"), [...counts].map(([service, n]) => `${serviceName(fleet, service)} × ${n}`).join(", ")]],
        fields: [list(text("cancel_many_begun", { n: begun.length }), begun.map(underWay), "many-begun")],
        yes: text("cancel_many_yes", { n: tasks.length }),
        name: text("cancel_many_typed", { n: tasks.length }),
      });
      if (!sure) return false;
      const answer = await command(() => cancelTasks(tasks.map(({ id }) => id)), (told) => text("cancel_many_done", { n: told.cancelled.length }));
      if (answer?.refused.length) {
        const rows = answer.refused.map(({ task, code, message }) => `${titleOf(fleet.tasks.get(task) ?? { id: task, params: {} })}: ${text(`error.${code}`, { where: task }, message)}`);
        await ask({ title: text("cancel_many_refused", { n: rows.length }), body: text("cancel_many_stay"), fields: [list(text("cancel_many_left"), rows, "many-refused")] });
      }
      return answer !== null;
    },
  };
}
