using System.Runtime.CompilerServices;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// Section 3: element i goes into lane i mod 16, in ascending order from +0, and the lanes are folded 8, 4, 2, 1.
/// </summary>
internal struct LaneSum<T> where T : unmanaged, IReal<T>
{
    private Lanes lanes;
    private int next;

    public void Add(T value)
    {
        Interrupt.Check();
        lanes[next] += value;
        next = (next + 1) % 16;
    }

    public readonly T Total()
    {
        var folded = lanes;
        for (var half = 8; half >= 1; half /= 2)
            for (var i = 0; i < half; i++)
                folded[i] += folded[i + half];
        return folded[0];
    }

    [InlineArray(16)]
    private struct Lanes
    {
        private T first;
    }
}
