using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics.Language;

/// <summary>Products of packed weights equal the scalar reference bit for bit, whatever the instruction set, the threads and the batch.</summary>
public sealed unsafe class PanelProductTests
{
    public static TheoryData<WeightType, bool> Cases
    {
        get
        {
            var cases = new TheoryData<WeightType, bool>();
            foreach (var type in StoredRows.Types)
            {
                cases.Add(type, false);
                cases.Add(type, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_product_equals_the_reference_at_every_width_with_any_threads_and_tokens(WeightType type, bool hostile)
    {
        foreach (var (rows, columns) in new[] { (1, 256), (16, 512), (37, 768), (150, type.BlockSize == 32 ? 32 : 256) })
        {
            var stored = StoredRows.Make(type, rows, columns, 5, hostile);
            var bias = rows == 37 ? Sample.Units(rows, 8) : [];
            const int Most = 19;
            var x = StoredRows.Activations(Most * columns, 9, hostile);
            var expected = Reference(type, stored, rows, columns, x, bias, Most);
            foreach (var isa in Isas.Supported)
                foreach (var threads in new[] { 1, 2, 7 })
                {
                    using var workers = new Workers(threads);
                    using var bench = new Bench(workers, isa);
                    using var weights = bench.Pack(type, stored, rows, columns, bias);
                    foreach (var tokens in new[] { 1, 2, 4, 5, 8, 9, 16, 17, Most })
                    {
                        var y = bench.Run(x, tokens, weights)[0];
                        Assert.Equal(Bits(expected.AsSpan(0, tokens * rows)), Bits(y));
                    }
                }
        }
    }

    [Fact]
    public void Weights_and_activations_at_the_ends_of_their_ranges_stay_exact()
    {
        // Every weight the least or the greatest, every activation 127 or -127: the greatest sums there can be.
        foreach (var type in StoredRows.Quantized)
            foreach (byte fill in new byte[] { 0x00, 0x80, 0x7F, 0xFF })
                foreach (var sign in new[] { 1, -1 })
                {
                    const int rows = 48, columns = 256, tokens = 20;
                    var stored = StoredRows.Make(type, rows, columns, 1);
                    for (var at = 0; at < stored.Length; at++)
                        if (!StoredRows.IsScale(type, at % type.BlockBytes))
                            stored[at] = fill;
                        else if (type == WeightType.Q6_K && at % type.BlockBytes < 208)
                            // The halves' own scales: floats are whole up to 2^24 with the greatest of them, too.
                            stored[at] = 0x80;
                    var x = new float[tokens * columns];
                    for (var i = 0; i < x.Length; i++)
                        x[i] = i / columns % 2 == 0 ? sign : i % 2 == 0 ? sign : -sign;
                    var expected = Reference(type, stored, rows, columns, x, [], tokens);
                    foreach (var isa in Isas.Supported)
                    {
                        using var workers = new Workers(1);
                        using var bench = new Bench(workers, isa);
                        using var weights = bench.Pack(type, stored, rows, columns, []);
                        // One token, a few, and so many that panels are unpacked, in pairs and alone.
                        foreach (var some in new[] { 1, 8, tokens })
                            Assert.Equal(Bits(expected.AsSpan(0, some * rows)), Bits(bench.Run(x, some, weights)[0]));
                    }
                }
    }

    [Fact]
    public void Three_matrices_of_different_types_share_their_activations()
    {
        WeightType[] types = [WeightType.Q4_K, WeightType.Q8_0, WeightType.F16];
        int[] rows = [100, 20, 33];
        const int columns = 256;
        foreach (var isa in Isas.Supported)
            foreach (var tokens in new[] { 1, 11, 18 })
            {
                using var workers = new Workers(2);
                using var bench = new Bench(workers, isa);
                var x = StoredRows.Activations(tokens * columns, 4);
                byte[][] stored = [.. types.Select((type, i) => StoredRows.Make(type, rows[i], columns, 3))];
                WeightPanels[] weights = [.. types.Select((type, i) => bench.Pack(type, stored[i], rows[i], columns, []))];
                var y = bench.Run(x, tokens, weights);
                for (var i = 0; i < types.Length; i++)
                {
                    Assert.Equal(Bits(Reference(types[i], stored[i], rows[i], columns, x, [], tokens)), Bits(y[i]));
                    weights[i].Dispose();
                }
            }
    }

    [Fact]
    public void Packed_weights_take_about_the_bytes_of_the_file()
    {
        using var workers = new Workers(1);
        using var bench = new Bench(workers, Isas.Best);
        foreach (var type in StoredRows.Types)
        {
            var stored = StoredRows.Make(type, 64, 2048, 1);
            using var weights = bench.Pack(type, stored, 64, 2048, []);
            Assert.InRange(weights.Bytes, stored.Length, (long)(stored.Length * 1.05));
        }
    }

    [Fact]
    public void Sizes_that_do_not_fit_together_are_refused()
    {
        using var workers = new Workers(1);
        using var bench = new Bench(workers, Isas.Best);
        Assert.Throws<ArgumentException>(() => bench.Pack(WeightType.Q8_0, new byte[34], 1, 33, []));
        Assert.Throws<ArgumentException>(() => bench.Pack(WeightType.Q8_0, new byte[33], 1, 32, []));
        Assert.Throws<ArgumentException>(() => bench.Pack(WeightType.Q8_0, new byte[34], 1, 32, [1, 2]));
        Assert.Throws<ArgumentException>(() => bench.Pack((WeightType)4, new byte[34], 1, 32, []));
        using var weights = bench.Pack(WeightType.Q8_0, new byte[34], 1, 32, []);
        using var wider = bench.Pack(WeightType.Q8_0, new byte[68], 1, 64, []);
        Assert.Throws<ArgumentException>(() => bench.Run(new float[64], 1, weights, wider));
    }

    private static float[] Reference(WeightType type, byte[] stored, int rows, int columns, float[] x, float[] bias, int tokens)
    {
        var y = new float[tokens * rows];
        for (var t = 0; t < tokens; t++)
            QuantizedRows.Product(type, stored, x.AsSpan(t * columns, columns), bias, y.AsSpan(t * rows, rows));
        return y;
    }

    private static int[] Bits(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(values).ToArray();

    private sealed class Bench(Workers workers, Isa isa) : IDisposable
    {
        private readonly Launcher launcher = new(workers);
        private readonly Scratch scratch = new(new Launcher(workers), null);

        public WeightPanels Pack(WeightType type, byte[] stored, int rows, int columns, float[] bias) => WeightPanels.Pack(launcher, isa, type, stored, rows, columns, bias);

        /// <summary>y of each matrix, with two floats behind each row that must stay as they are.</summary>
        public float[][] Run(float[] x, int tokens, params WeightPanels[] weights)
        {
            using var rows = new TokenRows(tokens, x.Length / tokens);
            var wide = Array.ConvertAll(weights, w => new float[tokens * (w.Rows + 2)]);
            var handles = Array.ConvertAll(wide, y => System.Runtime.InteropServices.GCHandle.Alloc(y, System.Runtime.InteropServices.GCHandleType.Pinned));
            fixed (float* source = x)
            {
                // Activations may hold more rows than are asked for.
                var columns = Math.Min(weights[0].Columns, x.Length);
                PanelProduct.Run(launcher, isa, scratch, rows.Of(source, tokens, columns), [.. weights.Select((w, i) => new PanelOutput(w, (float*)handles[i].AddrOfPinnedObject(), w.Rows + 2))]);
            }
            foreach (var handle in handles)
                handle.Free();
            return [.. wide.Select((y, i) => Enumerable.Range(0, tokens).SelectMany(t =>
            {
                Assert.Equal([0, 0], y.AsSpan((t * (weights[i].Rows + 2)) + weights[i].Rows, 2).ToArray());
                return y.Skip(t * (weights[i].Rows + 2)).Take(weights[i].Rows);
            }).ToArray())];
        }

        public void Dispose() => scratch.Dispose();
    }
}
