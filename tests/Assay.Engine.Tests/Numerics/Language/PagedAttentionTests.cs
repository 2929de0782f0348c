using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics.Language;

/// <summary>Attention over pages equals the text of the profile, one query at a time, bit for bit: whatever goes together, at every width, on any threads.</summary>
public sealed unsafe class PagedAttentionTests
{
    [Theory]
    [InlineData(4, 4, 16, 0, 0)]
    [InlineData(8, 2, 64, 0, 0)]
    [InlineData(6, 2, 24, 0, 30)]
    [InlineData(4, 4, 16, 70, 0)]
    [InlineData(8, 1, 20, 5, 2)]
    [InlineData(20, 1, 8, 0, 0)]
    public void Queries_of_several_sequences_see_their_own_keys(int heads, int groups, int size, int window, float softcap)
    {
        Check(new(heads, groups, size, window, softcap, Hostile: false));
        Check(new(heads, groups, size, window, softcap, Hostile: true));
    }

    private sealed record Shape(int Heads, int Groups, int Size, int Window, float Softcap, bool Hostile)
    {
        public int PageSize => 2 * Groups * Size * PagedAttentionKernel.Page;
    }

    private static void Check(Shape shape)
    {
        // Tokens of three sequences: one that decodes, one whose beginning is read at once, one in the middle.
        (int First, int Count)[] sequences = [(130, 1), (0, 21), (60, 9)];
        var positions = sequences.SelectMany(s => Enumerable.Range(s.First, s.Count)).ToArray();
        var pages = sequences.Select((s, n) => Pages(shape, s.First + s.Count, (ulong)n)).ToArray();
        var queries = Sample.Units(positions.Length * shape.Heads * shape.Size, 77);
        if (shape.Hostile)
        {
            // Scores that are infinite, of either sign, and NaN.
            queries[3] = 3e38f;
            queries[(5 * shape.Heads * shape.Size) + 1] = -3e38f;
            queries[(9 * shape.Heads * shape.Size) + 2] = float.NaN;
        }
        var expected = new float[queries.Length];
        var token = 0;
        for (var n = 0; n < sequences.Length; n++)
            for (var i = 0; i < sequences[n].Count; i++, token++)
                for (var head = 0; head < shape.Heads; head++)
                    One(shape, queries.AsSpan(((token * shape.Heads) + head) * shape.Size, shape.Size), pages[n], head, positions[token]).CopyTo(expected, ((token * shape.Heads) + head) * shape.Size);
        foreach (var isa in Isas.Supported)
            foreach (var threads in new[] { 1, 2, 7 })
                Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), Run(shape, isa, threads, queries, positions, sequences, pages).Select(BitConverter.SingleToInt32Bits));
    }

    private static float[] Run(Shape shape, Isa isa, int threads, float[] queries, int[] positions, (int First, int Count)[] sequences, float[][] pages)
    {
        using var workers = new Workers(threads);
        using var scratch = new Scratch(new Launcher(workers), null);
        var y = new float[queries.Length];
        var buffers = pages.Select(p => new AlignedBuffer(p.Length)).ToArray();
        var tables = stackalloc float*[64];
        var tableOf = stackalloc float**[positions.Length];
        int at = 0, token = 0;
        for (var n = 0; n < sequences.Length; n++)
        {
            pages[n].CopyTo(new Span<float>(buffers[n].Pointer, pages[n].Length));
            for (var i = 0; i < sequences[n].Count; i++)
                tableOf[token++] = tables + at;
            for (var p = 0; p < pages[n].Length / shape.PageSize; p++)
                tables[at++] = buffers[n].Pointer + (p * shape.PageSize);
        }
        fixed (float* q = queries, target = y)
        fixed (int* place = positions)
            PagedAttentionKernel.Run(new Launcher(workers), isa, scratch, new()
            {
                Queries = q, QueryStep = shape.Heads * shape.Size, Y = target, Positions = place, Pages = tableOf, Tokens = positions.Length,
                Keys = 0, Values = (long)shape.Size * PagedAttentionKernel.Page, GroupStep = 2L * shape.Size * PagedAttentionKernel.Page,
                Heads = shape.Heads, Groups = shape.Groups, HeadSize = shape.Size, Window = shape.Window, Scale = 0.25f, Softcap = shape.Softcap,
            });
        foreach (var buffer in buffers)
            buffer.Dispose();
        return y;
    }

    /// <summary>Pages for so many positions; what stands behind the last is NaN.</summary>
    private static float[] Pages(Shape shape, int positions, ulong seed)
    {
        var pages = new float[(positions + PagedAttentionKernel.Page - 1) / PagedAttentionKernel.Page * shape.PageSize];
        Array.Fill(pages, float.NaN);
        for (var j = 0; j < positions; j++)
            for (var group = 0; group < shape.Groups; group++)
                for (var e = 0; e < shape.Size; e++)
                {
                    var counter = (seed << 40) + ((ulong)j << 20) + ((ulong)group << 10) + (ulong)e;
                    pages[Key(shape, j, group, e)] = Sample.Unit(counter) * (shape.Hostile && j % 11 == 4 ? 3e38f : 1);
                    pages[Value(shape, j, group, e)] = shape.Hostile && j % 37 == 5 ? float.PositiveInfinity : Sample.Unit(counter + (1UL << 39));
                }
        return pages;
    }

    private static int Key(Shape shape, int j, int group, int e) => (j / 64 * shape.PageSize) + (group * 2 * shape.Size * 64) + (e * 64) + (j % 64);

    private static int Value(Shape shape, int j, int group, int e) => (j / 64 * shape.PageSize) + (((group * 2) + 1) * shape.Size * 64) + (j % 64 * shape.Size) + e;

    /// <summary>8.11 of assay-f32-v1, word by word.</summary>
    private static float[] One(Shape shape, ReadOnlySpan<float> q, float[] pages, int head, int position)
    {
        var group = head / (shape.Heads / shape.Groups);
        var first = shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0;
        var s = new float[position + 1 - first];
        var max = float.NegativeInfinity;
        for (var j = 0; j < s.Length; j++)
        {
            for (var e = 0; e < shape.Size; e++)
                s[j] = ScalarMath.Fma(q[e], pages[Key(shape, first + j, group, e)], s[j]);
            s[j] *= 0.25f;
            if (shape.Softcap > 0)
                s[j] = shape.Softcap * ScalarMath.Tanh(s[j] / shape.Softcap);
            max = float.IsNaN(max) || max > s[j] ? max : s[j];
        }
        var lanes = new float[16];
        var weights = new float[s.Length];
        for (var j = 0; j < s.Length; j++)
            lanes[j % 16] += weights[j] = float.IsNegativeInfinity(s[j]) ? 0 : ScalarMath.Exp(s[j] - max);
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                lanes[j] += lanes[j + half];
        var y = new float[shape.Size];
        for (var j = 0; j < s.Length; j++)
            for (var e = 0; e < shape.Size && !float.IsNegativeInfinity(s[j]); e++)
                y[e] = ScalarMath.Fma(weights[j] / lanes[0], pages[Value(shape, first + j, group, e)], y[e]);
        return Array.ConvertAll(y, ScalarMath.Canonical);
    }
}
