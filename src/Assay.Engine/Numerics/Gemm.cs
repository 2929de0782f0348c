using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Where a contraction's right operand comes from, a panel of columns at a time.</summary>
internal unsafe interface IPanelSource
{
    /// <summary>Writes rows <paramref name="k0"/> to k0 + depth, columns <paramref name="column"/> to column + columns, one row every <paramref name="step"/> floats.</summary>
    /// <remarks>The panel has room for step·depth + 64 floats; what stands beyond the columns does not matter.</remarks>
    void Pack<T>(float* panel, int step, int k0, int depth, int column, int columns) where T : unmanaged, ILanes<T>;
}

/// <summary>C = A·B and what follows: A packed beforehand, B packed panel by panel as it is used.</summary>
internal static unsafe class Gemm
{
    /// <summary>Rows of k in one block: a panel of B then stays in the second-level cache.</summary>
    public const int KBlock = 512;

    /// <summary>Floats of B that may be packed at once.</summary>
    private const long MostPacked = 1L << 24;

    /// <summary>Rows of a full tile: 8 where there are 32 vector registers, 4 where there are 16.</summary>
    public static int TileRows(Isa isa) =>
        isa == Isa.Avx512 || (isa == Isa.V128 && System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported) ? 8 : 4;

    /// <summary>Floats of A packed: rows in tiles of eight, the rest in tiles of four filled up with zeros.</summary>
    public static long PackedSize(int m, int k) => (long)((m + 3) / 4 * 4) * k;

    /// <summary>Packs A [m, k]: element (row, j) stands at <paramref name="a"/>[row·rowStep + j·kStep].</summary>
    public static void PackA(Isa isa, float* a, nint rowStep, nint kStep, int m, int k, float* packed)
    {
        var row = 0;
        while (row < m)
            row += PackTile(TileRows(isa), row, a, rowStep, kStep, m, k, packed);
    }

    /// <summary>The same as a kernel, for operands that only a run knows.</summary>
    public static void PackA(Launcher launcher, Isa isa, float* a, nint rowStep, nint kStep, int m, int k, float* packed)
    {
        var tile = TileRows(isa);
        // The tiles of eight, then what is left in tiles of four.
        var tiles = (m / tile) + (((m % tile) + 3) / 4);
        launcher.Run(isa, tiles, new PackAKernel { A = a, Packed = packed, RowStep = rowStep, KStep = kStep, M = m, K = k, Tile = tile }, 1 + (20_000 / (8 * Math.Max(1, k))));
    }

    /// <summary>Packs the tile that begins at that row, and gives its rows.</summary>
    private static int PackTile(int tile, int row, float* a, nint rowStep, nint kStep, int m, int k, float* packed)
    {
        var height = m - row >= tile ? tile : 4;
        // Rows before this one are all packed, none of them filled up.
        packed += (nint)row * k;
        for (var j = 0; j < k; j++)
            for (var i = 0; i < height; i++)
                *packed++ = row + i < m ? a[((row + i) * rowStep) + (j * kStep)] : 0;
        return height;
    }

    /// <summary>Runs one product. Threads take columns; where there are few columns, all are packed first and threads take rows.</summary>
    /// <param name="packedA">From <c>PackA</c>.</param>
    /// <param name="epilogue">What follows each chain; channels are rows.</param>
    public static void Run<TSource>(Launcher launcher, Isa isa, Scratch scratch, int m, int n, int k, float* packedA, TSource source, Epilogue epilogue, float* c)
        where TSource : unmanaged, IPanelSource
    {
        var width = 3 * isa.Width();
        var columns = (n + width - 1) / width;
        var byRow = launcher.Threads > 1 && columns < 4 * launcher.Threads && columns * PanelSize(width, k) <= MostPacked;
        var tile = TileRows(isa);
        var size = PanelSize(width, byRow ? k : Math.Min(k, KBlock));
        var kernel = new Kernel<TSource>
        {
            M = m, N = n, K = k, Tile = tile, A = packedA, Source = source, Epilogue = epilogue, C = c,
            Panels = scratch.Panels(size * (byRow ? columns : launcher.Threads)), PanelSize = size, ByRow = byRow,
        };
        if (byRow)
            launcher.Run(isa, columns, new PackKernel<TSource> { N = n, K = k, Source = source, Panels = kernel.Panels, PanelSize = size }, Grain((long)width * k * 8));
        launcher.Run(isa, byRow ? (m + tile - 1) / tile : columns, kernel, Grain(byRow ? (long)tile * n * k : (long)width * m * k));
    }

    private static long PanelSize(int width, int depth) => ((long)width * depth) + 64;

    /// <summary>Outputs that make it worth waking a thread, each of so many multiplications.</summary>
    private static int Grain(long work) => (int)(1 + (200_000 / Math.Max(1, work)));

    public static int Width(this Isa isa) => isa switch { Isa.Avx512 => 16, Isa.Avx2 => 8, Isa.V128 => 4, _ => 1 };

    /// <summary>Packs A; one item is one tile of rows.</summary>
    private struct PackAKernel : IKernel
    {
        public float* A, Packed;
        public nint RowStep, KStep;
        public int M, K, Tile;

