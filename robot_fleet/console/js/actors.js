// The upper canvas: robots, where they are going, alarms. Drawn each frame in which something moves.

import { freshnessOf } from "./fleet.js";
import { named as nameOf } from "./i18n.js";
import { barrier, bolt, outline } from "./marks.js";
import { Sprites } from "./sprites.js";
import { drawWays } from "./way_lines.js";

const NAMES_FROM = 24;
const HEADINGS = 72;
const CHARGES = 24;
const sprites = new Sprites();

/** The radius of robots' marks in pixels. */
export const markRadius = (camera) => Math.min(Math.max(camera.scale * 0.34, 9.5), 16);

/** Draw robots at their poses (`[x_m, y_m, yaw_rad]` each), and what is to be seen of them. */
export function drawActors(context, fleet, camera, palette, poses, now, { selected, hovered, allNamed, ways }) {
  context.clearRect(0, 0, camera.width, camera.height);
  sprites.use(palette, markRadius(camera), context.getTransform().a);
  for (const alarm of fleet.alarms) {
    const place = fleet.places.get(alarm.place);
    if (place) drawAlarm(context, alarm, camera.toScreen(place.x_m, place.y_m), palette, now);
    for (const subject of alarm.state === "active" && !alarm.task ? alarm.subjects : []) {
      const index = fleet.index.get(subject);
      if (index !== undefined) drawBeat(context, camera.toScreen(poses[index][0], poses[index][1]), markRadius(camera), palette, now);
    }
  }
  drawWays(context, fleet, camera, palette, poses, ways, selected);
  fleet.robots.forEach((robot, index) => {
    if ((robot.id === selected || robot.id === hovered) && !ways.rows.has(robot.id)) drawGoal(context, fleet, robot, poses[index], camera, palette);
  });
  const order = fleet.robots.map((_, index) => index);
  const top = fleet.index.get(hovered) ?? fleet.index.get(selected);
  if (top !== undefined) order.push(order.splice(top, 1)[0]);
  for (const index of order) {
    const [x, y] = camera.toScreen(poses[index][0], poses[index][1]);
    if (!(x >= -60 && y >= -60 && x <= camera.width + 60 && y <= camera.height + 60)) continue; // nor what is nowhere
    drawRobot(context, fleet, fleet.robots[index], x, y, poses[index][2], camera, palette, {
      selected: fleet.robots[index].id === selected,
      named: allNamed || camera.scale >= NAMES_FROM || fleet.robots[index].id === selected,
    });
  }
  for (const { index, words } of fleet.obstacles) {
    const [x, y] = camera.toScreen(poses[index][0], poses[index][1]);
    if (Number.isFinite(x)) drawObstacle(context, words, x, y + markRadius(camera) + 17, palette);
  }
}

/** Below a robot that does not get on: a barrier, what it reports, and for how long. */
function drawObstacle(context, words, x, y, palette) {
  context.save();
  context.font = "600 11px 'Noto Sans KR', 'Noto Sans CJK KR', system-ui, sans-serif";
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  const from = x - (context.measureText(words).width + 24) / 2;
  context.strokeStyle = palette.halo;
  context.strokeText(words, from + 24, y);
  context.fillStyle = palette.label;
  context.fillText(words, from + 24, y);
  context.translate(from + 9, y);
  barrier(context, palette);
  context.restore();
}

function drawRobot(context, fleet, robot, x, y, yaw, camera, palette, { selected, named }) {
  const index = fleet.kinds.get(robot.kind)?.index ?? 4;
  const colour = palette.kind(index);
  const r = markRadius(camera);
  const away = freshnessOf(robot) !== "live";
  context.globalAlpha = away ? 0.45 : 1;
  if (robot.length_m * camera.scale > r * 1.6) drawFootprint(context, robot, x, y, yaw, camera.scale, colour);
  if (selected) {
    context.beginPath();
    context.arc(x, y, r + 8, 0, 2 * Math.PI);
    context.fillStyle = `${colour}33`;
    context.fill();
  }
  const heading = Math.round((yaw / (2 * Math.PI)) * HEADINGS) % HEADINGS;
  sprites.draw(context, `${index}|${heading}`, x, y, (picture) => {
    drawBody(picture, index, r, (heading / HEADINGS) * 2 * Math.PI, palette);
  });
  const soc = Number.isNaN(robot.soc_pct) ? 0 : robot.soc_pct; // not known of the past: an empty ring, and no warning
  const part = Math.round((Math.min(Math.max(soc, 0), 100) / 100) * CHARGES) / CHARGES;
  const charge = Number.isNaN(robot.soc_pct) ? "" : soc < 15 ? "empty" : soc < 30 ? "low" : "";
  const inner = robot.hold || robot.state === "holding" ? "hold" : robot.charging ? "charging" : robot.load.length ? "load" : "";
  const badge = robot.fault || robot.stopped ? "!" : away ? "?" : "";
  sprites.draw(context, `${part}|${charge}|${inner}|${badge}`, x, y, (picture) => {
    drawBattery(picture, part, charge ? palette[charge] : "#ffffff", r);
    drawInner(picture, inner, r, palette);
    if (badge) drawBadge(picture, r, badge === "!" ? palette.danger : palette.place, badge);
  });
  context.globalAlpha = 1;
  if (named) drawName(context, nameOf(robot.name), x, y - r - 7, palette);
}

