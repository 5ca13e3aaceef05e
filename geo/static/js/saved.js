/* Draws a saved map from the JSON block of its own page. Nothing is fetched; text is only ever set as text. */
(function () {
  "use strict";

  const L = window.L;
  const map = window.atlasShell.map;
  const view = JSON.parse(document.getElementById("saved-view").textContent);
  const words = view.words;
  const SVG = "http://www.w3.org/2000/svg";

  const SIZE_PX = 32;
  const LABEL_PX = 7.5; // room for an average letter of a place name
  const LABEL_HEIGHT_PX = 18;
  const NARROW = window.matchMedia("(max-width: 700px)").matches;

  // Each outline is drawn in a box of 32 x 32 with room for the dashed ring around it.
  const OUTLINES = {
    circle: "M16 4a12 12 0 1 0 0 24a12 12 0 1 0 0-24z",
    square: "M7 5h18a2 2 0 0 1 2 2v18a2 2 0 0 1-2 2h-18a2 2 0 0 1-2-2v-18a2 2 0 0 1 2-2z",
    pentagon: "M16 3.5L28.4 12.5L23.7 27.2H8.3L3.6 12.5z",
    diamond: "M16 2.5L29.5 16L16 29.5L2.5 16z",
  };

  // --- elements ---------------------------------------------------------------------------------------

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  function drawn(tag, attributes, parent) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (parent) parent.append(made);
    return made;
  }

  /** The symbol of a record: the layer's shape and colour, the class's icon, a dashed ring when approximate. */
  function symbol(layer, icon, approximate) {
    const svg = drawn("svg", { viewBox: "0 0 32 32", width: SIZE_PX, height: SIZE_PX, "aria-hidden": "true" });
    if (layer.shape === "area" || layer.shape === "line") {
      drawn("rect", {
        x: 4, y: 8, width: 24, height: 16, rx: 2, fill: layer.color, "fill-opacity": layer.fill_opacity,
        stroke: layer.color, "stroke-width": layer.stroke_width, "stroke-dasharray": layer.dash,
      }, svg);
      return svg;
    }
    if (approximate) {
      drawn("circle", {
        cx: 16, cy: 16, r: 15, fill: "#ffffff", "fill-opacity": 0.75,
        stroke: layer.color, "stroke-width": 1.3, "stroke-dasharray": "3 2.4",
      }, svg);
    }
    const scale = approximate ? "translate(3.2 3.2) scale(0.8)" : "";
    const group = drawn("g", { transform: scale }, svg);
    drawn("path", { d: OUTLINES[layer.shape] || OUTLINES.circle, fill: layer.color, stroke: "#ffffff", "stroke-width": 1.5 }, group);
    drawn("use", { href: `#${icon}`, x: 9, y: 9, width: 14, height: 14, color: "#ffffff", class: "glyph" }, group);
    return svg;
  }

  // --- records ----------------------------------------------------------------------------------------

  function facts(rows) {
    const list = element("dl", "facts");
    for (const [label, text] of rows) list.append(element("dt", "", label), element("dd", "", text));
    return list;
  }

  function source(row) {
    const item = element("li", "", row.publisher);
    if (/^https?:\/\//i.test(row.address)) {
      const link = element("a", "address", row.address);
      link.href = row.address;
      link.rel = "noopener noreferrer";
      link.target = "_blank";
      item.append(" ", link);
    } else if (row.address) {
      item.append(" ", element("span", "address", row.address));
    }
    return item;
  }

  function details(feature) {
    const body = document.createDocumentFragment();
    if (feature.caution) body.append(element("p", "caution", feature.caution));
    body.append(facts(feature.facts));
    if (feature.sources.length) {
      const list = element("ul", "sources");
      list.append(...feature.sources.map(source));
      body.append(element("h3", "", words.sources), list);
    }
    return body;
  }

  function card(layer, feature) {
    const box = element("article", "card");
    const kind = element("p", "kind");
    kind.append(symbol(layer, feature.icon, false), element("span", "", layer.article));
    box.append(kind, element("h2", "", feature.title), details(feature));
    return box;
  }

  const popupOptions = {
    maxWidth: 320, minWidth: 220, maxHeight: 340, autoPanPaddingTopLeft: [16, 16], autoPanPaddingBottomRight: [340, 16],
  };

  /** On a phone a record opens over the lower edge, where nothing covers it and a thumb reaches it. */
  const sheet = element("section", "sheet");
  sheet.hidden = true;

  function openSheet(layer, feature, at) {
    const close = element("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", closeSheet);
    sheet.replaceChildren(close, card(layer, feature));
    sheet.hidden = false;
    sheet.scrollTop = 0;
    if (at) map.panInside(at, { paddingTopLeft: [24, 24], paddingBottomRight: [24, sheet.offsetHeight + 24] });
  }

  function closeSheet() {
    sheet.hidden = true;
  }

  function opens(made, layer, feature) {
    if (NARROW) return made.on("click keypress", (event) => openSheet(layer, feature, event.latlng));
    return made.bindPopup(() => card(layer, feature), popupOptions);
  }

  function marker(layer, feature) {
    const [lng, lat] = feature.geometry.coordinates;
    const icon = L.divIcon({
      className: "place", html: symbol(layer, feature.icon, feature.approximate),
      iconSize: [SIZE_PX, SIZE_PX], popupAnchor: [0, -12],
    });
    const made = L.marker([lat, lng], { icon, title: feature.title, riseOnHover: true });
    made.layerColor = layer.color;
    return opens(made, layer, feature);
  }

  function area(layer, feature) {
    const made = L.geoJSON(feature.geometry, {
      style: {
        color: layer.color, weight: layer.stroke_width, dashArray: layer.dash || null,
        fill: layer.shape === "area" || layer.fill_opacity > 0, fillOpacity: layer.fill_opacity,
      },
    });
    return opens(made, layer, feature);
  }

  // --- clusters ---------------------------------------------------------------------------------------

  /** A ring whose parts are as large as the layers' shares, with the number inside. */
  function clusterIcon(cluster) {
    const counts = new Map();
    for (const child of cluster.getAllChildMarkers()) counts.set(child.layerColor, (counts.get(child.layerColor) || 0) + 1);
    const total = cluster.getChildCount();
    let from = 0;
    const stops = [...counts].map(([color, count]) => {
      const to = from + (count / total) * 360;
      const stop = `${color} ${from}deg ${to}deg`;
      from = to;
      return stop;
    });
    const ring = element("div", "ring");
    ring.style.background = `conic-gradient(${stops.join(", ")})`;
    ring.append(element("span", "", String(total)));
    const side = total < 10 ? 36 : total < 100 ? 42 : 50;
    return L.divIcon({ className: "cluster", html: ring, iconSize: [side, side] });
  }

  const clusters = L.markerClusterGroup({
    iconCreateFunction: clusterIcon, maxClusterRadius: 36, showCoverageOnHover: false, spiderfyDistanceMultiplier: 1.6,
  });

  // --- base -------------------------------------------------------------------------------------------

  function pane(name, order) {
    map.createPane(name).style.zIndex = order;
    return name;
  }

  const basePane = pane("base", 200);
  const labelPane = pane("labels", 450);
  map.getPane(labelPane).style.pointerEvents = "none";

  if (view.province) {
    L.geoJSON(view.province, {
      pane: basePane, interactive: false,
      style: { color: "#3c4149", weight: 2.2, fillColor: "#ffffff", fillOpacity: 1 },
    }).addTo(map);
  }

  function outlines(base) {
    return L.geoJSON({ type: "FeatureCollection", features: base.features }, {
      pane: basePane, interactive: false,
      style: { color: base.color, weight: base.stroke_width, dashArray: base.dash || null, fill: false },
    });
  }

  function placeName(base, feature) {
    const { lng, lat, title, title_en: english } = feature.properties;
    const text = view.lang !== "vi" && english ? english : title;
    const icon = L.divIcon({ className: `name ${base.name}`, html: element("span", "", text), iconSize: [0, 0] });
    return { at: L.latLng(lat, lng), text, marker: L.marker([lat, lng], { icon, pane: labelPane, interactive: false, keyboard: false }) };
  }

  /** Of the shown bases' names, those that do not run into one that is already there. */
  function placeNames() {
    const taken = [];
    for (const base of bases) {
      for (const name of base.names) {
        name.marker.remove();
        if (!map.hasLayer(base.lines)) continue;
        const at = map.latLngToLayerPoint(name.at);
        const half = (name.text.length * LABEL_PX) / 2;
        const box = { left: at.x - half, right: at.x + half, top: at.y - LABEL_HEIGHT_PX / 2, bottom: at.y + LABEL_HEIGHT_PX / 2 };
        const free = taken.every((other) =>
          box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
        if (free) {
          taken.push(box);
          name.marker.addTo(map);
        }
      }
    }
  }

  const bases = view.bases.map((base) => ({
    ...base, lines: outlines(base), names: base.features.map((feature) => placeName(base, feature)),
  }));
  // Districts are few and large: their names have the first choice of room.
  bases.sort((one, other) => one.features.length - other.features.length);
  map.on("zoomend", placeNames);

  // --- panel ------------------------------------------------------------------------------------------

  function toggle(label, mark, on, change) {
    const row = element("label", "row");
    const box = element("input");
    box.type = "checkbox";
    box.checked = on;
    box.addEventListener("change", () => change(box.checked));
    row.append(box, mark, label);
    return row;
  }

  function unplaced(layer, features) {
    const box = element("details", "unplaced");
    box.append(element("summary", "", `${features.length} ${words.unplaced}`));
    for (const feature of features) {
      const one = element("details", "one");
      one.append(element("summary", "", feature.title), details(feature));
      box.append(one);
    }
    return box;
  }

  function layerRow(layer) {
    const placed = layer.features.filter((feature) => feature.geometry);
    const points = placed.filter((feature) => feature.geometry.type === "Point").map((feature) => marker(layer, feature));
    const areas = L.featureGroup(placed.filter((feature) => feature.geometry.type !== "Point").map((feature) => area(layer, feature)));
    function show(on) {
      if (on) clusters.addLayers(points);
      else clusters.removeLayers(points);
      if (on) areas.addTo(map);
      else areas.remove();
    }
    show(true);
    const name = element("span", "label", layer.label);
    name.append(" ", element("span", "count", String(layer.features.length)));
    const box = element("section", "layer");
    box.append(toggle(name, symbol(layer, layer.icon, false), true, show));
    const legend = element("ul", "classes");
    for (const row of layer.classes) {
      const item = element("li");
      item.append(symbol(layer, row.icon, false), element("span", "", row.label));
      legend.append(item);
    }
    const missing = layer.features.filter((feature) => !feature.geometry);
    if (layer.classes.length) box.append(legend);
    if (missing.length) box.append(unplaced(layer, missing));
    return box;
  }

  function baseRow(base) {
    const style = { shape: "line", color: base.color, fill_opacity: 0, stroke_width: base.stroke_width + 0.6, dash: base.dash };
    if (base.on) base.lines.addTo(map);
    return toggle(element("span", "label", base.label), symbol(style), base.on, (on) => {
      if (on) base.lines.addTo(map);
      else base.lines.remove();
      placeNames();
    });
  }

  function panel() {
    const box = element("details", "panel");
    box.open = !NARROW;
    box.append(element("summary", "", words.layers));
    const body = element("div", "body");
    body.append(...view.layers.map(layerRow));
    if (bases.length) {
      const group = element("section", "layer bases");
      group.append(element("h3", "", words.base), ...bases.map(baseRow));
      body.append(group);
    }
    const notes = element("div", "notes");
    if (view.layers.some((layer) => layer.features.some((feature) => feature.approximate))) {
      notes.append(element("p", "", words.approximate));
    }
    notes.append(element("p", "", words.cluster), element("p", "", words.illustrative));
    body.append(notes);
    box.append(body);
    return box;
  }

  function heading() {
    const box = element("header", "heading");
    box.append(element("h1", "", view.title), element("p", "", view.version));
    for (const line of view.filters) box.append(element("p", "filter", line));
    return box;
  }

  // --- together ---------------------------------------------------------------------------------------

  const frame = element("div", "overlay");
  frame.append(heading(), panel());
  document.body.append(frame, sheet);
  map.on("click", closeSheet);
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", words.close);
  });
  for (const part of frame.children) L.DomEvent.disableClickPropagation(part).disableScrollPropagation(part);

  clusters.addTo(map);
  // The panel lies over the lower right corner of a wide screen.
  L.control.zoom({ position: NARROW ? "bottomright" : "bottomleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.attributionControl.getContainer().textContent = view.attribution;

  function fit() {
    const [west, south, east, north] = view.bounds;
    // Room for the panel at the side, or for the title above it on a phone.
    const top = NARROW ? document.querySelector(".panel > summary").getBoundingClientRect().bottom : 16;
    const side = NARROW ? 8 : 340;
    map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [8, top], paddingBottomRight: [side, 40], animate: false });
  }
  if (view.center) map.setView([view.center[1], view.center[0]], view.zoom, { animate: false });
  else fit();
  placeNames();
})();
