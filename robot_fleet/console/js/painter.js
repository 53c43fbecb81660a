// Draws the map in a thread of its own, so that the page stays quick to answer while three hundred robots move. It is told
// what there is (a scene) and, for each frame, where robots are and what part of the map is seen.

import { drawActors } from "./actors.js";
import { Camera } from "./camera.js";
import { drawGround, paintFloor } from "./ground.js";
import { setLanguage } from "./i18n.js";
import { paletteOf } from "./palette.js";

const camera = new Camera();
let canvases = null;
let palette = null;
let floor = null;
let scene = null;
let site = null;
let drawn = 0;

const told = {
  canvases(message) {
    canvases = message;
  },

  size({ width, height, ratio }) {
    for (const canvas of [canvases.ground, canvases.actors]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
  },

  /** Colours, the language of names, and the address of the map's picture. */
  async look({ colours, language, map }) {
    palette = paletteOf(colours);
    setLanguage(language);
    if (!map) return;
    const painted = await paintFloor(paletteOf(colours), map);
    if (palette.colours !== colours) return; // other colours were asked for meanwhile
    floor = painted;
    postMessage({ painted: true });
  },

  /** The rows of what there is; the site only where it is another one than before. */
  scene({ site: other, ...rest }) {
    site = other ?? site;
    scene = { ...rest, site };
  },

  frame({ camera: seen, poses, ground, now, view }) {
    Object.assign(camera, seen);
    if (ground) drawGround(canvases.ground.getContext("2d"), scene, camera, palette, floor, view);
    const each = poses.length / scene.robots.length;
    const placed = scene.robots.map((robot, index) => {
      robot.soc_pct = poses[index * each + 3];
      return poses.subarray(index * each, index * each + 3);
    });
    drawActors(canvases.actors.getContext("2d"), scene, camera, palette, placed, now, { ...view, allNamed: view.layers.names });
    drawn += 1;
    postMessage({ drawn });
  },
};

addEventListener("message", ({ data: { what, ...message } }) => told[what](message));
