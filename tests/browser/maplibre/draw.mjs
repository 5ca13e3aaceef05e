// Draws a tileset by its TileJSON as an agency's own page would: a source, and a layer for each that it names.
import * as maplibregl from "/dist/maplibre-gl.mjs";

const query = new URLSearchParams(location.search);
const tileset = query.get("tileset");
const [zoom, lat, lng] = query.get("at").split("/").map(Number);

// By OGC API - Tiles, geometryDimension: points, lines, polygons.
const KINDS = [
  { type: "circle", paint: { "circle-radius": 5, "circle-color": "#d00000" } },
  { type: "line", paint: { "line-width": 2, "line-color": "#006000" } },
  { type: "fill", paint: { "fill-color": "#0040a0", "fill-opacity": 0.2 } },
];

const fetchJson = (address) => fetch(address).then((answer) => answer.json());
const tilejson = await fetchJson(`${tileset}?f=tilejson`);
const dimension = new Map((await fetchJson(tileset)).layers.map((layer) => [layer.id, layer.geometryDimension]));

const map = new maplibregl.Map({
  container: "map", center: [lng, lat], zoom, fadeDuration: 0,
  canvasContextAttributes: { preserveDrawingBuffer: true },
  style: {
    version: 8,
    sources: { service: { type: "vector", url: `${tileset}?f=tilejson` } },
    layers: tilejson.vector_layers
      .map(({ id }) => ({ id, source: "service", "source-layer": id, ...KINDS[dimension.get(id)] }))
      .sort((one, other) => (other.type === "fill") - (one.type === "fill")),
  },
});
const errors = [];
map.on("error", ({ error }) => errors.push(String(error?.message ?? error)));
map.once("idle", () => {
  const drawn = {};
  for (const { layer, properties } of map.queryRenderedFeatures()) {
    (drawn[layer.id] ??= {})[properties.id] = properties.title;
  }
  const { width, height } = map.getCanvas();
  const gl = map.getCanvas().getContext("webgl2");
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const colours = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = pixels.slice(at, at + 4).join();
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const bare = colours.get("0,0,0,0") ?? 0;
  const attribution = document.querySelector(".maplibregl-ctrl-attrib-inner")?.textContent;
  window.result = { drawn, errors, colours: colours.size, painted: 1 - bare / (width * height), attribution };
});
