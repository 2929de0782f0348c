/** How an accumulator becomes an activation. */
export interface ScaleGroup {
    readonly multiplier: number;
    readonly shift: number;
    readonly zeroPoint: number;
    readonly low: number;
    readonly high: number;
    /** 256 outputs for -128 to 127, or null. */
    readonly table: readonly number[] | null;
}
/** Which group a place has: one number for all, or one for each place of the axes that choose. */
export interface Grouped {
    readonly groups: readonly ScaleGroup[];
    readonly groupOf: readonly number[];
    /** Requantised by limbs of 15 bits, so that groups that differ in their multiplier alone share a table. */
    readonly limbs: boolean;
}
/** Tensors by number: 0 is the model's input, i the output of layer i - 1. */
interface Reading {
    readonly input: number;
}
interface Weighted extends Reading, Grouped {
    readonly outputs: number;
    readonly zeroPoint: number;
    readonly biasBound: number;
}
/** Where windows lie; rows and columns are the output's. */
export interface Windows {
    readonly kernelRows: number;
    readonly kernelColumns: number;
    readonly stride: number;
    readonly dilation: number;
    readonly top: number;
    readonly left: number;
    readonly rows: number;
    readonly columns: number;
}
export interface Dense extends Weighted {
    readonly kind: "dense";
}
export interface Conv extends Weighted, Windows {
    readonly kind: "conv";
    readonly depthwise: boolean;
}
/** Its dilation is 1. */
export interface Average extends Reading, Grouped, Windows {
    readonly kind: "average";
    readonly zeroPoint: number;
}
export interface Sum {
    readonly kind: "sum";
    readonly a: number;
    readonly b: number;
    readonly multiplierA: number;
    readonly multiplierB: number;
    readonly zeroPointA: number;
    readonly zeroPointB: number;
    readonly group: ScaleGroup;
}
export interface TableLayer extends Reading {
    readonly kind: "table";
    /** 256 outputs for -128 to 127. */
    readonly table: readonly number[];
}
export interface Pool extends Reading {
    readonly kind: "pool";
}
/** The maximum along rows (axis 2) or columns (3). */
export interface Line extends Reading {
    readonly kind: "line";
    readonly along: number;
    readonly kernel: number;
    readonly stride: number;
    readonly before: number;
    /** Of the output along the axis. */
    readonly size: number;
}
/** A product of activations: a [batch, ..., I, K] and b [batch, ..., K, J]. */
export interface MatMul {
    readonly kind: "matmul";
    readonly a: number;
    readonly b: number;
    readonly zeroPointA: number;
    readonly zeroPointB: number;
    readonly group: ScaleGroup;
}
export interface Softmax extends Reading {
    readonly kind: "softmax";
    /** E of 0 to 255. */
    readonly exponents: readonly number[];
    readonly causal: boolean;
}
export interface Normalize extends Reading {
    readonly kind: "normalize";
    /** G */
    readonly gain: number;
    readonly epsilon: number;
    readonly zeroPoint: number;
    readonly low: number;
    readonly high: number;
}
export interface Reshape extends Reading {
    readonly kind: "reshape";
    /** Behind the batch. */
    readonly sizes: readonly number[];
}
export interface Transpose extends Reading {
    readonly kind: "transpose";
    /** The output's axis i is the input's axis order[i - 1]; the batch, axis 0, stays. */
    readonly order: readonly number[];
}
export interface Concat {
    readonly kind: "concat";
    readonly parts: readonly number[];
    readonly along: number;
}
export type Layer = Dense | Conv | Average | Sum | TableLayer | Pool | Line | MatMul | Softmax | Normalize | Reshape | Transpose | Concat;
export declare const inputsOf: (layer: Layer) => readonly number[];
export interface Parameters {
    /** c: a row has 2^c values. */
    readonly logColumns: number;
    readonly logInverseRate: number;
    readonly queries: number;
    /** κ */
    readonly logRange: number;
}
export interface Model {
    readonly inputSizes: readonly number[];
    readonly inputZeroPoint: number;
    readonly layers: readonly Layer[];
    readonly parameters: Parameters;
}
export interface Statement {
    readonly modelId: Uint8Array;
    readonly context: Uint8Array;
    readonly batch: number;
    /** The real places, inference by inference. */
    readonly input: Int8Array;
    readonly output: Int8Array;
}
export {};
