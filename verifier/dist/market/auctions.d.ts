export type Side = "buy" | "sell";
/** An order that was revealed. */
export interface Order {
    readonly side: Side;
    /** The limit, in units a lot. */
    readonly price: bigint;
    readonly lots: bigint;
    readonly salt: string;
    readonly commitment: string;
}
/** What clearing gives: the price (0 where there is none), the lots traded, and of each order the lots that it trades. */
export interface Cleared {
    readonly price: bigint;
    readonly lots: bigint;
    readonly fills: readonly bigint[];
}
/** What is sent first.
 * @param kind of the asset by its number: 1 a share of the pool, 3 of a cover, 5 of a bond */
export declare const commitment: (participant: bigint, kind: bigint, number: bigint, auction: bigint, order: Omit<Order, "commitment">) => string;
export declare const seedOf: (salts: readonly string[]) => string;
/** Clears the orders of one auction, of which no two have the same commitment. */
export declare function clear(orders: readonly Order[], seed: string): Cleared;
