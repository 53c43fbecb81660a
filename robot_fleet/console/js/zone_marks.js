// Zones on the map, for the painter.

/** Draw what is closed, hatched, and outline what has a speed limit. */
export function drawZones(context, fleet, camera, palette) {
  const known = new Map(fleet.site.zones.map((zone) => [zone.id, zone]));
  for (const zone of fleet.zones) {
    if (!zone.closed && !zone.speed_mps) continue;
    const points = known.get(zone.id).outline.map(([x, y]) => camera.toScreen(x, y));
    context.save();
    context.beginPath();
    points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.strokeStyle = zone.closed ? palette.danger : palette.place;
    context.lineWidth = zone.closed ? 2 : 1.5;
    context.setLineDash(zone.closed ? [] : [6, 4]);
    context.stroke();
    if (zone.closed) hatch(context, points, palette);
    context.restore();
  }
}

function hatch(context, points, palette) {
  context.clip();
  context.globalAlpha = 0.12;
  context.fillStyle = palette.danger;
  context.fill();
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  context.beginPath();
  for (let x = left - (bottom - top); x < right; x += 9) {
    context.moveTo(x, bottom);
    context.lineTo(x + bottom - top, top);
  }
  context.stroke();
}
