import type { Bytes } from "./bytes.js";
/** Whether 32 bytes are a canonical encoding (y below 2^255 - 19) of a point that is not of small order. On the curve or not is left to the equation. */
export declare function isSoundPoint(point: Uint8Array): boolean;
/**
 * The strict, cofactorless rule: S below the group order, A and R canonical and not of small order, and S·B = R + k·A,
 * which the platform checks (RFC 8032 section 5.1.7 without the cofactor).
 */
export declare function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean>;
