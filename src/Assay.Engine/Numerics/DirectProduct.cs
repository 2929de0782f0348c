namespace Assay.Engine.Numerics;

/// <summary>
/// C = A·B and what follows, B read where it stands: row k of it begins at an offset of its own, and columns are lines of
/// neighbours. So patches of a convolution are read from the padded planes, and no panel is packed.
/// </summary>
/// <remarks>
/// A panel is any three vectors, of one line or of several. Where a line is shorter than a vector, or where lines are read on end as
/// one (<see cref="Pitch"/>), tiles go to their place by way of a small copy.
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
    private int vectorsPerLine;

    public static void Run(Launcher launcher, Isa isa, DirectProduct kernel)
    {
        var width = isa.Width();
        kernel.vectorsPerLine = (kernel.Line + width - 1) / width;
        kernel.cut = new PanelCut((int)kernel.Vectors(width), 1);
        // One item is one tile of one panel, so that threads have equal shares of few panels too.
        var tileWork = (double)kernel.A.M / kernel.A.Count * kernel.Vectors(width) * width / kernel.cut.Panels * kernel.A.K;
        launcher.Run(isa, checked(kernel.cut.Panels * kernel.A.Count), kernel, Gemm.CostOf(tileWork));
    }

    /// <summary>Vectors that a row of outputs takes, those of padding included.</summary>
    public readonly long Vectors(int width) => (long)(Pitch > 0 ? 1 : Depth * Lines) * ((Line + width - 1) / width);

    private readonly int Line => Pitch > 0 ? ((Lines - 1) * Pitch) + Length : Length;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => A.Epilogue.Choose<T, DirectProduct>(this, part, from, to);

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var runs = (Span<ColumnRun>)stackalloc ColumnRun[48];
        var starts = stackalloc nint[3];
        for (int item = from, next; item < to; item = next)
        {
            var (panel, tile) = Math.DivRem(item, A.Count);
            next = Math.Min(to, item - tile + A.Count);
            var (vector, vectors, _) = cut.At(panel);
            var places = vectors;
            if (Pitch > 0)
            {
                var first = vector * T.Width;
                (starts[0], starts[1], starts[2]) = (first, first + T.Width, first + (2 * T.Width));
                places = Places(first, Math.Min(vectors * T.Width, Line - first), runs);
            }
            else
                for (var i = 0; i < vectors; i++)
                {
                    var (line, at) = Math.DivRem(vector + i, vectorsPerLine);
                    // The last vector of a line overlaps the one before it: outputs there are made twice, alike.
                    at = Math.Max(0, Math.Min(at * T.Width, Length - T.Width));
                    starts[i] = (line / Lines * DepthStep) + (line % Lines * LineStep) + at;
                    runs[i] = new(i * T.Width, Math.Min(T.Width, Length), ((nint)line * Length) + at);
                }
            A.Multiply<T, TFinish>(tile, tile + next - item, new(B + starts[0], starts[1] - starts[0], starts[2] - starts[0], Offsets, vectors), 0, A.K, C, CStep, runs[..places]);
        }
    }

    /// <summary>The outputs among columns that run over the ends of lines.</summary>
    private readonly int Places(int first, int count, Span<ColumnRun> runs)
    {
        var made = 0;
        for (var column = 0; column < count;)
        {
            var (row, at) = Math.DivRem(first + column, Pitch);
            var left = Math.Min(count - column, Length - at);
            if (left > 0)
                runs[made++] = new(column, left, ((nint)row * Length) + at);
            column += Math.Min(count - column, Pitch - at);
        }
        return made;
    }
}
