// Prints what the linter of RFC 7946 says of each file named, as JSON: file -> messages.
import { readFileSync } from "node:fs";
import checker from "@placemarkio/check-geojson";

const said = {};
for (const file of process.argv.slice(2)) {
  said[file] = checker.getIssues(readFileSync(file, "utf8")).map((issue) => issue.message);
}
process.stdout.write(JSON.stringify(said));
