import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The shared test data: ASSAY_DATA, else ../shared/data beside the repository or above it; null where it is absent. */
function find() {
  if (process.env.ASSAY_DATA) return process.env.ASSAY_DATA;
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const data = join(at, "shared", "data");
    if (existsSync(join(data, "README.md"))) return data;
    if (dirname(at) === at) return null;
  }
}

const root = find();

/** The options of a test that reads `path` of the shared data: skipped, with the reason, where it is absent. */
export const needs = path => root !== null && existsSync(join(root, path)) ? {} : { skip: `the shared test data has no ${path} (set ASSAY_DATA)` };
export const bytesOf = path => new Uint8Array(readFileSync(join(root, path)));
export const textOf = path => readFileSync(join(root, path), "utf8");
export const jsonOf = path => JSON.parse(textOf(path));
export const hex = text => new Uint8Array(Buffer.from(text, "hex"));
export const base64 = text => new Uint8Array(Buffer.from(text, "base64"));
export const utf8 = text => new TextEncoder().encode(text);
