import type { Parameters } from "./model.js";
export declare const i32le: (n: number) => Uint8Array;
/** Version, flags, the digest of the parameters. */
export declare const beginning: (p: Parameters) => Uint8Array;
