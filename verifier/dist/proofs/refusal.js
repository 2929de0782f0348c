/** The verifier's checks by their numbers in docs/spec/proofs.md, section 7. */
export const checks = {
    framing: 1, calculator: 2, modelId: 3, scaleGroups: 4, input: 5, output: 6, canonical: 7, rootNumerator: 8, rootDenominator: 9, treeLayer: 10,
    leafNumerator: 11, leafDenominator: 12, zerocheck: 13, sum: 14, product: 15, gather: 16, publicInput: 17, pool: 18, publicOutput: 19,
    columnSumcheck: 20, innerProduct: 21, queriedColumn: 22, modelPath: 23, witnessPath: 24, end: 25,
};
/** A proof, or what it is held against, that failed a check. */
export class ProofRefused extends Error {
    check;
    name = "ProofRefused";
    number;
    constructor(check, message) {
        super(message);
        this.check = check;
        this.number = checks[check];
    }
}
export function demand(holds, check, message) {
    if (!holds)
        throw new ProofRefused(check, message);
}
