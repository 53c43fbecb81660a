// The timeline of the plan: a row for each robot, on a canvas of our own. Only the rows in sight are drawn.

import { byId } from "./dom.js";
import { clockTime, placeName, robotName, serviceName } from "./format.js";
import { text } from "./i18n.js";
import { CHARGE, isLate, piecesOf } from "./pieces.js";

const ROW_PX = 28;
const HEAD_PX = 26;
const NAMES_PX = 128;
const SHORTEST_S = 300;
const LONGEST_S = 36_000;
const NOW_AT = 0.25; // where the present stands when the timeline follows it
const STEPS_S = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
const TICK_PX = 84;
const DRAG_PX = 4;

export class Gantt {
  /** `act.selectTask` and `act.selectRobot` are told what was chosen. */
  constructor(fleet, palette, act) {
    this.fleet = fleet;
    this.palette = palette;
    this.act = act;
    this.canvas = byId("gantt");
    this.span = 3600;
    this.from = null; // null: it follows the present
    this.top = 0;
    this.row = 0;
    this.task = null;
    this.robot = null;
    this.chosen = null; // [task, stop, tense] of the piece that keys have chosen
    this.dirty = true;
    this.frames = 0;
    this.drag = null;
    this.#listen();
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    const draw = () => {
      if (this.dirty && this.canvas.offsetParent && fleet.site) this.#draw();
      requestAnimationFrame(draw);
    };
    draw();
  }

  redraw() {
    this.dirty = true;
  }

  /** Show which task and robot are chosen elsewhere, and bring the robot's row into sight. */
  select(task, robot) {
    if (task === this.task && robot === this.robot) return;
    this.task = task;
    this.robot = robot;
    const index = this.fleet.index?.get(robot);
    if (index !== undefined) this.#toRow(index);
    this.redraw();
  }

  zoom(factor, x = null) {
    const width = this.#width();
    const part = x === null ? NOW_AT : Math.min(Math.max((x - NAMES_PX) / width, 0), 1);
    const at = this.#from() + part * this.span;
    const follows = this.from === null && x === null;
    this.span = Math.min(Math.max(this.span * factor, SHORTEST_S), LONGEST_S);
    this.from = follows ? null : at - part * this.span;
    this.redraw();
  }

  follow() {
    this.from = null;
    this.redraw();
  }