/** The ground that a robot takes up, where it is larger than its mark. */
function drawFootprint(context, robot, x, y, yaw, scale, colour) {
  const [length, width] = [robot.length_m * scale, robot.width_m * scale];
  context.save();
  context.translate(x, y);
  context.rotate(-yaw);
  context.beginPath();
  context.roundRect(-length / 2, -width / 2, length, width, Math.min(width * 0.25, 8));
  context.fillStyle = `${colour}2e`;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.stroke();
  context.restore();
}

/** A mark in the shape of its kind, and its heading: a nose that sticks out of it. */
function drawBody(context, index, r, yaw, palette) {
  const colour = palette.kind(index);
  context.save();
  context.rotate(-yaw);
  context.beginPath();
  context.moveTo(r + 6.5, 0);
  context.lineTo(r - 1.5, -r * 0.52);
  context.lineTo(r - 1.5, r * 0.52);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.restore();
  context.beginPath();
  outline(context, index, r);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = palette.floor;
  context.lineWidth = 1.6;
  context.stroke();
}

function drawName(context, name, x, y, palette) {
  context.font = "600 11px 'Noto Sans KR', 'Noto Sans CJK KR', system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = palette.halo;
  context.strokeText(name, x, y);
  context.fillStyle = palette.label;
  context.fillText(name, x, y);
}

/** A ring inside the mark, as long as the battery is full. */
function drawBattery(context, part, colour, r) {
  const inner = r * 0.66;
  context.lineWidth = Math.max(r * 0.17, 1.6);
  context.lineCap = "round";
  context.strokeStyle = "rgba(255,255,255,0.28)";
  context.beginPath();
  context.arc(0, 0, inner, 0, 2 * Math.PI);
  context.stroke();
  context.strokeStyle = colour;
  context.beginPath();
  context.arc(0, 0, inner, -Math.PI / 2, -Math.PI / 2 + part * 2 * Math.PI);
  context.stroke();
}

/** What the robot is up to, in the middle of its mark: held, charging, or with something on board. */
function drawInner(context, inner, r, palette) {
  context.fillStyle = palette["marker-ink"];
  if (inner === "hold") {
    const bar = Math.max(r * 0.14, 1.3);
    context.fillRect(-r * 0.24, -r * 0.28, bar, r * 0.56);
    context.fillRect(r * 0.24 - bar, -r * 0.28, bar, r * 0.56);
  } else if (inner === "charging") {
    bolt(context, r * 0.85);
    context.fill();
  } else if (inner === "load") {
    context.beginPath();
    context.roundRect(-r * 0.27, -r * 0.27, r * 0.54, r * 0.54, r * 0.1);
    context.fill();
  }
}

function drawBadge(context, r, colour, sign) {
  context.beginPath();
  context.arc(r * 0.8, -r * 0.8, 6, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.fillStyle = "#fff";
  context.font = "700 9px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(sign, r * 0.8, -r * 0.8 + 0.5);
}

/** A line from a robot to the place that its order leads to. */
function drawGoal(context, fleet, robot, pose, camera, palette) {
  const place = fleet.places.get(robot.place);
  if (!place) return;
  const [ax, ay] = camera.toScreen(pose[0], pose[1]);
  const [bx, by] = camera.toScreen(place.x_m, place.y_m);
  const colour = palette.kind(fleet.kinds.get(robot.kind)?.index ?? 4);
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.setLineDash([5, 5]);
  context.beginPath();
  context.moveTo(ax, ay);
  context.lineTo(bx, by);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(bx, by, 7, 0, 2 * Math.PI);
  context.fillStyle = palette.floor;
  context.fill();
  context.stroke();
  context.beginPath();
  context.arc(bx, by, 3, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.restore();
}

/** A ring that spreads from what an alarm rings for; it stands still (`now` null) for those who want less motion. */
function drawBeat(context, [x, y], from, palette, now) {
  const beat = now === null ? 0.5 : (now / 1800) % 1;
  context.save();
  context.strokeStyle = palette.danger;
  context.globalAlpha = 1 - beat;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, from + beat * 18, 0, 2 * Math.PI);
  context.stroke();
  context.restore();
}

/** The place that somebody calls from; it stands still once a person has taken note. */
function drawAlarm(context, alarm, [x, y], palette, now) {
  if (alarm.state === "active") drawBeat(context, [x, y], 9, palette, now);
  context.save();
  context.fillStyle = palette.danger;
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#fff";
  context.font = "700 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("!", x, y + 0.5);
  context.restore();
}
