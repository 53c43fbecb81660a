// The shapes of robots and places. A kind has a shape as well as a colour: neither alone has to carry the meaning.

const BARRIER = { width: 18, height: 8, foot: 4 }; // pixels

/** Add to the context's path the outline of a kind, centred on (0, 0), fitting a circle of radius r. */
export function outline(context, index, r) {
  switch (index % 5) {
    case 0:
      context.arc(0, 0, r, 0, 2 * Math.PI);
      break;
    case 1:
      context.roundRect(-r * 0.92, -r * 0.92, r * 1.84, r * 1.84, r * 0.34);
      break;
    case 2:
      polygon(context, 6, r * 1.1, 0);
      break;
    case 3:
      polygon(context, 4, r * 1.2, 0);
      break;
    default:
      polygon(context, 5, r * 1.12, -Math.PI / 2);
  }
}

function polygon(context, sides, r, start) {
  for (let side = 0; side < sides; side += 1) {
    const angle = start + (side / sides) * 2 * Math.PI;
    const x = Math.cos(angle) * r;
    const y = Math.sin(angle) * r;
    if (side === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

/** A little canvas with a kind's mark, for lists and the legend. */
export const kindMark = (index, palette, size = 18) => markOf(size, (context) => {
  context.beginPath();
  outline(context, index, size * 0.4);
  context.fillStyle = palette.kind(index);
  context.fill();
});

/** A little canvas with the mark of a way that is blocked. */
export const barrierMark = (palette) => markOf(BARRIER.width + 2, (context) => barrier(context, palette));

function markOf(size, paint) {
  const canvas = document.createElement("canvas");
  const scale = 2;
  canvas.width = canvas.height = size * scale;
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.className = "mark";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.translate(size / 2, size / 2);
  paint(context);
  return canvas;
}

/** A striped barrier on two feet, centred on (0, 0): something is in the way. */
export function barrier(context, palette) {
  const { width, height, foot } = BARRIER;
  const [left, top] = [-width / 2, -(height + foot) / 2];
  context.save();
  context.fillStyle = palette.danger;
  for (const x of [left + 3, -left - 5]) context.fillRect(x, top, 2, height + foot);
  const board = new Path2D();
  board.roundRect(left, top, width, height, 2);
  context.fillStyle = palette.floor;
  context.fill(board);
  context.save();
  context.clip(board);
  context.fillStyle = palette.danger;
  for (let x = left - height; x < -left; x += 8) {
    context.beginPath();
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
    context.lineTo(x + height + 4, top);
    context.lineTo(x + 4, top + height);
    context.fill();
  }
  context.restore();
  context.strokeStyle = palette.danger;
  context.lineWidth = 1.3;
  context.stroke(board);
  context.restore();
}

/** A flash of lightning, centred, of height h. */
export function bolt(context, h) {
  context.beginPath();
  context.moveTo(h * 0.12, -h * 0.5);
  context.lineTo(-h * 0.3, h * 0.1);
  context.lineTo(-h * 0.02, h * 0.1);
  context.lineTo(-h * 0.12, h * 0.5);
  context.lineTo(h * 0.3, -h * 0.1);
  context.lineTo(h * 0.02, -h * 0.1);
  context.closePath();
}
