using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>Where the kernel of a transposed convolution lands, for one input size.</summary>
/// <param name="Kernel">Extents of the kernel, one per spatial axis.</param>
/// <param name="Strides">Output elements between the places of neighbouring inputs.</param>
/// <param name="Dilations">Output elements between neighbouring kernel elements.</param>
/// <param name="Begin">Outputs cut off before the first one kept; negative ones are added.</param>
/// <param name="Output">Outputs along each axis; -1 where the input's extent is unknown.</param>
/// <remarks>Input i meets output <c>i·stride + k·dilation - begin</c> by kernel element k. Source: ONNX ConvTranspose (docs/Operators.md).</remarks>
public sealed record TransposedWindow(
    ImmutableArray<int> Kernel, ImmutableArray<int> Strides, ImmutableArray<int> Dilations, ImmutableArray<int> Begin, ImmutableArray<int> Output)
{
    /// <summary>Resolves a node's <c>strides</c>, <c>dilations</c>, <c>pads</c>, <c>auto_pad</c>, <c>output_padding</c> and <c>output_shape</c>.</summary>
    /// <param name="a">The node's attributes; an absent list means ones (pads and output_padding: zeros).</param>
    /// <param name="spatial">Input extents after batch and channel, -1 where unknown.</param>
    /// <param name="kernel">Kernel extents.</param>
    /// <exception cref="ModelException">The numbers do not fit each other or the input.</exception>
    public static TransposedWindow Of(Attributes a, ReadOnlySpan<int> spatial, ReadOnlySpan<int> kernel)
    {
        var n = spatial.Length;
        var strides = Window.List(a, "strides", n, 1, least: 1);
        var dilations = Window.List(a, "dilations", n, 1, least: 1);
        var pads = Window.List(a, "pads", 2 * n, 0, least: 0);
        var extra = Window.List(a, "output_padding", n, 0, least: 0);
        var wanted = a.Has("output_shape") ? Window.List(a, "output_shape", n, 0, least: 0) : null;
        var auto = a.Text("auto_pad", "NOTSET");
        int[] begin = new int[n], output = new int[n];
        for (var i = 0; i < n; i++)
        {
            if (kernel[i] < 1)
                throw new ModelException($"a kernel extent of {kernel[i]}, below 1");
            begin[i] = pads[i];
            if (spatial[i] < 0)
            {
                output[i] = wanted is null ? -1 : wanted[i];
                continue;
            }
            var whole = (Int128)strides[i] * (spatial[i] - 1) + extra[i] + (Int128)(kernel[i] - 1) * dilations[i] + 1;
            var kept = wanted is not null ? wanted[i]
                : auto is "SAME_UPPER" or "SAME_LOWER" ? (Int128)spatial[i] * strides[i]
                : whole - pads[i] - pads[n + i];
            if (kept < 0 || kept > int.MaxValue)
                throw new ModelException($"an output extent of {kept}, not between 0 and {int.MaxValue}");
            if (wanted is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                var cut = Int128.Max(whole - kept, 0);
                begin[i] = (int)Int128.Min(auto == "SAME_UPPER" ? cut / 2 : cut - cut / 2, int.MaxValue);
            }
            output[i] = (int)kept;
        }
        return new([.. kernel], [.. strides], [.. dilations], [.. begin], [.. output]);
    }
}
