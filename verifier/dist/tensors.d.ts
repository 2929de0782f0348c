import { type Bytes } from "./bytes.js";
export interface Tensor {
    readonly name: string;
    readonly type: string;
    readonly shape: readonly number[];
    readonly data: Bytes;
}
/** Reads the one encoding of a list of tensors; whatever the encoder does not make is malformed. */
export declare function readTensors(bytes: Bytes): Tensor[];
/** JSON whose numbers are kept as they are written: as texts that begin with U+0000, which no other text may hold. */
export declare function parseExact(json: string): unknown;
/**
 * Whether a tensor of an Open Inference Protocol message (of parseExact) says the same name, type, shape and elements. NaN is one.
 * `exactly`: flat, or nested as the shape says, so that whoever reads `data[i][j]` gets that element; else nested in any way.
 */
export declare function isSame(tensor: Tensor, said: unknown, exactly?: boolean): boolean;
