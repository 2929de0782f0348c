using System.Buffers;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>2.1: the tokens' rows of the embedding matrix, read where they are stored.</summary>
internal sealed unsafe class EmbeddingTable(WeightMatrix weights, float scale) : IDisposable
{
    private readonly MemoryHandle data = weights.Data.Pin();

    /// <summary>y [rows, columns].</summary>
    public void Run(Launcher launcher, Isa isa, Batch batch, float* y) =>
        launcher.Run(isa, batch.Count, new Kernel { Data = (byte*)data.Pointer, Type = weights.Type, Columns = weights.Columns, Scale = scale, Tokens = batch.Tokens, Y = y }, Cost.Of(weights.Columns, perNanosecond: 0.5));

    public void Dispose() => data.Dispose();

    private struct Kernel : IKernel
    {
        public byte* Data;
        public WeightType Type;
        public int Columns;
        public float Scale;
        public int* Tokens;
        public float* Y;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            var bytes = Type.RowBytes(Columns);
            for (long row = from; row < to; row++)
            {
                var y = new Span<float>(Y + (row * Columns), Columns);
                QuantizedRows.Widen(Type, new ReadOnlySpan<byte>(Data + (Tokens[row] * bytes), (int)bytes), y);
                for (var i = 0; i < y.Length && Scale != 1; i++)
                    y[i] = ScalarMath.Canonical(y[i] * Scale);
            }
        }
    }
}
