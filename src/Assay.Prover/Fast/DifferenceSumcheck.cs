using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>A sumcheck of eq(τ, z) Π (y − x_i)(z), which is 0: tables are of the differences, and eq is taken out of each round (Gruen 2024).</summary>
internal static class DifferenceSumcheck
{
    public static Felt4[] Prove(ProofWriter proof, Team team, Arrays arrays, Felt4[] tau, ImmutableArray<int[]> columns)
    {
        // An output of one place: no round.
        if (tau.Length == 0)
            return [];
        var (count, size) = (columns.Length - 1, 1 << tau.Length);
        var tables = new uint[count][];
        for (var i = 0; i < count; i++)
        {
            var difference = new Combination();
            difference.Add(columns[0], 0, Felt4.One);
            difference.Add(columns[i + 1], 0, -Felt4.One);
            tables[i] = difference.ToWords(team, arrays, size);
        }
        var (point, eq, scale, claim) = (new Felt4[tau.Length], new SplitEq(tau.AsSpan(1)), Felt4.One, Felt4.Zero);
        // g is eq of the round's variable times h, of degree count: h(0), h(2), … are summed, h(1) follows from the claim.
        for (var round = 0; round < tau.Length; round++, size /= 2)
        {
            var h = Sums(team, tables, eq, size, count);
            var (first, last) = (scale * (Felt4.One - tau[round]), scale * tau[round]);
            h[1] = (claim - first * h[0]) * last.Invert();
            // h(count + 1) by differences, since its difference of order count + 1 is 0.
            h[count + 1] = Next(h.AsSpan(0, count + 1));
            var message = new Felt4[count + 1];
            var at = first;
            for (var x = 0; x <= count + 1; x++, at += last - first)
                if (x != 1)
                    message[Math.Max(0, x - 1)] = at * h[x];
            proof.Put(Tags.Sumcheck, message);
            var challenge = point[round] = proof.Transcript.Challenge(Tags.Challenge);
            claim = RoundPolynomial.Evaluate(message, claim, challenge);
            scale *= Felt4.One - tau[round] + challenge * (tau[round] + tau[round] - Felt4.One);
            foreach (var table in tables)
                Sumchecks.Bind(table, size, challenge);
            if (round + 1 < tau.Length)
                eq.Drop();
        }
        foreach (var table in tables)
            arrays.Return(table);
        return point;
    }

    // Of places 0 … count and count + 1, those of h that are summed; the others are 0.
    private static Felt4[] Sums(Team team, uint[][] tables, SplitEq eq, int size, int count)
    {
        var h = new Felt4[count + 2];
        var half = size / 2;
        if (half < Packed.Group)
        {
            for (var i = 0; i < half; i++)
                for (var x = 0; x <= count; x++)
                {
                    var product = Packed.Get(eq.Low, i);
                    foreach (var table in tables)
                    {
                        var low = Packed.Get(table, i);
                        product *= low + Felt4.From(x) * (Packed.Get(table, half + i) - low);
                    }
                    h[x] += product;
                }
            return h;
        }
        var gate = new Lock();
        team.Split(half / eq.Block, Math.Max(1, 1024 / eq.Block), (from, to) =>
        {
            var kernel = new Multiplying(tables, eq, half, from, to, new Felt4[count + 1]);
            Widths.Run(kernel);
            lock (gate)
                for (var x = 0; x <= count; x++)
                    h[x] += kernel.Sums[x];
        });
        return h;
    }

    // Σ (−1)^(n − x) C(n + 1, x) h(x), of x = 0 … n, is h(n + 1).
    private static Felt4 Next(ReadOnlySpan<Felt4> h)
    {
        var (n, sum, binomial) = (h.Length, Felt4.Zero, 1L);
        for (var x = 0; x < n; x++)
        {
            sum += Felt4.From((n - 1 - x) % 2 == 0 ? binomial : -binomial) * h[x];
            binomial = binomial * (n - x) / (x + 1);
        }
        return sum;
    }

    private readonly struct Multiplying(uint[][] tables, SplitEq eq, int half, int from, int to, Felt4[] sums) : IKernel
    {
        public Felt4[] Sums => sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var (values, steps, block) = (new Elements<T>[tables.Length], new Elements<T>[tables.Length], new Elements<T>[sums.Length]);
            var (far, words) = (half * Felt4.Degree, eq.Block * Felt4.Degree);
            for (var b = from; b < to; b++)
            {
                Array.Clear(block);
                for (var group = 0; group < words; group += Packed.Words)
                    for (var lane = group; lane < group + Packed.Group; lane += T.Count)
                    {
                        for (var t = 0; t < tables.Length; t++)
                            Load(ref tables[t][b * words + lane], far, ref values[t], ref steps[t]);
                        for (var x = 0; x < sums.Length; x++)
                        {
                            if (x != 1)
                                AddProduct(values, ref eq.Low[lane], ref block[x]);
                            for (var t = 0; t < values.Length; t++)
                                values[t] += steps[t];
                        }
                    }
                for (var x = 0; x < sums.Length; x++)
                    sums[x] += eq.High[b] * block[x].Sum();
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Load<T>(ref uint near, int far, ref Elements<T> value, ref Elements<T> step) where T : struct, ILanes<T>
        {
            value = Elements<T>.Load(ref near);
            step = Elements<T>.Load(ref Unsafe.Add(ref near, far)) - value;
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void AddProduct<T>(Elements<T>[] values, ref uint weight, ref Elements<T> sum) where T : struct, ILanes<T>
        {
            var product = Elements<T>.Load(ref weight);
            foreach (ref readonly var value in values.AsSpan())
                product *= value;
            sum += product;
        }
    }
}
