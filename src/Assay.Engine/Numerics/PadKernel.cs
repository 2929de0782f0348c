namespace Assay.Engine.Numerics;

/// <summary>An array whose every place comes from one of another array, or from none. One item is one row of the last axis.</summary>
internal unsafe struct PadKernel : IKernel
{
    private float* from, to, fill;
    private fixed int extents[16];
    private fixed long steps[16];
    private fixed long tables[16];
    private int rank;

    /// <param name="from">The array that elements come from.</param>
    /// <param name="steps">Floats between its neighbours along each axis.</param>
    /// <param name="to">The array that is made.</param>
    /// <param name="extents">Its extents, none of them 0.</param>
    /// <param name="places">For each axis in turn, for each of its coordinates, the coordinate that it comes from; -1 for none.</param>
    /// <param name="fill">Where the element stands that comes from none; +0 where null.</param>
    public static void Run(Launcher launcher, Isa isa, float* from, ReadOnlySpan<long> steps, float* to, ReadOnlySpan<int> extents, int* places, float* fill)
    {
        var kernel = new PadKernel { from = from, to = to, fill = fill, rank = extents.Length };
        long rows = 1;
        for (var axis = 0; axis < extents.Length; axis++)
        {
            (kernel.extents[axis], kernel.steps[axis], kernel.tables[axis]) = (extents[axis], steps[axis], (nint)places);
            places += extents[axis];
            rows *= axis < extents.Length - 1 ? extents[axis] : 1;
        }
        launcher.Run(isa, (int)rows, kernel, Cost.Of(extents[^1], perNanosecond: 2, start: 2));
    }

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        var length = extents[rank - 1];
        var last = (int*)tables[rank - 1];
        var (step, other) = (steps[rank - 1], fill is null ? 0 : *fill);
        for (var row = from; row < to; row++)
        {
            var source = this.from;
            var isInside = true;
            var rest = row;
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                var place = ((int*)tables[axis])[rest % extents[axis]];
                rest /= extents[axis];
                isInside &= place >= 0;
                source += place * steps[axis];
            }
            var target = this.to + ((long)row * length);
            for (var i = 0; i < length; i++)
                target[i] = isInside && last[i] >= 0 ? source[last[i] * step] : other;
        }
    }
}
