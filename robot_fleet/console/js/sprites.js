// Pictures of robots' marks, drawn once for each look and copied from then on: without a graphics card, to fill and
// stroke a dozen paths for each of three hundred robots in each frame would take all of a processor.

const MOST = 3000;

export class Sprites {
  #pictures = new Map();
  #made = "";

  /** Say what all pictures are made from; another palette, size or screen makes them all anew. */
  use(palette, radius, pixels) {
    const made = `${radius}|${pixels}|${palette.floor}|${palette.danger}|${palette["kind-0"]}`;
    if (made !== this.#made) this.#pictures.clear();
    this.#made = made;
    this.pixels = pixels;
    this.size = Math.ceil(2 * (radius + 9)); // what stands out of a mark farthest is its nose
  }

  /** Draw the picture of a key with its middle at (x, y); `paint(context)` makes it, around (0, 0). */
  draw(context, key, x, y, paint) {
    let picture = this.#pictures.get(key);
    if (!picture) {
      if (this.#pictures.size >= MOST) this.#pictures.clear();
      picture = this.#paint(paint);
      this.#pictures.set(key, picture);
    }
    const half = this.size / 2;
    // on whole pixels, where a copy needs no mixing
    const snap = (value) => Math.round((value - half) * this.pixels) / this.pixels;
    context.drawImage(picture, snap(x), snap(y), this.size, this.size);
  }

  #paint(paint) {
    const side = Math.round(this.size * this.pixels);
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d");
    context.scale(this.pixels, this.pixels);
    context.translate(this.size / 2, this.size / 2);
    paint(context);
    return canvas;
  }
}
