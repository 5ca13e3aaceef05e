// Units of the base map that are filled because a list names them: surely, or possibly.

import { L } from "./leaflet.js";

/** `features` are the polygons of the units; `kinds` maps the codes to draw to "sure" or "possible". */
export function createUnitMarks(map, features, kinds) {
  map.createPane("marks").style.zIndex = 240;
  const renderer = L.svg({ pane: "marks", padding: 0.35 });
  const group = L.featureGroup().addTo(map);
  for (const feature of features) {
    const kind = kinds.get(String(feature.id));
    if (kind) group.addLayer(L.geoJSON(feature, { pane: "marks", renderer, interactive: false, style: { className: `gapunit gapunit--${kind}`, weight: 1.4, fillOpacity: 1 } }));
  }
}