        readonly void IKernel.Run<T>(int part, int from, int to)
        {
            var whole = M / Tile;
            for (var i = from; i < to; i++)
                PackTile(Tile, i <= whole ? i * Tile : (whole * Tile) + ((i - whole) * 4), A, RowStep, KStep, M, K, Packed);
        }
    }

    /// <summary>Packs all of B; one item is one panel.</summary>
    private struct PackKernel<TSource> : IKernel where TSource : unmanaged, IPanelSource
    {
        public int N, K;
        public TSource Source;
        public float* Panels;
        public long PanelSize;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var p = from; p < to; p++)
                Source.Pack<T>(Panels + (p * PanelSize), 3 * T.Width, 0, K, p * 3 * T.Width, Math.Min(3 * T.Width, N - (p * 3 * T.Width)));
        }
    }

    private struct Kernel<TSource> : IKernel, IFinishingKernel where TSource : unmanaged, IPanelSource
    {
        public int M, N, K, Tile;
        public float* A, C, Panels;
        public long PanelSize;
        public TSource Source;
        public Epilogue Epilogue;
        public bool ByRow;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => Epilogue.Choose<T, Kernel<TSource>>(this, part, from, to);

        public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
        {
            var width = 3 * T.Width;
            var (rowFrom, rowTo) = ByRow ? (from * Tile, Math.Min(M, to * Tile)) : (0, M);
            var (panelFrom, panelTo) = ByRow ? (0, (N + width - 1) / width) : (from, to);
            for (var p = panelFrom; p < panelTo; p++)
            {
                var column = p * width;
                var columns = Math.Min(width, N - column);
                var panel = Panels + ((ByRow ? p : part) * PanelSize);
                for (var k0 = 0; k0 < K || k0 == 0; k0 += KBlock)
                {
                    var depth = Math.Min(KBlock, K - k0);
                    if (!ByRow)
                        Source.Pack<T>(panel, width, k0, depth, column, columns);
                    Rows<T, TFinish>(ByRow ? panel + ((long)k0 * width) : panel, rowFrom, rowTo, k0, depth, column, columns);
                }
            }
        }

        private readonly void Rows<T, TFinish>(float* panel, int rowFrom, int rowTo, int k0, int depth, int column, int columns) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
        {
            var first = k0 == 0;
            var last = k0 + depth >= K;
            for (var row = rowFrom; row < rowTo;)
            {
                var height = M - row >= Tile ? Tile : 4;
                // Rows before this one are all packed, none of them filled up: the tiles of four follow those of eight.
                var a = A + ((nint)row * K) + ((nint)k0 * height);
                var c = C + ((nint)row * N) + column;
                var rows = Math.Min(height, M - row);
                if (columns == 3 * T.Width)
                {
                    if (height == 8)
                        GemmTile.Tile8x3<T>(depth, a, panel, 3 * T.Width, c, N, first);
                    else
                        GemmTile.Tile4x3<T>(depth, a, panel, 3 * T.Width, c, N, first, rows);
                }
                else
                    Edge<T>(panel, depth, a, c, first, rows, height, columns);
                if (last)
                    for (var i = 0; i < rows; i++)
                        Epilogue.Finish<T, TFinish>(c + ((nint)i * N), columns, row + i);
                row += height;
            }
        }

        /// <summary>Columns that do not fill three vectors: one vector at a time, the last by way of a small copy.</summary>
        [SkipLocalsInit]
        private readonly void Edge<T>(float* panel, int depth, float* a, float* c, bool first, int rows, int height, int columns) where T : unmanaged, ILanes<T>
        {
            var copy = stackalloc float[8 * 16];
            for (var j = 0; j < columns; j += T.Width)
            {
                var whole = columns - j >= T.Width;
                var target = whole ? c + j : copy;
                nint step = whole ? N : T.Width;
                if (!whole && !first)
                    Copy(c + j, N, copy, T.Width, rows, columns - j);
                if (height == 8)
                    GemmTile.Tile8x1<T>(depth, a, panel + j, 3 * T.Width, target, step, first);
                else
                    GemmTile.Tile4x1<T>(depth, a, panel + j, 3 * T.Width, target, step, first, rows);
                if (!whole)
                    Copy(copy, T.Width, c + j, N, rows, columns - j);
            }
        }

        private static void Copy(float* from, nint fromStep, float* to, nint toStep, int rows, int columns)
        {
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++)
                    to[(i * toStep) + j] = from[(i * fromStep) + j];
        }
    }
}

/// <summary>A matrix in rows, <see cref="Step"/> floats apart.</summary>
internal unsafe struct MatrixSource : IPanelSource
{
    public float* B;
    public nint Step;

    public readonly void Pack<T>(float* panel, int step, int k0, int depth, int column, int columns) where T : unmanaged, ILanes<T>
    {
        var source = B + (k0 * Step) + column;
        for (var k = 0; k < depth; k++, source += Step, panel += step)
        {
            var j = 0;
            for (; j + T.Width <= columns; j += T.Width)
                T.Store(T.Load(source + j), panel + j);
            for (; j < columns; j++)
                panel[j] = source[j];
        }
    }
}
