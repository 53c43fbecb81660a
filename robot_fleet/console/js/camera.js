// What part of the site is seen: metres of the map to pixels of the screen. x to the right, y up in metres, down in pixels.

const CLOSEST = 90;

export class Camera {
  constructor() {
    this.scale = 1; // pixels per metre
    this.x = 0; // metres at the screen's left edge
    this.y = 0; // metres at the screen's top edge
    this.width = 1;
    this.height = 1;
    this.farthest = 0.5;
    this.fitted = false;
  }

  /** See all of a map, leaving room for what lies over it. */
  fit(map, insets) {
    const wide = map.width_px * map.resolution_m;
    const high = map.height_px * map.resolution_m;
    const w = Math.max(this.width - insets.left - insets.right, 50);
    const h = Math.max(this.height - insets.top - insets.bottom, 50);
    this.scale = Math.min(w / wide, h / high, CLOSEST);
    this.farthest = this.scale * 0.6;
    this.x = map.origin[0] - (insets.left + (w - wide * this.scale) / 2) / this.scale;
    this.y = map.origin[1] + high + (insets.top + (h - high * this.scale) / 2) / this.scale;
    this.fitted = true;
  }

  /** Look at a point, no farther than a scale, in the middle of what is not covered. */
  lookAt(x, y, scale, insets) {
    this.closer(scale);
    this.centre(x, y, insets);
  }

  /** Look no farther than a scale. */
  closer(scale) {
    this.scale = Math.max(this.scale, scale);
  }

  /** Bring a point into the middle of what is not covered; return whether that moved anything. */
  centre(x, y, insets) {
    const left = x - (insets.left + (this.width - insets.left - insets.right) / 2) / this.scale;
    const top = y + (insets.top + (this.height - insets.top - insets.bottom) / 2) / this.scale;
    const moved = Math.hypot(left - this.x, top - this.y) * this.scale >= 0.25;
    if (moved) [this.x, this.y] = [left, top];
    this.fitted = false;
    return moved;
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale, (this.y - y) * this.scale];
  }

  toMap(px, py) {
    return [this.x + px / this.scale, this.y - py / this.scale];
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    this.fitted = false;
  }

  /** Zoom by a factor, the point under (px, py) staying where it is. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = this.toMap(px, py);
    this.scale = Math.min(Math.max(this.scale * factor, this.farthest), CLOSEST);
    this.x = x - px / this.scale;
    this.y = y + py / this.scale;
    this.fitted = false;
  }
}
