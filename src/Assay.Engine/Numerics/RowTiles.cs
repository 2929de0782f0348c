using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Neighbouring columns of a panel that stay neighbours among the outputs.</summary>
/// <param name="Column">The first, in the panel.</param>
/// <param name="Count">How many.</param>
/// <param name="Target">Where the first goes, in a row of outputs.</param>
internal readonly record struct ColumnRun(int Column, int Count, nint Target);

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

    public Epilogue Epilogue;

    public static int HeightOf(Isa isa) =>
        isa == Isa.Avx512 || (isa == Isa.V128 && System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported) ? 8 : 4;

    /// <summary>Tiles of all rows.</summary>
    public readonly int Count => Height == 4 ? (M + 3) / 4 : (M / 8) + (((M % 8) + 3) / 4);

    /// <summary>Multiplies tiles <paramref name="from"/> to <paramref name="to"/> by one panel.</summary>
    /// <param name="b">The panel's first column.</param>
    /// <param name="offsets">From there to rows k0, k0 + 1, ...</param>
    /// <param name="k0">The first term of this block: chains begin at 0, else they go on from what C holds.</param>
    /// <param name="depth">Terms of this block.</param>
    /// <param name="c">Outputs of row 0, rows <paramref name="cStep"/> floats apart.</param>
    /// <param name="vectors">Width of the panel, 1 to 3 vectors.</param>
    /// <param name="runs">Which of the panel's columns are outputs, and where they go.</param>
    public readonly void Multiply<T, TFinish>(int from, int to, float* b, nint* offsets, int k0, int depth, float* c, nint cStep, int vectors, ReadOnlySpan<ColumnRun> runs)
        where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var tile = new Tile { B = b, Offsets = offsets, Depth = depth, First = k0 == 0, Last = k0 + depth >= K, Epilogue = Epilogue };
        var whole = runs.Length == 1 && runs[0].Count == vectors * T.Width;
        for (var i = from; i < to && !Interrupt.IsRaised; i++)
        {
            var row = Height == 4 ? 4 * i : i <= M / 8 ? 8 * i : (M / 8 * 8) + (4 * (i - (M / 8)));
            var height = M - row >= Height ? Height : 4;
            var rows = Math.Min(height, M - row);
            tile.A = Packing.At(A, row, M, K, out var step) + ((nint)k0 * step);
            tile.AStep = step;
            tile.Channel = row;
            if (whole)
            {
                tile.C = c + (row * cStep) + runs[0].Target;
                tile.CStep = cStep;
                One<T, TFinish>(tile, height, rows, vectors);
            }
            else
                Scattered<T, TFinish>(ref tile, c + (row * cStep), cStep, height, rows, vectors, runs);
        }
    }

    /// <summary>A tile that goes to its place by way of a small copy.</summary>
    [SkipLocalsInit]
    private static void Scattered<T, TFinish>(ref Tile tile, float* c, nint cStep, int height, int rows, int vectors, ReadOnlySpan<ColumnRun> runs)
        where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var copy = stackalloc float[MostRows * MostColumns];
        nint step = vectors * T.Width;
        tile.C = copy;
        tile.CStep = step;
        for (var i = 0; i < rows && !tile.First; i++)
            foreach (var run in runs)
                Rows.Copy<T>(c + (i * cStep) + run.Target, copy + (i * step) + run.Column, run.Count);
        One<T, TFinish>(tile, height, rows, vectors);
        for (var i = 0; i < rows; i++)
            foreach (var run in runs)
                Rows.Copy<T>(copy + (i * step) + run.Column, c + (i * cStep) + run.Target, run.Count);
    }

    private static void One<T, TFinish>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        if (!TFinish.IsLong)
        {
            Form<T, TFinish>(tile, height, rows, vectors);
            return;
        }
        Form<T, Unfinished>(tile, height, rows, vectors);
        for (var i = 0; i < rows && tile.Last; i++)
        {
            var channel = TFinish.At<T>(tile.Epilogue, tile.Channel + i);
            var c = tile.C + (i * tile.CStep);
            for (var end = c + (vectors * T.Width); c < end; c += T.Width)
                T.Store(TFinish.Apply(T.Load(c), channel), c);
        }
    }

    private static void Form<T, TFinish>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        switch (height == 8, vectors)
        {
            case (true, 3): GemmTile.Tile8x3<T, TFinish>(tile); break;
            case (true, 2): GemmTile.Tile8x2<T, TFinish>(tile); break;
            case (true, _): GemmTile.Tile8x1<T, TFinish>(tile); break;
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
