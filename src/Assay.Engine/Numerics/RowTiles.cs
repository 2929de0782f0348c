using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Neighbouring columns of a panel that stay neighbours among the outputs.</summary>
/// <param name="Column">The first, in the panel.</param>
/// <param name="Count">How many.</param>
/// <param name="Target">Where the first goes, in a row of outputs.</param>
internal readonly record struct ColumnRun(int Column, int Count, nint Target);

/// <summary>One to three vectors of columns of a right operand.</summary>
/// <param name="b">Where the first begins.</param>
/// <param name="b1">From there to where the second begins.</param>
/// <param name="b2">From there to where the third begins.</param>
/// <param name="offsets">From there to rows k0, k0 + 1, ...</param>
internal readonly unsafe struct Panel(float* b, nint b1, nint b2, nint* offsets, int vectors)
{
    public readonly float* B = b;
    public readonly nint B1 = b1, B2 = b2;
    public readonly nint* Offsets = offsets;
    public readonly int Vectors = vectors;
}

/// <summary>The rows of a product as tiles, to be multiplied by one panel of columns after the other.</summary>
internal unsafe struct RowTiles
{
    // Rows and columns of the largest tile.
    private const int MostRows = 8, MostColumns = 48;

    public int M, K;

    /// <summary>Rows of a tile: 8 where there are 32 vector registers, 4 where there are 16.</summary>
    public int Height;

    /// <summary>From <see cref="Packing"/>.</summary>
    public float* A;

    /// <summary>Where groups of eight rows are read as they stand, one row after the other; null where they are packed.</summary>
    public float* InPlace;

    public Epilogue Epilogue;

    public static int HeightOf(Isa isa) =>
        isa == Isa.Avx512 || (isa == Isa.V128 && System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported) ? 8 : 4;

    /// <summary>
    /// Whether eight rows of such a length can be read side by side: not where all fall on the same few sets of a first-level cache of 64
    /// sets of 8 lines.
    /// </summary>
    public static bool CanStand(int k) => k % 256 != 0;

    /// <summary>Tiles of all rows.</summary>
    public readonly int Count => Height == 4 ? (M + 3) / 4 : (M / 8) + (((M % 8) + 3) / 4);

