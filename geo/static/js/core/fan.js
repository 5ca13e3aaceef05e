// Overlapping symbols spread on rings, so that each can be seen and touched.

const STEP_PX = 44;
const TOUCH_PX = 24;
const FIRST_RING = 7;

/**
 * An offset {x, y} in pixels for each of `points` ({x, y} on the screen). `centre` is a point that another symbol
 * occupies. A point that overlaps no other has the offset 0.
 */
export function fan(points, centre = null) {
  const offsets = points.map(() => ({ x: 0, y: 0 }));
  for (const { heart, members, isOccupied } of groupsOf(points, centre)) {
    if (members.length === 1 && !isOccupied) continue;
    ringPlaces(members.length, isOccupied || members.length > FIRST_RING).forEach((place, i) => {
      const point = points[members[i]];
      offsets[members[i]] = { x: Math.round(heart.x + place.x - point.x), y: Math.round(heart.y + place.y - point.y) };
    });
  }
  return offsets;
}

/** The points in groups: each point is within TOUCH_PX of the first point of its group. */
function groupsOf(points, centre) {
  const groups = centre ? [{ heart: centre, members: [], isOccupied: true }] : [];
  points.forEach((point, i) => {
    const group = groups.find(({ heart }) => Math.hypot(heart.x - point.x, heart.y - point.y) < TOUCH_PX);
    if (group) group.members.push(i);
    else groups.push({ heart: point, members: [i], isOccupied: false });
  });
  return groups;
}

/** `count` positions on rings; `wide` makes the rings larger, as the centre is occupied. */
function ringPlaces(count, wide) {
  const places = [];
  for (let ring = 1; places.length < count; ring++) {
    const radius = wide ? ring * STEP_PX : (ring * STEP_PX) / 1.5;
    const room = Math.min(count - places.length, FIRST_RING * ring);
    for (let i = 0; i < room; i++) {
      const angle = (i / room) * 2 * Math.PI - Math.PI / 2;
      places.push({ x: Math.cos(angle) * radius, y: Math.sin(angle) * radius });
    }
  }
  return places;
}
