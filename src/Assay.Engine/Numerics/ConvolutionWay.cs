namespace Assay.Engine.Numerics;

/// <summary>Which of the ways to compute a convolution costs least for a shape. All give the same bits.</summary>
internal static class ConvolutionWay
{
    public enum Kind
    {
        /// <summary>Patches packed in panels, outputs side by side in lanes.</summary>
        Packed,

        /// <summary>Patches read from the planes, panels end where rows of outputs end.</summary>
        Lines,

        /// <summary>Patches read from the planes, all rows as one with the padding between them computed and dropped.</summary>
        OneLine,

        /// <summary>Output channels in lanes: for few outputs.</summary>
        ByChannel,
    }

    // Cycles, as measured on Zen 4: a vector of a tile takes one for each row and term. To pack a vector for one term; to take a
    // vector of a tile to its place by way of a copy; and how much longer the narrower lanes of few outputs are at it, and at storing one
    // output.
    private const double PackCost = 8, CopyCost = 6, ByChannelCost = 1.15, ScatterCost = 3;

    public static unsafe Kind Choose(Isa isa, in RowTiles a, in WindowShape shape)
    {
        var width = isa.Width();
        var rows = (a.M + 3) / 4 * 4;
        var best = (Cost: Vectors(shape.OutSize, width) * (rows + PackCost) * a.K, Kind: Kind.Packed);
        var together = 4 * Math.Min(width, 8);
        Try(Kind.ByChannel, shape.OutSize * ((ByChannelCost * ((a.M + together - 1) / together * together) * a.K / width) + (ScatterCost * a.M)));
        // Lines of the input itself may not be read beyond their end.
        var pointwise = shape.IsPointwise;
        if (!pointwise || (shape.OutSize >= 3 * width && StaysInCache(shape.InSize, a)))
        {
            var lines = Product(shape, Kind.Lines).Vectors(width);
            // A line that does not fill a vector goes by way of a copy.
            Try(Kind.Lines, (double)lines * rows * (a.K + (!pointwise && shape.OutW < width ? CopyCost : 0)));
            if (!pointwise && shape.OutD == 1 && (shape.StrideH, shape.StrideW) == (1, 1))
                Try(Kind.OneLine, Product(shape, Kind.OneLine).Vectors(width) * rows * (a.K + CopyCost));
        }
        return best.Kind;

        void Try(Kind kind, double cost)
        {
            if (cost < best.Cost)
                best = (cost, kind);
        }
    }

    /// <summary>The lines of that way; operands and rows are left to the caller.</summary>
    public static DirectProduct Product(in WindowShape shape, Kind kind) => shape.IsPointwise
        ? new() { CStep = shape.OutSize, Depth = 1, Lines = 1, Length = shape.OutSize }
        : new()
        {
            CStep = shape.OutSize, Depth = shape.OutD, Lines = shape.OutH, Length = shape.OutW,
            DepthStep = shape.RowStart(1, 0), LineStep = shape.RowStart(0, 1), Pitch = kind == Kind.OneLine ? (int)shape.RowPitch : 0,
        };

    /// <summary>
    /// Whether rows that lie so far apart can stay in a first-level cache of 64 sets of 8 lines while several tiles read them; powers
    /// of two fall on few sets.
    /// </summary>
    private static bool StaysInCache(int step, in RowTiles a)
    {
        if (a.M <= 8 || step % 16 != 0)
            return true;
        var lines = step / 16;
        return a.K <= 8L * Math.Max(1, 64 / (lines & -lines));
    }

    private static long Vectors(long n, int width) => (n + width - 1) / width;
}
