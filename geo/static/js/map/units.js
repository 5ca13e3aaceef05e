// The units that the filters name, marked by their outlines.

import { L, latLng } from "./leaflet.js";

const HALO = 7;
const LINE = 3;

/** `load(filter, values)` returns a promise of the features of some units: their outlines, or points where there are none. */
export function createUnits(map, view, load) {
  map.createPane("units").style.zIndex = 390;
  const marks = L.layerGroup().addTo(map);
  const rows = (view.filters ?? []).filter((row) => row.unit);
  let latest = 0;

  /** Mark the units that `filters` name, and no others; their bounds (Leaflet), null without one or when others were named since. */
  async function show(filters) {
    const mine = ++latest;
    const chosen = rows.filter(({ param }) => filters[param]?.length);
    const features = (await Promise.all(chosen.map((row) => load(row, filters[row.param])))).flat().filter(({ geometry }) => geometry);
    if (mine !== latest) return null;
    marks.clearLayers();
    const bounds = L.latLngBounds([]);
    for (const feature of features) bounds.extend(mark(feature));
    return bounds.isValid() ? bounds : null;
  }

  /** Mark one unit; its bounds. A point stands for the area around it that its precision allows. */
  function mark({ geometry, properties }) {
    const draw = (part, weight) => {
      const look = { pane: "units", interactive: false, fill: false, weight, className: `unitmark unitmark--${part}` };
      if (geometry.type !== "Point") return L.geoJSON(geometry, { style: look });
      return L.circle(latLng(geometry.coordinates), { ...look, dashArray: "6 6", radius: view.precisions[properties.precision]?.uncertainty_m ?? 0 });
    };
    const [halo, line] = [draw("halo", HALO), draw("line", LINE)];
    marks.addLayer(halo).addLayer(line);
    return line.getBounds();
  }

  return { rows, show };
}
