import type { JsonObject } from "./json.js";
/** What a request to a language model says that its answer and its receipt must show again. */
export interface Question {
    readonly chat: boolean;
    readonly model: string;
    readonly version: string | null;
    readonly streams: boolean;
    readonly usage: boolean;
    readonly n: number;
    /** Null for no log-probabilities, else how many are shown beside each token's own. */
    readonly logs: number | null;
    /** Names of the tools that may be called; null where there are none. */
    readonly tools: ReadonlySet<string> | null;
    readonly body: Readonly<Record<string, unknown>>;
}
export declare const isRecord: (value: unknown) => value is Record<string, unknown>;
/** Null where the body is not a request that a node could answer. */
export declare function readQuestion(chat: boolean, text: string): Question | null;
/** Which of the parameters that a receipt signs is not what was asked for, or null. Prompt and grammar are left to a replay, which needs the model. */
export declare function otherParameter({ chat, n, logs, body }: Question, signed: JsonObject): string | null;
