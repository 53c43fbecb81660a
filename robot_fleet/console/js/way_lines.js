// The ways of robots, drawn solid as far as they are released and dotted beyond.

/** Draw the ways in `rows` (robot -> its way), or that of the selected robot alone. */
export function drawWays(context, fleet, camera, palette, poses, { rows, all }, selected) {
  for (const row of rows.values()) {
    if (!all && row.robot !== selected) continue;
    const index = fleet.index.get(row.robot);
    if (index !== undefined) drawWay(context, row, poses[index], camera, palette.kind(fleet.kinds.get(fleet.robots[index].kind)?.index ?? 4), row.robot === selected);
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
