namespace Assay.Engine.Numerics;

/// <summary>
/// The kernel elements that a transposed convolution uses for one phase of its outputs, gathered from weights
/// [groups·in, out, kernel] as rows [groups·out, in·elements]. One item is one row.
/// </summary>
internal unsafe struct PhaseWeights : IKernel
{
    public float* Weights, Rows;

    /// <summary>Offsets of the phase's elements within the kernel, ascending.</summary>
    public nint* Elements;
    public int InPerGroup, OutPerGroup, KernelSize, Count;

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        for (long row = from; row < to; row++)
        {
            var (group, m) = (row / OutPerGroup, row % OutPerGroup);
            var target = Rows + (row * InPerGroup * Count);
            for (var c = 0; c < InPerGroup; c++)
            {
                var source = Weights + ((((group * InPerGroup) + c) * OutPerGroup) + m) * KernelSize;
                for (var e = 0; e < Count; e++)
                    *target++ = source[Elements[e]];
            }
        }
    }
}
