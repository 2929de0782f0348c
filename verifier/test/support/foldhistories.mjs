import { readFileSync } from "node:fs";
import { compare } from "./histories.mjs";

/* Folds a file of histories again (node foldhistories.mjs FILE) and says what differs: tests/Assay.Reliability.Tests asks. */

const histories = JSON.parse(readFileSync(process.argv[2], "utf8"));
let steps = 0, differences = 0;
for (const history of histories) {
  const found = await compare(history).catch(error => [String(error.stack)]);
  for (const what of found.slice(0, 5)) console.log(`${history.what}: ${what}`);
  steps += history.steps.length;
  differences += found.length;
}
console.log(`${histories.length} histories, ${steps} steps, ${differences} differences`);
