// The borders of adjacent polygons, each border once: drawn twice, the dashes of a border would fill each other's gaps.

const key = ([x, y]) => `${x},${y}`;

/** Lines of [lng, lat]: `inner` are the borders between two polygons, `outer` those of one polygon only. */
export function mesh(features) {
  const edges = new Map();
  for (const { geometry } of features) {
    for (const ring of ringsOf(geometry)) {
      for (let i = 1; i < ring.length; i++) count(edges, ring[i - 1], ring[i]);
    }
  }
  const all = [...edges.values()];
  return { inner: chain(all.filter((edge) => edge.sides > 1)), outer: chain(all.filter((edge) => edge.sides === 1)) };
}

function ringsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

function count(edges, a, b) {
  const [from, to] = [key(a), key(b)];
  if (from === to) return;
  const name = from < to ? `${from} ${to}` : `${to} ${from}`;
  const edge = edges.get(name);
  if (edge) edge.sides += 1;
  else edges.set(name, { a, b, from, to, sides: 1, used: false });
}

/** The edges joined into lines that begin and end where three borders meet. */
function chain(edges) {
  const at = new Map();
  for (const edge of edges) {
    for (const end of [edge.from, edge.to]) at.set(end, [...(at.get(end) ?? []), edge]);
  }
  const walk = (edge, end) => {
    const line = end === edge.from ? [edge.a, edge.b] : [edge.b, edge.a];
    edge.used = true;
    let last = end === edge.from ? edge.to : edge.from;
    for (let next = onward(at, last); next; next = onward(at, last)) {
      next.used = true;
      line.push(next.from === last ? next.b : next.a);
      last = next.from === last ? next.to : next.from;
    }
    return line;
  };
  const lines = [];
  for (const [end, meeting] of at) {
    if (meeting.length === 2) continue;
    for (const edge of meeting) if (!edge.used) lines.push(walk(edge, end));
  }
  for (const edge of edges) if (!edge.used) lines.push(walk(edge, edge.from));
  return lines;
}

function onward(at, end) {
  const meeting = at.get(end);
  return meeting.length === 2 ? meeting.find((edge) => !edge.used) : undefined;
}
