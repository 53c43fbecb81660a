// Commands. Each carries a key, so that sending it again after a lost answer does it once.

import { text } from "./i18n.js";

const PATIENCE_MS = 12_000; // a manager that is being started again answers within seconds
const PAUSE_MS = 700;
const PASSING = ["runtime_manager_unreachable", "runtime_no_answer", "runtime_no_time", "runtime_replay_reading"];

let shutOut = () => {};

/** Call `listener` whenever the server says that nobody is signed in any more. */
export const onShutOut = (listener) => {
  shutOut = listener;
};

/** What the server (or the way to it) refused, with a stable code. */
export class Refusal extends Error {
  constructor(code, message, where, lines = []) {
    super(message);
    this.lines = lines;
    this.code = code;
    this.where = where;
  }

  /** Whether the wish may have been taken all the same: it must be asked again with the same key, or not at all. */
  get lost() {
    return this.code.startsWith("console_") || this.code.startsWith("runtime_");
  }

  /** The sentence for people: the console's own for a known code, else the server's. */
  get sentence() {
    return text(`error.${this.code}`, { where: this.where }, this.message);
  }
}

export function newKey(what) {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `${what}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Give a command; with the version of what it is about, it is refused if that has changed since. */
async function post(path, key, body, version = null) {
  const headers = { "content-type": "application/json", "idempotency-key": key, ...(version && { "if-match": version }) };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function ask(path, request) {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await askOnce(path, request);
    } catch (error) {
      if (!PASSING.includes(error.code) || performance.now() > until) throw error;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }
}

const askOnce = async (path, request) => (await fetched(path, request)).content;

/** Return a thing as it is now (`content`), and its version, for a command about it. */
export const look = (sort, id) => fetched(`${sort}/${encodeURIComponent(id)}`, {});

async function fetched(path, request) {
  let answer;
  try {
    answer = await fetch(`api/v1/${path}`, request);
  } catch {
    throw new Refusal("console_offline", "", "");
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return { content, version: answer.headers.get("etag") };
  if (answer.status === 401 && content.error?.code === "request_sign_in_required") shutOut();
  const { code = "console_odd_answer", message = answer.statusText, where = "" } = content.error ?? {};
  throw new Refusal(code, message, where, content.lines);
}

const send = (method, path, body) => askOnce(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export const getSession = () => askOnce("session", {});
export const getUsers = () => askOnce("users", {});
export const signIn = (name, password) => send("POST", "session", { name, password });
export const signOut = () => send("DELETE", "session", {});
export const changePassword = (before, after) => send("POST", "session/password", { old: before, new: after });

const task = (id, what, body, version) => post(`tasks/${encodeURIComponent(id)}/${what}`, newKey(what), body, version);

const alarm = (id, answer, body = {}) => post(`alarms/${encodeURIComponent(id)}/${answer}`, newKey("alarm"), body);
const incident = (id, answer, body) => post(`incidents/${encodeURIComponent(id)}/${answer}`, newKey("incident"), body);

export const acknowledgeAlarm = (id) => alarm(id, "acknowledge");
export const shelveAlarm = (id, duration_s, reason) => alarm(id, "shelve", { duration_s, reason });
export const unshelveAlarm = (id) => alarm(id, "unshelve");
export const recordVoice = (id, outcome) => alarm(id, "voice", { outcome });
export const getIncident = (id) => ask(`incidents/${encodeURIComponent(id)}`, {});
export const getReportSchedules = () => ask("report-schedules", {});
export const getReport = (period, query) => ask(`reports/${period}?${query}`, {});
export const getWhatIfs = () => ask("what-if", {});
export const getWhatIf = (id) => askOnce(`what-if/${encodeURIComponent(id)}`, {});
export const askWhatIf = (question) => send("POST", "what-if", question);
export const cancelWhatIf = (id) => send("POST", `what-if/${encodeURIComponent(id)}/cancel`, {});
export const openIncident = (alarm) => post("incidents", newKey("incident"), { alarm });
export const noteIncident = (id, text) => incident(id, "notes", { text });
export const closeIncident = (id, verdict, reason) => incident(id, "close", { verdict, reason });
export const openJob = (job) => post("jobs", newKey("job"), job);
export const answerJob = (id, answer, text = "") => post(`jobs/${encodeURIComponent(id)}/${answer}`, newKey("job"), { text });
export const setMaintenance = (robot, change, version, reason = "") => post(`robots/${encodeURIComponent(robot)}/maintenance`, newKey("service"), { change, reason }, version);
export const getCard = (place) => askOnce(`people/card?${new URLSearchParams({ place, purpose: "care_emergency" })}`, {});
export const openCard = (place, reason, given_to) => send("POST", "people/card", { place, purpose: "care_emergency", reason, given_to });
/** The site with its robots, for the names of both. */
export const getNamed = async () => ({ ...(await ask("site", {})), robots: await ask("robots", {}) });
export const getItems = () => ask("items", {});
export const getPlacesOut = () => ask("places/out", {});
export const takePlaceOut = (place) => post("places/out", newKey("place"), { place });
export const mendPlace = (place) => post("places/mended", newKey("place"), { place });
export const getEquipment = () => ask("equipment", {});
const equipment = (id, what, body = {}) => post(`equipment/${encodeURIComponent(id)}/${what}`, newKey("equipment"), body);
export const takeEquipmentOut = (id, reason) => equipment(id, "out", { reason });
export const putEquipmentBack = (id) => equipment(id, "mended");
export const getPapers = () => ask("papers", {});
export const changePaper = (paper, change, reason) => post(`papers/${encodeURIComponent(paper)}/${change}`, newKey("paper"), { reason });
export const getWays = () => ask("ways", {});
export const submitTask = (key, service, params) => post("tasks", key, { service, params });
export const cancelTask = (id, version) => task(id, "cancel", {}, version);
export const cancelTasks = (tasks) => post("tasks/cancel", newKey("cancel"), { tasks });
export const answerTask = (id, answer, version, to = "") => task(id, "answer", { answer, to }, version);
export const prioritiseTask = (id, priority, version) => task(id, "priority", { priority }, version);
export const sequenceTask = (id, tasks, version) => task(id, "after", { tasks }, version);
export const assignTask = (id, wish, version) => task(id, "assign", wish, version);
export const holdTask = (id, version) => task(id, "hold", {}, version);
export const resumeTask = (id, version) => task(id, "resume", {}, version);
const schedule = (id, what, body, version) => post(`schedules/${encodeURIComponent(id)}/${what}`, newKey("schedule"), body, version);
const template = (id, what, body = {}) => post(`templates/${encodeURIComponent(id)}/${what}`, newKey("template"), body);

export const getOccurrences = (rule) => ask(`occurrences?${new URLSearchParams(rule)}`, {});
export const getScheduleDays = (id, n) => ask(`schedules/${encodeURIComponent(id)}/occurrences?n=${n}`, {});
export const addSchedule = (key, body) => post("schedules", key, body);
export const reviseSchedule = (id, body, version) => schedule(id, "revise", body, version);
export const pauseSchedule = (id, reason, version) => schedule(id, "pause", { reason }, version);
export const resumeSchedule = (id, version) => schedule(id, "resume", {}, version);
export const skipOccurrence = (id, occurrence, skip, version) => schedule(id, "skip", { occurrence, skip }, version);
export const endSchedule = (id, version) => schedule(id, "end", {}, version);
export const saveTemplate = (key, body) => post("templates", key, body);
export const renameTemplate = (id, name) => template(id, "rename", { name });
export const deleteTemplate = (id) => template(id, "delete");
export const getPrice = (id, wish) => ask(`tasks/${encodeURIComponent(id)}/price?${new URLSearchParams(wish)}`, {});
export const getWhy = (id, lang) => ask(`tasks/${encodeURIComponent(id)}/why?lang=${lang}`, {});
export const importTasks = (csv, dry_run) => post("tasks/import", newKey("import"), { csv, dry_run });
export const holdFleet = (robot = "", in_place = false) => post("hold", newKey("hold"), { robot, in_place });
export const closeZones = (zones, wish) => post("zones/close", newKey("zone"), { zones, ...wish });
export const openZones = (zones) => post("zones/open", newKey("zone"), { zones });
export const getHeard = () => askOnce("robots/heard", {});
export const getShifts = () => ask("shifts", {});
export const getOpenItems = () => ask("shifts/open", {});
export const signShift = (wish) => post("shifts", newKey("shift"), wish);
export const takeShift = (id, wish) => post(`shifts/${encodeURIComponent(id)}/take`, newKey("shift"), wish);
export const resumeFleet = (robot = "") => post("resume", newKey("resume"), { robot });
export const getReplay = (from_s, to_s) => ask(`replay?${new URLSearchParams(Object.entries({ from_s, to_s }).filter(([, value]) => value !== null))}`, {});
export const getFrames = (from_s, to_s) => ask(`replay/frames?from_s=${from_s}&to_s=${to_s}`, {});
