namespace Assay.Engine.Numerics;

/// <summary>A row of outputs from up to three rows of operands, each of which runs (step 1) or stands still (step 0).</summary>
internal unsafe interface IRowFunction
{
    /// <summary>Bytes of an element of each operand, 0 where there is none, and of the output.</summary>
    static abstract (int A, int B, int C, int Y) Sizes { get; }

    static abstract void Row(byte* a, int stepA, byte* b, int stepB, byte* c, int stepC, byte* y, int count);
}

/// <summary>y = f(a, b, c) over elements of any types, broadcast. The shapes are folded to few axes.</summary>
internal unsafe struct ZipKernel<TFunction> : IKernel where TFunction : unmanaged, IRowFunction
{
    private const int Chunk = 4096;

    private byte* a, b, c, y;
    private fixed int extents[16];
    private fixed long stepsA[16];
    private fixed long stepsB[16];
    private fixed long stepsC[16];
    private int rank, chunks;

    /// <param name="shapeA">Extents of a, aligned at their last axes with those of <paramref name="shape"/>; likewise of b and c.</param>
    /// <param name="shape">Extents of y.</param>
    public static void Run(
        Launcher launcher, Isa isa, void* a, ReadOnlySpan<int> shapeA, void* b, ReadOnlySpan<int> shapeB, void* c, ReadOnlySpan<int> shapeC, void* y, ReadOnlySpan<int> shape)
    {
        var kernel = new ZipKernel<TFunction> { a = (byte*)a, b = (byte*)b, c = (byte*)c, y = (byte*)y };
        kernel.Fold(shapeA, shapeB, shapeC, shape);
        long rows = 1;
        for (var i = 0; i < kernel.rank - 1; i++)
            rows *= kernel.extents[i];
        var length = kernel.extents[kernel.rank - 1];
        kernel.chunks = (int)(((long)length + Chunk - 1) / Chunk);
        launcher.Run(isa, (int)(rows * kernel.chunks), kernel, Cost.Of(Math.Min(length, Chunk), perNanosecond: 2, start: 2));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var length = extents[rank - 1];
        var (sizeA, sizeB, sizeC, sizeY) = TFunction.Sizes;
        int stepA = (int)stepsA[rank - 1], stepB = (int)stepsB[rank - 1], stepC = (int)stepsC[rank - 1];
        for (var item = from; item < to; item++)
        {
            long row = item / chunks, atA = 0, atB = 0, atC = 0, rest = row;
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                var i = rest % extents[axis];
                rest /= extents[axis];
                atA += i * stepsA[axis];
                atB += i * stepsB[axis];
                atC += i * stepsC[axis];
            }
            long start = item % chunks * Chunk;
            TFunction.Row(
                a + ((atA + (start * stepA)) * sizeA), stepA, b + ((atB + (start * stepB)) * sizeB), stepB, c + ((atC + (start * stepC)) * sizeC), stepC,
                y + (((row * length) + start) * sizeY), (int)Math.Min(Chunk, length - start));
        }
    }

    /// <summary>Drops axes of one element and joins neighbours along which all operands go on as before.</summary>
    private void Fold(ReadOnlySpan<int> shapeA, ReadOnlySpan<int> shapeB, ReadOnlySpan<int> shapeC, ReadOnlySpan<int> shape)
    {
        // Built from the last axis to the first, then turned round.
        long runA = 1, runB = 1, runC = 1;
        rank = 0;
        for (var i = 1; i <= shape.Length; i++)
        {
            var extent = shape[^i];
            if (extent == 1)
                continue;
            var stepA = Step(shapeA, i, ref runA);
            var stepB = Step(shapeB, i, ref runB);
            var stepC = Step(shapeC, i, ref runC);
            var inner = rank > 0 ? extents[rank - 1] : 0;
            if (rank > 0 && Joins(stepA, stepsA[rank - 1], inner) && Joins(stepB, stepsB[rank - 1], inner) && Joins(stepC, stepsC[rank - 1], inner))
                extents[rank - 1] *= extent;
            else
                (extents[rank], stepsA[rank], stepsB[rank], stepsC[rank++]) = (extent, stepA, stepB, stepC);
        }
        if (rank == 0)
            (extents[0], stepsA[0], stepsB[0], stepsC[0], rank) = (1, 1, 1, 1, 1);
        for (int i = 0, j = rank - 1; i < j; i++, j--)
        {
            (extents[i], extents[j]) = (extents[j], extents[i]);
            (stepsA[i], stepsA[j]) = (stepsA[j], stepsA[i]);
            (stepsB[i], stepsB[j]) = (stepsB[j], stepsB[i]);
            (stepsC[i], stepsC[j]) = (stepsC[j], stepsC[i]);
        }

        static long Step(ReadOnlySpan<int> part, int fromEnd, ref long run)
        {
            var extent = fromEnd <= part.Length ? part[^fromEnd] : 1;
            var step = extent == 1 ? 0 : run;
            run *= extent;
            return step;
        }

        static bool Joins(long step, long inner, int extent) => inner == 0 ? step == 0 : step == inner * extent;
    }
}
