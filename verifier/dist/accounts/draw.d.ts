import { type Bytes } from "../bytes.js";
import type { PublicKey } from "../keys.js";
/** A secret, and the index of its commitment in the provider's log. */
export interface RevealedSeed {
    readonly index: number;
    readonly secret: Bytes;
}
/** What commits an auditor to a secret, in hex. */
export declare const commitmentOf: (key: string, epoch: number, auditorKey: string, secret: Bytes) => string;
/** What an auditor's log key signs of a commitment. */
export declare function promised(provider: string, key: string, epoch: number, auditor: {
    readonly origin: string;
    readonly key: PublicKey;
}, rate: number, commitment: string): Bytes;
export declare const drawSeed: (key: string, epoch: number, root: Bytes, seeds: readonly RevealedSeed[]) => Bytes;
/** The sequences that a seed draws at a rate in millionths, in the order of the draw. */
export declare function drawnInOrder(seed: Bytes, first: number, records: number, rate: number): number[];
