// The thematic layers on the map: points in clusters, areas and lines as outlines.

import { inside } from "../core/inside.js";
import { wrap } from "../core/lines.js";
import { inSlices } from "../core/slices.js";
import { L, latLng } from "./leaflet.js";
import { boxOf, clusterIcon, marker, symbolSvg, tip } from "./symbols.js";

const NAME_ZOOM = 10.5;
const DIMMED = 0.3;
const LINE_ROOM = 8;
const TOGETHER = 60; // symbols that are added in one step: each addition draws the clusters around it anew

/** Draw features of /map.json; calls `onChoose(layer, id)` when one is selected, `onDrawn()` when symbols have moved. */
export function createFeatures(map, view, { onChoose, onDrawn }) {
  const styles = new Map(view.groups.flatMap((group) => group.layers).map((layer) => [layer.name, layer]));
  map.createPane("areas").style.zIndex = 380;
  map.createPane("lines").style.zIndex = 385;
  const clusters = L.markerClusterGroup({
    maxClusterRadius: 56, // circles do not cover each other: a target of 24 px is left of each (WCAG 2.5.8)
    showCoverageOnHover: false,
    spiderfyDistanceMultiplier: 1.5,
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    spiderLegPolylineOptions: { className: "leg", weight: 1.2 },
    iconCreateFunction: (cluster) => clusterIcon(cluster, styles, view.words),
  }).addTo(map);
  const outlines = L.layerGroup().addTo(map);
  const layers = new Map();
  let highlighted = null;
  let tied = new Map(); // layer -> ids of the records that belong to what a filter chooses in another layer
  let latest = 0; // the call of `show` that has not been superseded

  clusters.on("animationend spiderfied unspiderfied", onDrawn);
  clusters.on("clusterkeypress", ({ layer, originalEvent }) => originalEvent.key === "Enter" && clusters.fire("clusterclick", { layer, originalEvent }));
  clusters.on("clustermouseover", ({ layer }) => layer.getTooltip() || (tip(layer, layer.parts.join(" · "), { offset: [0, -20] }), layer.openTooltip()));

  /**
   * Show exactly `features`; those that are on the map already are not drawn again. Of the layers in `ties` (layer ->
   * ids) all other records are dimmed. Returns a promise of whether they are all on the map: not if others were asked for.
   */
  async function show(features, ties = {}) {
    const mine = ++latest;
    return (await inSlices(exchange(features, ties), () => mine !== latest)) ?? false;
  }

  function* exchange(features, ties) {
    tied = new Map(Object.entries(ties).map(([layer, ids]) => [layer, new Set(ids)]));
    const byId = new Map(features.filter((feature) => feature.geometry).map((feature) => [feature.id, feature]));
    remove([...layers.values()].filter(({ feature }) => !byId.has(feature.id)));
    const turned = [...layers.values()].filter((layer) => layer.dimmed !== isDim(layer));
    turned.forEach(dimOne);
    yield;
    const pins = [];
    for (const feature of byId.values()) {
      const before = layers.get(feature.id);
      // What a wider view drew with less detail is drawn again.
      if (before && !(before.feature.light && !feature.light)) continue;
      const layer = draw(feature);
      if (layer.isPin) pins.push(layer);
      else {
        if (before) outlines.removeLayer(before);
        put(layer);
        outlines.addLayer(layer);
      }
      yield;
    }
    for (let i = 0; i < pins.length; i += TOGETHER) {
      const some = pins.slice(i, i + TOGETHER);
      some.forEach(put);
      clusters.addLayers(some);
      yield;
    }
    if (turned.length) clusters.refreshClusters();
    onDrawn();
    return true;
  }

  function put(layer) {
    layers.set(layer.feature.id, layer);
    dimOne(layer);
  }

  function remove(gone) {
    gone.forEach((layer) => layers.delete(layer.feature.id));
    clusters.removeLayers(gone.filter((layer) => layer.isPin));
    gone.filter((layer) => !layer.isPin).forEach((layer) => outlines.removeLayer(layer));
  }

  function draw(feature) {
    const style = styles.get(feature.properties.layer);
    const isPin = feature.geometry.type === "Point";
    const layer = isPin ? pin(feature, style) : outline(feature, style);
    Object.assign(layer, { isPin, feature });
    layer.on("click", () => onChoose(feature.properties.layer, feature.properties.id));
    return layer;
  }

  function pin({ geometry, properties }, style) {
    const { title, symbol, precision, detail } = properties;
    const approximate = Boolean(view.precisions[precision]?.approximate);
    const drawing = () => symbolSvg(style, style.icons[symbol] ?? style.icon, view, { approximate });
    const [lng, lat] = geometry.coordinates;
    const pinMarker = marker([lat, lng], drawing, [title, detail, approximate ? view.words.approximate : ""].filter(Boolean).join(", "));
    tip(pinMarker, title);
    return pinMarker;
  }

  function outline(feature, { color, stroke_width: weight, dash: dashArray, fill_opacity: fillOpacity }) {
    const isArea = feature.geometry.type.endsWith("Polygon");
    const fill = isArea && fillOpacity > 0;
    const layer = L.geoJSON(feature, { pane: isArea ? "areas" : "lines", style: { color, weight, dashArray, fill, fillColor: color, fillOpacity } });
    layer.isArea = isArea;
    layer.centre = isArea ? layer.getBounds().getCenter() : latLng(feature.properties.point);
    tip(layer, feature.properties.title, { sticky: true });
    // Chromium makes SVG elements with listeners for the focus, as those of a tooltip, stops of the Tab key.
    layer.on("add", () => layer.eachLayer((part) => part.getElement()?.setAttribute("tabindex", "-1")));
    return layer;
  }

  /** Dim all symbols, and all outlines except those in `ids` ("layer/id"); null ends it. */
  function dim(ids) {
    highlighted = ids;
    layers.forEach(dimOne);
    clusters.refreshClusters();
  }

  function isDim({ isPin, feature: { id, properties } }) {
    if (highlighted) return isPin || !highlighted.has(id);
    const own = tied.get(properties.layer);
    return Boolean(own) && !own.has(properties.id);
  }

  function dimOne(layer) {
    const { isPin, feature } = layer;
    layer.dimmed = isDim(layer);
    const share = layer.dimmed ? DIMMED : 1;
    if (isPin) layer.setOpacity(share);
    else layer.setStyle({ opacity: share, fillOpacity: share * styles.get(feature.properties.layer).fill_opacity });
  }

  /** The boxes of the symbols on the map, which labels must not cover. */
  function boxes() {
    const items = [];
    map.eachLayer((layer) => layer instanceof L.Marker && items.push(boxOf(map, layer)));
    return items;
  }

  /** The labels of points outside clusters, areas and lines, from NAME_ZOOM on. */
  function names() {
    if (map.getZoom() < NAME_ZOOM) return [];
    const items = [];
    for (const [key, layer] of layers) {
      const { title } = layer.feature.properties;
      if (layer.dimmed) continue;
      if (!layer.isPin) items.push(nameOf(key, layer));
      else if (map.hasLayer(layer)) items.push({ key, at: layer.getLatLng(), lines: wrap(title), kind: "place", size: 11.5, bold: false, around: 19, priority: 20 });
    }
    return items;
  }

  /** The label of an area is inside it, that of a line below or above its middle. */
  function nameOf(key, { feature: { properties, geometry }, isArea, centre }) {
    const { title, layer } = properties;
    const name = { key, at: centre, lines: wrap(title, 20, 3), kind: "area", color: styles.get(layer).ink, size: 11.5, bold: false, priority: 22 };
    if (!isArea) return { ...name, around: LINE_ROOM, along: true };
    return { ...name, around: 0, wide: widthOf(layers.get(key)), fits: ({ lat, lng }) => inside([lng, lat], geometry) };
  }

  function widthOf(area) {
    const box = area.getBounds();
    return 1.1 * (map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x);
  }

  /** Mark the symbol of a record, or the cluster that contains it; null ends it. */
  function point(id) {
    map.getContainer().querySelectorAll(".pointed").forEach((element) => element.classList.remove("pointed"));
    const layer = layers.get(id);
    if (layer?.isPin) clusters.getVisibleParent(layer)?.getElement()?.classList.add("pointed");
  }

  return { show, dim, boxes, names, point, styles };
}
