// The map of a list: the records with the gap as symbols, or the communes filled; a symbol leads to its row.

import { recordAddress } from "../core/address.js";
import { createUnitMarks } from "../map/unit_marks.js";
import { createToast } from "../ui/toast.js";
import { createStage, map, view } from "./common.js";
import { excuse, units } from "./server.js";

const marks = JSON.parse(document.getElementById("marks").textContent);
const say = createToast(document.getElementById("toast"));
const stage = createStage({ say, onChoose: toRow, units });

/** Move to the row of a record; to its page where the list is too long to have the row. */
function toRow(layer, id) {
  const path = `/${layer}/${encodeURIComponent(id)}`;
  const link = [...document.querySelectorAll("#t-records ~ div a")].find((one) => new URL(one.href).pathname.endsWith(path));
  if (!link) location.assign(recordAddress(view, layer, id));
  link?.scrollIntoView({ block: "center" });
  link?.focus();
}

async function start() {
  stage.camera.home({ animate: false });
  await stage.ground("communes");
  await stage.features.show(marks.features);
  if (marks.units.length + marks.possible_units.length) {
    const kinds = new Map([...marks.possible_units.map((code) => [code, "possible"]), ...marks.units.map((code) => [code, "sure"])]);
    createUnitMarks(map, (await units.light("communes")).features, kinds);
  }
  document.documentElement.dataset.ready = "yes";
}

await start().catch((error) => say(excuse(error), { stay: true }));
