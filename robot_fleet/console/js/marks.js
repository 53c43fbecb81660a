// The shapes of robots and places. A kind has a shape as well as a colour: neither alone has to carry the meaning.

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
export function kindMark(index, palette, size = 18) {
  const canvas = document.createElement("canvas");
  const scale = 2;
  canvas.width = canvas.height = size * scale;
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.className = "mark";
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.translate(size / 2, size / 2);
  context.beginPath();
  outline(context, index, size * 0.4);
  context.fillStyle = palette.kind(index);
  context.fill();
  return canvas;
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
