/** One, in units. */
export declare const unit: bigint;
export declare const least: (a: bigint, b: bigint) => bigint;
/** Floor of a/b, b above 0: BigInt's own division goes toward 0. */
export declare const floorDiv: (a: bigint, b: bigint) => bigint;
/** LN(a, b). */
export declare function ln(a: bigint, b: bigint): bigint;
/** LN+(a, b). */
export declare const lnUp: (a: bigint, b: bigint) => bigint;
/** EXP(x). */
export declare function exp(x: bigint): bigint;
/** LF(n). */
export declare function lnFactorial(n: bigint): bigint;
/** LF+(n). */
export declare const lnFactorialUp: (n: bigint) => bigint;
