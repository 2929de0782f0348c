import { createHmac } from "node:crypto";
import { b64, u32, u64 } from "./signing.mjs";
import { head, leafOf, spanPath } from "./tree.mjs";

export const hmac = (key, ...parts) => parts.reduce((h, p) => h.update(p), createHmac("sha256", key)).digest();
export const commit = (domain, salt, bytes) => hmac(salt, `assay/${domain}/v1\n`, u64(bytes.length), bytes).toString("hex");

/** One token: its id, its text and the bits of its log-probabilities. */
export const token = (id, text, bits = []) => Buffer.concat([u32(id), u32(Buffer.byteLength(text)), Buffer.from(text), u32(bits.length), ...bits.map(u32)]);

/** The pieces of an output with what discloses them. */
export function outputTree(kind, pieces, salt) {
  const name = kind === "tokens" ? "assay/output-token/v1\n" : "assay/output-piece/v1\n";
  const salts = pieces.map((_, i) => hmac(salt, "assay/output-salt/v1\n", u64(i), Buffer.of(1)));
  const leaves = pieces.map((p, i) => leafOf(hmac(salts[i], name, u64(i), u64(p.length), p)));
  return {
    commitment: head(leaves).toString("hex"),
    span: (first, count) => ({
      first, pieces: pieces.slice(first, first + count).map((p, i) => ({ salt: b64(salts[first + i]), bytes: b64(p) })),
      path: spanPath(leaves, first, count).map(b64),
    }),
  };
}

export const cutTensors = bytes => Array.from({ length: Math.ceil(bytes.length / 65536) }, (_, i) => bytes.subarray(65536 * i, 65536 * i + 65536));
