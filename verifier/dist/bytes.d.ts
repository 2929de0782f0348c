export type Bytes = Uint8Array<ArrayBuffer>;
export declare const utf8: (text: string) => Bytes;
/** The text of UTF-8 bytes; a byte order mark is text like any other. */
export declare function text(bytes: Uint8Array, what: string): string;
export declare function concat(...parts: readonly Uint8Array[]): Bytes;
export declare const equal: (a: Uint8Array, b: Uint8Array) => boolean;
/** n in eight bytes, most significant first; n is from 0 to 2^64 - 1. */
export declare function u64be(n: bigint): Bytes;
export declare const u16be: (n: number) => Bytes;
/** Whether names are in strictly ascending order of their UTF-16 units; for hex and ASCII that is the order of their bytes. */
export declare const ascending: (names: readonly string[]) => boolean;
/** The order of two strings by their UTF-8 bytes. */
export declare function compareUtf8(a: string, b: string): number;
