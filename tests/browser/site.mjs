// A node of its own for these tests, in a folder that is gone afterwards, and a browser.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

/** The program. */
export const command = process.env.ASSAY_COMMAND;

// The browser speaks to the node and to no one else.
const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** A browser that speaks to nobody by itself. */
export const startBrowser = () => chromium.launch({ executablePath: process.env.ASSAY_CHROMIUM, args: flags });

/** `language`: the bytes of a language model's file, which the node then has as "tiny". `model`: the folder that the node has as "digits". `prepare` is given the data folder and the model's digest before the node serves. */
export async function startSite({ language, model = "digits", prepare } = {}) {
  const data = mkdtempSync(join(tmpdir(), "assay-browser-"));
  const bring = (path, name) => execFileSync(command, ["import", path, "--name", name, "--data", data], { stdio: ["ignore", "ignore", "inherit"] });
  if (language) {
    const file = join(data, "tiny.gguf");
    writeFileSync(file, language);
    bring(file, "tiny");
  } else bring(join(process.env.ASSAY_MODELS, model), "digits");
  prepare?.(data, JSON.parse(execFileSync(command, ["show", language ? "tiny" : "digits", "--json", "--data", data])).digest);
  const node = spawn(command, ["serve", "--data", data, "--url", "http://127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const stopNode = async () => {
    const ended = new Promise(resolve => node.once("exit", resolve));
    if (node.exitCode === null && node.kill("SIGTERM")) await ended;
    rmSync(data, { recursive: true });
  };
  try {
    const url = await addressOf(node);
    const browser = await startBrowser();
    return { url, browser, infer: nonce => infer(url, nonce), stop: () => browser.close().finally(stopNode) };
  } catch (e) {
    await stopNode();
    throw e;
  }
}

async function addressOf(node) {
  for await (const line of createInterface({ input: node.stdout })) {
    const match = /listening on (http:\/\/[^\s/]+)/.exec(line);
    if (match) return match[1];
  }
  throw new Error("the node ended before it was ready");
}

/** Runs the model once and waits until the receipt's entry is in the tree; gives the receipt's id and the answer. */
async function infer(url, nonce) {
  const answer = await fetch(`${url}/v2/models/digits/infer`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(nonce ? { "Assay-Nonce": nonce } : {}) },
    body: JSON.stringify({ inputs: [{ name: "image", datatype: "FP32", shape: [1, 1, 28, 28], data: picture() }] }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`infer: ${answer.status} ${JSON.stringify(body)}`);
  const id = answer.headers.get("Assay-Receipt").split(";")[0];
  while ((await fetch(`${url}/v1/receipts/${id}`)).status === 202) await new Promise(resolve => setTimeout(resolve, 20));
  return { id, body };
}

// A vertical stroke: a one.
const picture = () => Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 && i > 112 && i < 672 ? 1 : 0));
