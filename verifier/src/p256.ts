import { platformVerify } from "./webcrypto.js";
import type { Bytes } from "./bytes.js";

// FIPS 186-5 / SP 800-186, curve P-256: y^2 = x^3 - 3x + b over the field of p elements, group order n.
const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

const bigEndian = (bytes: Uint8Array): bigint => bytes.reduce((v, x) => (v << 8n) | BigInt(x), 0n);

/** Whether 65 bytes are 0x04, x, y of a point on the curve. */
export function isOnCurve(point: Uint8Array): boolean {
  if (point.length !== 65 || point[0] !== 4) return false;
  const x = bigEndian(point.subarray(1, 33)), y = bigEndian(point.subarray(33));
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

/** ECDSA with SHA-256 over r, s of 32 bytes each; both are from 1 to n - 1, a high s is accepted. */
export async function verifyP256(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64 || !isOnCurve(key)) return false;
  const r = bigEndian(signature.subarray(0, 32)), s = bigEndian(signature.subarray(32));
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  return platformVerify("P-256", key, signature, message);
}
