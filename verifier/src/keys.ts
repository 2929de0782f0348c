import { Malformed } from "./errors.js";
import { concat, equal, type Bytes } from "./bytes.js";
import { fromHex, toHex } from "./hex.js";
import { sha256 } from "./sha256.js";
import { isSoundPoint, verifyEd25519 } from "./ed25519.js";
import { isOnCurve, verifyP256 } from "./p256.js";

export type Algorithm = "ed25519" | "ecdsa-p256-sha256";

/** A public key; `id` is the SHA-256 of its DER SubjectPublicKeyInfo in hex. */
export interface PublicKey {
  readonly algorithm: Algorithm;
  readonly raw: Bytes;
  readonly id: string;
}

const ed25519Prefix = fromHex("302a300506032b6570032100", 12, "prefix");
const p256Prefix = fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200", 26, "prefix");

/** Reads one of the two forms of SPKI; a key of another form, or one under which nothing may verify, is malformed. */
export function parseSpki(spki: Bytes, what: string): PublicKey {
  const id = toHex(sha256(spki));
  if (spki.length === 44 && equal(spki.subarray(0, 12), ed25519Prefix)) return { ...ed25519Key(spki.slice(12), what), id };
  if (spki.length !== 91 || !equal(spki.subarray(0, 26), p256Prefix))
    throw new Malformed(`${what} is neither an Ed25519 nor a P-256 SubjectPublicKeyInfo`);
  const raw = spki.slice(26);
  if (!isOnCurve(raw)) throw new Malformed(`${what} is not a point on P-256`);
  return { algorithm: "ecdsa-p256-sha256", raw, id };
}

/** An Ed25519 key from its 32 bytes. */
export function ed25519Key(raw: Bytes, what: string): PublicKey {
  if (!isSoundPoint(raw)) throw new Malformed(`${what} is not a canonical Ed25519 key, or of small order`);
  return { algorithm: "ed25519", raw, id: toHex(sha256(ed25519Prefix, raw)) };
}

export const spkiOf = (key: PublicKey): Bytes => concat(key.algorithm === "ed25519" ? ed25519Prefix : p256Prefix, key.raw);

export const verifySignature = (key: PublicKey, message: Bytes, signature: Bytes): Promise<boolean> =>
  key.algorithm === "ed25519" ? verifyEd25519(key.raw, message, signature) : verifyP256(key.raw, message, signature);
