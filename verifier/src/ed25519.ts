import { platformVerify } from "./webcrypto.js";
import type { Bytes } from "./bytes.js";

const p = (1n << 255n) - 19n;
const order = (1n << 252n) + 27742317777372353535851937790883648493n;

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((n, b) => (n << 8n) | BigInt(b), 0n);

// The y of the eight points of small order: of order 1, 2, 4, and the two of order 8, which solve d·y^4 + 2·y^2 = 1.
const y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const smallOrder = new Set([1n, p - 1n, 0n, y8, p - y8]);

/** Whether 32 bytes are a canonical encoding (y below 2^255 - 19) of a point that is not of small order. On the curve or not is left to the equation. */
export function isSoundPoint(point: Uint8Array): boolean {
  if (point.length !== 32) return false;
  const y = littleEndian(point) & ((1n << 255n) - 1n);
  return y < p && !smallOrder.has(y);
}

/**
 * The strict, cofactorless rule: S below the group order, A and R canonical and not of small order, and S·B = R + k·A,
 * which the platform checks (RFC 8032 section 5.1.7 without the cofactor).
 */
export async function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64 || !isSoundPoint(key) || !isSoundPoint(signature.subarray(0, 32))) return false;
  if (littleEndian(signature.subarray(32)) >= order) return false;
  return platformVerify("Ed25519", key, signature, message);
}
