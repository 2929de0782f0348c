import { type Bytes } from "../bytes.js";
export declare const hash: (bytes: Uint8Array, length?: number) => Bytes;
/** @param key 32 bytes */
export declare const keyedHash: (key: Uint8Array, bytes: Uint8Array, length?: number) => Bytes;
export declare function deriveKey(name: string, bytes?: Uint8Array, length?: number): Bytes;
