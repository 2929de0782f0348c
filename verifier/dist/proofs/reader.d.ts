/** Little-endian figures of a file of bounded size, one after the other. */
export declare class Reader {
    #private;
    readonly bytes: Uint8Array;
    readonly what: string;
    constructor(bytes: Uint8Array, what: string);
    demand(holds: boolean, what: string): asserts holds;
    raw(length: number): Uint8Array;
    u8(): number;
    i8(): number;
    u16(): number;
    i16(): number;
    i32(): number;
    u32(): number;
    f32(): number;
    flag(): boolean;
    /** A count and the elements, each of at least `least` bytes. */
    list<T>(most: number, least: number, element: () => T): T[];
    text(most: number): string;
    end(): void;
}
