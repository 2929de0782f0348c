namespace Assay.Engine.Numerics;

/// <summary>
/// One axis of an interpolation: each output along it is the chain over its taps of (weight, element). [outer, in, inner] to
/// [outer, out, inner]; one item is one output row of <c>inner</c> elements, or where that is 1, a whole line of outputs.
/// </summary>
internal unsafe struct TapsKernel : IKernel
{
    private float* x, y;
    private TapTable taps;
    private int extent, inner;

    /// <summary>Runs one axis.</summary>
    /// <param name="extent">Elements of the input along the axis.</param>
    public static void Run(Launcher launcher, Isa isa, in TapTable taps, int outer, int extent, int inner, float* x, float* y)
    {
        var kernel = new TapsKernel { x = x, y = y, taps = taps, extent = extent, inner = inner };
        var work = (long)taps.Count * (inner == 1 ? 2 * taps.Outputs : inner / 4 + 1);
        launcher.Run(isa, inner == 1 ? outer : outer * taps.Outputs, kernel, Cost.Of(work, perNanosecond: 2));
    }

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        if (inner == 1)
            for (long row = from; row < to; row++)
                Line<T>(x + (row * extent), y + (row * taps.Outputs));
        else
            for (long row = from; row < to; row++)
                Row<T>(x + (row / taps.Outputs * extent * inner), (int)(row % taps.Outputs), y + (row * inner));
    }

    /// <summary>Outputs side by side: each lane fetches its own element, tap after tap.</summary>
    private readonly void Line<T>(float* source, float* target) where T : unmanaged, ILanes<T>
    {
        var lanes = stackalloc float[16];
        for (var o = 0; o < taps.Outputs; o += T.Width)
        {
            var acc = T.Broadcast(0);
            for (var t = 0; t < taps.Count; t++)
            {
                var at = ((long)t * taps.Pitch) + o;
                for (var i = 0; i < T.Width; i++)
                    lanes[i] = source[taps.Places[at + i]];
                acc = T.Fma(T.Load(taps.Weights + at), T.Load(lanes), acc);
            }
            Put(acc, target + o, taps.Outputs - o, lanes);
        }
    }

    /// <summary>A row of neighbours, all with the same taps.</summary>
    private readonly void Row<T>(float* source, int o, float* target) where T : unmanaged, ILanes<T>
    {
        var lanes = stackalloc float[16];
        for (var j = 0; j < inner; j += T.Width)
        {
            var left = Math.Min(inner - j, T.Width);
            var acc = T.Broadcast(0);
            for (var t = 0; t < taps.Count; t++)
            {
                var at = ((long)t * taps.Pitch) + o;
                var elements = source + ((long)taps.Places[at] * inner) + j;
                if (left < T.Width)
                {
                    new ReadOnlySpan<float>(elements, left).CopyTo(new Span<float>(lanes, left));
                    elements = lanes;
                }
                acc = T.Fma(T.Broadcast(taps.Weights[at]), T.Load(elements), acc);
            }
            Put(acc, target + j, left, lanes);
        }
    }

    private static void Put<T>(T value, float* target, int left, float* lanes) where T : unmanaged, ILanes<T>
    {
        value = LaneMath.Canonical(value);
        if (left >= T.Width)
        {
            T.Store(value, target);
            return;
        }
        T.Store(value, lanes);
        new ReadOnlySpan<float>(lanes, left).CopyTo(new Span<float>(target, left));
    }
}

/// <summary>Taps of all outputs along one axis: tap t of output o stands at t·<see cref="Pitch"/> + o, and beyond the outputs there is room for a vector.</summary>
internal unsafe struct TapTable
{
    public int* Places;
    public float* Weights;
    public int Count, Outputs, Pitch;

    /// <summary>Numbers in each list of a table.</summary>
    public static long Size(int count, int outputs) => (long)count * PitchOf(outputs);

    public static int PitchOf(int outputs) => (outputs + 15) & ~15;
}

/// <summary>Copies the elements that tables of places name along each axis. One item is one row of the last axis.</summary>
internal unsafe struct PickKernel : IKernel
{
    public float* From, To;
    public int Rank;

    /// <summary>For each axis a place of each output, in elements of the input.</summary>
    public fixed long Tables[16];
    public fixed int Extents[16];

    /// <summary>The last axis is copied as it is.</summary>
    public bool IsRowStill;

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        var length = Extents[Rank - 1];
        var last = (int*)Tables[Rank - 1];
        for (long row = from; row < to; row++)
        {
            var source = From;
            var rest = row;
            for (var axis = Rank - 2; axis >= 0; axis--)
            {
                source += ((int*)Tables[axis])[rest % Extents[axis]];
                rest /= Extents[axis];
            }
            var target = To + (row * length);
            if (IsRowStill)
                new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(target, length));
            else
                for (var i = 0; i < length; i++)
                    target[i] = source[last[i]];
        }
    }
}
