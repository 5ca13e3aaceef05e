// The page of distances, and that of a gap that a distance decides: one file has everything, so that the slider answers without asking the server.

import { address } from "../core/address.js";
import { fill, formatNumber } from "../core/format.js";
import { bounds, firstPairs, pairBounds, span, states } from "../core/reach.js";
import { createDots } from "../map/dots.js";
import { createDistance, remember } from "../ui/distance.js";
import { createReachTables } from "../ui/reach_tables.js";
import { createToast } from "../ui/toast.js";
import { createStage, map, view } from "./common.js";
import { excuse, fetchJson, units } from "./server.js";

const MOST_LINES = 60;
const page = document.getElementById("reach");
const select = document.getElementById("show");
const show = () => select?.value ?? page.dataset.show;
const say = createToast(document.getElementById("toast"));
const { words, lang } = view;
const number = (value) => formatNumber(value, lang, 1);
const set = (selector, text) => document.querySelectorAll(selector).forEach((element) => (element.textContent = text));

const stage = createStage({ say, units });

async function start() {
  stage.camera.home({ animate: false });
  const [data] = await Promise.all([fetchJson(address(view.urls.proximity, { link: page.dataset.link }, `lang=${lang}`)), stage.ground("districts")]);
  const ofPairs = pairBounds(data.pairs);
  const sorted = { pairs: bounds(ofPairs), sides: data.sides.map(bounds) };
  const widest = data.pairs.unsure.reduce((most, one) => Math.max(most, one), 0);
  const tables = createReachTables(view, data, { onShow: (side, place) => choose(side, place, { scroll: true }) });
  const dots = createDots(map, view, data.sides, { onChoose: (side, place) => choose(side, place) });
  const distance = createDistance({ onChange: draw, links: () => document.querySelectorAll("a[data-file], a[data-figure], a[data-lang]") });
  let chosen = null;

  function draw(km) {
    const metres = km * 1000;
    const now = data.sides.map((side) => states(side, metres));
    dots.paint(now);
    light(metres);
    data.sides.forEach((side, i) => {
      counts(side.layer, span(sorted.sides[i], metres), side.ids.length);
      tables.places(i, now[i], show());
    });
    drawPairs(metres);
    for (const element of document.querySelectorAll("[data-words]")) element.textContent = fill(words[element.dataset.words], { km: number(km), layer: element.dataset.layer ?? "" });
  }

  function drawPairs(metres) {
    const { sure, possible } = span(sorted.pairs, metres);
    const isComplete = data.cut_m === null || metres + widest < data.cut_m;
    const between = sure === possible ? number(sure) : `${number(sure)} ${words["plan.certain"]}, ${fill(words["plan.at_most"], { n: number(possible) })}`;
    set('[data-count="pairs"]', `(${isComplete ? between : fill(words["plan.near.at_least"], { n: number(possible) })})`);
    tables.pairs(firstPairs(ofPairs, metres, tables.most), ofPairs, metres, possible);
  }

  function counts(layer, { sure, possible }, placed) {
    for (const [kind, one, most] of [["near", sure, possible], ["far", placed - possible, placed - sure]]) {
      set(`[data-count="${layer}-${kind}"]`, number(one));
      set(`[data-most="${layer}-${kind}"]`, fill(words["plan.at_most"], { n: number(most) }));
    }
  }

  function choose(side, place, { scroll = false } = {}) {
    chosen = { side, place };
    light(distance.km() * 1000);
    if (scroll) document.getElementById("mapframe").scrollIntoView({ block: "nearest" });
    const [lng, lat] = data.sides[side].points[place];
    if (!map.getBounds().pad(-0.15).contains([lat, lng])) map.panTo([lat, lng]);
  }

  /** The chosen place, its ring and its lines. */
  function light(metres) {
    if (!chosen) return;
    const { side, place } = chosen;
    const [own, other] = side === 0 ? [data.pairs.here, data.pairs.there] : [data.pairs.there, data.pairs.here];
    const near = firstPairs(ofPairs, metres, MOST_LINES, (i) => own[i] === place);
    dots.choose(chosen, metres, near.map((i) => ({ place: other[i], sure: ofPairs.most[i] <= metres })));
  }

  select?.addEventListener("change", () => {
    draw(distance.km());
    remember("show", select.value, document.querySelectorAll("a[data-lang], a[data-file]")); // figures take no `show`
  });
  draw(distance.km());
  document.documentElement.dataset.ready = "yes";
}

await start().catch((error) => say(excuse(error), { stay: true }));
