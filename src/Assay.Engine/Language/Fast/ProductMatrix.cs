using System.Buffers;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>A weight matrix ready for products (1.3), with its bias where it has one.</summary>
internal sealed unsafe class ProductMatrix : IDisposable
{
    private readonly MemoryHandle data;
    private readonly WeightType type;
    private readonly AlignedBuffer? bias;

    public ProductMatrix(WeightMatrix weights, WeightMatrix? bias = null)
    {
        (type, Rows, Columns) = (weights.Type, weights.Rows, weights.Columns);
        data = weights.Data.Pin();
        this.bias = bias is null ? null : Vector(bias);
    }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The numbers of a vector.</summary>
    public static AlignedBuffer Vector(WeightMatrix weights)
    {
        var buffer = new AlignedBuffer(weights.Columns);
        QuantizedRows.Widen(weights.Type, weights.Data.Span, new Span<float>(buffer.Pointer, weights.Columns));
        return buffer;
    }

    /// <summary>y [rows of x, Rows].</summary>
    public void Run(Launcher launcher, Isa isa, Activations x, float* y)
    {
        if (type.IsQuantized)
            x.Quantize(launcher, isa);
        var kernel = new ProductKernel
        {
            Type = type, Weights = (byte*)data.Pointer, RowBytes = type.RowBytes(Columns), Columns = Columns, Outputs = Rows,
            X = x.X, Whole = x.Whole, Scales = x.Scales, Count = x.Rows, Bias = bias is null ? null : bias.Pointer, Y = y,
        };
        launcher.Run(isa, Rows, kernel, Cost.Of((double)Columns * x.Rows, perNanosecond: 0.3));
    }

    public void Dispose()
    {
        data.Dispose();
        bias?.Dispose();
    }

    private struct ProductKernel : IKernel
    {
        public WeightType Type;
        public byte* Weights;
        public long RowBytes;
        public int Columns, Outputs, Count;
        public float* X, Scales, Bias, Y;
        public sbyte* Whole;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var r = from; r < to; r++)
            {
                var row = new ReadOnlySpan<byte>(Weights + (r * RowBytes), (int)RowBytes);
                for (long i = 0; i < Count && !Interrupt.IsRaised; i++)
                {
                    var y = Type.IsQuantized
                        ? QuantizedRows.Product(Type, row, new ReadOnlySpan<sbyte>(Whole + (i * Columns), Columns), new ReadOnlySpan<float>(Scales + (i * (Columns / 32)), Columns / 32))
                        : QuantizedRows.Product(Type, row, new ReadOnlySpan<float>(X + (i * Columns), Columns));
                    Y[(i * Outputs) + r] = Bias is null ? y : ScalarMath.Canonical(y + Bias[r]);
                }
            }
        }
    }
}
