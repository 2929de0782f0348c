export declare const p = 2130706433;
export declare const add: (a: number, b: number) => number;
export declare const sub: (a: number, b: number) => number;
/**
 * The quotient in floating point has a relative error below 2^-51 and is below 2^31, so what is rounded down is off by at most one, and then
 * the remainder is nearer than 2^12 to 0 or to p: it fits an int32, and its low 32 bits are all that is needed.
 */
export declare const mul: (a: number, b: number) => number;
export declare const power: (base: number, exponent: number) => number;
/** The root of unity of order n, a power of two up to 2^24. */
export declare const rootOfUnity: (n: number) => number;
/** An integer's element; |z| < 2^53. */
export declare const embed: (z: number) => number;
export type Felt4 = readonly [number, number, number, number];
export declare const zero: Felt4;
export declare const one: Felt4;
/** An integer's element of 𝔽. */
export declare const lift: (z: number) => Felt4;
export declare const add4: (a: Felt4, b: Felt4) => Felt4;
export declare const sub4: (a: Felt4, b: Felt4) => Felt4;
/** By an element of the base field. */
export declare const scale4: (a: Felt4, b: number) => Felt4;
/** X^4 = 3. */
export declare const mul4: (a: Felt4, b: Felt4) => Felt4;
export declare const equal4: (a: Felt4, b: Felt4) => boolean;
export declare const isZero4: (a: Felt4) => boolean;
/** The inverse of an element of the base field that is not 0. */
export declare const inverse: (a: number) => number;
export declare const product4: (all: readonly Felt4[]) => Felt4;
