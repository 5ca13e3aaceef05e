// The borders of adjacent polygons, each border once: drawn twice, the dashes of a border would fill each other's gaps.

import { atOnce } from "./slices.js";

/** The key of a position, equal for equal ones. */
export const nodeOf = ([x, y]) => `${x},${y}`;

/** Lines of [lng, lat]: `inner` are the borders between two polygons, `outer` those of one polygon only. */
export const mesh = (features) => atOnce(meshSteps(features));

/** The same as a generator, for core/slices.js: the borders of a province in full detail take long. */
export const meshSteps = function* (features) {
  const edges = new Map();
  for (const { geometry } of features) {
    for (const ring of ringsOf(geometry)) {
      for (let i = 1; i < ring.length; i++) count(edges, ring[i - 1], ring[i]);
      yield;
    }
  }
  return yield* bordersOf([...edges.values()]);
};

/** The borders made of edges {line, from, to, sides, used}: lines between two nodes, and how many polygons have them. */
export const bordersOf = function* (edges) {
  const inner = yield* chain(edges.filter((edge) => edge.sides > 1));
  return { inner, outer: yield* chain(edges.filter((edge) => edge.sides === 1)) };
};

function ringsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

function count(edges, a, b) {
  const [from, to] = [nodeOf(a), nodeOf(b)];
  if (from === to) return;
  const name = from < to ? `${from} ${to}` : `${to} ${from}`;
  const edge = edges.get(name);
  if (edge) edge.sides += 1;
  else edges.set(name, { line: [a, b], from, to, sides: 1, used: false });
}

/** The edges joined into lines that begin and end where three borders meet. */
function* chain(edges) {
  const at = new Map();
  for (const edge of edges) {
    for (const end of [edge.from, edge.to]) at.set(end, [...(at.get(end) ?? []), edge]);
    yield;
  }
  const walk = (edge, end) => {
    const line = [...directed(edge, end)];
    edge.used = true;
    let last = end === edge.from ? edge.to : edge.from;
    for (let next = onward(at, last); next; next = onward(at, last)) {
      next.used = true;
      for (const position of directed(next, last).slice(1)) line.push(position);
      last = next.from === last ? next.to : next.from;
    }
    return line;
  };
  const lines = [];
  for (const [end, meeting] of at) {
    if (meeting.length === 2) continue;
    for (const edge of meeting) if (!edge.used) lines.push(walk(edge, end));
    yield;
  }
  for (const edge of edges) if (!edge.used) lines.push(walk(edge, edge.from));
  return lines;
}

/** The line of an edge from one of its ends to the other. */
const directed = ({ line, from }, end) => (end === from ? line : [...line].reverse());

function onward(at, end) {
  const meeting = at.get(end);
  return meeting.length === 2 ? meeting.find((edge) => !edge.used) : undefined;
}
