using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Kernels;

/// <summary>
/// The tree of fractions of the lookups (docs/spec/proofs.md section 5), the same as <see cref="Reference.LogUpProver"/> and fast: layers are
/// built in lanes, and each layer's sumcheck reads its tables once a round.
/// </summary>
/// <remarks>
/// With P′ = P(1x) + λ Q(1x) a layer sums eq(r, x) · f(x), f = P(0x) Q(1x) + Q(0x) P′(x), of degree 2 beside eq. In a round eq is s · ((1 − r) (1 − X) + r X) times
/// eq of the coordinates behind: what is summed is h(0) and h's leading coefficient, and h(1) follows from the claim (Gruen 2024).
/// </remarks>
internal static class FractionTree
{
    // Tables of so many values and fewer are for plain code.
    private const int Few = 2 * Packed.Group;

    /// <param name="numerators">Of the leaves: 2^d words in Montgomery's form.</param>
    /// <param name="denominators">As many elements, packed; they are overwritten.</param>
    /// <returns>The point at which the verifier wants the leaves' extensions.</returns>
    public static Felt4[] Prove(ProofWriter proof, Team team, Arrays arrays, uint[] numerators, uint[] denominators, int depth)
    {
        if (depth < 6)
            return Reference.LogUpProver.Prove(proof, [.. numerators.Take(1 << depth).Select(n => (Felt4)Felt.OfForm(n))], Packed.ToArray(denominators, 1 << depth));
        var layers = new List<(uint[] P, uint[] Q)> { (Widened(team, arrays, numerators), denominators) };
        while (layers[^1].P.Length > Packed.WordsOf(Few))
            layers.Add(Above(team, arrays, layers[^1].P, layers[^1].Q));
        // Above that it is plain.
        var top = new List<(Felt4[] P, Felt4[] Q)> { (Packed.ToArray(layers[^1].P, Few), Packed.ToArray(layers[^1].Q, Few)) };
        while (top[^1].P.Length > 2)
            top.Add(Reference.LogUpProver.Above(top[^1].P, top[^1].Q));
        var (p, q) = top[^1];
        proof.Put(Tags.TreeRoot, p[0], p[1], q[0], q[1]);
        Felt4[] point = [proof.Transcript.Challenge(Tags.Challenge)];
        for (var i = top.Count - 2; i >= 0; i--)
            point = Reference.LogUpProver.Layer(proof, point, top[i].P, top[i].Q, out p, out q);
        for (var i = layers.Count - 2; i >= 0; i--)
        {
            var lambda = proof.Transcript.Challenge(Tags.Challenge);
            var claim = p[0] + point[0] * (p[1] - p[0]) + lambda * (q[0] + point[0] * (q[1] - q[0]));
            var (at, said) = new LayerSumcheck(proof, team, layers[i].P, layers[i].Q, lambda, claim, point).Run();
            proof.Put(Tags.TreeLeaf, said);
            (p, q) = (said[..2], said[2..]);
            point = [proof.Transcript.Challenge(Tags.Challenge), .. at];
        }
        foreach (var (fractions, below) in layers)
        {
            arrays.Return(fractions);
            if (below != denominators)
                arrays.Return(below);
        }
        return point;
    }

    private static uint[] Widened(Team team, Arrays arrays, uint[] numerators)
    {
        var words = arrays.Take(Packed.WordsOf(numerators.Length));
        team.Split(numerators.Length / Packed.Group, 1024, (from, to) =>
        {
            words.AsSpan(from * Packed.Words, (to - from) * Packed.Words).Clear();
            for (var g = from; g < to; g++)
                numerators.AsSpan(g * Packed.Group, Packed.Group).CopyTo(words.AsSpan(g * Packed.Words));
        });
        return words;
    }

    private static (uint[] P, uint[] Q) Above(Team team, Arrays arrays, uint[] p, uint[] q)
    {
        var (sums, products) = (arrays.Take(p.Length / 2), arrays.Take(p.Length / 2));
        team.Split(sums.Length / Packed.Words, 128, (from, to) => Widths.Run(new Adding(p, q, sums, products, from, to)));
        return (sums, products);
    }

