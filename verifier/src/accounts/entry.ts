import { Malformed, Unsupported } from "../errors.js";
import { equal, utf8, type Bytes } from "../bytes.js";
import { readOpenEntry, type Envelope } from "../envelope.js";
import { toHex } from "../hex.js";
import type { Algorithm } from "../keys.js";

/* docs/spec/receipt.md, Log entries: what an entry is, before any log says whether it may stand there. */

/** What a log shows of a receipt. Its signature is of bytes that are not in the log. */
export interface SealedEntry {
  readonly sequence: bigint;
  readonly keyId: string;
  readonly algorithm: Algorithm;
}

export type Entry = { readonly sealed: SealedEntry } | { readonly sealed: null; readonly envelope: Envelope };

const domain = utf8("assay/sealed/v1\n");
// After the domain: sequence 8, SHA-256 of the PAE 32, key id 32, algorithm 1, length of the signature 2, signature 64.
const sealedLength = domain.length + 139;

export function readEntry(entry: Bytes, what: string): Entry {
  if (!equal(entry.subarray(0, domain.length), domain)) return { sealed: null, envelope: readOpenEntry(entry, what) };
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength), at = domain.length;
  if (entry.length !== sealedLength || view.getUint16(at + 73) !== 64) throw new Malformed(`${what} is a sealed entry of another length`);
  const algorithm = entry[at + 72];
  if (algorithm !== 1 && algorithm !== 2) throw new Unsupported(`${what} is a sealed entry of an unknown algorithm`);
  return {
    sealed: {
      sequence: view.getBigUint64(at), keyId: toHex(entry.subarray(at + 40, at + 72)), algorithm: algorithm === 1 ? "ed25519" : "ecdsa-p256-sha256",
    },
  };
}
