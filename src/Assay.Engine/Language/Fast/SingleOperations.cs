using System.Runtime.InteropServices;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>One operation of the profile at a time, by the kernels that a session uses: for test vectors.</summary>
internal sealed unsafe class SingleOperations : IDisposable
{
    private readonly Isa isa;
    private readonly Workers workers;
    private readonly Launcher launcher;
    private readonly Scratch scratch;

    public SingleOperations(Isa isa, int threads)
    {
        (this.isa, workers) = (isa, new Workers(threads));
        launcher = new Launcher(workers);
        scratch = new Scratch(launcher, null);
    }

    /// <summary>1.3 for rows x [tokens, columns]: y [tokens, rows].</summary>
    /// <param name="bias">One for each row, or none.</param>
    public float[] Product(WeightType type, ReadOnlySpan<byte> data, int rows, int columns, ReadOnlySpan<float> x, ReadOnlySpan<float> bias)
    {
        var tokens = x.Length / columns;
        using var weights = WeightPanels.Pack(launcher, isa, type, data, rows, columns, bias);
        using var activations = new TokenRows(tokens, columns);
        var y = new float[tokens * rows];
        fixed (float* from = x, to = y)
            PanelProduct.Run(launcher, isa, scratch, activations.Of(from, tokens, columns), new PanelOutput(weights, to, rows));
        return y;
    }

    /// <summary>2.3 for rows as long as the scale.</summary>
    public float[] Norm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, float epsilon)
    {
        var y = new float[x.Length];
        fixed (float* from = x, to = y, by = scale)
            RowNormalizationKernel.Run(launcher, isa, new() { X = from, Y = to, N = scale.Length, Epsilon = epsilon, Scale = new() { Values = by, Rows = 1, Run = 1 } }, x.Length / scale.Length);
        return y;
    }

    /// <summary>2.4 for one head's vector at a position.</summary>
    public float[] Rotate(RotaryEmbedding rotary, int position, ReadOnlySpan<float> x)
    {
        var y = x.ToArray();
        int pairs = rotary.Dimensions / 2, block = position / CacheLayout.Positions;
        using var table = new AlignedBuffer((long)CacheLayout.Positions * rotary.Dimensions);
        using var frequencies = new AlignedBuffer(pairs);
        Rotation.Frequencies(rotary).CopyTo(new Span<float>(frequencies.Pointer, pairs));
        launcher.Run(
            isa, CacheLayout.Positions, new RotationTable { Frequencies = frequencies.Pointer, Y = table.Pointer, First = block * CacheLayout.Positions, Pairs = pairs, Magnitude = rotary.Magnitude },
            Cost.Of(rotary.Dimensions, perNanosecond: 0.05));
        var blocks = (float**)NativeMemory.AllocZeroed((nuint)block + 1, (nuint)sizeof(float*));
        blocks[block] = table.Pointer;
        fixed (float* at = y)
            launcher.Run(
                isa, 1, new RotateKernel { X = at, Heads = 1, HeadSize = x.Length, Pairs = pairs, Layout = rotary.Layout, Positions = &position, Blocks = blocks }, Cost.Of(x.Length, perNanosecond: 1));
        NativeMemory.Free(blocks);
        return y;
    }

    /// <summary>2.5 for all heads at the last of the positions.</summary>
    /// <param name="q">[heads, headSize].</param>
    /// <param name="keys">[positions, groups, headSize].</param>
    /// <param name="values">Likewise.</param>
    public float[] Attend(int heads, int groups, int window, float scale, float softcap, ReadOnlySpan<float> q, ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        var layout = new CacheLayout(1, groups, q.Length / heads);
        var step = groups * layout.HeadSize;
        var count = keys.Length / step;
        using var cache = new AlignedBuffer(CacheLayout.PagesFor(count) * layout.PageSize);
        var pages = (float**)NativeMemory.Alloc((nuint)CacheLayout.PagesFor(count), (nuint)sizeof(float*));
        for (var p = 0; p < CacheLayout.PagesFor(count); p++)
            pages[p] = cache.Pointer + (p * layout.PageSize);
        var tables = (float***)NativeMemory.Alloc((nuint)count, (nuint)sizeof(float**));
        var y = new float[q.Length];
        fixed (float* query = q, key = keys, value = values, to = y)
        fixed (int* positions = Enumerable.Range(0, count).ToArray())
        {
            for (var i = 0; i < count; i++)
                tables[i] = pages;
            launcher.Run(isa, count, new CacheWrite { Keys = key, Values = value, Step = step, Positions = positions, Pages = tables, Layout = layout, Layer = 0 }, Cost.Of(step, perNanosecond: 1));
            PagedAttentionKernel.Run(launcher, isa, scratch, new()
            {
                Queries = query, QueryStep = q.Length, Y = to, Positions = positions + (count - 1), Pages = tables, Tokens = 1,
                Keys = layout.Keys(0, 0), Values = layout.Values(0, 0), GroupStep = layout.GroupStep,
                Heads = heads, Groups = groups, HeadSize = layout.HeadSize, Window = window, Scale = scale, Softcap = softcap,
            });
        }
        NativeMemory.Free(pages);
        NativeMemory.Free(tables);
        return y;
    }

    /// <summary>2.6: act(gate) · up.</summary>
    public float[] Gate(GateFunction function, ReadOnlySpan<float> gate, ReadOnlySpan<float> up)
    {
        var y = new float[gate.Length];
        fixed (float* a = gate, b = up, to = y)
            if (function == GateFunction.Silu)
                RowKernel<SiluTimes>.Run(launcher, isa, a, 0, b, 0, to, 0, 1, y.Length);
            else
                RowKernel<GeluTimes>.Run(launcher, isa, a, 0, b, 0, to, 0, 1, y.Length);
        return y;
    }

    /// <summary>2.7: softcap · tanh(x / softcap).</summary>
    public float[] Cap(ReadOnlySpan<float> x, float softcap)
    {
        var y = new float[x.Length];
        fixed (float* from = x, to = y)
            RowKernel<Softcap>.Run(launcher, isa, from, 0, from, 0, to, 0, 1, y.Length, softcap);
        return y;
    }

    public void Dispose()
    {
        scratch.Dispose();
        workers.Dispose();
    }
}
