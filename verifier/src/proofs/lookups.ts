import { add4, equal4, lift, mul4, one, sub4, zero, type Felt4 } from "./field.js";
import { eqAll, evaluateIndex, weigh } from "./multilinear.js";
import type { Known, Row } from "./layers/layer.js";
import type { LeafBlock, PlacedSection, PlacedTable } from "./plan.js";
import { demand } from "./refusal.js";
import type { Claim } from "./relations.js";
import { tags, type Messages } from "./transcript.js";
import { fractions, seen } from "./tree.js";

/* All lookups of all layers in one tree (section 5). */

function rowOf({ tag, columns }: PlacedTable, point: readonly Felt4[]): Row {
  if (columns === null) return [zero, evaluateIndex(point), zero, zero];
  const weights = eqAll(point);
  return [lift(tag), weigh(weights, columns[0]), weigh(weights, columns[1]), weigh(weights, columns[2])];
}

/** What they are about. */
export interface Lookups {
  readonly layers: readonly { readonly sections: readonly PlacedSection[] }[];
  readonly tables: readonly PlacedTable[];
  readonly depth: number;
}

/** Returns what was said of each layer's sections, and the claims about the witness. */
export function demandLookups(proof: Messages, { layers, tables, depth }: Lookups): { known: Known[][]; claims: Claim[] } {
  const [alpha, ...betas] = proof.transcript.challenges(4) as [Felt4, Felt4, Felt4, Felt4], tree = fractions(proof, depth);
  const said = proof.elements(tags.evaluations, tables.length + layers.reduce((sum, l) => sum + l.sections.reduce((n, s) => n + s.committed.length, 0), 0));

  let next = tables.length;
  const known = layers.map(({ sections }) => sections.map(({ log, committed }): Known =>
    ({ point: seen(tree.point, log, 0).point, values: said.slice(next, next += committed.length) })));

  let numerator = zero, denominator = zero, shares = zero;
  const count = ({ log, at }: LeafBlock, over: (point: readonly Felt4[]) => Felt4, under: (point: readonly Felt4[]) => Row) => {
    const { point, share } = seen(tree.point, log, at), [tag, ...values] = under(point);
    numerator = add4(numerator, mul4(share, over(point)));
    denominator = add4(denominator, mul4(share, values.reduce((left, value, i) => sub4(left, mul4(betas[i]!, value)), sub4(alpha, tag))));
    shares = add4(shares, share);
  };
  for (const [i, { sections }] of layers.entries())
    for (const [j, { leaves, lookups, numerators }] of sections.entries())
      leaves.forEach((block, k) => count(block, numerators?.[k] ?? (() => one), point => lookups[k]!(known[i]![j]!.values, point)));
  tables.forEach((table, t) => count(table.leaves, () => sub4(zero, said[t]!), point => rowOf(table, point)));
  demand(equal4(tree.numerator, numerator), "leafNumerator", "the leaves' numerators are not those of lookups and tables");
  demand(equal4(tree.denominator, add4(denominator, sub4(one, shares))), "leafDenominator", "the leaves' denominators are not those of lookups and tables");

  const claims: Claim[] = [];
  for (const [i, { sections }] of layers.entries())
    for (const [j, { committed, firstColumn }] of sections.entries()) {
      const { point, values } = known[i]![j]!;
      values.filter((_, k) => committed[k]).forEach((value, k) => claims.push({ matrix: "witness", block: firstColumn + k, point, value }));
    }
  tables.forEach(({ leaves: { log, at } }, t) => claims.push({ matrix: "witness", block: t, point: seen(tree.point, log, at).point, value: said[t]! }));
  return { known, claims };
}
