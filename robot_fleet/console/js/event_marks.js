// Events of the city on the map, for the painter: the ground that each is about.

const POINT_PX = 14;

/** Outline and tint the ground of every event that is not over; a place is a ring. */
export function drawEvents(context, fleet, camera, palette) {
  for (const event of fleet.events.filter(({ state }) => state === "open")) {
    for (const outline of event.outlines) {
      const points = outline.map(([x, y]) => camera.toScreen(x, y));
      context.save();
      context.beginPath();
      if (points.length === 1) context.arc(points[0][0], points[0][1], POINT_PX, 0, 2 * Math.PI);
      else points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
      context.globalAlpha = 0.1;
      context.fillStyle = palette.danger;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = palette.danger;
      context.lineWidth = 3;
      context.setLineDash(event.exercise ? [10, 6] : []);
      context.stroke();
      context.restore();
    }
  }
}
