using Assay.Proofs.Field;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>What <see cref="Reference.SumcheckProver"/> says, by several threads: for functions that have no kernel of their own.</summary>
internal static class TableSumcheck
{
    // So many pairs are worth handing over.
    private const int Least = 64;

    public static Felt4[] Prove(ProofWriter proof, Team team, byte tag, Felt4[][] tables, int degree, Func<ReadOnlySpan<Felt4>, Felt4> of)
    {
        var point = new Felt4[int.Log2(tables[0].Length)];
        var gate = new Lock();
        for (var (round, size) = (0, tables[0].Length); size > 1; round++, size /= 2)
        {
            var (half, message) = (size / 2, new Felt4[degree]);
            team.Split(half, Least, (from, to) =>
            {
                var sums = new Felt4[degree];
                var (values, steps) = (new Felt4[tables.Length], new Felt4[tables.Length]);
                for (var i = from; i < to; i++)
                {
                    for (var t = 0; t < tables.Length; t++)
                        (values[t], steps[t]) = (tables[t][i], tables[t][half + i] - tables[t][i]);
                    // At 0, then at 2, 3, …: at 1 it is what the claim leaves.
                    for (var x = 0; ; x++)
                    {
                        if (x != 1)
                            sums[Math.Max(0, x - 1)] += of(values);
                        if (x == degree)
                            break;
                        for (var t = 0; t < tables.Length; t++)
                            values[t] += steps[t];
                    }
                }
                lock (gate)
                    for (var x = 0; x < degree; x++)
                        message[x] += sums[x];
            });
            proof.Put(tag, message);
            var challenge = point[round] = proof.Transcript.Challenge(Tags.Challenge);
            team.Split(half, Least, (from, to) =>
            {
                foreach (var table in tables)
                    for (var i = from; i < to; i++)
                        table[i] += challenge * (table[half + i] - table[i]);
            });
        }
        return point;
    }
}