    private readonly struct Adding(uint[] p, uint[] q, uint[] sums, uint[] products, int from, int to) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var half = sums.Length;
            for (var group = from * Packed.Words; group < to * Packed.Words; group += Packed.Words)
                for (var at = group; at < group + Packed.Group; at += T.Count)
                {
                    Steps.AddFractions<T>(ref p[at], ref p[half + at], ref q[at], ref q[half + at], ref sums[at]);
                    Steps.Multiply<T>(ref q[at], ref q[half + at], ref products[at]);
                }
        }
    }

    /// <summary>One layer's sumcheck. The tables are the halves of the layer below, and are written over.</summary>
    private sealed class LayerSumcheck(ProofWriter proof, Team team, uint[] p, uint[] q, Felt4 lambda, Felt4 claim, Felt4[] r)
    {
        private readonly Felt4[] at = new Felt4[r.Length];
        private readonly uint[] p = p, q = q;
        private readonly Felt4 lambda = lambda;
        private Felt4 claim = claim, zero, lead;

        /// <returns>The point, and P(0x), P(1x), Q(0x), Q(1x) there.</returns>
        public (Felt4[] Point, Felt4[] Said) Run()
        {
            var half = p.Length / 2;
            var eq = new SplitEq(r.AsSpan(1));
            var (scale, size, round) = (Felt4.One, 1 << r.Length, 0);
            Pass(size / 2, eq, (from, to) => new First(this, eq, size / 2, from, to));
            while (true)
            {
                Say(round, ref scale);
                if (size == Few)
                    break;
                eq.Drop();
                var (s, x) = (size, at[round]);
                Pass(size / 4, eq, (from, to) => new Next(this, eq, s / 4, x, from, to));
                (size, round) = (size / 2, round + 1);
            }
            // P(0x), P′, Q(0x), Q(1x), of which the last round said was of Few values.
            Felt4[][] tables = [Table(p, 0), Table(p, half), Table(q, 0), Table(q, half)];
            while (true)
            {
                foreach (var table in tables)
                    Assay.Proofs.Polynomials.Multilinear.Bind(table.AsSpan(0, size), at[round]);
                (size, round) = (size / 2, round + 1);
                if (size == 1)
                    break;
                eq.Drop();
                (zero, lead) = (Felt4.Zero, Felt4.Zero);
                for (var i = 0; i < size / 2; i++)
                {
                    var weight = Packed.Get(eq.Low, i);
                    var (a, b, c, d) = (tables[0][i], tables[1][i], tables[2][i], tables[3][i]);
                    zero += weight * (a * d + c * b);
                    var j = size / 2 + i;
                    lead += weight * ((tables[0][j] - a) * (tables[3][j] - d) + (tables[2][j] - c) * (tables[1][j] - b));
                }
                Say(round, ref scale);
            }
            var (q0, q1) = (tables[2][0], tables[3][0]);
            return (at, [tables[0][0], tables[1][0] - lambda * q1, q0, q1]);
        }

        private static Felt4[] Table(uint[] words, int from) => Packed.ToArray(words.AsSpan(from), Few);

        // h(1) from the claim: s ((1 − r) h(0) + r h(1)). That r or s is 0 has probability 2^-123.
        private void Say(int round, ref Felt4 scale)
        {
            var (first, rest) = (scale * (Felt4.One - r[round]), scale * r[round]);
            var one = (claim - first * zero) * rest.Invert();
            var (two, three) = (one + one - zero + lead + lead, Felt4.From(3) * one - zero - zero + Felt4.From(6) * lead);
            var step = rest - first;
            var (g0, g2, g3) = (first * zero, (rest + step) * two, (rest + step + step) * three);
            proof.Put(Tags.TreeRound, g0, g2, g3);
            var x = at[round] = proof.Transcript.Challenge(Tags.Challenge);
            scale *= Felt4.One - r[round] + x * (r[round] + r[round] - Felt4.One);
            claim = scale * (zero + x * (one - zero - lead + x * lead));
        }

        private void Pass<TKernel>(int pairs, SplitEq eq, Func<int, int, TKernel> kernel) where TKernel : struct, IKernel
        {
            (zero, lead) = (Felt4.Zero, Felt4.Zero);
            team.Split(pairs / eq.Block, Math.Max(1, 1024 / eq.Block), (from, to) => Widths.Run(kernel(from, to)));
        }

        private void Add(Felt4 zeros, Felt4 leads)
        {
            lock (at)
            {
                zero += zeros;
                lead += leads;
            }
        }

        /// <summary>Makes P′, and sums the first round.</summary>
        private readonly struct First(LayerSumcheck of, SplitEq eq, int pairs, int from, int to) : IKernel
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public void Run<T>() where T : struct, ILanes<T>
            {
                var (p, q, low, half, far) = (of.p, of.q, eq.Low, of.p.Length / 2, pairs * Felt4.Degree);
                var lambda = new Factor<T>(of.lambda);
                Elements<T> zeros = default, leads = default;
                for (var block = from; block < to; block++)
                {
                    Elements<T> zero = default, lead = default;
                    for (var g = 0; g < eq.Block * Felt4.Degree; g += Packed.Words)
                        for (var lane = g; lane < g + Packed.Group; lane += T.Count)
                        {
                            var a = block * eq.Block * Felt4.Degree + lane;
                            Steps.AddMultiple(ref p[half + a], ref q[half + a], far, lambda);
                            Steps.AddZero(ref p[a], ref p[half + a], ref q[a], ref q[half + a], ref low[lane], ref zero);
                            Steps.AddLead(ref p[a], ref p[half + a], ref q[a], ref q[half + a], far, ref low[lane], ref lead);
                        }
                    Steps.AddBlock(zero, lead, eq.High[block], ref zeros, ref leads);
                }
                of.Add(zeros.Sum(), leads.Sum());
            }
        }

        /// <summary>Sets the variable that was last asked for, and sums the round after it.</summary>
        private readonly struct Next(LayerSumcheck of, SplitEq eq, int quarter, Felt4 x, int from, int to) : IKernel
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public void Run<T>() where T : struct, ILanes<T>
            {
                var (p, q, low, half, far) = (of.p, of.q, eq.Low, of.p.Length / 2, quarter * Felt4.Degree);
                var point = new Factor<T>(x);
                Elements<T> zeros = default, leads = default;
                for (var block = from; block < to; block++)
                {
                    Elements<T> zero = default, lead = default;
                    for (var g = 0; g < eq.Block * Felt4.Degree; g += Packed.Words)
                        for (var lane = g; lane < g + Packed.Group; lane += T.Count)
                        {
                            var a = block * eq.Block * Felt4.Degree + lane;
                            Steps.Bind(ref p[a], far, point);
                            Steps.Bind(ref p[half + a], far, point);
                            Steps.Bind(ref q[a], far, point);
                            Steps.Bind(ref q[half + a], far, point);
                            Steps.AddZero(ref p[a], ref p[half + a], ref q[a], ref q[half + a], ref low[lane], ref zero);
                            Steps.AddLead(ref p[a], ref p[half + a], ref q[a], ref q[half + a], far, ref low[lane], ref lead);
                        }
                    Steps.AddBlock(zero, lead, eq.High[block], ref zeros, ref leads);
                }
                of.Add(zeros.Sum(), leads.Sum());
            }
        }
    }

    // One group of lanes at a time, through memory: larger pieces the compiler does not keep in registers.
    private static class Steps
    {
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void AddFractions<T>(ref uint p0, ref uint p1, ref uint q0, ref uint q1, ref uint sum) where T : struct, ILanes<T> =>
            (Wide<T>.Product(Elements<T>.Load(ref p0), Elements<T>.Load(ref q1)) + Wide<T>.Product(Elements<T>.Load(ref p1), Elements<T>.Load(ref q0))).Reduce().Store(ref sum);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Multiply<T>(ref uint a, ref uint b, ref uint product) where T : struct, ILanes<T> =>
            (Elements<T>.Load(ref a) * Elements<T>.Load(ref b)).Store(ref product);

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void AddZero<T>(ref uint p0, ref uint p1, ref uint q0, ref uint q1, ref uint weight, ref Elements<T> sum) where T : struct, ILanes<T>
        {
            var f = (Wide<T>.Product(Elements<T>.Load(ref p0), Elements<T>.Load(ref q1)) + Wide<T>.Product(Elements<T>.Load(ref q0), Elements<T>.Load(ref p1))).Reduce();
            AddWeighed(f, ref weight, ref sum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void AddLead<T>(ref uint p0, ref uint p1, ref uint q0, ref uint q1, int far, ref uint weight, ref Elements<T> sum) where T : struct, ILanes<T>
        {
            var f = (Wide<T>.Product(Difference<T>(ref p0, far), Difference<T>(ref q1, far)) + Wide<T>.Product(Difference<T>(ref q0, far), Difference<T>(ref p1, far))).Reduce();
            AddWeighed(f, ref weight, ref sum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void AddMultiple<T>(ref uint p, ref uint q, int far, in Factor<T> factor) where T : struct, ILanes<T>
        {
            (Elements<T>.Load(ref p) + Elements<T>.Load(ref q) * factor).Store(ref p);
            ref var next = ref Unsafe.Add(ref p, far);
            (Elements<T>.Load(ref next) + Elements<T>.Load(ref Unsafe.Add(ref q, far)) * factor).Store(ref next);
        }

        // Four values of a table at a distance of a quarter become the two that are left of them.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Bind<T>(ref uint near, int far, in Factor<T> x) where T : struct, ILanes<T>
        {
            ref var next = ref Unsafe.Add(ref near, far);
            var (first, second) = (Elements<T>.Load(ref near), Elements<T>.Load(ref next));
            (first + (Elements<T>.Load(ref Unsafe.Add(ref near, 2 * far)) - first) * x).Store(ref near);
            (second + (Elements<T>.Load(ref Unsafe.Add(ref next, 2 * far)) - second) * x).Store(ref next);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void AddBlock<T>(in Elements<T> zero, in Elements<T> lead, Felt4 weight, ref Elements<T> zeros, ref Elements<T> leads) where T : struct, ILanes<T>
        {
            var factor = new Factor<T>(weight);
            (zeros, leads) = (zeros + zero * factor, leads + lead * factor);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void AddWeighed<T>(in Elements<T> value, ref uint weight, ref Elements<T> sum) where T : struct, ILanes<T> =>
            sum += value * Elements<T>.Load(ref weight);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Elements<T> Difference<T>(ref uint near, int far) where T : struct, ILanes<T> =>
            Elements<T>.Load(ref Unsafe.Add(ref near, far)) - Elements<T>.Load(ref near);
    }
}
