import type { Bytes } from "./bytes.js";
/**
 * The platform's check of a signature over a message. A key that the platform refuses (not on the curve) verifies nothing;
 * a platform without the algorithm is no reason to say anything about the signature.
 */
export declare function platformVerify(algorithm: "Ed25519" | "P-256", raw: Bytes, signature: Bytes, message: Bytes): Promise<boolean>;
