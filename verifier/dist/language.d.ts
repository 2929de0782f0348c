import type { Bundle } from "./bundle.js";
import { type Question } from "./question.js";
import { type Choice, type Seen, type Usage } from "./seen.js";
import { type Word } from "./tokens.js";
export interface Committed {
    readonly choices: readonly Choice[];
    readonly usage: Usage;
    readonly fingerprint: string;
}
export interface Named {
    readonly words: ReadonlyMap<number, Word>;
    readonly digest: string;
}
/** Reads a bundle that was accepted; Malformed where what it says does not hang together, or is not what was asked for. `named`: the words that came with the answer. */
export declare function committed(question: Question, { receipt, disclosures: { input, output } }: Bundle, named: Named | null): Committed;
/** What a caller sees that is not what the bundle commits to, in words; null where all is. */
export declare function otherLanguage(question: Question, seen: Seen, bundle: Bundle, named: Named | null): string | null;
