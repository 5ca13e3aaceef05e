// Lengths and areas on the WGS 84 ellipsoid; points are [longitude, latitude] in degrees.

const A = 6378137; // semi-major axis, metres
const F = 1 / 298.257223563; // flattening
const B = A * (1 - F);
const RAD = Math.PI / 180;

/** Metres between two points (Vincenty 1975, inverse formula; accurate to a millimetre except near the antipode). */
export function distance([lng1, lat1], [lng2, lat2]) {
  const L = (lng2 - lng1) * RAD;
  const U1 = Math.atan((1 - F) * Math.tan(lat1 * RAD));
  const U2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
  const [s1, c1, s2, c2] = [Math.sin(U1), Math.cos(U1), Math.sin(U2), Math.cos(U2)];
  let lambda = L;
  for (let turn = 0; turn < 100; turn++) {
    const sl = Math.sin(lambda);
    const cl = Math.cos(lambda);
    const ss = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (ss === 0) return 0;
    const cs = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(ss, cs);
    const sa = (c1 * c2 * sl) / ss;
    const c2a = 1 - sa * sa;
    const c2m = c2a === 0 ? 0 : cs - (2 * s1 * s2) / c2a;
    const C = (F / 16) * c2a * (4 + F * (4 - 3 * c2a));
    const before = lambda;
    lambda = L + (1 - C) * F * sa * (sigma + C * ss * (c2m + C * cs * (2 * c2m * c2m - 1)));
    if (Math.abs(lambda - before) < 1e-12) {
      const u2 = (c2a * (A * A - B * B)) / (B * B);
      const k1 = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768));
      const k2 = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128));
      const delta = k2 * ss * (c2m + (k2 / 4) * (cs * (2 * c2m * c2m - 1) - (k2 / 6) * c2m * (4 * ss * ss - 3) * (4 * c2m * c2m - 3)));
      return B * k1 * (sigma - delta);
    }
  }
  return NaN; // no convergence: nearly antipodal points, which a province does not have
}

/** The point that is `metres` away in a direction, in degrees clockwise from north (Vincenty 1975, direct formula). */
export function destination([lng, lat], bearing, metres) {
  const [sin1, cos1] = [Math.sin(bearing * RAD), Math.cos(bearing * RAD)];
  const tanU = (1 - F) * Math.tan(lat * RAD);
  const cosU = 1 / Math.hypot(1, tanU);
  const sinU = tanU * cosU;
  const sa = cosU * sin1;
  const c2a = 1 - sa * sa;
  const u2 = (c2a * (A * A - B * B)) / (B * B);
  const k1 = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768));
  const k2 = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128));
  const start = Math.atan2(tanU, cos1);
  let sigma = metres / (B * k1);
  let c2m = 0;
  for (let turn = 0; turn < 100; turn++) {
    c2m = Math.cos(2 * start + sigma);
    const [ss, cs] = [Math.sin(sigma), Math.cos(sigma)];
    const delta = k2 * ss * (c2m + (k2 / 4) * (cs * (2 * c2m * c2m - 1) - (k2 / 6) * c2m * (4 * ss * ss - 3) * (4 * c2m * c2m - 3)));
    const before = sigma;
    sigma = metres / (B * k1) + delta;
    if (Math.abs(sigma - before) < 1e-12) break;
  }
  const [ss, cs] = [Math.sin(sigma), Math.cos(sigma)];
  const x = sinU * ss - cosU * cs * cos1;
  const lat2 = Math.atan2(sinU * cs + cosU * ss * cos1, (1 - F) * Math.hypot(sa, x));
  const lambda = Math.atan2(ss * sin1, cosU * cs - sinU * ss * cos1);
  const C = (F / 16) * c2a * (4 + F * (4 - 3 * c2a));
  const L = lambda - (1 - C) * F * sa * (sigma + C * ss * (c2m + C * cs * (2 * c2m * c2m - 1)));
  return [lng + L / RAD, lat2 / RAD];
}

/** A closed ring of the points that are `metres` away from a point. */
export function ringAround(point, metres, corners = 90) {
  const ring = Array.from({ length: corners }, (_, i) => destination(point, (360 * i) / corners, metres));
  return [...ring, ring[0]];
}

/** Metres along a line of points. */
export function lengthOf(points) {
  return points.slice(1).reduce((sum, point, i) => sum + distance(points[i], point), 0);
}

/** Square metres inside a ring of points, open or closed: the sphere of equal area with authalic latitudes (Snyder 1987, 3-11). */
export function areaOf(points) {
  const e2 = F * (2 - F);
  const e = Math.sqrt(e2);
  const q = (s) => (1 - e2) * (s / (1 - e2 * s * s) - Math.log((1 - e * s) / (1 + e * s)) / (2 * e));
  const whole = q(1);
  const radius2 = (A * A * whole) / 2;
  const sines = points.map(([, lat]) => q(Math.sin(lat * RAD)) / whole);
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const j = (i + 1) % points.length;
    sum += (points[j][0] - points[i][0]) * RAD * (sines[i] + sines[j]);
  }
  return Math.abs((sum * radius2) / 2);
}
