using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>Where the windows of a convolution or a pooling lie, for one input size.</summary>
/// <param name="Kernel">Extents of the window, one per spatial axis.</param>
/// <param name="Strides">Steps between windows.</param>
/// <param name="Dilations">Steps between the taps of one window.</param>
/// <param name="PadBegin">Padding before the input.</param>
/// <param name="PadEnd">Padding after the input, as declared or implied by <c>auto_pad</c>.</param>
/// <param name="Output">Number of windows along each axis; -1 where the input's extent is unknown.</param>
/// <remarks>Source: the operators Conv, MaxPool and AveragePool of ONNX (docs/Operators.md).</remarks>
public sealed record Window(
    ImmutableArray<int> Kernel,
    ImmutableArray<int> Strides,
    ImmutableArray<int> Dilations,
    ImmutableArray<int> PadBegin,
    ImmutableArray<int> PadEnd,
    ImmutableArray<int> Output)
{
    /// <summary>Resolves a node's <c>strides</c>, <c>dilations</c>, <c>pads</c>, <c>auto_pad</c> and <c>ceil_mode</c>.</summary>
    /// <param name="a">The node's attributes; an absent list means ones (pads: zeros).</param>
    /// <param name="spatial">Input extents after batch and channel, -1 where unknown.</param>
    /// <param name="kernel">Window extents.</param>
    /// <exception cref="ModelException">The numbers do not fit each other or the input.</exception>
    public static Window Of(Attributes a, ReadOnlySpan<int> spatial, ReadOnlySpan<int> kernel)
    {
        var n = spatial.Length;
        if (kernel.Length != n)
            throw new ModelException($"a kernel of {kernel.Length} axes over {n} spatial axes");
        var strides = List(a, "strides", n, 1, least: 1);
        var dilations = List(a, "dilations", n, 1, least: 1);
        var pads = List(a, "pads", 2 * n, 0, least: 0);
        var auto = a.Text("auto_pad", "NOTSET");
        var ceil = a.Int("ceil_mode", 0) != 0;
        int[] begin = new int[n], end = new int[n], output = new int[n];
        for (var i = 0; i < n; i++)
        {
            if (kernel[i] < 1)
                throw new ModelException($"a kernel extent of {kernel[i]}, below 1");
            long reach = (kernel[i] - 1L) * dilations[i] + 1;
            long size = spatial[i];
            (begin[i], end[i]) = (pads[i], pads[n + i]);
            if (size < 0)
            {
                output[i] = -1;
                continue;
            }
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                var windows = (size + strides[i] - 1) / strides[i];
                var total = Math.Max((windows - 1) * strides[i] + reach - size, 0);
                if (total > int.MaxValue)
                    throw new ModelException("the implied padding is too large");
                (begin[i], end[i]) = auto == "SAME_UPPER"
                    ? ((int)(total / 2), (int)(total - total / 2))
                    : ((int)(total - total / 2), (int)(total / 2));
                output[i] = (int)windows;
                continue;
            }
            var room = size + begin[i] + end[i] - reach;
            if (room < 0)
                throw new ModelException($"a kernel that reaches over {reach} elements on a padded input of {size + begin[i] + end[i]}");
            var count = (ceil ? (room + strides[i] - 1) / strides[i] : room / strides[i]) + 1;
            if (ceil && (count - 1) * strides[i] >= size + begin[i])
                count--;    // the last window has to begin inside the input or the padding before it
            if (count > int.MaxValue)
                throw new ModelException($"{count} windows along one axis");
            output[i] = (int)count;
        }
        return new([.. kernel], [.. strides], [.. dilations], [.. begin], [.. end], [.. output]);
    }

    internal static int[] List(Attributes a, string name, int length, int otherwise, int least)
    {
        var given = a.Ints(name);
        var list = new int[length];
        if (given.IsEmpty)
        {
            Array.Fill(list, otherwise);
            return list;
        }
        if (given.Length != length)
            throw new ModelException($"'{name}' has {given.Length} numbers, not {length}");
        for (var i = 0; i < length; i++)
            list[i] = given[i] >= least && given[i] <= int.MaxValue
                ? (int)given[i]
                : throw new ModelException($"'{name}' holds {given[i]}, which is not between {least} and {int.MaxValue}");
        return list;
    }
}
