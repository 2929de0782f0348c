/** The verifier's checks by their numbers in docs/spec/proofs.md, section 7. */
export declare const checks: {
    readonly framing: 1;
    readonly calculator: 2;
    readonly modelId: 3;
    readonly scaleGroups: 4;
    readonly input: 5;
    readonly output: 6;
    readonly canonical: 7;
    readonly rootNumerator: 8;
    readonly rootDenominator: 9;
    readonly treeLayer: 10;
    readonly leafNumerator: 11;
    readonly leafDenominator: 12;
    readonly zerocheck: 13;
    readonly sum: 14;
    readonly product: 15;
    readonly gather: 16;
    readonly publicInput: 17;
    readonly pool: 18;
    readonly publicOutput: 19;
    readonly columnSumcheck: 20;
    readonly innerProduct: 21;
    readonly queriedColumn: 22;
    readonly modelPath: 23;
    readonly witnessPath: 24;
    readonly end: 25;
};
export type CheckName = keyof typeof checks;
/** A proof, or what it is held against, that failed a check. */
export declare class ProofRefused extends Error {
    readonly check: CheckName;
    name: string;
    readonly number: number;
    constructor(check: CheckName, message: string);
}
export declare function demand(holds: boolean, check: CheckName, message: string): asserts holds;
