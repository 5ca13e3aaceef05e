// Outlines of units in TopoJSON, as geo/views/map/topology.py writes them: polygons, and the borders between them.

import { bordersOf, nodeOf } from "./mesh.js";
import { atOnce } from "./slices.js";

/** GeoJSON features of the units, and their borders as core/mesh.js gives them; from one object of a topology. */
export function unpack({ transform: { scale, translate }, objects, arcs }) {
  const lines = arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([right, up]) => [(x += right) * scale[0] + translate[0], (y += up) * scale[1] + translate[1]]);
  });
  const edges = lines.map((line) => ({ line, from: nodeOf(line[0]), to: nodeOf(line.at(-1)), sides: 0, used: false }));
  const lineOf = (index) => {
    const number = index < 0 ? ~index : index;
    edges[number].sides += 1;
    return index < 0 ? [...lines[number]].reverse() : lines[number];
  };
  const ringOf = (indices) => indices.flatMap((index, at) => lineOf(index).slice(at ? 1 : 0));
  const [{ geometries }] = Object.values(objects);
  const features = geometries.map(({ id, properties, type, arcs: parts }) => ({ type: "Feature", id, properties, geometry: { type, coordinates: parts.map((rings) => rings.map(ringOf)) } }));
  return { features, borders: atOnce(bordersOf(edges)) };
}
