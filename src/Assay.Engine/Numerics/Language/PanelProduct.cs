using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// y = x · W (1.3 of assay-llm-v1) for the tokens of <see cref="TokenRows"/>, of up to three matrices that read the same activations. A few
/// tokens read the panels as they are packed. Many read a few panels unpacked into the second-level cache, one group of tokens after the
/// other. No output depends on the others. One item is a few panels of a matrix.
/// </summary>
internal unsafe struct PanelProduct : IKernel
{
    /// <summary>Matrices of one launch.</summary>
    public const int MostOutputs = 3;

    // Unpacked panels that stay in the second-level cache while all tokens go past.
    private const int UnpackedBytes = 512 * 1024, LeastPanels = 2, MostPanels = 4;

    // So few read quantised panels as they are packed: unpacking them once for each tile costs less than memory for what was unpacked.
    private const int FewTokens = 2 * PackedTiles.Most;

    private TokenGroups x;
    private Part first, second, third;
    private int panelsPerItem;
    private bool isPaired;
    private float* scratch;
    private long scratchSize;

    /// <summary>One matrix: its panels, where its outputs go, and its first item.</summary>
    private struct Part
    {
        public PanelLayout Weights;
        public float* Bias, Y;
        public nint Step;
        public int Begin;
    }

    /// <summary>Makes the products of all rows of <paramref name="x"/>.</summary>
    /// <param name="scratch">Working memory of the launcher's threads.</param>
    public static void Run(Launcher launcher, Isa isa, Scratch scratch, TokenRows x, params ReadOnlySpan<PanelOutput> outputs)
    {
        if (outputs.Length is 0 or > MostOutputs)
            throw new ArgumentException($"products of one to {MostOutputs} matrices, not {outputs.Length}", nameof(outputs));
        var kernel = new PanelProduct { panelsPerItem = MostPanels, isPaired = RowTiles.HeightOf(isa) == 8 };
        long most = 0;
        var items = 0;
        foreach (var output in outputs)
        {
            kernel.x = x.For(output.Weights.Type, launcher, isa);
            var unpacked = UnpackedSize(output.Weights);
            kernel.panelsPerItem = Math.Min(kernel.panelsPerItem, (int)Math.Max(LeastPanels, UnpackedBytes / unpacked));
            most = Math.Max(most, unpacked + ScaleSize(output.Weights));
        }
        if (x.Tokens <= FewTokens)
            kernel.panelsPerItem = x.Tokens > 1 ? LeastPanels : 1;
        for (var i = 0; i < outputs.Length; i++)
        {
            var weights = outputs[i].Weights;
            if (weights.Columns != x.Columns)
                throw new ArgumentException($"rows of {x.Columns} and a matrix of {weights.Columns} columns");
            var part = new Part { Weights = new(weights), Bias = weights.Bias, Y = outputs[i].Y, Step = outputs[i].Step, Begin = items };
            items += (weights.Panels + kernel.panelsPerItem - 1) / kernel.panelsPerItem;
            if (i == 0)
                kernel.first = kernel.second = kernel.third = part;
            else if (i == 1)
                kernel.second = kernel.third = part;
            else
                kernel.third = part;
        }
        kernel.scratchSize = (((kernel.panelsPerItem * most) + 63) / 64 * 16) + 256;
        kernel.scratch = scratch.Panels(launcher.Threads * kernel.scratchSize);
        // About 6 bytes, or 40 multiplications, are made in a nanosecond.
        var weight = (long)kernel.panelsPerItem * kernel.first.Weights.PanelBytes * (1 + (x.Tokens / 4));
        launcher.Run(isa, items, kernel, Cost.Of(weight, perNanosecond: 6));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var memory = scratch + (part * scratchSize);
        for (var item = from; item < to && !Interrupt.IsRaised; item++)
        {
            // Where there are fewer matrices the last ones are the same and begin where it does.
            ref readonly var output = ref first;
            if (item >= second.Begin && second.Begin > 0)
                output = ref second;
            if (item >= third.Begin && third.Begin > 0)
                output = ref third;
            var panel = (item - output.Begin) * panelsPerItem;
            var panels = Math.Min(panelsPerItem, ((output.Weights.Rows + WeightPanels.Height - 1) / WeightPanels.Height) - panel);
            switch (output.Weights.Type)
            {
                case WeightType.Q4_0: Dot<T, Q4_0Panel>(output, panel, panels, memory); break;
                case WeightType.Q4_1: Dot<T, Q4_1Panel>(output, panel, panels, memory); break;
                case WeightType.Q5_0: Dot<T, Q5_0Panel>(output, panel, panels, memory); break;
                case WeightType.Q5_1: Dot<T, Q5_1Panel>(output, panel, panels, memory); break;
                case WeightType.Q8_0: Dot<T, Q8_0Panel>(output, panel, panels, memory); break;
                case WeightType.Q2_K: Dot<T, Q2_KPanel>(output, panel, panels, memory); break;
                case WeightType.Q3_K: Dot<T, Q3_KPanel>(output, panel, panels, memory); break;
                case WeightType.Q4_K: Dot<T, Q4_KPanel>(output, panel, panels, memory); break;
                case WeightType.Q5_K: Dot<T, Q5_KPanel>(output, panel, panels, memory); break;
                case WeightType.Q6_K: Dot<T, Q6_KPanel>(output, panel, panels, memory); break;
                case WeightType.F32: Chains<T, SinglePanel>(output, panel, panels, memory); break;
                case WeightType.BF16: Chains<T, BrainPanel>(output, panel, panels, memory); break;
                case WeightType.F16 when output.Weights.IsFinite: Chains<T, FiniteHalfPanel>(output, panel, panels, memory); break;
                default: Chains<T, HalfPanel>(output, panel, panels, memory); break;
            }
        }
    }

