// Puts the console together.

import { cancelTask, holdFleet, Refusal, resumeFleet } from "./api.js";
import { confirm, toast } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { Fleet } from "./fleet.js";
import { clockTime, kindName, placeName, serviceName } from "./format.js";
import { applyTexts, language, loadTexts, named, onLanguage, setLanguage, text } from "./i18n.js";
import { FleetMap } from "./map.js";
import { kindMark } from "./marks.js";
import { readPalette } from "./palette.js";
import { Panel } from "./panel.js";
import { RequestForm } from "./request.js";
import { follow } from "./stream.js";

const RENDER_MS = 250;

await loadTexts();
const fleet = new Fleet();
const scheme = matchMedia("(prefers-color-scheme: dark)");
let palette = readPalette();
const announced = new Set();
let connected = null;
let lastRender = 0;
let renderTimer = 0;

const map = new FleetMap(fleet, palette, {
  robot: (id) => selectRobot(id, false),
  place: (id) => {
    if (form.isOpen) form.place(id);
    else form.open(id);
  },
  nothing: () => selectRobot(null, false),
  hover: showTip,
});

const panel = new Panel(fleet, {
  selectRobot: (id) => selectRobot(id === map.selected && panel.robot === id ? null : id, true),
  selectTask,
  showPlace: (id) => {
    const place = fleet.places.get(id);
    if (place) map.show(place.x_m, place.y_m);
  },
  cancel: askCancel,
  hold: askHold,
});
panel.palette = palette;

const form = new RequestForm(fleet, {
  picking: (open, chosen, hint) => {
    map.pick = open;
    byId("map").classList.toggle("picking", open !== null);
    map.chosen = chosen;
    map.redraw();
    byId("hint").textContent = hint;
    byId("hint").hidden = !hint;
  },
  opened: () => selectRobot(null, false),
  closed: (task) => {
    panel.tab = "tasks";
    panel.task = task;
    render();
    byId("new-request").focus({ preventScroll: true });
  },
});

function selectRobot(id, look) {
  map.selected = id;
  panel.robot = id;
  if (id) {
    panel.tab = "robots";
    const robot = fleet.robot(id);
    if (look && robot) {
      const [x, y] = map.camera.toScreen(robot.x_m, robot.y_m);
      const room = map.insets();
      if (x < room.left || y < room.top || x > map.camera.width - room.right || y > map.camera.height - room.bottom) {
        map.show(robot.x_m, robot.y_m);
      }
    }
  }
  map.redraw();
  render();
  if (id) document.querySelector(`[data-robot="${CSS.escape(id)}"]`)?.closest(".row").scrollIntoView({ block: "nearest" });
}

function selectTask(id) {
  panel.task = panel.task === id && panel.tab === "tasks" ? null : id;
  panel.tab = "tasks";
  const task = fleet.tasks.get(id);
  map.chosen = new Set(panel.task && task ? fleet.placesOf(task) : []);
  map.selected = panel.task && task?.robot ? task.robot : null;
  map.redraw();
  render();
  document.querySelector(`[data-task="${CSS.escape(id)}"]`)?.closest(".row").scrollIntoView({ block: "nearest" });
}

/** Do what a person has confirmed; say what came of it. */
async function command(action, done) {
  try {
    await action();
    toast(done);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast(error.sentence, "bad");
  }
}

async function askCancel(task) {
  const sure = await confirm({
    title: text("cancel_question", { service: serviceName(fleet, task.service) }),
    lines: [[text("id"), task.id], ...fleet.placesOf(task).map((id) => [text("place"), placeName(fleet, id)])],
    yes: text("cancel_task"),
    danger: true,
  });
  if (sure) await command(() => cancelTask(task.id), text("cancel_done"));
}

async function askHold(on, robot = "") {
  const what = robot ? named(fleet.robot(robot)?.name) : text("whole_fleet");
  const sure = await confirm({
    title: text(on ? "hold_question" : "resume_question", { what }),
    body: text(on ? "hold_means" : "resume_means"),
    yes: text(on ? "hold_yes" : "resume_yes"),
    danger: on,
  });
  if (sure) await command(() => (on ? holdFleet(robot) : resumeFleet(robot)), text(on ? "hold_done" : "resume_done"));
}

function showTip({ robot, place, x, y }) {
  const tip = byId("tip");
  tip.hidden = !robot && !place;
  if (tip.hidden) return;
  const row = robot ? fleet.robot(robot) : fleet.places.get(place);
  const lines = robot
    ? [text("battery", { n: Math.round(row.soc_pct) }), row.task ? serviceName(fleet, fleet.tasks.get(row.task)?.service) : ""]
    : [text(`place.${row.kind}`, {}, row.kind), form.isOpen ? "" : text("click_to_request")];
  tip.replaceChildren(h("strong", { textContent: named(row.name) }), ...lines.filter(Boolean).map((line) => h("span", { textContent: line })));
  tip.style.left = `${Math.min(x + 14, map.camera.width - 200)}px`;
  tip.style.top = `${y + 14}px`;
}

