// Puts the console together.

import { keepInAddress, readAddress } from "./address.js";
import { alarmTitle, alarmWhom } from "./alarms.js";
import { onShutOut } from "./api.js";
import { askingOf } from "./asking.js";
import { Banners } from "./banners.js";
import { cancellingOf } from "./cancelling.js";
import { Commands } from "./commands.js";
import { Confirming } from "./confirming.js";
import { toast } from "./dialogs.js";
import { directingOf } from "./directing.js";
import { byId, h } from "./dom.js";
import { Fleet } from "./fleet.js";
import { clockTime, kindName, serviceName } from "./format.js";
import { applyTexts, language, loadTexts, named, nextLanguage, onLanguage, setLanguage, text } from "./i18n.js";
import { IncidentDrawer } from "./incident.js";
import { FleetMap } from "./map.js";
import { barrierMark, kindMark } from "./marks.js";
import { readPalette } from "./palette.js";
import { Panel, TABS } from "./panel.js";
import { PlanSheet } from "./plan.js";
import { Replay } from "./replay.js";
import { RequestForm } from "./request.js";
import { sendingOf } from "./sending.js";
import { Sound } from "./sound.js";
import { admitted, enter, may, showPerson } from "./session.js";
import { settings } from "./settings.js";
import { follow } from "./stream.js";
import { onTheme } from "./theme.js";
import { zonesOf } from "./zones.js";

const RENDER_MS = 250;

await loadTexts();
const fleet = new Fleet();
let palette = readPalette();
let announced = new Set();
let connected = null;
let lastRender = 0;
let renderTimer = 0;
let opened = false; // whether what the address names has been opened

const confirming = new Confirming(fleet);
const asking = askingOf(fleet, confirming);
const zones = zonesOf(fleet, confirming);
const directing = directingOf(fleet);
const sending = sendingOf(fleet);
const { why } = directing;
directing.why = (task) => (replay.on ? toast(text("replay_not_here"), "bad") : why(task)); // it tells of the present
const map = new FleetMap(fleet, palette, {
  robot: (id) => selectRobot(id, false),
  place: (id) => {
    if (form.isOpen) form.place(id);
    else if (may("operate")) form.open(id);
  },
  nothing: () => selectRobot(null, false),
  hover: showTip,
  follows: (on) => byId("follow").setAttribute("aria-pressed", String(on)),
});

const panel = new Panel(fleet, {
  selectRobot: (id) => selectRobot(id === map.selected && panel.robot === id ? null : id, true),
  selectTask,
  showPlace,
  incident: showIncident,
  direct: { ...directing, duplicate: (task) => form.openLike(task) },
  editSchedule: (row) => form.openSchedule(row),
  useTemplate: (row) => form.openTemplate(row),
  ...asking,
  ...sending,
  voice: speakTo,
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
  closed: (task, tab = "tasks") => {
    panel.tab = tab;
    panel.task = task;
    render();
    byId("new-request").focus({ preventScroll: true });
  },
});

const drawer = new IncidentDrawer(fleet, { ...asking, ...sending, said: toast, selectRobot: (id) => selectRobot(id, true) });
const banners = new Banners(fleet, { letGo: asking.letGo, showRobots: () => panel.show("robots"), stopInPlace: asking.stopInPlace, openZones: zones.open, incident: (id) => drawer.open(id) });
const plan = new PlanSheet(fleet, palette, {
  selectTask,
  selectRobot: (id) => selectRobot(id, true),
  sequence: directing.sequence,
  ...cancellingOf(fleet),
  moved: () => map.camera.fitted && map.fit(),
});
const commands = new Commands(fleet, {
  ...asking,
  ...directing,
  ...sending,
  voice: speakTo,
  holdTask: directing.hold,
  resumeTask: directing.resume,
  hold: asking.hold,
  showRobot: (id) => selectRobot(id, true),
  showTask,
  showPlace,
  alarmName: (alarm) => [alarmTitle(fleet, alarm), alarmWhom(fleet, alarm)].filter(Boolean).join(" · "),
  incident: showIncident,
  request: (service) => {
    form.open();
    form.choose(service);
  },
  chooseZones: () => zones.choose(),
  get views() {
    return ["map", "plan", "board", ...TABS, ...(may("cases") ? ["replay"] : []), "reports", ...(may("report") ? ["what_if"] : []), "shift"];
  },
  view: (name) => {
    if (TABS.includes(name)) panel.show(name);
    else if (["reports", "what_if", "shift"].includes(name)) location.assign(`${name}.html`);
    else if (name === "replay") location.hash = "#/replay";
    else plan.go(name === "map" ? "" : name);
  },
  language: () => setLanguage(nextLanguage()),
});
const sound = new Sound();
const replay = new Replay(fleet, {
  selectRobot: (id) => selectRobot(id, true),
  selectTask,
  showPlace,
  // what rings now is announced, whatever is shown; what only the present has is put away
  shows: (present) => {
    panel.alarms.fleet = banners.fleet = present;
    if (form.isOpen) form.close();
    drawer.close();
    map.ways.look();
    map.camera.fitted && map.fit();
  },
  shown: () => {
    map.redraw();
    render();
  },
  changed: () => {
    map.change();
    renderSoon();
  },
});
const present = () => replay.live ?? fleet;