    /// <summary>Bytes of a panel once it is unpacked.</summary>
    private static long UnpackedSize(WeightPanels weights) => (long)weights.Columns * WeightPanels.Height * weights.Type switch
    {
        WeightType.Q8_0 => 2,
        WeightType.F32 or WeightType.F16 or WeightType.BF16 => 4,
        _ => 1,
    };

    /// <summary>Bytes of its scales once they are widened.</summary>
    private static long ScaleSize(WeightPanels weights) => weights.Columns / 32 * 64L * (weights.Type switch { WeightType.Q2_K => 6, WeightType.Q3_K or WeightType.Q6_K => 3, WeightType.Q4_1 or WeightType.Q5_1 or WeightType.Q4_K or WeightType.Q5_K => 2, _ => 1 });

    [SkipLocalsInit]
    private readonly void Dot<T, TFormat>(in Part output, int panel, int panels, float* memory) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        if (x.Tokens <= FewTokens)
        {
            DotPacked<T, TFormat>(output, panel, panels, memory);
            return;
        }
        var blocks = x.Columns / 32;
        nint scaleSize = blocks * 16 * TFormat.Terms, size = scaleSize + (blocks * (PanelUnpacking.Block<TFormat>() / sizeof(float)));
        for (var p = 0; p < panels; p++)
        {
            var scales = memory + (p * size);
            PanelUnpacking.Scales<T, TFormat>(output.Weights.Scales(panel + p), x.Columns, scales);
            PanelUnpacking.Blocks<T, TFormat>(output.Weights.Blocks(panel + p), blocks, (byte*)(scales + scaleSize));
        }
        // While the first two groups of tokens are at work, the next item's weights come from memory.
        var following = output.Weights.Scales(panel + panels);
        var lines = (int)((panels * output.Weights.PanelBytes / Prefetch.Line / (2 * Math.Max(1, panels / 2) * blocks)) + 1);
        for (var group = 0; group < x.Count && !Interrupt.IsRaised; group++)
        {
            var (token, count) = x.At(group);
            for (var p = 0; p < panels; p++)
            {
                var tile = new DotTile
                {
                    Scales = memory + (p * size), Next = size * sizeof(float), Blocks = blocks, Tokens = count,
                    Weights = (byte*)(memory + (p * size) + scaleSize), Following = following, Lines = group < 2 ? lines : 0, Terms = x.TermsOf(token), Activations = (int*)x.BytesOf(token),
                };
                following += (long)tile.Lines * Prefetch.Line * blocks;
                if (p + 1 < panels && IsPair(output, panel + p))
                {
                    Place(ref tile, output, panel + p++, token, null);
                    for (var row = 0; row < WeightPanels.Height; row += T.Width)
                        if (TFormat.HasHalves)
                            HalvesTiles.FourByTwo<T, TFormat>(tile, row);
                        else
                            DotTiles.FourByTwo<T, TFormat>(tile, row);
                }
                else
                    Single<T, TFormat>(tile, output, panel + p, token);
            }
        }
    }

    [SkipLocalsInit]
    private static void Single<T, TFormat>(DotTile tile, in Part output, int panel, int token) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var edge = stackalloc float[TokenGroups.Size * WeightPanels.Height];
        Place(ref tile, output, panel, token, edge);
        for (var row = 0; row < WeightPanels.Height; row += T.Width)
            if (TFormat.HasHalves)
                HalvesTiles.Four<T, TFormat>(tile, row);
            else
                DotTiles.Four<T, TFormat>(tile, row);
        Finish(tile, output, panel, token, edge);
    }

    /// <summary>A few tokens, the panels as they are packed.</summary>
    [SkipLocalsInit]
    private readonly void DotPacked<T, TFormat>(in Part output, int panel, int panels, float* memory) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var edge = stackalloc float[PackedTiles.Most * WeightPanels.Height];
        var blocks = x.Columns / 32;
        var lines = Prefetch.Ahead == 0 ? 0 : (int)((output.Weights.PanelBytes / Prefetch.Line + blocks - 1) / blocks);
        for (var p = panel; p < panel + panels && !Interrupt.IsRaised; p++)
        {
            PanelUnpacking.Scales<T, TFormat>(output.Weights.Scales(p), x.Columns, memory);
            for (var token = 0; token < x.Tokens; token += PackedTiles.Most)
            {
                var tile = new DotTile
                {
                    Scales = memory, Weights = output.Weights.Blocks(p), Blocks = blocks, Following = output.Weights.Blocks(p) + Prefetch.Ahead, Lines = token == 0 ? lines : 0,
                    Terms = x.TermsOf(token), Activations = (int*)x.BytesOf(token), Tokens = Math.Min(PackedTiles.Most, x.Tokens - token),
                };
                Place(ref tile, output, p, token, edge);
                for (var row = 0; row < WeightPanels.Height; row += T.Width)
                    if (x.Tokens > 1)
                        PackedTiles.Some<T, TFormat>(tile, row);
                    else
                        PackedTiles.One<T, TFormat>(tile, row);
                Finish(tile, output, p, token, edge);
            }
        }
    }

    private readonly void Chains<T, TFormat>(in Part output, int panel, int panels, float* memory) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IFloatFormat
    {
        nint size = (nint)x.Columns * WeightPanels.Height;
        var isWidened = IsUnpacked && TFormat.Bytes < 4;
        for (var p = 0; p < panels && isWidened; p++)
        {
            var numbers = output.Weights.Blocks(panel + p);
            for (nint i = 0; i < size; i += T.Width)
                T.Store(TFormat.Load<T>(numbers + (i * TFormat.Bytes)), memory + (p * size) + i);
        }
        for (var group = 0; group < x.Count && !Interrupt.IsRaised; group++)
        {
            var (token, count) = x.At(group);
            for (var p = 0; p < panels; p++)
            {
                var tile = new FloatTile
                {
                    Weights = isWidened ? (byte*)(memory + (p * size)) : output.Weights.Blocks(panel + p), Activations = x.FloatsOf(token), Columns = x.Columns,
                    Target = new() { Tokens = count, Next = isWidened ? size * sizeof(float) : (nint)output.Weights.PanelBytes },
                };
                if (IsUnpacked && p + 1 < panels && IsPair(output, panel + p))
                {
                    Place(ref tile.Target, output, panel + p++, token, null);
                    for (var row = 0; row < WeightPanels.Height; row += T.Width)
                        FloatTile.FourByTwo<T, SinglePanel>(tile, row);
                }
                else
                    Single<T, TFormat>(tile, output, panel + p, token, IsUnpacked);
            }
        }
    }

    [SkipLocalsInit]
    private static void Single<T, TFormat>(FloatTile tile, in Part output, int panel, int token, bool isUnpacked) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IFloatFormat
    {
        var edge = stackalloc float[TokenGroups.Size * WeightPanels.Height];
        Place(ref tile.Target, output, panel, token, edge);
        for (var row = 0; row < WeightPanels.Height; row += T.Width)
            if (!isUnpacked)
                FloatTile.One<T, TFormat>(tile, row);
            else
                FloatTile.Four<T, SinglePanel>(tile, row);
        Finish(tile.Target, output, panel, token, edge);
    }

    /// <summary>One token alone reads weights that are not quantised as they are packed.</summary>
    private readonly bool IsUnpacked => x.Tokens > 1;

    /// <summary>Whether this panel and the next are whole, and two of them fit the registers.</summary>
    private readonly bool IsPair(in Part output, int panel) => isPaired && output.Weights.Rows >= (panel + 2) * WeightPanels.Height;

    /// <summary>Where the outputs of a panel go: into y, or beside it where the panel has fewer than sixteen rows.</summary>
    private static void Place(ref DotTile tile, in Part output, int panel, int token, float* edge)
    {
        var row = panel * WeightPanels.Height;
        var isWhole = output.Weights.Rows - row >= WeightPanels.Height;
        tile.Y = isWhole ? output.Y + (token * output.Step) + row : edge;
        tile.Step = isWhole ? output.Step : WeightPanels.Height;
        tile.Bias = output.Bias is null ? null : output.Bias + row;
    }

    private static void Finish(in DotTile tile, in Part output, int panel, int token, float* edge)
    {
        if (tile.Y != edge)
            return;
        var row = panel * WeightPanels.Height;
        for (var t = 0; t < tile.Tokens; t++)
            for (var r = 0; r < output.Weights.Rows - row; r++)
                output.Y[((token + t) * output.Step) + row + r] = edge[(t * WeightPanels.Height) + r];
    }
}

/// <summary>A matrix to multiply by, and where the outputs go: those of token t from <paramref name="y"/> + t · step on.</summary>
internal readonly unsafe struct PanelOutput(WeightPanels weights, float* y, nint step)
{
    public readonly WeightPanels Weights = weights;
    public readonly float* Y = y;
    public readonly nint Step = step;
}
