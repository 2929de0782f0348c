namespace Assay.Engine.Numerics;

/// <summary>
/// C = A·B and what follows, B read where it stands: row k of it begins at an offset of its own, and columns are lines of
/// neighbours. So patches of a convolution are read from the padded planes, and no panel is packed.
/// </summary>
/// <remarks>
/// The last panel of a line overlaps the one before it. Where a line is shorter than a
/// vector, or where lines are read on end as one (<see cref="Pitch"/>), tiles go to their place by way of a small copy.
/// </remarks>
internal unsafe struct DirectProduct : IKernel, IFinishingKernel
{
    public RowTiles A;
    public float* B, C;

    /// <summary>From the beginning of a line to row k.</summary>
    public nint* Offsets;

    /// <summary>Outputs of one row of C.</summary>
    public nint CStep;

    /// <summary>Lines: (d, h) for d below <see cref="Depth"/>, h below <see cref="Lines"/>, and where they begin.</summary>
    public int Depth, Lines;
    public nint DepthStep, LineStep;

    /// <summary>Outputs of one line.</summary>
    public int Length;

    /// <summary>Where all lines are one: floats from the beginning of one to the next; of these, Length are outputs. Else 0.</summary>
    public int Pitch;

    private PanelCut cut;

    public static void Run(Launcher launcher, Isa isa, DirectProduct kernel)
    {
        kernel.cut = new PanelCut(kernel.Line, isa.Width());
        var panels = kernel.Panels;
        // One item is one tile of one panel, so that threads have equal shares of few panels too.
        var tileWork = (double)kernel.A.M / kernel.A.Count * kernel.Line / kernel.cut.Panels * kernel.A.K;
        launcher.Run(isa, checked(panels * kernel.A.Count), kernel, Gemm.CostOf(tileWork));
    }

    /// <summary>Vectors that a row of outputs takes, those of padding included.</summary>
    public readonly long Vectors(int width) => (long)(Pitch > 0 ? 1 : Depth * Lines) * ((Line + width - 1) / width);

    private readonly int Line => Pitch > 0 ? ((Lines - 1) * Pitch) + Length : Length;

    private readonly int Panels => cut.Panels * (Pitch > 0 ? 1 : Depth * Lines);

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => A.Epilogue.Choose<T, DirectProduct>(this, part, from, to);

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var runs = (Span<ColumnRun>)stackalloc ColumnRun[48];
        for (int item = from, next; item < to; item = next)
        {
            var (panel, tile) = Math.DivRem(item, A.Count);
            next = Math.Min(to, item - tile + A.Count);
            var (line, part3) = Math.DivRem(panel, cut.Panels);
            var (first, count, vectors) = cut.At(part3);
            // The last panel's tiles reach back over columns that are another item's. Those are made twice, alike, unless the finish goes
            // over what is stored already: two threads could then finish an output twice. There each item gives only its own.
            var overlap = Line >= vectors * T.Width ? (vectors * T.Width) - count : 0;
            var others = TFinish.IsLong ? overlap : 0;
            var b = B + (line / Lines * DepthStep) + (line % Lines * LineStep) + first - overlap;
            (first, count) = (first - overlap + others, count + overlap - others);
            var places = 1;
            if (Pitch > 0)
                places = Places(first, count, others, runs);
            else
                runs[0] = new(others, count, ((nint)line * Length) + first);
            A.Multiply<T, TFinish>(tile, tile + next - item, b, Offsets, 0, A.K, C, CStep, vectors, runs[..places]);
        }
    }

    /// <summary>The outputs among columns that run over the ends of lines.</summary>
    /// <param name="skipped">Columns of the panel before the first.</param>
    private readonly int Places(int first, int count, int skipped, Span<ColumnRun> runs)
    {
        var made = 0;
        for (var column = 0; column < count;)
        {
            var (row, at) = Math.DivRem(first + column, Pitch);
            var left = Math.Min(count - column, Length - at);
            if (left > 0)
                runs[made++] = new(skipped + column, left, ((nint)row * Length) + at);
            column += Math.Min(count - column, Pitch - at);
        }
        return made;
    }
}
