using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>The prover's side of a sumcheck, plain: of a sum over all corners of some function of several tables. The readable form beside the fast ones.</summary>
public static class SumcheckProver
{
    /// <summary>Says a polynomial in each round, and sets the tables' variables one by one.</summary>
    /// <param name="tables">Each of 2^n values; what is left of each is its value at the point.</param>
    /// <param name="degree">Of <paramref name="of"/> in each table's variable together.</param>
    /// <param name="of">What is summed, from one value of each table.</param>
    public static Felt4[] Prove(ProofWriter proof, byte tag, Felt4[][] tables, int degree, Func<ReadOnlySpan<Felt4>, Felt4> of)
    {
        var point = new List<Felt4>();
        var values = new Felt4[tables.Length];
        for (var size = tables[0].Length; size > 1; size /= 2)
        {
            var message = new List<Felt4>();
            for (var x = 0; x <= degree; x++)
            {
                // g(1) is what the claim leaves.
                if (x == 1)
                    continue;
                var sum = Felt4.Zero;
                for (var i = 0; i < size / 2; i++)
                {
                    for (var t = 0; t < tables.Length; t++)
                        values[t] = tables[t][i] + Felt4.From(x) * (tables[t][size / 2 + i] - tables[t][i]);
                    sum += of(values);
                }
                message.Add(sum);
            }
            proof.Put(tag, [.. message]);
            point.Add(proof.Transcript.Challenge(Tags.Challenge));
            foreach (var table in tables)
                Multilinear.Bind(table.AsSpan(0, size), point[^1]);
        }
        return [.. point];
    }
}
