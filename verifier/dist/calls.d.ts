export interface Call {
    readonly name: string;
    /** The JSON of an object, as the model wrote it. */
    readonly arguments: string;
}
export interface CallFormat {
    readonly open: string | null;
    readonly close: string | null;
    readonly key: "arguments" | "parameters";
    readonly list: boolean;
    readonly marks: readonly string[];
}
/** The id of a choice's call, counted from 0 (docs/spec/receipt.md, Ids). */
export declare function callId(recordId: string, choice: number, call: number): string;
export declare const callFormats: ReadonlyMap<string, CallFormat>;
/** Parts a whole answer into text and calls. What looks like a call and is none is text; blanks before, between and after calls are dropped. `first`: the answer ends with its first call, and what follows is no part of it; of a list that is the first element. */
export declare function partCalls(answer: string, format: CallFormat, names: ReadonlySet<string>, first?: boolean): {
    content: string;
    calls: Call[];
};
