// The plan under the map: as a timeline (`#/plan`) or as a board by state (`#/board`). The address says which is open.

import { goTo, readAddress } from "./address.js";
import { Board } from "./board.js";
import { byId } from "./dom.js";
import { Gantt } from "./gantt.js";
import { importFile } from "./importing.js";

const VIEWS = { plan: "gantt", board: "board" };

export class PlanSheet {
  /** `act.selectTask` and `act.selectRobot` are told what was chosen, `act.moved` that the map has other room. */
  constructor(fleet, palette, act) {
    this.fleet = fleet;
    this.act = act;
    this.gantt = new Gantt(fleet, palette, act);
    this.board = new Board(fleet, act);
    byId("plan-open").addEventListener("click", () => this.go(this.view ? "" : "plan"));
    byId("plan-close").addEventListener("click", () => {
      this.go("");
      byId("plan-open").focus();
    });
    for (const view of Object.keys(VIEWS)) {
      const tab = byId(`plan-tab-${view}`);
      tab.addEventListener("click", () => this.go(view));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = view === "plan" ? "board" : "plan";
        this.go(other);
        byId(`plan-tab-${other}`).focus();
      });
    }
    byId("plan-zoom-in").addEventListener("click", () => this.gantt.zoom(1 / 1.4));
    byId("plan-zoom-out").addEventListener("click", () => this.gantt.zoom(1.4));
    byId("plan-follow").addEventListener("click", () => this.gantt.follow());
    byId("import").addEventListener("click", importFile);
    addEventListener("hashchange", () => this.#show());
    this.#show();
  }

  get view() {
    const { view } = readAddress();
    return view in VIEWS ? view : "";
  }

  go(view) {
    goTo(view);
    this.#show();
  }

  set palette(palette) {
    this.gantt.palette = palette;
    this.gantt.redraw();
  }

  relabel() {
    this.board.build();
    this.render();
  }

  select(task, robot) {
    this.board.task = task;
    this.gantt.select(task, robot);
  }

  render() {
    if (!this.view || !this.fleet.site) return;
    if (this.view === "board") this.board.render();
    else this.gantt.redraw();
  }

  #show() {
    const { view } = this;
    byId("plan").hidden = !view;
    document.body.classList.toggle("with-plan", Boolean(view));
    byId("plan-open").setAttribute("aria-expanded", String(Boolean(view)));
    for (const [name, panel] of Object.entries(VIEWS)) {
      byId(`plan-tab-${name}`).setAttribute("aria-selected", String(name === view));
      byId(`plan-tab-${name}`).tabIndex = name === view ? 0 : -1;
      byId(`plan-${panel}`).hidden = name !== view;
    }
    byId("plan-tools").hidden = view !== "plan";
    byId("plan-signs").classList.toggle("away", view !== "plan");
    this.act.moved();
    this.render();
  }
}
