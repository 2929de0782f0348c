import type { Bytes } from "./bytes.js";
/** Whether 65 bytes are 0x04, x, y of a point on the curve. */
export declare function isOnCurve(point: Uint8Array): boolean;
/** ECDSA with SHA-256 over r, s of 32 bytes each; both are from 1 to n - 1, a high s is accepted. */
export declare function verifyP256(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean>;
