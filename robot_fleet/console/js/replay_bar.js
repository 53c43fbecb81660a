// The bar of a replay: what is shown in words, time with its marks and gaps, and how to go through it.

import { byId, h } from "./dom.js";
import { clockTime, plain, robotName } from "./format.js";
import { has, named, onLanguage, text } from "./i18n.js";
import { PeriodForm } from "./replay_period.js";

export const SPEEDS = [1, 2, 5, 10, 30, 60];
const BACK_S = 10;
const MARKS = { call: "alarm", alarm: "alarm", stop: "alarm", incident: "incident", fault: "fault", failed: "fault", hold: "hold", zone: "hold" };
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  before: "M14 4v12l-8-6zM5 4v12", back: "M10 4l-6 6 6 6M16 4l-6 6 6 6", play: "M6 4v12l10-6z", pause: "M6 4v12M14 4v12", on: "M10 4l6 6-6 6M4 4l6 6-6 6", after: "M6 4v12l8-6zM15 4v12",
};

/** A time with its day, where it is not the first. */
export const dayTime = (t, seconds = true) => (t < 86_400 ? clockTime(t, seconds) : text("replay_day_time", { day: Math.floor(t / 86_400) + 1, time: clockTime(t, seconds) }));

export class ReplayBar {
  constructor(replay) {
    this.replay = replay;
    this.box = byId("replay");
    this.banner = byId("replay-banner");
    this.box.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keydown", (event) => {
      if (replay.on && event.key === " " && event.target === document.body) {
        event.preventDefault();
        replay.play();
      }
    });
    new ResizeObserver(() => document.body.style.setProperty("--replay-height", `${this.box.offsetHeight}px`)).observe(this.box);
    onLanguage(() => replay.on && this.open(false));
  }

  open(focus = true) {
    this.box.hidden = this.banner.hidden = false;
    this.#build();
    this.render();
    if (focus) byId("replay-play").focus({ preventScroll: true });
  }

  close() {
    this.box.hidden = this.banner.hidden = true;
    this.box.replaceChildren();
    this.banner.replaceChildren();
    byId("panel").focus();
  }

  #build() {
    const { replay } = this;
    const button = (id, icon, onclick) => h("button", { type: "button", id: `replay-${id}`, "aria-label": text(`replay_${id}`), title: text(`replay_${id}`), onclick }, picture(icon));
    this.banner.replaceChildren(
      h("strong", { textContent: text("replay_not_live") }),
      h("span", { id: "replay-what" }),
      h("span", { class: "replay-live", id: "replay-live", role: "status" }),
      h("button", { type: "button", class: "button small", id: "replay-leave", textContent: text("replay_leave"), onclick: () => replay.backToLive() }));
    this.slider = h("input", {
      type: "range", id: "replay-slider", "aria-label": text("replay_time"), step: 1, oninput: () => replay.seek(Number(this.slider.value)),
    });
    this.box.replaceChildren(
      h("div", { class: "replay-row" },
        h("div", { class: "replay-buttons", role: "group", "aria-label": text("replay_controls") },
          button("before", "before", () => this.#step(-1)),
          button("back", "back", () => replay.seek(replay.t - BACK_S)),
          button("play", "play", () => replay.play()),
          button("on", "on", () => replay.seek(replay.t + BACK_S)),
          button("after", "after", () => this.#step(1))),
        h("output", { class: "replay-clock", id: "replay-clock" }),
        h("label", { class: "replay-speed" }, h("span", { textContent: text("replay_speed") }),
          h("select", { id: "replay-speed", onchange: (event) => replay.setSpeed(Number(event.target.value)) },
            SPEEDS.map((speed) => h("option", { value: speed, textContent: `${speed} ×` })))),
        h("p", { class: "replay-said", id: "replay-said", role: "status" }),
        this.form = new PeriodForm(replay).element),
      h("div", { class: "replay-time" }, this.track = h("div", { class: "replay-track", "aria-hidden": "true" }), this.slider),
      h("div", { class: "replay-row replay-foot" },
        h("span", { id: "replay-from" }), h("span", { class: "replay-kept", id: "replay-kept" }), h("span", { class: "replay-keys", textContent: text("replay_keys") }), h("span", { id: "replay-to" })));
    this.drawn = null;
  }

  /** Show what has changed but the time, which `tick` shows. */
  render() {
    const { replay } = this;
    if (!replay.on || this.box.hidden) return;
    const play = byId("replay-play");
    const words = text(replay.playing ? "replay_pause" : "replay_play");
    play.setAttribute("aria-label", words);
    play.title = words;
    play.replaceChildren(picture(replay.playing ? "pause" : "play"));
    byId("replay-speed").value = String(replay.speed);
    this.form.hidden = !replay.overview;
    const told = replay.overview;
    const known = told?.read_pct === 100;
    this.slider.disabled = !known; // what is chosen before would be lost
    if (known && this.drawn !== told) {
      this.drawn = told;
      const [from, to] = [replay.from ?? told.from_s, replay.to ?? told.to_s];
      this.slider.min = String(from);
      this.slider.max = String(to);
      this.track.replaceChildren(track(told, from, to));
      byId("replay-from").textContent = dayTime(from);
      byId("replay-to").textContent = dayTime(to);
      byId("replay-kept").textContent = kept(told);
      this.form.fill?.(told, from, to);
    }
    this.tick();
    this.present();
  }

  /** Show the time that is shown. */
  tick() {
    const { replay } = this;
    const at = dayTime(replay.t);
    const clock = byId("replay-clock");
    if (clock.textContent !== at) clock.textContent = at;
    if (document.activeElement !== this.slider || replay.playing) this.slider.value = String(replay.t);
    this.slider.setAttribute("aria-valuetext", at);
    this.#say();
    if (!replay.playing && byId("replay-play").getAttribute("aria-label") !== text("replay_play")) this.render();
  }

  /** Say how the present fares, which goes on. */
  present() {
    const { live } = this.replay;
    if (!live) return;
    const rings = live.alarms.filter(({ state }) => state === "active").length;
    const box = byId("replay-live");
    const words = rings ? text("replay_live_rings", { n: rings }) : text("replay_live_calm");
    if (box.textContent !== words) box.textContent = words;
    box.classList.toggle("rings", rings > 0);
  }

  #say() {
    const { replay } = this;
    const told = replay.overview;
    let words = text("replay_means");
    if (replay.wrong) words = replay.wrong.sentence;
    else if (told && told.read_pct < 100) words = text("replay_reading", { n: told.read_pct });
    else if (replay.stalls) words = text("replay_waits");
    else if (told && replay.t >= Math.min(replay.to, told.until_s)) words = text(replay.to > told.until_s ? "replay_no_more" : "replay_end");
    const box = byId("replay-what");
    if (box.textContent !== words) box.textContent = words;
    this.banner.classList.toggle("wrong", Boolean(replay.wrong));
  }

  #step(way) {
    const marks = this.replay.step(way);
    byId("replay-said").textContent = marks.length ? `${dayTime(marks[0].at_s)} ${marks.map((mark) => this.#markSaid(mark)).join(", ")}` : text(way > 0 ? "replay_none_after" : "replay_none_before");
  }

  #markSaid({ what, code, of }) {
    const { live } = this.replay;
    const whom = live.robot(of) ? robotName(live, of) : named(live.site.zones.find(({ id }) => id === of)?.name) || of;
    const why = code ? text(`condition.${code}`, {}, has(`fault.${code}`) ? text(`fault.${code}`) : text(`reason.${code}`, {}, plain(code))) : "";
    return [text(`replay_mark.${what}`), why, whom].filter(Boolean).join(" · ");
  }

  #key(event) {
    const { replay } = this;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const own = event.target.matches("input, select") || (event.key === " " && event.target.matches("button"));
    const speed = (way) => replay.setSpeed(SPEEDS[Math.min(Math.max(SPEEDS.indexOf(replay.speed) + way, 0), SPEEDS.length - 1)]);
    const act = {
      " ": () => replay.play(), k: () => replay.play(), j: () => speed(-1), l: () => speed(1), n: () => this.#step(1), p: () => this.#step(-1),
      ArrowLeft: () => replay.seek(replay.t - BACK_S), ArrowRight: () => replay.seek(replay.t + BACK_S), Home: () => replay.seek(replay.from), End: () => replay.seek(replay.to),
    }[event.key];
    const letter = event.key.length === 1 && event.key !== " ";
    if (!act || (own && !(letter && event.target.type === "range"))) return;
    event.preventDefault();
    act();
  }
}

