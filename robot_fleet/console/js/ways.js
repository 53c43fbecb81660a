// Where robots are going, asked for as long as somebody wants to see it.

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
    return this.map.fleet.site !== null && !this.map.fleet.replay && (this.all || this.map.selected !== null) && !document.hidden;
  }

  /** Ask for the ways if somebody wants to see one. */
  async look() {
    if (this.map.fleet.replay) this.rows.clear(); // where robots were going then, nobody wrote down
    if (!this.wanted || this.asking) return;
    this.asking = true;
    try {
      const rows = await getWays();
      this.rows = new Map((this.wanted ? rows : []).map((row) => [row.robot, row]));
      this.map.actorsDirty = true;
    } catch {
      this.rows.clear(); // an old way is worse than none
    } finally {
      this.asking = false;
    }
  }
}
