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
    /// <summary>Rows of k in one block at most: a panel of B then stays in the second-level cache.</summary>
    private const int KBlock = 512;

    /// <summary>Floats of B that may be packed at once.</summary>
    private const long MostPacked = 1L << 24;

    /// <summary>Runs one product. Threads take columns; where there are few columns, all are packed first and threads take rows.</summary>
    /// <param name="a">The left operand; its epilogue's channels are rows.</param>
    public static void Run<TSource>(Launcher launcher, Isa isa, Scratch scratch, RowTiles a, int n, TSource source, float* c)
        where TSource : unmanaged, IPanelSource
    {
        var width = isa.Width();
        var cut = new PanelCut(n, width);
        var blocks = Math.Max(1, (a.K + KBlock - 1) / KBlock);
        var depth = Math.Max(8, (((a.K + blocks - 1) / blocks) + 7) / 8 * 8);
        var byRow = launcher.Threads > 1 && cut.Panels < 4 * launcher.Threads && cut.Panels * PanelSize(3 * width, a.K) <= MostPacked;
        var size = PanelSize(3 * width, byRow ? a.K : Math.Min(a.K, depth));
        var offsets = scratch.Steps(depth);
        for (var k = 0; k < depth; k++)
            offsets[k] = k * 3 * width;
        var kernel = new Kernel<TSource>
        {
            A = a, N = n, Cut = cut, Depth = depth, Source = source, C = c, Offsets = offsets,
            Panels = scratch.Panels(size * (byRow ? cut.Panels : launcher.Threads)), PanelSize = size, ByRow = byRow,
        };
        if (byRow)
            launcher.Run(isa, cut.Panels, new PackKernel<TSource> { K = a.K, Cut = cut, Source = source, Panels = kernel.Panels, PanelSize = size }, Grain(3L * width * a.K * 8));
        launcher.Run(isa, byRow ? a.Count : cut.Panels, kernel, Grain(byRow ? (long)a.Height * n * a.K : 3L * width * a.M * a.K));
    }

    /// <summary>Outputs that make it worth waking a thread, each of so many multiplications.</summary>
    public static int Grain(long work) => (int)(1 + (200_000 / Math.Max(1, work)));

    public static int Width(this Isa isa) => isa switch { Isa.Avx512 => 16, Isa.Avx2 => 8, Isa.V128 => 4, _ => 1 };

    private static long PanelSize(int width, int depth) => ((long)width * depth) + 64;

    /// <summary>Packs all of B; one item is one panel.</summary>
    private struct PackKernel<TSource> : IKernel where TSource : unmanaged, IPanelSource
    {
        public int K;
        public PanelCut Cut;
        public TSource Source;
        public float* Panels;
        public long PanelSize;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var p = from; p < to; p++)
            {
                var (column, columns, _) = Cut.At(p);
                Source.Pack<T>(Panels + (p * PanelSize), 3 * T.Width, 0, K, column, columns);
            }
        }
    }

    /// <summary>One item is one panel or, where those are packed already, one tile of rows.</summary>
    private struct Kernel<TSource> : IKernel, IFinishingKernel where TSource : unmanaged, IPanelSource
    {
        public RowTiles A;
        public int N, Depth;
        public PanelCut Cut;
        public float* C, Panels;
        public nint* Offsets;
        public long PanelSize;
        public TSource Source;
        public bool ByRow;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => A.Epilogue.Choose<T, Kernel<TSource>>(this, part, from, to);

        public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
        {
            var (rowFrom, rowTo) = ByRow ? (from, to) : (0, A.Count);
            var (panelFrom, panelTo) = ByRow ? (0, Cut.Panels) : (from, to);
            for (var p = panelFrom; p < panelTo; p++)
            {
                var (column, columns, vectors) = Cut.At(p);
                var run = new ColumnRun(0, columns, column);
                var panel = Panels + ((ByRow ? p : part) * PanelSize);
                for (var k0 = 0; k0 < A.K || k0 == 0; k0 += Depth)
                {
                    var depth = Math.Min(Depth, A.K - k0);
                    if (!ByRow)
                        Source.Pack<T>(panel, 3 * T.Width, k0, depth, column, columns);
                    A.Multiply<T, TFinish>(rowFrom, rowTo, ByRow ? panel + ((long)k0 * 3 * T.Width) : panel, Offsets, k0, depth, C, N, vectors, new(in run));
                }
            }
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
