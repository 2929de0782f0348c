import { concat } from "../bytes.js";
import { deriveKey } from "./blake3.js";
/* What files of proofs and their transcripts begin with (sections 2 and 8). */
export const i32le = (n) => new Uint8Array(Int32Array.of(n).buffer);
const u16le = (n) => Uint8Array.of(n & 0xff, n >> 8);
const version = 1, noFlags = 0;
/** Field and hash are the format's; the 0 is for zero knowledge. */
const parameterDigest = (p) => deriveKey("assay.proofs/1 parameters", concat(...[p.logColumns, p.logInverseRate, p.queries, p.logRange, 0].map(i32le)));
/** Version, flags, the digest of the parameters. */
export const beginning = (p) => concat(u16le(version), u16le(noFlags), parameterDigest(p));
