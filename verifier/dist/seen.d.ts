import type { Call } from "./calls.js";
import { type Question } from "./question.js";
export interface NamedToken {
    readonly token: string;
    readonly logprob: number;
    /** Null in the completions API, which does not show them. */
    readonly bytes: readonly number[] | null;
}
export interface TokenLog extends NamedToken {
    readonly others: readonly NamedToken[];
    /** Where its text begins; null in the chat API. */
    readonly offset: number | null;
}
/** All that an answer shows of one choice: of what was handed on, or of what a receipt commits to. */
export interface Choice {
    content: string;
    readonly calls: Call[];
    /** Of the calls that were seen. */
    readonly callIds: string[];
    readonly logs: TokenLog[];
    finish: string | null;
}
export declare const newChoice: () => Choice;
export interface Usage {
    readonly prompt: number;
    readonly completion: number;
}
export declare class Seen {
    private readonly question;
    readonly choices: readonly Choice[];
    id: string | null;
    created: number;
    model: string;
    fingerprint: string;
    usage: Usage | null;
    /** The member `assay`. */
    assay: unknown;
    constructor(question: Question);
    /** Whether every choice has its end, so that nothing but usage and receipt is to come. */
    get complete(): boolean;
    /** Takes a whole answer; Malformed where it is none, or has members that no receipt vouches for. */
    takeWhole(json: unknown): void;
    /** Takes the next chunk of a stream. */
    takeChunk(json: unknown): void;
    private takePart;
    private takeMessage;
    private takeCalls;
    private takeLogs;
    private takeHead;
}
