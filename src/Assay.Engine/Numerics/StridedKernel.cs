namespace Assay.Engine.Numerics;

/// <summary>Copies an array of up to 16 axes with its own step along each axis on either side. One item is one row of the last axis.</summary>
internal unsafe struct StridedKernel : IKernel
{
    private float* from, to;
    private fixed int extents[16];
    private fixed long fromSteps[16];
    private fixed long toSteps[16];
    private int rank;

    /// <param name="fromSteps">Floats between neighbours along each axis; may be 0 or negative.</param>
    /// <param name="toSteps">Likewise, and no two elements fall together.</param>
    public static void Run(Launcher launcher, Isa isa, float* from, ReadOnlySpan<long> fromSteps, float* to, ReadOnlySpan<long> toSteps, ReadOnlySpan<int> extents)
    {
        var kernel = new StridedKernel { from = from, to = to, rank = 0 };
        long rows = 1;
        for (var i = 0; i < extents.Length; i++)
        {
            if (extents[i] == 0)
                return;
            if (extents[i] == 1)
                continue;
            var last = kernel.rank - 1;
            if (last >= 0 && kernel.fromSteps[last] == fromSteps[i] * extents[i] && kernel.toSteps[last] == toSteps[i] * extents[i])
            {
                kernel.extents[last] *= extents[i];
                (kernel.fromSteps[last], kernel.toSteps[last]) = (fromSteps[i], toSteps[i]);
                continue;
            }
            kernel.extents[kernel.rank] = extents[i];
            kernel.fromSteps[kernel.rank] = fromSteps[i];
            kernel.toSteps[kernel.rank++] = toSteps[i];
        }
        if (kernel.rank == 0)
            (kernel.extents[0], kernel.fromSteps[0], kernel.toSteps[0], kernel.rank) = (1, 1, 1, 1);
        for (var i = 0; i < kernel.rank - 1; i++)
            rows *= kernel.extents[i];
        launcher.Run(isa, (int)rows, kernel, Cost.Of(kernel.extents[kernel.rank - 1], perNanosecond: 1.7, start: 2));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var length = extents[rank - 1];
        var (stepFrom, stepTo) = (fromSteps[rank - 1], toSteps[rank - 1]);
        // Rows along the axis before the last go together.
        var (lines, lineFrom, lineTo) = rank > 1 ? (extents[rank - 2], fromSteps[rank - 2], toSteps[rank - 2]) : (1, 0, 0);
        for (var item = from; item < to;)
        {
            var (outer, line) = Math.DivRem(item, lines);
            var count = Math.Min(to - item, lines - line);
            var source = this.from + (line * lineFrom);
            var target = this.to + (line * lineTo);
            for (var axis = rank - 3; axis >= 0; axis--)
            {
                (outer, var i) = Math.DivRem(outer, extents[axis]);
                source += i * fromSteps[axis];
                target += i * toSteps[axis];
            }
            if (stepFrom == 1 && stepTo == 1)
                RunsKernel.Copy(source, lineFrom, target, lineTo, length, count);
            else
                for (var n = 0; n < count; n++, source += lineFrom, target += lineTo)
                    for (var i = 0L; i < length; i++)
                        target[i * stepTo] = source[i * stepFrom];
            item += count;
        }
    }
}

/// <summary>Copies runs that stand side by side to places <see cref="Step"/> floats apart. One item is one run.</summary>
internal unsafe struct RunsKernel : IKernel
{
    public float* From, To;
    public long Run, Step;

    readonly void IKernel.Run<T>(int part, int from, int to) => Copy(From + (from * Run), Run, To + (from * Step), Step, Run, to - from);

    /// <summary>Copies so many runs of so many floats, with steps of their own on either side.</summary>
    public static void Copy(float* from, long fromStep, float* to, long toStep, long length, int count)
    {
        switch (length)
        {
            case 1:
                for (; count > 0; count--, from += fromStep, to += toStep)
                    *to = *from;
                break;
            case 2:
                for (; count > 0; count--, from += fromStep, to += toStep)
                    *(long*)to = *(long*)from;
                break;
            case 3:
                for (; count > 0; count--, from += fromStep, to += toStep)
                    (*(long*)to, to[2]) = (*(long*)from, from[2]);
                break;
            case >= 4 and <= 16:
                // The last four overlap those before them.
                for (; count > 0; count--, from += fromStep, to += toStep)
                {
                    for (var i = 0L; i < length - 4; i += 4)
                        Lane4.Store(Lane4.Load(from + i), to + i);
                    Lane4.Store(Lane4.Load(from + length - 4), to + length - 4);
                }
                break;
            default:
                for (; count > 0; count--, from += fromStep, to += toStep)
                    new ReadOnlySpan<float>(from, (int)length).CopyTo(new Span<float>(to, (int)length));
                break;
        }
    }
}
