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
        for (var item = from; item < to; item++)
        {
            var source = this.from;
            var target = this.to;
            var rest = item;
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                var i = rest % extents[axis];
                rest /= extents[axis];
                source += i * fromSteps[axis];
                target += i * toSteps[axis];
            }
            if (stepFrom == 1 && stepTo == 1)
                new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(target, length));
            else
                for (var i = 0L; i < length; i++)
                    target[i * stepTo] = source[i * stepFrom];
        }
    }
}

/// <summary>Copies runs that stand side by side to places <see cref="Step"/> floats apart. One item is one run.</summary>
internal unsafe struct RunsKernel : IKernel
{
    public float* From, To;
    public long Run, Step;

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        for (long i = from; i < to; i++)
            new ReadOnlySpan<float>(From + (i * Run), (int)Run).CopyTo(new Span<float>(To + (i * Step), (int)Run));
    }
}
