import type { Bytes } from "../bytes.js";
import type { Bundle } from "../bundle.js";
import type { Report } from "../report.js";
import { tokensOf } from "../disclosure.js";
import { isRelayed } from "../receipt.js";
import { element } from "./elements.js";

const most = 20_000;

/** What the bundle discloses of input and output, where the verifier found that it is what the statement commits to. */
export function disclosed(bundle: Bundle, report: Report): HTMLElement[] {
  const sound = (axis: string) => report.checks.some(c => c.axis === axis && (c.status === "verified" || c.reason === "span" || c.reason === "no-policy"));
  const { input, wireInput, output } = bundle.disclosures, parts: HTMLElement[] = [];
  if (sound("input") && input !== null) parts.push(section("Input", `${input.bytes.length} bytes of tensors`, hex(input.bytes)));
  if (sound("input") && wireInput !== null) parts.push(section("Input as it came over the wire", `${wireInput.bytes.length} bytes`, text(wireInput.bytes) ?? hex(wireInput.bytes)));
  if (!sound("output") || output === null) return parts;
  const tokens = bundle.receipt.output.tokens !== null, relayed = isRelayed(bundle.receipt.output);
  const show = (bytes: Bytes) => tokens ? text(tokensOf(bytes)) ?? hex(tokensOf(bytes)) : relayed ? text(bytes) ?? hex(bytes) : hex(bytes);
  if (!("pieces" in output)) parts.push(section("Output", tokens ? `${bundle.receipt.output.tokens} tokens` : `${output.bytes.length} bytes ${relayed ? "from upstream" : "of tensors"}`, show(output.bytes)));
  else {
    const last = output.first + BigInt(output.pieces.length) - 1n, kind = tokens ? "Tokens" : "Pieces";
    const all = new Uint8Array(output.pieces.reduce((sum, p) => sum + p.bytes.length, 0));
    output.pieces.reduce((at, p) => (all.set(p.bytes, at), at + p.bytes.length), 0);
    parts.push(section("Output, a span of it", `${kind} ${output.first} to ${last} alone; of the rest nothing can be said`, show(all)));
  }
  return parts;
}

const section = (title: string, what: string, content: string): HTMLElement =>
  element("section", "disclosed", element("h2", "", title), element("p", "soft", what), element("pre", "", content.length > most ? `${content.slice(0, most)}…` : content));

const hex = (bytes: Bytes): string =>
  Array.from(bytes.subarray(0, most / 3), b => b.toString(16).padStart(2, "0")).join(" ") + (bytes.length > most / 3 ? " …" : "");

/** Bytes as text, if they are UTF-8 without control characters. */
function text(bytes: Bytes): string | null {
  try {
    const decoded = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(decoded) ? null : decoded;
  } catch {
    return null;
  }
}
