// The names of the base map as labels: along rivers, in shields on roads, beside towns, outside the province's border.

import { beside, boxesAlong, clip, even, placesAlong } from "../core/along.js";
import { sizeAt } from "../core/ground.js";
import { inside as liesIn } from "../core/inside.js";
import { pairsOf } from "../core/pairs.js";
import { L, latLng } from "./leaflet.js";
import { themeIndex } from "./theme.js";

const BORDER_PX = 17; // between the border and the middle of a neighbour's name
const SHIELD_PX = 8; // what the plate of a shield adds to the width of its number
const SHIELD_POINTS = 14; // even points of the shortest line with a shield
const TRIES = 12;
const REPEATED = 3; // times that a neighbour is named along a long border
const INSISTENT = 10; // names of a lower priority number are never given up for want of room beside their symbol

/** `terrain` is what createTerrain gives; `rim()` gives the outer rings of the province, [[lng, lat], …]. */
export function createTerrainNames(map, terrain, rim) {
  return function* () {
    const theme = themeIndex();
    const items = terrain.namedFeatures();
    const [areas, others] = [items.filter(({ row }) => row.names.rule === "border"), items.filter(({ row }) => row.names.rule !== "border")];
    const province = { type: "Polygon", coordinates: rim() };
    const within = ({ lat, lng }) => liesIn([lng, lat], province);
    for (const [i, item] of others.entries()) yield { ...RULES[item.row.names.rule](item, `terrain/${i}`, theme, map), within: item.row.names.priority < INSISTENT ? within : null };
    yield* bordering(areas, rim(), theme, map);
  };
}

function label({ row: { names, layer }, text }, key, theme) {
  const { size, bold, caps, italic, priority, apart, ink } = names;
  return { key, lines: [caps ? text.toLocaleUpperCase() : text], kind: italic ? `${layer} linelabel--italic maplabel--italic` : layer, size, ownSize: true, bold, priority, color: ink[theme], apart: apart || undefined };
}

const RULES = {
  beside({ row, feature, text, parts: [[x, y]] }, key, theme, map) {
    const height = feature.h && row.layer === "summits" ? ` ${Math.round(feature.h)} m` : "";
    const around = row.size ? row.size.at(-1)[1] / 2 : 4;
    return { ...label({ row, text: text + height }, key, theme), at: map.layerPointToLatLng([x, y]), around, insistent: row.names.priority < INSISTENT };
  },

  inside({ row, text, parts: [ring] }, key, theme, map) {
    const box = L.bounds(pairsOf(ring));
    return { ...label({ row, text }, key, theme), at: map.layerPointToLatLng(box.getCenter()), around: 0, wide: 1.2 * box.getSize().x };
  },

  along({ row, text, parts }, key, theme, map) {
    const aside = row.names.size * 0.55 + sizeAt(row.width, map.getZoom()) / 2 + 1;
    const spotsFor = (width, height, visible) => pieces(parts, visible).flatMap((piece) => placesAlong(even(piece), width, inside(visible)).slice(0, TRIES).map(({ path }) => spot(beside(path, -aside), row.names.size)));
    return { ...label({ row, text }, key, theme), spotsFor };
  },

  shield({ row, text, parts }, key, theme) {
    const spotsFor = (width, height, visible) => pieces(parts, visible).flatMap((piece) => middles(even(piece, 0), inside(visible, 20)));
    return { ...label({ row, text }, key, theme), kind: "shield", pad: SHIELD_PX, spotsFor };
  },
};

/** The names of the neighbours outside the border: each runs along the part of the border that it shares; null after each of its points. */
function* bordering(areas, rings, theme, map) {
  const runs = new Map(areas.map((area) => [area, []]));
  const shapes = new Map(areas.map((area) => [area, { type: "Polygon", coordinates: area.parts.map(pairsOf) }]));
  const lies = (area, { x, y }) => liesIn([x, y], shapes.get(area));
  const view = map.getPixelBounds();
  const around = L.bounds(view.min.subtract(map.getPixelOrigin()), view.max.subtract(map.getPixelOrigin()));
  for (const ring of rings) {
    const flat = ring.flatMap((position) => {
      const { x, y } = map.latLngToLayerPoint(latLng(position));
      return [x, y];
    });
    const outwards = isClockwise(flat) ? -BORDER_PX : BORDER_PX;
    for (const piece of clip(flat, around)) {
      let [area, run] = [null, []];
      for (const point of beside(even(piece, 6), outwards)) {
        if (!area || !lies(area, point)) {
          area = areas.find((other) => lies(other, point)) ?? null;
          run = [];
          if (area) runs.get(area).push(run);
        }
        if (area) run.push(point);
        yield null;
      }
    }
  }
  for (const [i, area] of areas.entries()) {
    const { names } = area.row;
    const spotsFor = (width, height, visible) => runs.get(area).flatMap((run) => placesAlong(smooth(run), width, inside(visible, 14)).map(({ path, bend }) => ({ ...spot(path, names.size), bend })))
      .sort((a, b) => a.bend - b.bend);
    const spacing = names.size * (names.bold ? 0.3 : 0.16);
    for (let n = 0; n < REPEATED; n++) yield { ...label(area, `beyond/${i}/${n}`, theme), spacing, spotsFor };
  }
}

/** A line that was moved sideways has loops at bends; evened out again it has none that a name would follow. */
const smooth = (points) => even(points.flatMap(({ x, y }) => [x, y]), 8);

function spot(path, size) {
  const { x, y } = path[Math.floor(path.length / 2)];
  return { x, y, path, boxes: boxesAlong(path, size) };
}

/** Places for a shield on a line, from its middle outwards; none on a short one. */
function middles(points, isInside) {
  if (points.length < SHIELD_POINTS) return [];
  const half = points.length / 2;
  return points.filter((point, i) => i % 6 === 3 && isInside(point)).map((point) => ({ ...point, off: Math.abs(points.indexOf(point) - half) }))
    .sort((a, b) => a.off - b.off).map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
}

const pieces = (parts, visible) => parts.flatMap((part) => clip(part, visible));
const inside = ({ min, max }, far = 6) => ({ x, y }) => x > min.x + far && x < max.x - far && y > min.y + far && y < max.y - far;

function isClockwise(flat) {
  let sum = 0;
  for (let i = 2; i < flat.length; i += 2) sum += flat[i - 2] * flat[i + 1] - flat[i] * flat[i - 1];
  return sum > 0; // y grows downwards
}
