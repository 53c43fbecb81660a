// Where robots are going: their ways, drawn solid as far as they are released and dotted beyond.

import { getWays } from "./api.js";

const EVERY_MS = 1000;

export class Ways {
  /** The layer says whether every robot's way is wanted; else only that of `map.selected` is asked for. */
  constructor(map) {
    this.map = map;
    this.rows = new Map();
    this.asking = false;
    setInterval(() => this.look(), EVERY_MS);
  }

  get all() {
    return this.map.layers.has("ways");
  }

  get wanted() {
    return this.map.fleet.site !== null && (this.all || this.map.selected !== null) && !document.hidden;
  }

  /** Ask for the ways if somebody wants to see one. */
  async look() {
    if (!this.wanted || this.asking) return;
    this.asking = true;
    try {
      this.rows = new Map((await getWays()).map((row) => [row.robot, row]));
      this.map.actorsDirty = true;
    } catch {
      this.rows.clear(); // an old way is worse than none
    } finally {
      this.asking = false;
    }
  }

  draw(context, fleet, camera, palette, poses, selected) {
    for (const row of this.rows.values()) {
      if (!this.all && row.robot !== selected) continue;
      const index = fleet.index.get(row.robot);
      if (index !== undefined) drawWay(context, row, poses[index], camera, palette.kind(fleet.kinds.get(fleet.robots[index].kind)?.index ?? 4), row.robot === selected);
    }
  }
}

function drawWay(context, row, pose, camera, colour, strong) {
  const corners = [pose, ...row.points.slice(1)].map(([x, y]) => camera.toScreen(x, y));
  context.save();
  context.strokeStyle = colour;
  context.lineJoin = context.lineCap = "round";
  context.globalAlpha = strong ? 0.9 : 0.5;
  stroke(context, corners.slice(row.released), strong ? 2.5 : 1.5, [1, 6]);
  stroke(context, corners.slice(0, row.released + 1), strong ? 4 : 2.5, []);
  context.restore();
}

function stroke(context, corners, width, dash) {
  if (corners.length < 2) return;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  corners.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
