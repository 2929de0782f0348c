/** A number is an integer from 0 to 2^53 - 1, as a bigint. An object is a map, so that no name is special. */
export type Json = null | boolean | string | bigint | Json[] | JsonObject;
export declare class JsonObject extends Map<string, Json> {
}
/**
 * Strict JSON (RFC 8259, and stricter): UTF-8, one value, no duplicate names, no lone surrogates, numbers only as integers
 * without sign, fraction or exponent, bounded depth and number of values.
 */
export declare function parseJson(bytes: Uint8Array, what: string, maxBytes: number): Json;
