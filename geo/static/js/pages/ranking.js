// The search in an index file, a script of its own that pages/finder.js loads when the map can be used.

import { rankingSteps } from "../core/ranking.js";

window.atlasRanking = rankingSteps;