function legend() {
  if (!fleet.site) return;
  byId("legend").replaceChildren(...[...fleet.kinds.values()].map((kind) =>
    h("span", {}, kindMark(kind.index, palette, 16), kindName(fleet, kind.id))));
  byId("site-name").textContent = named(fleet.site.name);
  document.title = `${named(fleet.site.name)} · robot_fleet`;
}

function banners() {
  const lost = connected === false;
  const rows = [
    lost ? h("div", { class: "banner bad", id: "banner-lost" }, h("strong", { textContent: text("lost") }), h("span", { textContent: fleet.site ? text("lost_since", { time: clockTime(fleet.clock.t) }) : text("connecting") })) : null,
    fleet.hold ? h("div", { class: "banner warn", id: "banner-hold" }, h("strong", { textContent: text("held") }), h("span", { textContent: text("held_means") })) : null,
  ].filter(Boolean);
  const sign = JSON.stringify([lost, !fleet.site, fleet.hold, language(), rows.map((row) => row.textContent)]);
  const box = byId("banners");
  if (box.dataset.sign === sign) return;
  box.dataset.sign = sign;
  box.replaceChildren(...rows);
  document.body.classList.toggle("lost", lost);
  const hold = byId("hold");
  hold.textContent = text(fleet.hold ? "resume_fleet" : "hold_fleet");
  hold.classList.toggle("on", fleet.hold);
  hold.disabled = lost || !fleet.site;
}

/** Say a new alarm to those who listen rather than look. */
function announce() {
  const fresh = fleet.alarms.filter(({ id }) => !announced.has(id));
  if (!fresh.length) return;
  for (const { id } of fresh) announced.add(id);
  byId("announce").textContent = fresh.map((alarm) => text("alarm_said", { service: serviceName(fleet, alarm.service), place: placeName(fleet, alarm.place) })).join(". ");
}

function render() {
  lastRender = performance.now();
  clearTimeout(renderTimer);
  renderTimer = 0;
  banners();
  announce();
  panel.render();
}

function renderSoon() {
  if (!renderTimer) renderTimer = setTimeout(render, Math.max(0, lastRender + RENDER_MS - performance.now()));
}

function relabel() {
  applyTexts();
  legend();
  delete byId("banners").dataset.sign;
  form.render();
  map.redraw();
  render();
}

scheme.addEventListener("change", () => {
  palette = readPalette();
  panel.palette = palette;
  map.repaint(palette);
  legend();
  for (const list of ["list-tasks", "list-robots"]) {
    byId(list).replaceChildren();
    byId(list).kept = undefined;
  }
  render();
});
onLanguage(relabel);
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => setLanguage(button.dataset.language));
}
byId("zoom-in").addEventListener("click", () => map.zoom(1.35));
byId("zoom-out").addEventListener("click", () => map.zoom(1 / 1.35));
byId("fit").addEventListener("click", () => map.fit());
byId("lanes").addEventListener("click", () => {
  map.lanes = !map.lanes;
  byId("lanes").setAttribute("aria-pressed", String(map.lanes));
  map.redraw();
});
byId("hold").addEventListener("click", () => askHold(!fleet.hold));
byId("new-request").addEventListener("click", () => form.open());

let second = -1;
setInterval(() => {
  if (!fleet.site || connected === false) return;
  const now = Math.floor(fleet.now());
  if (now === second) return;
  second = now;
  byId("clock").textContent = clockTime(now);
  renderSoon();
}, 100);

follow(
  (frame) => {
    const first = !fleet.site;
    const type = fleet.take(frame);
    if (type === "snapshot") {
      if (first) map.load();
      legend();
      map.redraw();
      render();
    } else if (type === "patch") {
      if (frame.items) map.redraw();
      map.actorsDirty = true;
      renderSoon();
    }
  },
  (state) => {
    connected = state;
    renderSoon();
  },
);
relabel();

// for measurements and tests from outside: frames drawn so far, and where a thing is on the screen
window.robotFleet = {
  get frames() {
    return map.frames;
  },
  screenOf(id) {
    const row = fleet.places.get(id) ?? fleet.robot(id);
    const box = byId("actors").getBoundingClientRect();
    const [x, y] = map.camera.toScreen(row.x_m, row.y_m);
    return [box.left + x, box.top + y];
  },
};
