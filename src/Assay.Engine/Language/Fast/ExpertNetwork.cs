using System.Runtime.InteropServices;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>
/// 2.6 with experts: each row goes through a few of many networks. Expert after expert, in ascending order, takes the rows that chose
/// it, all together, and adds its term to their chains.
/// </summary>
internal sealed unsafe class ExpertNetwork(int width, ExpertLayout layout, int most) : IDisposable
{
    private readonly AlignedBuffer input = new((long)most * width), output = new((long)most * width), routed = new((long)most * layout.Count);
    private readonly List<(int Row, float Weight)>[] chosen = [.. Enumerable.Range(0, layout.Count).Select(_ => new List<(int, float)>())];
    private readonly int[] rows = new int[most];
    private readonly float[] weights = new float[most];
    private float* states;
    private int gathered;

    /// <summary>The rows of the expert at work, one after another.</summary>
    public float* Input => input.Pointer;

    /// <summary>What the expert makes of them.</summary>
    public float* Output => output.Pointer;

    /// <summary>Where the products with the router go, [rows, experts].</summary>
    public float* Routed => routed.Pointer;

    /// <summary>Chooses the experts of each of the rows <paramref name="x"/> by <see cref="Routed"/>, and sets <paramref name="y"/> to +0.</summary>
    public void Choose(float* x, int count, float* y)
    {
        states = x;
        NativeMemory.Clear(y, (nuint)count * (nuint)width * sizeof(float));
        foreach (var list in chosen)
            list.Clear();
        for (var row = 0; row < count; row++)
        {
            var p = RowMath.Softmax(new ReadOnlySpan<float>(routed.Pointer + ((long)row * layout.Count), layout.Count).ToArray());
            foreach (var (expert, weight) in RowMath.Experts(p, layout))
                chosen[expert].Add((row, weight));
        }
    }

    /// <summary>Brings the rows of an expert together and says how many there are.</summary>
    public int Gather(int expert)
    {
        gathered = chosen[expert].Count;
        for (var i = 0; i < gathered; i++)
        {
            (rows[i], weights[i]) = chosen[expert][i];
            new ReadOnlySpan<float>(states + ((long)rows[i] * width), width).CopyTo(new Span<float>(Input + ((long)i * width), width));
        }
        return gathered;
    }

    /// <summary>The next term of the chains of the rows that were gathered: (weight, <see cref="Output"/>).</summary>
    public void Scatter(Launcher launcher, Isa isa, float* y)
    {
        fixed (int* to = rows)
        fixed (float* by = weights)
            launcher.Run(isa, gathered, new ScatterKernel { Rows = to, Weights = by, X = Output, Y = y, Width = width }, Cost.Of(width, perNanosecond: 4, start: 20));
    }

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
        routed.Dispose();
    }

    private struct ScatterKernel : IKernel
    {
        public int* Rows;
        public float* Weights, X, Y;
        public int Width;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (long row = from; row < to; row++)
            {
                float* x = X + (row * Width), y = Y + ((long)Rows[row] * Width);
                var i = 0;
                for (; i + T.Width <= Width; i += T.Width)
                    T.Store(LaneMath.Canonical(T.Fma(T.Broadcast(Weights[row]), T.Load(x + i), T.Load(y + i))), y + i);
                for (; i < Width; i++)
                    Lane1.Store(LaneMath.Canonical(Lane1.Fma(new Lane1(Weights[row]), new Lane1(x[i]), new Lane1(y[i]))), y + i);
            }
        }
    }
}
