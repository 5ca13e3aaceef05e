// The preview map of an import or of a version.

import { createBase } from "../map/base.js";
import { createLabels } from "../map/labels.js";
import { createPreview } from "../map/preview.js";
import { map, view } from "./common.js";
import { excuse, fetchJson, units } from "./server.js";

const note = document.getElementById("preview-note");
const frame = document.getElementById("mapframe");
const preview = createPreview(map, view.words);

async function start() {
  const base = createBase(map, view, units);
  const labels = createLabels(map, [preview.names, base.names], () => []);
  await base.choose("communes");
  const collection = await fetchJson(view.preview);
  preview.draw(collection.features);
  labels.draw();
  if (collection.of > collection.shown) note.textContent = view.words["manage.map_part"].replace("{n}", collection.shown).replace("{m}", collection.of);
  document.documentElement.dataset.ready = "yes";
}

document.addEventListener("click", (event) => {
  const id = event.target.closest("[data-show]")?.dataset.show;
  if (id !== undefined && preview.show(id)) frame.scrollIntoView({ block: "center" });
});

await start().catch((error) => {
  note.textContent = excuse(error);
});
