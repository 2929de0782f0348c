using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>A constant and multiples of columns of integers: constant + Σ_r factors[r] · columns[r][offsets[r] + k] of every k, packed.</summary>
/// <remarks>Products are added up with 64 bits and reduced once.</remarks>
internal sealed class Combination
{
    private readonly List<int[]> columns = [];
    private readonly List<int> offsets = [];
    private readonly List<Felt4> factors = [];

    public Felt4 Constant { get; set; }

    public int Count => columns.Count;

    public void Add(int[] column, int offset, Felt4 factor)
    {
        if (factor == Felt4.Zero)
            return;
        columns.Add(column);
        offsets.Add(offset);
        factors.Add(IntColumns.Scaled(factor));
    }

    /// <summary>Of one k.</summary>
    public Felt4 At(int k)
    {
        var sum = Constant;
        for (var r = 0; r < factors.Count; r++)
            sum += IntColumns.Unscaled(factors[r]) * Felt.From((long)columns[r][offsets[r] + k]);
        return sum;
    }

    /// <summary>Writes <paramref name="count"/> elements from number <paramref name="from"/> on; a multiple of sixteen.</summary>
    /// <param name="add">Adds to what is there.</param>
    public void Fill(Team team, uint[] output, int from, int count, bool add = false)
    {
        foreach (var (r, column) in columns.Index())
            if (offsets[r] < 0 || column.Length < offsets[r] + count)
                throw new ArgumentException($"column {r} of {column.Length} values", nameof(count));
        team.Split(count / Packed.Group, Math.Max(1, 4096 / (Packed.Group * (1 + columns.Count))), (first, last) => Widths.Run(new Summing(this, output, from, first, last, add)));
    }

    /// <summary>All of so many elements.</summary>
    public uint[] ToWords(Team team, Arrays arrays, int count)
    {
        var words = arrays.Take(Packed.WordsOf(count));
        if (count >= Packed.Group)
            Fill(team, words, 0, count);
        else
            for (var k = 0; k < count; k++)
                Packed.Set(words, k, At(k));
        return words;
    }

    private readonly struct Summing(Combination of, uint[] output, int start, int from, int to, bool add) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            var (columns, offsets) = (of.columns.ToArray(), of.offsets.ToArray());
            var factors = new Elements<T>[columns.Length];
            for (var r = 0; r < factors.Length; r++)
                factors[r] = Elements<T>.Of(of.factors[r]);
            var constant = Elements<T>.Of(of.Constant);
            for (var group = from; group < to; group++)
                for (var lane = 0; lane < Packed.Group; lane += T.Count)
                {
                    ref var at = ref output[(start / Packed.Group + group) * Packed.Words + lane];
                    Steps.Sum(columns, offsets, factors, group * Packed.Group + lane, constant, add, ref at);
                }
        }
    }

    private static class Steps
    {
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public static void Sum<T>(int[][] columns, int[] offsets, Elements<T>[] factors, int k, in Elements<T> constant, bool add, ref uint output) where T : struct, ILanes<T>
        {
            T e0 = default, e1 = default, e2 = default, e3 = default, o0 = default, o1 = default, o2 = default, o3 = default;
            for (var r = 0; r < columns.Length; r++)
            {
                ref readonly var factor = ref factors[r];
                var even = IntColumns.Residue<T>(in columns[r][offsets[r] + k]);
                var odd = T.Odd(even);
                e0 = T.AddProducts(e0, T.MultiplyEven(factor.C0, even));
                e1 = T.AddProducts(e1, T.MultiplyEven(factor.C1, even));
                e2 = T.AddProducts(e2, T.MultiplyEven(factor.C2, even));
                e3 = T.AddProducts(e3, T.MultiplyEven(factor.C3, even));
                o0 = T.AddProducts(o0, T.MultiplyEven(factor.C0, odd));
                o1 = T.AddProducts(o1, T.MultiplyEven(factor.C1, odd));
                o2 = T.AddProducts(o2, T.MultiplyEven(factor.C2, odd));
                o3 = T.AddProducts(o3, T.MultiplyEven(factor.C3, odd));
            }
            var sum = new Wide<T>(e0, e1, e2, e3, o0, o1, o2, o3).Reduce() + constant;
            if (add)
                sum += Elements<T>.Load(ref output);
            sum.Store(ref output);
        }
    }
}
