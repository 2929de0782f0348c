using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>Rows of activations that products read: as they are, and as whole numbers with a scale for each 32 (1.2), made once for all matrices that want them.</summary>
internal sealed unsafe class Activations(int rows, int widest) : IDisposable
{
    private readonly AlignedBuffer bytes = new(((long)rows * widest + 3) / 4), scales = new((long)rows * ((widest + 31) / 32));

    /// <summary>The rows [rows, Columns], one after another.</summary>
    public float* X { get; private set; }

    public int Rows { get; private set; }

    public int Columns { get; private set; }

    public sbyte* Whole => (sbyte*)bytes.Pointer;

    public float* Scales => scales.Pointer;

    private bool isQuantized;

    /// <summary>Products read these rows from now on.</summary>
    public Activations Of(float* x, int count, int columns)
    {
        X = x;
        (Rows, Columns, isQuantized) = (count, columns, false);
        return this;
    }

    /// <summary>Makes the whole numbers where that has not been done.</summary>
    public void Quantize(Launcher launcher, Isa isa)
    {
        if (isQuantized)
            return;
        isQuantized = true;
        launcher.Run(isa, Rows, new QuantizeKernel { X = X, Whole = Whole, Scales = Scales, Columns = Columns }, Cost.Of(Columns, perNanosecond: 0.5));
    }

    public void Dispose()
    {
        bytes.Dispose();
        scales.Dispose();
    }

    private struct QuantizeKernel : IKernel
    {
        public float* X, Scales;
        public sbyte* Whole;
        public int Columns;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (long row = from; row < to; row++)
                QuantizedRows.Quantize(new(X + (row * Columns), Columns), new Span<sbyte>(Whole + (row * Columns), Columns), new Span<float>(Scales + (row * (Columns / 32)), Columns / 32));
        }
    }
}
