/*
 * Builds dist/ (or the folder that is named): tsc for Node.js and for programs, the page as one file, and a module for other pages. dist/ is committed,
 * so that it runs with Node.js alone.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url)), out = resolve(process.argv[2] ?? join(here, "dist"));
const source = name => readFileSync(join(here, "src/page", name), "utf8");

rmSync(out, { recursive: true, force: true });
for (const args of [["-p", here, "--outDir", out], ["-p", join(here, "tsconfig.page.json")]]) {
  const { status } = spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// Not minified: whoever saves the page can read it.
const bundle = (entry, format) => buildSync({
  absWorkingDir: here, entryPoints: [entry], bundle: true, format, target: "es2022", charset: "ascii", write: false, legalComments: "none", logLevel: "warning",
}).outputFiles[0].text;
// For pages that ask for answers themselves.
writeFileSync(join(out, "browser.js"), bundle("src/page/browser.ts", "esm"));
const bundled = bundle("src/page/page.ts", "iife");
if (/<\/script/i.test(bundled)) throw new Error("the script would end its own element");

const part = { script: `\n${bundled}`, style: `\n${source("page.css")}` };
const hash = text => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
part.csp = `default-src 'none'; script-src ${hash(part.script)}; style-src ${hash(part.style)}; connect-src 'none'; base-uri 'none'; form-action 'none'`;
writeFileSync(join(out, "verify.html"), source("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => part[name]));