  #width() {
    return Math.max(this.canvas.clientWidth - NAMES_PX, 1);
  }

  #from() {
    return this.from ?? this.fleet.now() - NOW_AT * this.span;
  }

  #x(at) {
    return NAMES_PX + ((at - this.#from()) / this.span) * this.#width();
  }

  #pieces(index) {
    const id = this.fleet.robots[index].id;
    return piecesOf(this.fleet.routes.get(id), this.fleet.past.get(id) ?? [], this.fleet.now());
  }

  #pan(dx, dy) {
    if (dx) this.from = this.#from() + (dx / this.#width()) * this.span;
    this.top = Math.max(0, Math.min(this.top + dy, this.fleet.robots.length * ROW_PX + HEAD_PX - this.canvas.clientHeight));
    this.redraw();
  }

  #toRow(index) {
    this.row = index;
    const room = this.canvas.clientHeight - HEAD_PX - ROW_PX;
    this.top = Math.max(Math.min(this.top, index * ROW_PX), Math.max(0, index * ROW_PX - room));
  }

  #listen() {
    const canvas = this.canvas;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(event.deltaY / 400), event.offsetX);
      else if (event.shiftKey) this.#pan(event.deltaY + event.deltaX, 0);
      else this.#pan(event.deltaX, event.deltaY);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.drag = { x: event.offsetX, y: event.offsetY, far: false };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.drag) return;
      const dx = this.drag.x - event.offsetX;
      const dy = this.drag.y - event.offsetY;
      if (!this.drag.far && Math.hypot(dx, dy) < DRAG_PX) return;
      this.drag = { x: event.offsetX, y: event.offsetY, far: true };
      this.#pan(dx, dy);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (this.drag && !this.drag.far) this.#click(event.offsetX, event.offsetY);
      this.drag = null;
    });
    canvas.addEventListener("pointercancel", () => {
      this.drag = null;
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#key(event.key)) return;
      event.preventDefault();
      this.redraw();
    });
    canvas.addEventListener("focus", () => this.redraw());
    canvas.addEventListener("blur", () => this.redraw());
  }

  #click(x, y) {
    const index = Math.floor((y - HEAD_PX + this.top) / ROW_PX);
    if (y < HEAD_PX || !this.fleet.robots[index]) return;
    this.row = index;
    const hit = this.#pieces(index).findLast((piece) => x >= Math.max(this.#x(piece.from), NAMES_PX) && x <= this.#x(piece.end) + 2);
    this.#choose(x > NAMES_PX ? hit ?? null : null);
    if (hit?.task && x > NAMES_PX) this.act.selectTask(hit.task);
    else this.act.selectRobot(this.fleet.robots[index].id);
  }

  /** Do what a key stands for; return whether it stands for something. */
  #key(key) {
    const last = this.fleet.robots.length - 1;
    const page = Math.max(1, Math.floor((this.canvas.clientHeight - HEAD_PX) / ROW_PX) - 1);
    const rows = { ArrowUp: this.row - 1, ArrowDown: this.row + 1, PageUp: this.row - page, PageDown: this.row + page, Home: 0, End: last };
    if (key in rows) {
      this.#toRow(Math.min(Math.max(rows[key], 0), last));
      this.#choose(null);
    } else if (key === "ArrowLeft" || key === "ArrowRight") {
      this.#step(key === "ArrowRight" ? 1 : -1);
    } else if (key === "Enter" || key === " ") {
      const [task] = this.chosen ?? [];
      if (task) this.act.selectTask(task);
      else if (this.fleet.robots[this.row]) this.act.selectRobot(this.fleet.robots[this.row].id);
    } else if (key === "+" || key === "=") this.zoom(1 / 1.4);
    else if (key === "-") this.zoom(1.4);
    else if (key === "n" || key === "N") this.follow();
    else return false;
    return true;
  }

  /** Choose the piece after (or before) the one chosen; first the one that is under way or comes next. */
  #step(step) {
    const pieces = this.#pieces(this.row);
    if (!pieces.length) return this.#choose(null);
    const at = pieces.findIndex((piece) => this.#isChosen(piece));
    const present = pieces.findIndex(({ tense }) => tense !== "past");
    const next = at < 0 ? (present < 0 ? pieces.length - 1 : present) : at + step;
    const piece = pieces[Math.min(Math.max(next, 0), pieces.length - 1)];
    this.#choose(piece);
    if (piece.from < this.#from() || piece.end > this.#from() + this.span) this.from = piece.from - this.span / 4;
  }

  #isChosen(piece) {
    const [task, stop, tense, from] = this.chosen ?? [];
    return piece.task === task && piece.stop === stop && piece.tense === tense && (piece.task || piece.from === from);
  }

  #choose(piece) {
    this.chosen = piece && [piece.task, piece.stop, piece.tense, piece.from];
    byId("plan-said").textContent = this.#said(piece);
  }

  #said(piece) {
    const robot = this.fleet.robots[this.row];
    if (!robot) return "";
    const name = robotName(this.fleet, robot.id);
    if (!piece) return `${name}: ${this.#pieces(this.row).length ? text("plan") : text("plan_nothing")}`;
    const values = { robot: name, place: placeName(this.fleet, piece.place), from: clockTime(piece.from), to: clockTime(piece.end) };
    if (!piece.task) return text("plan_charge", values);
    const late = isLate(this.fleet, piece) ? ` · ${text("legend.late")}` : "";
    return text("plan_piece", { ...values, task: piece.task, service: serviceName(this.fleet, this.fleet.tasks.get(piece.task)?.service ?? "") }) + late;
  }

  #draw() {
    this.dirty = false;
    this.frames += 1;
    const { canvas, palette } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = '12px Pretendard, "Noto Sans CJK KR", system-ui, sans-serif';
    pen.textBaseline = "middle";
    const first = Math.max(0, Math.floor(this.top / ROW_PX));
    const last = Math.min(this.fleet.robots.length - 1, Math.ceil((this.top + height - HEAD_PX) / ROW_PX));
    this.#grid(pen, height);
    pen.save();
    pen.beginPath();
    pen.rect(0, HEAD_PX, width, height - HEAD_PX);
    pen.clip();
    for (let index = first; index <= last; index += 1) this.#drawRow(pen, index, HEAD_PX + index * ROW_PX - this.top, width);
    pen.restore();
    const now = this.#x(this.fleet.now());
    if (now > NAMES_PX) {
      pen.fillStyle = palette.danger;
      pen.fillRect(now - 0.75, HEAD_PX - 6, 1.5, height);
    }
  }

  #grid(pen, height) {
    const step = STEPS_S.find((seconds) => (seconds / this.span) * this.#width() >= TICK_PX) ?? STEPS_S.at(-1);
    for (let at = Math.ceil(this.#from() / step) * step; at < this.#from() + this.span; at += step) {
      const x = Math.round(this.#x(at));
      pen.fillStyle = this.palette["item-line"];
      pen.globalAlpha = 0.5;
      pen.fillRect(x, HEAD_PX, 1, height);
      pen.globalAlpha = 1;
      pen.fillStyle = this.palette.label;
      pen.fillText(clockTime(at, step < 60), x + 4, HEAD_PX / 2);
    }
  }

  #drawRow(pen, index, y, width) {
    const robot = this.fleet.robots[index];
    const { palette } = this;
    const colour = palette.kind(this.fleet.kinds.get(robot.kind)?.index ?? 0);
    const on = robot.id === this.robot || (index === this.row && document.activeElement === this.canvas);
    if (on) {
      pen.fillStyle = palette.item;
      pen.fillRect(0, y, width, ROW_PX);
    }
    pen.save();
    pen.beginPath();
    pen.rect(NAMES_PX, y, width - NAMES_PX, ROW_PX);
    pen.clip();
    const wanted = this.fleet.tasks.get(this.task);
    if (wanted && (wanted.robot === robot.id)) this.#window(pen, wanted, y);
    for (const piece of this.#pieces(index)) this.#piece(pen, piece, y, colour);
    pen.restore();
    pen.fillStyle = palette.label;
    pen.globalAlpha = this.fleet.freshness(robot) === "live" ? 1 : 0.6;
    pen.fillText(robotName(this.fleet, robot.id), 10, y + ROW_PX / 2, NAMES_PX - 16);
    pen.globalAlpha = 0.35;
    pen.fillStyle = palette["item-line"];
    pen.fillRect(0, y + ROW_PX - 1, width, 1);
    pen.globalAlpha = 1;
  }

  /** From the earliest begin to the due time of the chosen task. */
  #window(pen, task, y) {
    const [from, to] = [this.#x(task.earliest_s), this.#x(task.due_s)];
    pen.fillStyle = this.palette.accent;
    pen.globalAlpha = 0.16;
    pen.fillRect(from, y + 1, Math.max(to - from, 1), ROW_PX - 3);
    pen.globalAlpha = 1;
    pen.fillRect(to - 1, y + 1, 2, ROW_PX - 3);
  }

  #piece(pen, piece, y, colour) {
    const [from, begin, end] = [piece.from, piece.begin, piece.end].map((at) => this.#x(at));
    if (end < NAMES_PX || from > this.canvas.clientWidth) return;
    const charge = piece.stop === CHARGE && !piece.task;
    const past = piece.tense === "past";
    const late = !charge && isLate(this.fleet, piece);
    pen.fillStyle = past ? this.palette.place : colour;
    pen.globalAlpha = past ? 0.7 : 1;
    if (!charge) pen.fillRect(from, y + ROW_PX / 2 - 2, Math.max(begin - from, 1), 4);
    const [x, wide] = [begin, Math.max(end - begin, 3)];
    if (charge) {
      pen.strokeStyle = this.palette.accent;
      pen.lineWidth = 1.5;
      pen.strokeRect(x + 0.75, y + 6.75, Math.max(wide - 1.5, 1), ROW_PX - 14);
      pen.lineWidth = 1;
      if (wide > 14) {
        pen.fillStyle = this.palette.label;
        pen.fillText("⚡", x + 3, y + ROW_PX / 2);
      }
    } else {
      pen.fillRect(x, y + 6, wide, ROW_PX - 13);
      if (late) {
        pen.fillStyle = this.palette.danger;
        pen.fillRect(x, y + 3, wide, 3);
        pen.beginPath();
        pen.moveTo(x, y + 6);
        pen.lineTo(x + 7, y + 6);
        pen.lineTo(x, y + 13);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
    if (piece.task && piece.task === this.task) this.#frame(pen, from, end, y, this.palette.label);
    if (this.#isChosen(piece) && document.activeElement === this.canvas) this.#frame(pen, from, end, y, this.palette.accent);
  }

  #frame(pen, from, end, y, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(from - 2, y + 2, Math.max(end - from, 3) + 4, ROW_PX - 5);
    pen.lineWidth = 1;
  }
}