function picture(icon) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[icon]);
  svg.append(path);
  return svg;
}

/** The strip under the slider: where motion is known and where not, what comes later than anybody knows, and the marks. */
function track(told, from, to) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1000 28");
  svg.setAttribute("preserveAspectRatio", "none");
  const put = (name, x, y, width, height) => {
    const box = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ class: name, x, y, width, height })) box.setAttribute(key, value);
    svg.append(box);
  };
  const place = (t) => ((t - from) / (to - from)) * 1000;
  const wide = 1000 / told.motion.length;
  put("gap", 0, 20, 1000, 8);
  told.motion.forEach((part, at) => put("known", at * wide, 28 - 8 * part, wide + 0.3, 8 * part)); // as high as robots are known
  if (told.until_s < to) put("later", Math.max(place(told.until_s), 0), 0, 1000, 28);
  for (const mark of told.marks) put(`mark ${MARKS[mark.what]}`, place(mark.at_s), MARKS[mark.what] === "alarm" ? 1 : 6, 2, MARKS[mark.what] === "alarm" ? 17 : 12);
  return svg;
}

function kept(told) {
  const share = told.motion.length ? told.motion.reduce((sum, part) => sum + part, 0) / told.motion.length : 0;
  const motion = text("replay_kept", { n: Math.floor(share * 100), days: told.motion_days });
  const until = told.motion_until_s === null ? "" : text("replay_kept_until", { time: dayTime(told.motion_until_s) });
  const marks = told.marks_left_out ? text("replay_marks_left_out", { n: told.marks_left_out }) : "";
  return [motion, until, marks].filter(Boolean).join(" · ");
}
