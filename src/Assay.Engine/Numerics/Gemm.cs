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
    private const int KBlock = 1024;

    /// <summary>
    /// Runs one product. Threads take columns, panel by panel. Where so few panels would leave some of them idle, a panel's rows are cut too,
    /// and who makes the one part packs the panel like who makes the other: that costs less than to wait for each other.
    /// </summary>
    /// <param name="a">The left operand; its epilogue's channels are rows.</param>
    public static void Run<TSource>(Launcher launcher, Isa isa, Scratch scratch, RowTiles a, int n, TSource source, float* c)
        where TSource : unmanaged, IPanelSource
    {
        var width = isa.Width();
        var cut = new PanelCut(n, width);
        var blocks = Math.Max(1, (a.K + KBlock - 1) / KBlock);
        var depth = Math.Max(8, (((a.K + blocks - 1) / blocks) + 7) / 8 * 8);
        var size = (3L * width * Math.Min(a.K, depth)) + 64;
        var offsets = scratch.Steps(depth);
        for (var k = 0; k < depth; k++)
            offsets[k] = k * 3 * width;
        var parts = cut.Panels % launcher.Threads == 0 || cut.Panels > 8 * launcher.Threads ? 1 : Math.Min(launcher.Threads, a.Count);
        var kernel = new Kernel<TSource>
        {
            A = a, N = n, Cut = cut, Parts = parts, Depth = depth, Source = source, C = c, Offsets = offsets,
            Panels = scratch.Panels(size * launcher.Threads), PanelSize = size,
        };
        launcher.Run(isa, checked(cut.Panels * parts), kernel, CostOf((double)n / cut.Panels * a.M / parts * a.K).By(parts));
    }

    /// <summary>Of so many multiplications and additions: half of what the fastest machine does, ten times what the slowest does.</summary>
    public static Cost CostOf(double terms) => Cost.Of(terms, perNanosecond: 40);

    public static int Width(this Isa isa) => isa switch { Isa.Avx512 => 16, Isa.Avx2 => 8, Isa.V128 => 4, _ => 1 };

    /// <summary>One item is one of so many parts of a panel's rows.</summary>
    private struct Kernel<TSource> : IKernel, IFinishingKernel where TSource : unmanaged, IPanelSource
    {
        public RowTiles A;
        public int N, Depth, Parts;
        public PanelCut Cut;
        public float* C, Panels;
        public nint* Offsets;
        public long PanelSize;
        public TSource Source;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => A.Epilogue.Choose<T, Kernel<TSource>>(this, part, from, to);

        public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
        {
            var panel = Panels + (part * PanelSize);
            var runs = (Span<ColumnRun>)stackalloc ColumnRun[3];
            for (int item = from, next; item < to; item = next)
            {
                // All parts of the same panel at once.
                var (p, first) = Math.DivRem(item, Parts);
                next = Math.Min(to, item - first + Parts);
                var (rowFrom, rowTo) = ((int)((long)A.Count * first / Parts), (int)((long)A.Count * (first + next - item) / Parts));
                var (column, columns, vectors) = Cut.At(p);
                var outputs = PanelCut.Runs(runs, column, columns, T.Width);
                for (var k0 = 0; k0 < A.K || k0 == 0; k0 += Depth)
                {
                    var depth = Math.Min(Depth, A.K - k0);
                    Source.Pack<T>(panel, 3 * T.Width, k0, depth, column, columns);
                    A.Multiply<T, TFinish>(rowFrom, rowTo, new(panel, T.Width, 2 * T.Width, Offsets, vectors), k0, depth, C, N, outputs);
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
