// The lower canvas: floor and walls, lanes, places, items. Drawn anew only when one of them or the camera changes.

import { drawEvents } from "./event_marks.js";
import { named } from "./i18n.js";
import { bolt } from "./marks.js";
import { rgb } from "./palette.js";
import { drawZones } from "./zone_marks.js";

const LABELS_FROM = 15; // pixels per metre from which places bear their names
const ARROWS_FROM = 12;

/** Load the map from an address and return it as a canvas in the palette's colours. */
export async function paintFloor(palette, address) {
  const picture = await createImageBitmap(await (await fetch(address)).blob(), { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const word = ([r, g, b], alpha = 255) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0; // little-endian RGBA
  const [floor, wall] = [word(rgb(palette.floor)), word(rgb(palette.wall))];
  for (let at = 0; at < pixels.length; at += 1) {
    const grey = pixels[at] & 0xff;
    pixels[at] = grey > 230 ? floor : grey < 100 ? wall : 0;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Draw everything that stands still. `pick` says which places can be chosen now, null where none is asked for. */
export function drawGround(context, fleet, camera, palette, floor, { layers, pick, chosen }) {
  context.fillStyle = palette.beyond;
  context.fillRect(0, 0, camera.width, camera.height);
  const { map } = fleet.site;
  if (floor) {
    const [left, top] = camera.toScreen(map.origin[0], map.origin[1] + map.height_px * map.resolution_m);
    const size = map.resolution_m * camera.scale;
    context.imageSmoothingEnabled = size < 4;
    context.imageSmoothingQuality = "high";
    context.drawImage(floor, left, top, map.width_px * size, map.height_px * size);
  }
  drawZones(context, fleet, camera, palette);
  drawEvents(context, fleet, camera, palette);
  if (layers.lanes) drawLanes(context, fleet.site.lanes, camera, palette);
  if (layers.items) drawItems(context, fleet, camera, palette);
  if (layers.places || pick) drawPlaces(context, fleet, camera, palette, pick, chosen);
}

function drawLanes(context, lanes, camera, palette) {
  context.strokeStyle = palette.lane;
  context.lineWidth = 1;
  context.beginPath();
  for (const [x0, y0, x1, y1] of lanes) {
    const [ax, ay] = camera.toScreen(x0, y0);
    const [bx, by] = camera.toScreen(x1, y1);
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
    const length = Math.hypot(bx - ax, by - ay);
    if (camera.scale < ARROWS_FROM || length < 14) continue;
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    const [mx, my] = [ax + ux * length * 0.55, ay + uy * length * 0.55];
    context.moveTo(mx - ux * 5 - uy * 3, my - uy * 5 + ux * 3);
    context.lineTo(mx, my);
    context.lineTo(mx - ux * 5 + uy * 3, my - uy * 5 - ux * 3);
  }
  context.stroke();
}

function drawItems(context, fleet, camera, palette) {
  const stacked = new Map();
  for (const item of fleet.items.values()) {
    const [where, id] = [item.holder.slice(0, item.holder.indexOf(":")), item.holder.slice(item.holder.indexOf(":") + 1)];
    const place = where === "place" ? fleet.places.get(id) : null;
    if (!place) continue;
    const count = stacked.get(id) ?? 0;
    stacked.set(id, count + 1);
    if (item.length_m < 1.5) continue; // parcels lie on their shelf; its mark says enough
    const [x, y] = camera.toScreen(place.x_m, place.y_m);
    context.save();
    context.translate(x, y);
    context.rotate(-place.yaw_rad);
    const [w, d] = [item.length_m * camera.scale, item.width_m * camera.scale];
    context.beginPath();
    context.roundRect(-w / 2, -d / 2, w, d, Math.min(w, d) * 0.28);
    context.fillStyle = palette.item;
    context.fill();
    context.strokeStyle = palette["item-line"];
    context.lineWidth = 1;
    context.stroke();
    if (camera.scale > 5) {
      context.beginPath();
      context.roundRect(-w * 0.2, -d * 0.36, w * 0.42, d * 0.72, d * 0.16);
      context.stroke();
    }
    context.restore();
  }
}

function drawPlaces(context, fleet, camera, palette, pick, chosen) {
  const r = Math.min(Math.max(camera.scale * 0.22, 2), 6);
  context.lineWidth = 1.5;
  for (const place of fleet.places.values()) {
    const [x, y] = camera.toScreen(place.x_m, place.y_m);
    if (x < -40 || y < -40 || x > camera.width + 40 || y > camera.height + 40) continue;
    const open = pick?.has(place.id);
    const taken = chosen?.has(place.id);
    context.save();
    context.translate(x, y);
    context.globalAlpha = pick && !open && !taken ? 0.25 : 1;
    if (open || taken) {
      context.beginPath();
      context.arc(0, 0, Math.max(r + 3, 6), 0, 2 * Math.PI);
      context.fillStyle = taken ? palette.accent : palette.floor;
      context.fill();
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.stroke();
    } else if (place.kind === "charger") {
      bolt(context, Math.min(Math.max(camera.scale * 0.9, 8), 18));
      context.fillStyle = palette.place;
      context.fill();
    } else {
      context.beginPath();
      context.arc(0, 0, r, 0, 2 * Math.PI);
      context.strokeStyle = palette.place;
      context.stroke();
    }
    context.restore();
  }
  if (camera.scale >= LABELS_FROM) drawLabels(context, fleet.places.values(), camera, palette);
}

function drawLabels(context, places, camera, palette) {
  context.font = "500 11px var-ui, 'Noto Sans KR', 'Noto Sans CJK KR', system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = palette.halo;
  context.fillStyle = palette.label;
  const used = [];
  for (const place of places) {
    const [x, y] = camera.toScreen(place.x_m, place.y_m);
    const name = named(place.name);
    const half = context.measureText(name).width / 2;
    const box = [x - half, y + 9, x + half, y + 22];
    if (used.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
    used.push(box);
    context.strokeText(name, x, y + 9);
    context.fillText(name, x, y + 9);
  }
}
