import { concat } from "../bytes.js";
import { deriveKey } from "./blake3.js";
import type { Parameters } from "./model.js";

/* What files of proofs and their transcripts begin with (sections 2 and 8). */

export const i32le = (n: number): Uint8Array => new Uint8Array(Int32Array.of(n).buffer);

const u16le = (n: number): Uint8Array => Uint8Array.of(n & 0xff, n >> 8);
const version = 1, noFlags = 0;

/** Field and hash are the format's; the 0 is for zero knowledge. */
const parameterDigest = (p: Parameters): Uint8Array => deriveKey("assay.proofs/1 parameters", concat(...[p.logColumns, p.logInverseRate, p.queries, p.logRange, 0].map(i32le)));

/** Version, flags, the digest of the parameters. */
export const beginning = (p: Parameters): Uint8Array => concat(u16le(version), u16le(noFlags), parameterDigest(p));
