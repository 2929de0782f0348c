using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Kernels;

/// <summary>Sumchecks over packed tables, in lanes; what they say is what <see cref="Reference.SumcheckProver"/> says.</summary>
internal static class Sumchecks
{
    /// <summary>Of Σ over pairs of tables of A(x) B(x).</summary>
    /// <param name="claim">The sum.</param>
    /// <param name="tables">Pairs, each of 2^n elements; they are written over.</param>
    /// <returns>The point.</returns>
    public static Felt4[] Pairs(ProofWriter proof, Team team, byte tag, Felt4 claim, IReadOnlyList<(uint[] A, uint[] B)> tables, int log)
    {
        var point = new Felt4[log];
        for (var (round, size) = (0, 1 << log); round < log; round++, size /= 2)
        {
            var (zero, lead) = (Felt4.Zero, Felt4.Zero);
            if (size >= 2 * Packed.Group)
            {
                var sync = new Lock();
                var groups = size / 2 / Packed.Group;
                var pieces = team.Threads > 1 && groups * tables.Count >= 256 ? Math.Min(groups, 4 * team.Threads) : 1;
                var half = size * Felt4.Degree / 2;
                team.Run(pieces, piece =>
                {
                    var (from, to) = ((int)((long)groups * piece / pieces) * Packed.Words, (int)((long)groups * (piece + 1) / pieces) * Packed.Words);
                    var kernel = new Pairing(tables, from, to, half, new Felt4[2]);
                    Widths.Run(kernel);
                    lock (sync)
                        (zero, lead) = (zero + kernel.Sums[0], lead + kernel.Sums[1]);
                });
            }
            else
                foreach (var (a, b) in tables)
                    for (var i = 0; i < size / 2; i++)
                    {
                        var (a0, b0) = (Packed.Get(a, i), Packed.Get(b, i));
                        zero += a0 * b0;
                        lead += (Packed.Get(a, size / 2 + i) - a0) * (Packed.Get(b, size / 2 + i) - b0);
                    }
            // g(1) is claim − g(0), g(2) = 2 g(1) − g(0) + 2 · its leading coefficient.
            var one = claim - zero;
            proof.Put(tag, zero, one + one - zero + lead + lead);
            var x = point[round] = proof.Transcript.Challenge(Tags.Challenge);
            claim = zero + x * (one - zero - lead + x * lead);
            foreach (var (a, b) in tables)
            {
                Bind(a, size, x);
                Bind(b, size, x);
            }
        }
        return point;
    }

    /// <summary>Σ A(x) B(x) over all of two packed tables.</summary>
    public static Felt4 Inner(uint[] a, uint[] b, int count)
    {
        var sum = Felt4.Zero;
        if (count < Packed.Group)
        {
            for (var i = 0; i < count; i++)
                sum += Packed.Get(a, i) * Packed.Get(b, i);
            return sum;
        }
        var kernel = new Multiplying(a, b, Packed.WordsOf(count), new Felt4[1]);
        Widths.Run(kernel);
        return kernel.Sum[0];
    }

    /// <summary>Sets the first variable of a table of <paramref name="size"/> elements.</summary>
    public static void Bind(uint[] words, int size, Felt4 x)
    {
        if (size >= 2 * Packed.Group)
            Bind(words, size / 2, 0, size / 2 / Packed.Group, x);
        else
            for (var i = 0; i < size / 2; i++)
            {
                var low = Packed.Get(words, i);
                Packed.Set(words, i, low + x * (Packed.Get(words, size / 2 + i) - low));
            }
    }

    /// <summary>Some groups of it.</summary>
    /// <param name="half">Elements that are left.</param>
    public static void Bind(uint[] words, int half, int from, int to, Felt4 x) => Widths.Run(new Binding(words, half * Felt4.Degree, from * Packed.Words, to * Packed.Words, x));

    /// <summary>sums[k] += factor · values[k], packed.</summary>
    public static void AddMultiple(Team team, uint[] sums, uint[] values, Felt4 factor) =>
        team.Split(sums.Length / Packed.Words, 512, (from, to) => Widths.Run(new Adding(sums, values, factor, from * Packed.Words, to * Packed.Words)));

    /// <summary>sums[at + k] += values[k], packed, of <paramref name="count"/> elements.</summary>
    /// <param name="at">The first word.</param>
    public static void Add(uint[] sums, int at, uint[] values, int count) => Widths.Run(new Joining(sums, at, values, Packed.WordsOf(count)));

    private readonly struct Joining(uint[] sums, int at, uint[] values, int words) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            for (var i = 0; i < words; i += T.Count)
                FieldLanes.Add(T.Load(in sums[at + i]), T.Load(in values[i])).Store(ref sums[at + i]);
        }
    }

    private readonly struct Adding(uint[] sums, uint[] values, Felt4 factor, int from, int to) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var by = new Factor<T>(factor);
            for (var group = from; group < to; group += Packed.Words)
                for (var at = group; at < group + Packed.Group; at += T.Count)
                    (Elements<T>.Load(ref sums[at]) + Elements<T>.Load(ref values[at]) * by).Store(ref sums[at]);
        }
    }

    private readonly struct Binding(uint[] words, int half, int from, int to, Felt4 x) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var factor = new Factor<T>(x);
            for (var group = from; group < to; group += Packed.Words)
                for (var at = group; at < group + Packed.Group; at += T.Count)
                {
                    var low = Elements<T>.Load(ref words[at]);
                    (low + (Elements<T>.Load(ref words[half + at]) - low) * factor).Store(ref words[at]);
                }
        }
    }

    private readonly struct Multiplying(uint[] a, uint[] b, int words, Felt4[] sum) : IKernel
    {
        public Felt4[] Sum => sum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            Elements<T> total = default;
            for (var group = 0; group < words; group += Packed.Words)
                for (var at = group; at < group + Packed.Group; at += T.Count)
                    AddProduct(ref a[at], ref b[at], ref total);
            sum[0] = total.Sum();
        }
    }

    private readonly struct Pairing(IReadOnlyList<(uint[] A, uint[] B)> tables, int from, int to, int half, Felt4[] sums) : IKernel
    {
        public Felt4[] Sums => sums;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            Elements<T> zero = default, lead = default;
            foreach (var (a, b) in tables)
                for (var group = from; group < to; group += Packed.Words)
                    for (var at = group; at < group + Packed.Group; at += T.Count)
                    {
                        AddProduct(ref a[at], ref b[at], ref zero);
                        AddLead(ref a[at], ref b[at], half, ref lead);
                    }
            (sums[0], sums[1]) = (zero.Sum(), lead.Sum());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct<T>(ref uint a, ref uint b, ref Elements<T> sum) where T : struct, ILanes<T> =>
        sum += Elements<T>.Load(ref a) * Elements<T>.Load(ref b);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddLead<T>(ref uint a, ref uint b, int half, ref Elements<T> sum) where T : struct, ILanes<T> =>
        sum += (Elements<T>.Load(ref Unsafe.Add(ref a, half)) - Elements<T>.Load(ref a)) * (Elements<T>.Load(ref Unsafe.Add(ref b, half)) - Elements<T>.Load(ref b));
}
