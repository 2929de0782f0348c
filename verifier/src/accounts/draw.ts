import { concat, u64be, utf8, type Bytes } from "../bytes.js";
import { fromHex, toHex } from "../hex.js";
import type { PublicKey } from "../keys.js";
import { sha256 } from "../sha256.js";

/* docs/spec/audits.md, section 2: commitments and draws. */

/** A secret, and the index of its commitment in the provider's log. */
export interface RevealedSeed {
  readonly index: number;
  readonly secret: Bytes;
}

const id = (hex: string): Bytes => fromHex(hex, 32, "a key id");
const n = (value: number): Bytes => u64be(BigInt(value));
const named = (name: string): Bytes => concat(n(utf8(name).length), utf8(name));

/** What commits an auditor to a secret, in hex. */
export const commitmentOf = (key: string, epoch: number, auditorKey: string, secret: Bytes): string =>
  toHex(sha256(utf8("assay/audit-seed/v1\n"), id(key), n(epoch), id(auditorKey), secret));

/** What an auditor's log key signs of a commitment. */
export function promised(provider: string, key: string, epoch: number, auditor: { readonly origin: string; readonly key: PublicKey }, rate: number, commitment: string): Bytes {
  const domain = utf8("assay/audit-promise/v1\n");
  return concat(domain, sha256(domain, named(provider), named(auditor.origin), id(key), n(epoch), n(rate), fromHex(commitment, 32, "a commitment")));
}

export const drawSeed = (key: string, epoch: number, root: Bytes, seeds: readonly RevealedSeed[]): Bytes =>
  sha256(utf8("assay/audit-draw/v1\n"), id(key), n(epoch), root, concat(...seeds.flatMap(s => [n(s.index), s.secret])));

/** The sequences that a seed draws at a rate in millionths, in the order of the draw. */
export function drawnInOrder(seed: Bytes, first: number, records: number, rate: number): number[] {
  // A lot in hex has the order of its number; at the rate 10^6 all are drawn.
  const limit = (BigInt(rate) << 256n) / 1_000_000n, below = limit === 1n << 256n ? null : limit.toString(16).padStart(64, "0");
  const lots: { sequence: number; lot: string }[] = [];
  for (let sequence = first; sequence < first + records; sequence++) {
    const lot = toHex(sha256(seed, n(sequence)));
    if (below === null || lot < below) lots.push({ sequence, lot });
  }
  return lots.sort((a, b) => a.lot < b.lot ? -1 : 1).map(l => l.sequence);
}