    /// <summary>Multiplies tiles <paramref name="from"/> to <paramref name="to"/> by one panel.</summary>
    /// <param name="panel">Its columns: where they begin, and what leads from there to rows k0, k0 + 1, ...</param>
    /// <param name="k0">The first term of this block: chains begin at 0, else they go on from what C holds.</param>
    /// <param name="depth">Terms of this block.</param>
    /// <param name="c">Outputs of row 0, rows <paramref name="cStep"/> floats apart.</param>
    /// <param name="runs">Which of the panel's columns are outputs, and where they go.</param>
    public readonly void Multiply<T, TFinish>(int from, int to, in Panel panel, int k0, int depth, float* c, nint cStep, ReadOnlySpan<ColumnRun> runs)
        where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var tile = new Tile { B = panel.B, B1 = panel.B1, B2 = panel.B2, Offsets = panel.Offsets, Depth = depth, First = k0 == 0, Last = k0 + depth >= K, Epilogue = Epilogue };
        var vectors = panel.Vectors;
        var whole = runs.Length == vectors;
        for (var i = 0; i < vectors && whole; i++)
            whole = runs[i].Count == T.Width;
        for (var i = from; i < to && !Interrupt.IsRaised; i++)
        {
            var row = Height == 4 ? 4 * i : i <= M / 8 ? 8 * i : (M / 8 * 8) + (4 * (i - (M / 8)));
            var height = M - row >= Height ? Height : 4;
            var rows = Math.Min(height, M - row);
            tile.A = Packing.At(A, row, M, K, out var step) + ((nint)k0 * step);
            tile.AStep = step;
            tile.IsInPlace = InPlace is not null && height == 8;
            if (tile.IsInPlace)
            {
                tile.A = InPlace + ((nint)row * K) + k0;
                tile.AStep = K;
            }
            tile.Channel = row;
            if (whole && !(TFinish.IsLong && tile.Last))
            {
                tile.C = c + (row * cStep) + runs[0].Target;
                (tile.CStep, tile.C1, tile.C2) = (cStep, runs[vectors > 1 ? 1 : 0].Target - runs[0].Target, runs[vectors - 1].Target - runs[0].Target);
                TFinish.Begin<T>(tile, height, rows, vectors);
            }
            else
                Copied<T, TFinish>(ref tile, c + (row * cStep), cStep, height, rows, vectors, runs, whole);
        }
    }

    /// <summary>A tile that goes to its place by way of a small copy, and is finished on that way if that takes many operations.</summary>
    [SkipLocalsInit]
    private static void Copied<T, TFinish>(ref Tile tile, float* c, nint cStep, int height, int rows, int vectors, ReadOnlySpan<ColumnRun> runs, bool whole)
        where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var room = stackalloc float[(MostRows * MostColumns) + 16];
        var copy = (float*)(((nint)room + 63) & ~63);
        nint step = vectors * T.Width;
        tile.C = copy;
        (tile.CStep, tile.C1, tile.C2) = (step, T.Width, 2 * T.Width);
        for (var i = 0; i < rows && !tile.First; i++)
            foreach (var run in runs)
                Rows.Copy<T>(c + (i * cStep) + run.Target, copy + (i * step) + run.Column, run.Count);
        TFinish.Begin<T>(tile, height, rows, vectors);
        if (TFinish.IsLong && tile.Last)
        {
            if (whole)
            {
                End<T, TFinish>(copy, step, rows, c, cStep, runs[0].Target, runs[vectors > 1 ? 1 : 0].Target, runs[vectors - 1].Target, vectors);
                return;
            }
            End<T, TFinish>(copy, step, rows, copy, step, 0, T.Width, 2 * T.Width, vectors);
        }
        for (var i = 0; i < rows; i++)
            foreach (var run in runs)
                Rows.Copy<T>(copy + (i * step) + run.Column, c + (i * cStep) + run.Target, run.Count);
    }

    /// <summary>What a tile of so many vectors could not hold of its finish.</summary>
    private static void End<T, TFinish>(float* x, nint xStep, int rows, float* y, nint yStep, nint y0, nint y1, nint y2, int vectors) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        T most = default;
        for (var i = 0; i < rows; i++)
        {
            float* from = x + (i * xStep), to = y + (i * yStep);
            T first = TFinish.End(T.Load(from), ref most), second = first, third = first;
            if (vectors > 1)
                second = TFinish.End(T.Load(from + T.Width), ref most);
            if (vectors > 2)
                third = TFinish.End(T.Load(from + (2 * T.Width)), ref most);
            // A place may be that of x itself or, where there are fewer vectors, one and the same.
            if (T.AnyTopBit(T.LessInt(T.BroadcastBits(HalfFloat.Most), most)))
            {
                (first, second, third, most) = (TFinish.End(T.Load(from)), TFinish.End(T.Load(from + ((vectors > 1 ? 1 : 0) * T.Width))), TFinish.End(T.Load(from + ((vectors - 1) * T.Width))), default);
                if (vectors == 2)
                    third = second;
            }
            T.Store(first, to + y0);
            if (vectors > 1)
                T.Store(second, to + y1);
            if (vectors > 2)
                T.Store(third, to + y2);
        }
    }

    /// <summary>Computes a tile.</summary>
    public static void Form<T, TFinish>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        switch (height == 8, vectors)
        {
            case (true, 3) when tile.IsInPlace: GemmTile.Tile8x3<T, TFinish, RowsInPlace>(tile); break;
            case (true, 3): GemmTile.Tile8x3<T, TFinish, PackedRows>(tile); break;
            case (true, 2) when tile.IsInPlace: GemmTile.Tile8x2<T, TFinish, RowsInPlace>(tile); break;
            case (true, 2): GemmTile.Tile8x2<T, TFinish, PackedRows>(tile); break;
            case (true, _) when tile.IsInPlace: GemmTile.Tile8x1<T, TFinish, RowsInPlace>(tile); break;
            case (true, _): GemmTile.Tile8x1<T, TFinish, PackedRows>(tile); break;
            case (_, 3): GemmTile.Tile4x3<T, TFinish>(tile, rows); break;
            case (_, 2): GemmTile.Tile4x2<T, TFinish>(tile, rows); break;
            default: GemmTile.Tile4x1<T, TFinish>(tile, rows); break;
        }
    }
}

/// <summary>How a line of columns is cut in panels of one to three vectors, as even as can be: no panel is left with a sliver.</summary>
internal readonly struct PanelCut(int length, int width)
{
    private readonly int vectors = (length + width - 1) / width;

    /// <summary>Which of a panel's columns are outputs, where all are neighbours.</summary>
    public static ReadOnlySpan<ColumnRun> Runs(Span<ColumnRun> runs, int first, int count, int width)
    {
        var made = 0;
        for (var at = 0; at < count; at += width)
            runs[made++] = new(at, Math.Min(width, count - at), first + at);
        return runs[..made];
    }

    /// <summary>Panels of the line.</summary>
    public int Panels => (vectors + 2) / 3;

    /// <summary>The first column of panel <paramref name="p"/>, its columns, and its vectors.</summary>
    public (int First, int Count, int Vectors) At(int p)
    {
        var (each, more) = Math.DivRem(vectors, Panels);
        var first = ((p * each) + Math.Min(p, more)) * width;
        var here = each + (p < more ? 1 : 0);
        return (first, Math.Min(here * width, length - first), here);
    }
}
