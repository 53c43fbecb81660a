// The map: two canvases under one camera, drawn by the painter, and what mouse, fingers and keys do to them.

import { markRadius } from "./actors.js";
import { Camera } from "./camera.js";
import { byId } from "./dom.js";
import { language } from "./i18n.js";
import { Layers } from "./layers.js";
import { obstacleMarks } from "./obstacles.js";
import { Ways } from "./ways.js";

const CLICK_PX = 5;
const POSE = 4; // numbers of a robot in a frame: x_m, y_m, yaw_rad, soc_pct
const AHEAD = 2; // frames that the painter may have before it; more would show the past
const FOLLOW_SCALE = 14; // pixels per metre that a followed robot is seen at, at least

export class FleetMap {
  /** `hear` is told `robot(id)`, `place(id)`, `nothing()` on clicks and `hover({robot, place, x, y})` on the way, `follows(on)`. */
  constructor(fleet, palette, hear) {
    this.fleet = fleet;
    this.palette = palette;
    this.hear = hear;
    this.camera = new Camera();
    this.actors = byId("actors");
    this.painter = new Worker(new URL("painter.js", import.meta.url), { type: "module" });
    this.site = null; // the one that the painter knows
    this.sent = 0;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.layers = new Layers(() => this.redraw(), { all: () => fleet.site?.levels ?? [], shown: () => this.floor?.id, show: (id) => this.showLevel(id) });
    this.follows = false; // whether the selected robot stays in the middle
    this.level = ""; // the one that was chosen
    this.pick = null;
    this.chosen = new Set();
    this.selected = null;
    this.hovered = null;
    this.frames = 0;
    this.groundDirty = true;
    this.actorsDirty = true;
    this.paintedAt = Infinity; // the frame before which floor and walls were not known
    this.told = false; // whether the painter knows what there is
    this.ages = false; // whether it was told ages, which have to be told again
    this.pointers = new Map();
    this.ways = new Ways(this);
    const [ground, actors] = [byId("ground"), this.actors].map((canvas) => canvas.transferControlToOffscreen());
    this.painter.postMessage({ what: "canvases", ground, actors }, [ground, actors]);
    this.painter.addEventListener("message", ({ data }) => {
      if (data.painted) {
        this.paintedAt = this.sent;
        this.redraw();
      } else this.frames = data.drawn;
    });
    new ResizeObserver(() => this.resize()).observe(byId("map"));
    this.#listen();
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** Room that other things take up over the map. */
  insets() {
    const panel = byId("panel").getBoundingClientRect();
    const beside = panel.left > innerWidth * 0.4;
    return { left: 24, right: beside ? innerWidth - panel.left + 16 : 24, top: 24, bottom: byId("plan").offsetHeight + byId("replay").offsetHeight + (beside ? 72 : 24) };
  }

  resize() {
    const box = byId("map").getBoundingClientRect();
    const ratio = Math.min(devicePixelRatio, 2);
    this.camera.width = box.width;
    this.camera.height = box.height;
    this.painter.postMessage({ what: "size", width: box.width, height: box.height, ratio });
    if (this.fleet.site && (this.camera.fitted || this.camera.scale === 1)) this.fit();
    this.redraw();
  }

  /** The level that is shown: the ground's, unless another one was chosen. */
  get floor() {
    const levels = this.fleet.site?.levels ?? [];
    return levels.find(({ id }) => id === this.level) ?? levels[0];
  }

  /** Show another level; the camera stays, since they lie above each other. */
  showLevel(id) {
    if (this.floor?.id === id) return;
    this.level = id;
    this.layers.mark(id);
    this.site = null; // the painter is told of the other floor
    this.repaint(this.palette);
  }

  load() {
    this.fit();
    this.repaint(this.palette);
  }

  /** Draw in other colours, or names in another language. */
  repaint(palette) {
    this.palette = palette;
    const map = this.fleet.site ? new URL(`api/v1/map.png?level=${encodeURIComponent(this.floor.id)}`, location.href).href : "";
    this.painter.postMessage({ what: "look", colours: palette.colours, language: language(), map });
    this.redraw();
  }

  fit() {
    if (this.follows) this.follow(false);
    if (this.fleet.site) this.camera.fit(this.floor.map, this.insets());
    this.#moved();
  }

  zoom(factor, x, y) {
    this.camera.zoom(factor, x, y);
    this.#moved();
  }

  show(x, y) {
    if (this.follows) this.follow(false);
    this.camera.lookAt(x, y, FOLLOW_SCALE, this.insets());
    this.#moved();
  }

  /** Draw all anew: rows of what stands still may have changed as well. */
  redraw() {
    this.#moved();
    this.told = false;
  }

  /** Rows of robots or alarms have changed. */
  change() {
    this.actorsDirty = true;
    this.told = false;
  }

  #moved() {
    this.groundDirty = true;
    this.actorsDirty = true;
  }

