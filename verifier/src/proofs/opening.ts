import { demandPaths, leafOf } from "./columns.js";
import { add4, equal4, isZero4, mul4, rootOfUnity, power, scale4, sub4, zero, type Felt4 } from "./field.js";
import { bitsOf, dot, eq, eqAll, logOf, weigh } from "./multilinear.js";
import type { Plan } from "./plan.js";
import { demand } from "./refusal.js";
import type { Claim } from "./relations.js";
import type { Layout } from "./shapes.js";
import { sumcheck } from "./sumcheck.js";
import { tags, type Messages } from "./transcript.js";

/* Many claims about two committed matrices, opened at once (section 4). */

/** A claim as rows and columns: the rows from `row` on, as many as `over` has corners, and what is left of the point. */
export interface Placed extends Claim {
  readonly row: number;
  readonly over: readonly Felt4[];
  readonly within: readonly Felt4[];
}

function place(claim: Claim, at: number, c: number): Placed {
  const row = Math.floor(at / 2 ** c), { point } = claim, rest = point.length - c;
  if (rest >= 0) return { ...claim, row, over: point.slice(0, rest), within: point.slice(rest) };
  return { ...claim, row, over: [], within: [...bitsOf(at % 2 ** c / 2 ** point.length, -rest), ...point] };
}

/** What an opening knows of a plan: where the blocks of both matrices stand. */
export type Matrices = Pick<Plan, "model" | "weights" | "witness">;

/** Where each claim stands in its matrix. */
export const openingOf = ({ model, weights, witness }: Matrices, claims: readonly Claim[]): Placed[] =>
  claims.map(claim => place(claim, (claim.matrix === "model" ? weights : witness).at[claim.block]!, model.parameters.logColumns));

/** How many challenges there are in the row parts. */
export const rowCoordinates = (opened: readonly Placed[]): number => new Set(opened.flatMap(({ over }) => over.map(x => x.join()))).size;

/** u at a place of the domain, by Horner's rule. */
function codeword(row: readonly Felt4[], x: number): Felt4 {
  let sum = zero;
  for (let i = row.length - 1; i >= 0; i--) sum = add4(scale4(sum, x), row[i]!);
  return sum;
}

export function* demandOpening(proof: Messages, { model, weights, witness }: Matrices, claims: readonly Placed[], modelRoot: Uint8Array, witnessRoot: Uint8Array): Generator<void, void> {
  const { logColumns: c, logInverseRate, queries } = model.parameters, depth = c + logInverseRate, transcript = proof.transcript;
  const rowsOf = ({ total }: Layout) => Math.ceil(total / 2 ** c), modelRows = rowsOf(weights), witnessRows = rowsOf(witness);

  const eta = eqAll(transcript.challenges(logOf(claims.length)));
  const { point, claim } = sumcheck(proof, tags.columnRound, claims.reduce((sum, { value }, i) => add4(sum, mul4(eta[i]!, value)), zero), c, 2);
  const ends = proof.elements(tags.rowEvaluations, claims.length);
  const summed = claims.reduce((sum, { within }, i) => add4(sum, mul4(mul4(eta[i]!, eq(within, point)), ends[i]!)), zero);
  demand(equal4(claim, summed), "columnSumcheck", "the claims are not what the rows' evaluations give");

  const eta2 = eqAll(transcript.challenges(logOf(claims.length)));
  const row = proof.elements(tags.row, 2 ** c);
  demand(equal4(dot(row, eqAll(point)), dot(ends, eta2)), "innerProduct", "the combined row is not what the rows' evaluations give");

  // What each row of either matrix counts in the combined row.
  const coefficients = [modelRows, witnessRows].map(rows => new Array<Felt4>(rows).fill(zero)) as [Felt4[], Felt4[]];
  for (const [i, { row: first, over, matrix }] of claims.entries())
    for (const [r, weight] of eqAll(over).entries()) {
      const of = coefficients[matrix === "model" ? 0 : 1];
      of[first + r] = add4(of[first + r]!, mul4(eta2[i]!, weight));
    }

  const indices = [...new Set(transcript.indices(queries, depth))].sort((a, b) => a - b), root = rootOfUnity(2 ** depth);
  const columns = [modelRows, witnessRows].map(rows => indices.map(() => proof.words(rows))) as [number[][], number[][]];
  for (const [k, index] of indices.entries()) {
    yield;
    const combined = add4(weigh(coefficients[0], columns[0][k]!), weigh(coefficients[1], columns[1][k]!));
    demand(isZero4(sub4(codeword(row, power(root, index)), combined)), "queriedColumn", `the combined row is not the one of the committed rows at column ${index}`);
  }
  demandPaths(proof, modelRoot, depth, indices, columns[0].map(leafOf), "modelPath");
  demandPaths(proof, witnessRoot, depth, indices, columns[1].map(leafOf), "witnessPath");
}
