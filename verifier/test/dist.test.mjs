import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = existsSync(join(root, "node_modules/typescript")) ? {} : { skip: "the compiler is not installed (npm ci in verifier/)" };

test("A fresh build gives the bytes of dist", options, t => {
  const fresh = mkdtempSync(join(tmpdir(), "assay-"));
  t.after(() => rmSync(fresh, { recursive: true }));
  assert.equal(spawnSync(process.execPath, [join(root, "build.mjs"), fresh], { stdio: "inherit" }).status, 0);
  const filesOf = folder => readdirSync(folder, { recursive: true, withFileTypes: true }).filter(f => f.isFile()).map(f => relative(folder, join(f.parentPath ?? f.path, f.name))).sort();
  const files = filesOf(fresh);
  assert.deepEqual(filesOf(join(root, "dist")), files);
  for (const file of files) assert.ok(readFileSync(join(fresh, file)).equals(readFileSync(join(root, "dist", file))), `dist/${file} is not what the sources give: npm run build`);
});