function selectRobot(id, look) {
  map.selected = id;
  if (!id && map.follows) map.follow(false);
  map.ways.look();
  panel.robot = id;
  if (id) {
    panel.tab = "robots";
    const robot = fleet.robot(id);
    if (look && robot) {
      if (robot.level) map.showLevel(robot.level);
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
  showTask(panel.task === id && panel.tab === "tasks" ? null : id);
}

function showTask(id) {
  panel.task = id;
  panel.tab = "tasks";
  const task = fleet.tasks.get(id);
  map.chosen = new Set(panel.task && task ? fleet.placesOf(task) : []);
  map.selected = panel.task && task?.robot ? task.robot : null;
  map.redraw();
  render();
  if (id) document.querySelector(`[data-task="${CSS.escape(id)}"]`)?.closest(".row").scrollIntoView({ block: "nearest" });
}

/** Open what the address names. */
function openAddress() {
  const { tab, task, robot, incident } = readAddress().values;
  if (robot && fleet.robot(robot)) selectRobot(robot, true);
  else if (task && (replay.on || fleet.tasks.has(task))) showTask(task); // in a replay it may come later
  else if (task || robot) toast(text("address_unknown", { id: task || robot }), "bad");
  if (TABS.includes(tab)) panel.show(tab);
  if (incident !== (drawer.id ?? undefined)) {
    if (incident) drawer.open(incident);
    else drawer.close();
  }
  render();
}

function showPlace(id) {
  const place = fleet.places.get(id);
  if (!place) return;
  if (place.level) map.showLevel(place.level);
  map.show(place.x_m, place.y_m);
}

/** Open the drawer of an incident (its id), or of an alarm's; one that has none gets one. */
async function showIncident(of) {
  if (replay.on) {
    toast(text("replay_not_here"), "bad"); // its story goes on until today
    return;
  }
  const id = of.id ? of.incident || (await asking.open(of)) : of;
  if (id) await drawer.open(id);
}

/** Somebody opens a line to whoever has called: the desk opens for what comes of it, and that they did is recorded. */
async function speakTo(call) {
  const shown = call.incident ? drawer.open(call.incident, true) : showIncident(call);
  if (!call.voice) await asking.voice(call, "made");
  await shown;
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyV" || !may("operate")) return;
  const call = fleet.alarms.find(({ task, state }) => task && state === "active") ?? fleet.alarms.find(({ task }) => task);
  if (!call) return;
  event.preventDefault();
  for (const dialog of document.querySelectorAll("dialog[open]:not(#sign-in)")) dialog.close("no"); // a call comes before any question
  speakTo(call);
});

function showTip({ robot, place, x, y }) {
  const tip = byId("tip");
  tip.hidden = !robot && !place;
  if (tip.hidden) return;
  const row = robot ? fleet.robot(robot) : fleet.places.get(place);
  const lines = robot
    ? [fleet.freshness(row) === "live" ? text("battery", { n: Math.round(row.soc_pct) }) : text(`link.${fleet.freshness(row)}`), row.task ? serviceName(fleet, fleet.tasks.get(row.task)?.service) : ""]
    : [text(`place.${row.kind}`, {}, row.kind), form.isOpen || !may("operate") ? "" : text("click_to_request")];
  tip.replaceChildren(h("strong", { textContent: named(row.name) }), ...lines.filter(Boolean).map((line) => h("span", { textContent: line })));
  tip.style.left = `${Math.min(x + 14, map.camera.width - 200)}px`;
  tip.style.top = `${y + 14}px`;
}

function legend() {
  if (!fleet.site) return;
  byId("legend").replaceChildren(...[...fleet.kinds.values()].map((kind) =>
    h("span", {}, kindMark(kind.index, palette, 16), kindName(fleet, kind.id))),
  h("span", {}, barrierMark(palette), text("legend.obstacle")));
  byId("site-name").textContent = named(fleet.site.name);
}

function bar() {
  const lost = connected === false;
  banners.render(lost);
  document.body.classList.toggle("lost", lost && !replay.on);
  const hold = byId("hold");
  hold.textContent = text(fleet.hold ? "resume_fleet" : "hold_fleet");
  hold.classList.toggle("on", fleet.hold);
  hold.disabled = lost || !fleet.site;
  byId("new-request").disabled = !fleet.site;
  byId("follow").disabled = map.selected === null;
  const ringing = present().alarms.filter(({ state }) => state === "active").length;
  const title = `${ringing ? `(${ringing}) ` : ""}${fleet.site ? `${named(fleet.site.name)} · ` : ""}robot_fleet`;
  if (document.title !== title) document.title = title;
}

/** Say what begins to ring to those who listen rather than look. */
function announce() {
  const ringing = present().alarms.filter(({ state }) => state === "active");
  const fresh = ringing.filter(({ id }) => !announced.has(id));
  announced = new Set(ringing.map(({ id }) => id));
  if (fresh.length) {
    byId("announce").textContent = fresh.map((alarm) => text("alarm_said", { what: [alarmWhom(fleet, alarm), alarmTitle(fleet, alarm)].filter(Boolean).join(": "), action: named(alarm.action) })).join(" ");
  }
}

function render() {
  lastRender = performance.now();
  clearTimeout(renderTimer);
  renderTimer = 0;
  bar();
  announce();
  panel.render();
  if (replay.on) {
    replay.then.render();
    replay.bar.present();
  }
  drawer.render();
  plan.select(panel.tab === "tasks" ? panel.task : null, map.selected);
  plan.render();
  if (opened) {
    const { tab, task, robot } = panel;
    keepInAddress({ tab: tab === "tasks" ? "" : tab, task: tab === "tasks" ? task : "", robot: tab === "robots" ? robot : "", incident: drawer.id });
  }
}

function renderSoon() {
  if (!renderTimer) renderTimer = setTimeout(render, Math.max(0, lastRender + RENDER_MS - performance.now()));
}

function relabel() {
  applyTexts();
  showPerson();
  legend();
  form.render();
  drawer.relabel();
  plan.relabel();
  confirming.render();
  map.repaint(palette);
  render();
}

onTheme(() => {
  palette = readPalette();
  panel.palette = palette;
  plan.palette = palette;
  map.repaint(palette);
  legend();
  for (const list of ["list-tasks", "list-robots"]) {
    byId(list).replaceChildren();
    byId(list).kept = undefined;
  }
  render();
});
onLanguage(relabel);
byId("menu").append(settings());
byId("zoom-in").addEventListener("click", () => map.zoom(1.35));
byId("zoom-out").addEventListener("click", () => map.zoom(1 / 1.35));
byId("fit").addEventListener("click", () => map.fit());
byId("follow").addEventListener("click", () => map.follow(!map.follows));
byId("zones").addEventListener("click", () => zones.choose());
byId("hold").addEventListener("click", () => asking.hold(!fleet.hold));
byId("sound").addEventListener("click", () => {
  sound.toggle();
  byId("sound").setAttribute("aria-pressed", String(sound.on));
});
byId("new-request").addEventListener("click", () => form.open());
byId("commands-open").addEventListener("click", () => commands.open());

let second = -1;
setInterval(() => {
  sound.ring(present().alarms, performance.now());
  if (!fleet.site || (connected === false && !replay.on)) return;
  const now = Math.floor(fleet.now());
  if (now === second) return;
  second = now;
  byId("clock").textContent = clockTime(now);
  if (map.ages) map.change();
  renderSoon();
}, 100);

/** Show the period that the address names, or the present, and what is chosen in it. */
async function arrive() {
  await replay.follow();
  openAddress();
}

addEventListener("hashchange", () => opened && arrive());
onShutOut(() => enter());
follow(
  (frame) => {
    if (replay.on) {
      replay.hear(frame);
      renderSoon();
      return;
    }
    const first = !fleet.site;
    const type = fleet.take(frame);
    if (type === "snapshot") {
      if (first) map.load();
      legend();
      map.redraw();
      render();
      if (!opened) {
        arrive().then(() => {
          opened = true;
          render();
        });
      }
    } else if (type === "patch") {
      if (frame.items || frame.zones || frame.events) map.redraw();
      map.change();
      renderSoon();
    }
  },
  (state) => {
    connected = state;
    banners.connection(state);
    renderSoon();
  },
  admitted,
);
relabel();

// for measurements and tests from outside: frames drawn so far, what is known, and where a thing is on the screen
window.robotFleet = {
  get frames() {
    return map.frames;
  },
  /** Whether floor and walls have been drawn. */
  get painted() {
    return map.frames > map.paintedAt;
  },
  get followed() {
    return map.follows;
  },
  get plan() {
    return { frames: plan.gantt.frames, span: plan.gantt.span, follows: plan.gantt.from === null };
  },
  stopsPlanned(robot) {
    return fleet.routes.get(robot)?.next.length ?? 0;
  },
  screenOf(id) {
    const row = fleet.places.get(id) ?? fleet.robot(id);
    const box = byId("actors").getBoundingClientRect();
    const [x, y] = map.camera.toScreen(row.x_m, row.y_m);
    return [box.left + x, box.top + y];
  },
};
