// What the programme is about, on the map: points in clusters, zones as outlines; the chosen record and its links lit.

import { L, latLng } from "./leaflet.js";
import { clusterIcon, pin } from "./symbols.js";

/** Draw features of /map.json; `onChoose(layer, id)` is called when one is selected. */
export function createFeatures(map, view, onChoose) {
  const styles = new Map(view.groups.flatMap((group) => group.layers).map((layer) => [layer.name, layer]));
  map.createPane("zones").style.zIndex = 380;
  map.createPane("chosen").style.zIndex = 390;
  const clusters = L.markerClusterGroup({
    maxClusterRadius: 42,
    showCoverageOnHover: false,
    spiderfyOnMaxZoom: true,
    zoomToBoundsOnClick: true,
    chunkedLoading: true,
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    spiderLegPolylineOptions: { color: "#47575a", weight: 1.2, opacity: 0.7 },
    iconCreateFunction: (cluster) => clusterIcon(cluster, styles, view.words),
  }).addTo(map);
  const areas = L.layerGroup().addTo(map);
  const light = L.layerGroup().addTo(map);
  const drawn = new Map();
  let lit = null;

  /** Show exactly `features`; what is already there stays where it is. */
  function show(features) {
    const wanted = new Map(features.filter((feature) => feature.geometry).map((feature) => [feature.id, feature]));
    const gone = [...drawn.keys()].filter((id) => !wanted.has(id));
    const fresh = [...wanted.keys()].filter((id) => !drawn.has(id));
    clusters.removeLayers(gone.map((id) => drawn.get(id)).filter((layer) => layer.isPin));
    for (const id of gone) {
      if (!drawn.get(id).isPin) areas.removeLayer(drawn.get(id));
      drawn.delete(id);
    }
    for (const id of fresh) drawn.set(id, draw(wanted.get(id)));
    clusters.addLayers(fresh.map((id) => drawn.get(id)).filter((layer) => layer.isPin));
    fresh.map((id) => drawn.get(id)).filter((layer) => !layer.isPin).forEach((layer) => areas.addLayer(layer));
    if (lit) dim(lit);
  }

  function draw(feature) {
    const style = styles.get(feature.properties.layer);
    const layer = feature.geometry.type === "Point" ? pin(feature, style, view) : area(feature, style);
    layer.isPin = feature.geometry.type === "Point";
    layer.feature = feature;
    layer.on("click", () => onChoose(feature.properties.layer, feature.properties.id));
    return layer;
  }

  function area(feature, style) {
    const layer = L.geoJSON(feature, {
      pane: "zones",
      style: { color: style.color, weight: style.stroke_width, dashArray: style.dash, fillColor: style.color, fillOpacity: style.fill_opacity },
    });
    const name = document.createElement("span");
    name.textContent = feature.properties.title;
    layer.bindTooltip(name, { sticky: true });
    return layer;
  }

  /** Light a record and the records it is linked to; everything else steps back. */
  function highlight(record) {
    light.clearLayers();
    lit = null;
    if (record) {
      const linked = record.links.flatMap((group) => group.items).filter((item) => styles.has(item.layer));
      lit = new Set([`${record.layer}/${record.id}`, ...linked.map((item) => `${item.layer}/${item.id}`)]);
      if (record.geometry && record.geometry.type !== "Point") {
        light.addLayer(L.geoJSON(record.geometry, { interactive: false, pane: "chosen", style: { color: record.color, weight: 4, fill: false } }));
      }
      if (record.point) {
        spread(record);
        linked.filter((item) => item.point).forEach((item) => light.addLayer(thread(record, item)));
      }
    }
    dim(lit);
  }

  function spread(record) {
    const radius = record.precision?.approximate ? record.precision.uncertainty_m : 0;
    const at = latLng(record.point);
    if (radius) light.addLayer(L.circle(at, { radius, interactive: false, pane: "zones", color: record.color, weight: 1.2, dashArray: "4 4", fillOpacity: 0.06 }));
    light.addLayer(L.circleMarker(at, { radius: 22, interactive: false, pane: "chosen", color: record.color, weight: 3, fillColor: "#fff", fillOpacity: 0.65 }));
  }

  function thread(record, item) {
    const dash = item.certain ? null : "2 6";
    return L.polyline([latLng(record.point), latLng(item.point)], { interactive: false, pane: "chosen", color: item.color, weight: 2, opacity: 0.8, dashArray: dash });
  }

  function dim(kept) {
    for (const [id, layer] of drawn) {
      layer.dimmed = Boolean(kept) && !kept.has(id);
      if (layer.isPin) {
        layer.setOpacity(layer.dimmed ? 0.32 : 1);
        layer.getElement()?.classList.toggle("pin--chosen", Boolean(kept) && [...kept][0] === id);
      } else {
        const style = styles.get(layer.feature.properties.layer);
        layer.setStyle({ opacity: layer.dimmed ? 0.3 : 1, fillOpacity: layer.dimmed ? 0.05 : style.fill_opacity });
      }
    }
    clusters.refreshClusters();
  }

  return { show, highlight, styles, count: () => drawn.size };
}
