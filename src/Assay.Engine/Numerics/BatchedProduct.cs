namespace Assay.Engine.Numerics;

/// <summary>
/// Many products of small matrices in one launch: C[s] = A[p(s)] · B[q(s)], each output one chain with k ascending. The right matrices are
/// read where they stand. One item is sixteen rows of one product.
/// </summary>
internal unsafe struct BatchedProduct : IKernel
{
    private const int Rows = 16;

    /// <summary>Columns that are taken together: what a tile needs of B then stays near for all rows of an item.</summary>
    private const int Panel = 48;

    /// <summary>Floats of a right matrix beyond which it is worth packing.</summary>
    private const long MostOfB = 1 << 17;

    private float* a, b, c, packed;
    private int m, n, k, rank;
    private fixed int extents[16];
    private fixed long aSteps[16];
    private fixed long bSteps[16];

    /// <summary>Whether this is the way to compute so many products of [m, k] and [k, n].</summary>
    public static bool Suits(int count, int n, int k) => count > 1 && (long)n * k is > 0 and <= MostOfB;

    /// <summary>Floats that one thread works with.</summary>
    public static long ScratchSize(int k) => FourRows.PackedSize(Rows, k);

    /// <param name="batch">The extents that s runs over; its steps in A and B are counted in matrices, 0 where an axis is broadcast.</param>
    public static void Run(
        Launcher launcher, Isa isa, Scratch scratch, float* a, ReadOnlySpan<long> aSteps, float* b, ReadOnlySpan<long> bSteps, float* c, ReadOnlySpan<int> batch, int m, int n, int k)
    {
        var kernel = new BatchedProduct { a = a, b = b, c = c, m = m, n = n, k = k, rank = batch.Length, packed = scratch.Panels(launcher.Threads * ScratchSize(k)) };
        var count = 1;
        for (var i = 0; i < batch.Length; i++)
        {
            (kernel.extents[i], kernel.aSteps[i], kernel.bSteps[i]) = (batch[i], aSteps[i], bSteps[i]);
            count *= batch[i];
        }
        var work = (long)Math.Min(Rows, m) * n * k;
        launcher.Run(isa, checked(count * ((m + Rows - 1) / Rows)), kernel, Cost.Of(work, perNanosecond: 25, start: 20));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var blocks = (m + Rows - 1) / Rows;
        var rowsOfA = packed + (part * ScratchSize(k));
        for (var item = from; item < to; item++)
        {
            long s = item / blocks, p = 0, q = 0, rest = s;
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                p += rest % extents[axis] * aSteps[axis];
                q += rest % extents[axis] * bSteps[axis];
                rest /= extents[axis];
            }
            var row = item % blocks * Rows;
            var rows = Math.Min(Rows, m - row);
            var right = b + (q * k * n);
            var target = c + (((s * m) + row) * n);
            FourRows.Pack(a + (((p * m) + row) * k), k, rows, k, rowsOfA);
            for (var j = 0; j < n; j += Panel)
                for (var r = 0; r < rows && !Interrupt.IsRaised; r += 4)
                    FourRows.Run<T>(k, rowsOfA + ((nint)r * k), right + j, n, target + ((nint)r * n) + j, n, Math.Min(4, rows - r), Math.Min(Panel, n - j), first: true);
            AttentionRow.Canonical<T>(target, rows * n);
        }
    }
}
