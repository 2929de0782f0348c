using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>Bytes that the reference works with for primitives of images, signals and places named by indices.</summary>
internal static class PlaceWorking
{
    public static long Bytes(Node node, ReadOnlySpan<Fact?> operands, ReadOnlySpan<Fact> outputs) => node.Op switch
    {
        // Order, rank, places of the runs and their ranks.
        Primitive.Unique => 24L * Slices(node.Attributes, operands[0]!),
        // Candidates of one class in order, and at most all boxes of all classes chosen.
        Primitive.NonMaxSuppression => 4L * operands[1]!.Dims[2] + 24L * operands[1]!.Shape.Count,
        // Places and weights.
        Primitive.Resize => Taps(node.Attributes, operands),
        // Cosines, sines, and both parts of what is transformed.
        Primitive.Dft => 32L * ShapeRules.DftLength(node.Attributes, operands[0]!.Dims.AsSpan(), At(operands, 1), At(operands, 2)),
        Primitive.Stft => 32L * ShapeRules.FrameLength(operands[0]!, operands.Length > 2 ? operands[2] : null, At(operands, 3)),
        // The sums of one channel.
        Primitive.Col2Im => (outputs[0].Type == DType.Float64 ? 8L : 4L) * Shape.Of(outputs[0].Dims.AsSpan()[2..]).Count,
        _ => 0,
    };

    private static long Slices(Attributes a, Fact x) => a.Has("axis") ? x.Dims[ShapeRules.Axis(a.Int("axis"), x.Dims.Length)] : x.Shape.Count;

    private static long Taps(Attributes a, ReadOnlySpan<Fact?> operands)
    {
        long bytes = 0;
        foreach (var axis in ResizeAxis.Of(a, operands[0]!.Dims.AsSpan(), At(operands, 1), At(operands, 2), At(operands, 3)))
            bytes += (sizeof(int) + sizeof(double)) * Math.Min(AxisTaps.CountOf(a, axis) * axis.Out, long.MaxValue / 64);
        return bytes;
    }

    private static Tensor? At(ReadOnlySpan<Fact?> operands, int i) => i < operands.Length ? operands[i]?.Value : null;
}
