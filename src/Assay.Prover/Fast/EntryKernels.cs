using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Prover.Kernels;
using Assay.Prover.Reference.Relations;

namespace Assay.Prover.Fast;

/// <summary>Tables: eq, inside, y, e, the selector, what remains in one part or two, x; of windows eq, maximum, sum.</summary>
internal readonly struct SoftmaxKernel(SoftmaxSum of) : IEntryKernel
{
    private static readonly Felt scale = Felt.From((long)SoftmaxLayer.Scale), limb = Felt.From(1L << Remainder.LimbBits), minusOne = -Felt.One;

    public int Needs => 6;

    public void Prepare(ReadOnlySpan<Felt4> windows, Span<Felt4> needed)
    {
        var (max, sum) = (windows[1], windows[2]);
        // sum − 2 (y + 128) sum is this less 2 sum · y.
        (needed[0], needed[1], needed[2], needed[3]) = (of.Mix.Windows * windows[0], max, sum + sum, sum - Felt4.From(256) * sum);
        (needed[4], needed[5]) = (of.Mix.Places, of.Mix.Columns);
    }

    public void Add<T>(Elements<T>[] entries, Elements<T>[] needed, Elements<T>[] scratch, ref Elements<T> sum) where T : struct, ILanes<T>
    {
        ref readonly var x = ref entries[^1];
        ref var relation = ref scratch[0];
        Steps.Multiply(entries[1], entries[3], ref scratch[1]);
        Steps.Multiply(scratch[1], scale, ref relation);
        Steps.Add(relation, needed[3], ref relation);
        Steps.Multiply(needed[2], entries[2], ref scratch[1]);
        Steps.Subtract(relation, scratch[1], ref relation);
        Steps.Subtract(relation, entries[5], ref relation);
        if (of.Wide)
        {
            Steps.Multiply(entries[6], limb, ref scratch[1]);
            Steps.Subtract(relation, scratch[1], ref relation);
        }
        Steps.Subtract(needed[1], x, ref scratch[1]);
        Steps.Multiply(scratch[1], entries[4], ref scratch[2]);
        Steps.AddProduct(scratch[2], needed[4], ref relation);
        Steps.AddProduct(entries[0], relation, ref sum);
        // The windows' sums.
        Steps.Multiply(entries[4], needed[5], ref scratch[1]);
        Steps.Add(scratch[1], entries[3], ref scratch[1]);
        Steps.Multiply(scratch[1], entries[1], ref scratch[2]);
        Steps.AddProduct(scratch[2], needed[0], ref sum);
    }

    public Felt4 At(ReadOnlySpan<Felt4> entries, ReadOnlySpan<Felt4> windows) => of.At([.. entries[2..], .. windows[1..]], entries[1], entries[0], windows[0]);
}

/// <summary>Tables: eq, inside, x, the quotient, what remains in one part or two; of windows eq and the columns of windows.</summary>
internal readonly struct NormalizeKernel(NormalizeSum of) : IEntryKernel
{
    private static readonly Felt limb = Felt.From(1L << Remainder.LimbBits);

    public int Needs => 5;

    public void Prepare(ReadOnlySpan<Felt4> windows, Span<Felt4> needed)
    {
        (needed[0], needed[1], needed[2]) = (of.Mix.Windows * windows[0], windows[1], windows[3] + windows[3]);
        (needed[3], needed[4]) = (of.Mix.OfWindow(windows[1..]), of.Mix.Squares);
    }

    public void Add<T>(Elements<T>[] entries, Elements<T>[] needed, Elements<T>[] scratch, ref Elements<T> sum) where T : struct, ILanes<T>
    {
        ref readonly var x = ref entries[2];
        ref var relation = ref scratch[0];
        ref var scaled = ref scratch[1];
        Steps.Multiply(x, of.Mix.Factor, ref scaled);
        Steps.Subtract(scaled, needed[1], ref scratch[2]);
        Steps.Multiply(scratch[2], entries[1], ref scratch[3]);
        Steps.Multiply(scratch[3], of.Mix.TwiceGain, ref relation);
        Steps.Add(relation, needed[3], ref relation);
        Steps.Multiply(needed[2], entries[3], ref scratch[2]);
        Steps.Subtract(relation, scratch[2], ref relation);
        Steps.Subtract(relation, entries[4], ref relation);
        if (of.Wide)
        {
            Steps.Multiply(entries[5], limb, ref scratch[2]);
            Steps.Subtract(relation, scratch[2], ref relation);
        }
        Steps.AddProduct(entries[0], relation, ref sum);
        // The windows' sums.
        Steps.Multiply(x, needed[4], ref scratch[2]);
        Steps.AddProduct(scratch[2], x, ref scaled);
        Steps.Multiply(scaled, entries[1], ref scratch[2]);
        Steps.AddProduct(scratch[2], needed[0], ref sum);
    }

    public Felt4 At(ReadOnlySpan<Felt4> entries, ReadOnlySpan<Felt4> windows) => of.At([.. entries[2..], .. windows[1..]], entries[1], entries[0], windows[0]);
}

/// <summary>Tables: eq, the multiplier, a0, a1, e, f, t.</summary>
internal readonly struct LimbKernel(LimbSum of) : IEntryKernel
{
    private static readonly Felt limb = Felt.From(1L << LimbColumns.Bits);

    public int Needs => 1;

    public void Prepare(ReadOnlySpan<Felt4> windows, Span<Felt4> needed) => needed[0] = of.Zeta;

    public void Add<T>(Elements<T>[] entries, Elements<T>[] needed, Elements<T>[] scratch, ref Elements<T> sum) where T : struct, ILanes<T>
    {
        ref var relation = ref scratch[0];
        Steps.Multiply(entries[3], needed[0], ref scratch[1]);
        Steps.Add(scratch[1], entries[2], ref scratch[1]);
        Steps.Multiply(scratch[1], entries[1], ref relation);
        Steps.Multiply(entries[4], limb, ref scratch[1]);
        Steps.Subtract(relation, scratch[1], ref relation);
        Steps.Subtract(relation, entries[5], ref relation);
        Steps.Subtract(entries[4], entries[6], ref scratch[1]);
        Steps.AddProduct(scratch[1], needed[0], ref relation);
        Steps.AddProduct(entries[0], relation, ref sum);
    }

    public Felt4 At(ReadOnlySpan<Felt4> entries, ReadOnlySpan<Felt4> windows) => of.At(entries[1..], Felt4.One, entries[0], Felt4.One);
}

/// <summary>The product of three tables.</summary>
internal readonly struct ThreeKernel : IEntryKernel
{
    public int Needs => 0;

    public void Prepare(ReadOnlySpan<Felt4> windows, Span<Felt4> needed)
    {
    }

    public void Add<T>(Elements<T>[] entries, Elements<T>[] needed, Elements<T>[] scratch, ref Elements<T> sum) where T : struct, ILanes<T>
    {
        Steps.Multiply(entries[0], entries[1], ref scratch[0]);
        Steps.AddProduct(scratch[0], entries[2], ref sum);
    }

    public Felt4 At(ReadOnlySpan<Felt4> entries, ReadOnlySpan<Felt4> windows) => entries[0] * entries[1] * entries[2];
}