  #frame(now) {
    requestAnimationFrame((next) => this.#frame(next));
    if (!this.fleet.site) return;
    if (this.follows) this.#follow(now);
    const ground = this.groundDirty;
    if (!ground && !this.actorsDirty && !this.fleet.moving(now) && !this.fleet.rings) return;
    if (this.sent - this.frames >= AHEAD) return; // what has changed stays to be drawn
    if (!this.told) this.#tell();
    this.groundDirty = this.actorsDirty = false;
    const poses = new Float32Array(this.fleet.robots.length * POSE);
    this.fleet.robots.forEach(({ soc_pct, level }, index) => {
      poses.set(this.#isShown(level) ? this.fleet.pose(index, now) : [NaN, NaN, NaN], index * POSE);
      poses[index * POSE + 3] = soc_pct ?? NaN; // of the past it may not be known
    });
    const { scale, x, y, width, height } = this.camera;
    const { selected, hovered, pick, chosen, ways } = this;
    const rows = new Map([...ways.rows].filter(([id]) => this.#isShown(this.fleet.robot(id)?.level)));
    this.painter.postMessage({
      what: "frame",
      camera: { scale, x, y, width, height },
      poses,
      ground,
      now: this.calm.matches ? null : now,
      view: { selected, hovered, pick, chosen, layers: this.layers.shown, ways: { rows, all: ways.all } },
    }, [poses.buffer]);
    this.sent += 1;
  }

  /** Tell the painter what there is. */
  #tell() {
    const { site, robots, index, kinds, items, alarms, events } = this.fleet;
    const places = new Map([...this.fleet.places].filter(([, place]) => this.#isShown(place.level)));
    const outlines = site.zones.filter((zone) => this.#isShown(zone.level));
    const zones = this.fleet.zones.filter(({ id }) => outlines.some((zone) => zone.id === id));
    const { map, lanes } = this.floor;
    const obstacles = this.layers.has("obstacles") ? obstacleMarks(this.fleet) : [];
    this.ages = obstacles.length > 0;
    this.painter.postMessage({ what: "scene", site: site === this.site ? null : { ...site, map, lanes, zones: outlines }, robots, index, kinds, places, items, alarms, zones, events, obstacles });
    this.site = site;
    this.told = true;
  }

  #isShown(level) {
    return level === undefined || level === this.floor.id;
  }

  /** Keep the selected robot in the middle, or let it go. */
  follow(on) {
    this.follows = on && this.selected !== null;
    this.hear.follows(this.follows);
    if (this.follows) this.camera.closer(FOLLOW_SCALE);
    this.#moved();
  }

  #follow(now) {
    const index = this.fleet.index.get(this.selected);
    if (index === undefined) {
      this.follow(false);
      return;
    }
    const { level } = this.fleet.robots[index];
    if (level) this.showLevel(level); // it went up or down in a lift
    const [x, y] = this.fleet.pose(index, now);
    if (Number.isNaN(x)) return; // nobody knows where it was
    if (this.camera.centre(x, y, this.insets())) this.#moved();
  }

  #pan(dx, dy) {
    if (this.follows) this.follow(false); // whoever moves the map wants to look elsewhere
    this.camera.pan(dx, dy);
    this.#moved();
  }

  /** Return {robot, place} ids under a point of the screen. */
  at(px, py) {
    const reach = markRadius(this.camera) + 5;
    const near = (x, y) => {
      const [sx, sy] = this.camera.toScreen(x, y);
      return Math.hypot(sx - px, sy - py);
    };
    let robot = null;
    let best = reach;
    const now = performance.now();
    this.fleet.robots.forEach((row, index) => {
      const [x, y] = this.fleet.pose(index, now);
      const gap = this.#isShown(row.level) ? near(x, y) : Infinity;
      if (gap < best) [best, robot] = [gap, row.id];
    });
    let place = null;
    best = this.pick ? 16 : 10;
    for (const row of this.fleet.places.values()) {
      if ((this.pick && !this.pick.has(row.id)) || !this.#isShown(row.level)) continue;
      const gap = near(row.x_m, row.y_m);
      if (gap < best) [best, place] = [gap, row.id];
    }
    return { robot, place };
  }

  #listen() {
    const canvas = this.actors;
    let moved = 0;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      moved = this.pointers.size > 1 ? Infinity : 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = this.pointers.get(event.pointerId);
      if (!before) {
        this.#hover(event);
        return;
      }
      const after = [event.offsetX, event.offsetY];
      const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
      moved += Math.abs(dx) + Math.abs(dy);
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const gap = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
        this.camera.pan(dx / 2, dy / 2);
        this.camera.zoom(gap(after) / Math.max(gap(before), 1), (after[0] + other[0]) / 2, (after[1] + other[1]) / 2);
        this.#moved();
      } else if (moved > CLICK_PX) {
        this.#pan(dx, dy);
      }
      this.pointers.set(event.pointerId, after);
    });
    const up = (event) => {
      if (!this.pointers.delete(event.pointerId) || event.type !== "pointerup" || moved > CLICK_PX) return;
      const { robot, place } = this.at(event.offsetX, event.offsetY);
      if (this.pick) {
        if (place) this.hear.place(place);
      } else if (robot) this.hear.robot(robot);
      else if (place) this.hear.place(place);
      else this.hear.nothing();
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => this.hear.hover({ robot: null, place: null, x: 0, y: 0 }));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) this.#pan(...step);
      else if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.fit();
      else if (event.key === "f") this.follow(!this.follows);
      else return;
      event.preventDefault();
    });
  }

  #hover(event) {
    const found = this.at(event.offsetX, event.offsetY);
    if (this.pick) found.robot = null;
    this.actors.style.cursor = found.robot || found.place ? "pointer" : "grab";
    if (this.hovered !== found.robot) {
      this.hovered = found.robot;
      this.actorsDirty = true;
    }
    this.hear.hover({ ...found, x: event.offsetX, y: event.offsetY });
  }
}
