using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>Images and transposed convolutions: the fast path gives the reference's bytes, at odd shapes, every instruction set, 1, 2 and 7 threads.</summary>
public sealed class FastPlaceTests
{
    private static readonly string[] Coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"];

    [Fact]
    public void Resizing_has_the_reference_bits()
    {
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
            foreach (var coordinates in Coordinates)
            {
                FastEqualityTests.Compare(Resize($"up {mode} {coordinates}", Attributes.None.With("mode", mode).With("coordinate_transformation_mode", coordinates), [1, 3, 7, 19], [1, 1, 2, 2.6f]), constants: true);
                FastEqualityTests.Compare(Resize($"down {mode} {coordinates}", Attributes.None.With("mode", mode).With("coordinate_transformation_mode", coordinates), [2, 2, 9, 33], [1, 1, 0.7f, 0.3f]), constants: true);
            }
        foreach (var mode in new[] { "linear", "cubic" })
        {
            var a = Attributes.None.With("mode", mode).With("antialias", 1L);
            FastEqualityTests.Compare(Resize($"antialias {mode}", a, [1, 2, 20, 41], [1, 1, 0.4f, 0.23f]), constants: false);
            FastEqualityTests.Compare(Resize($"excluded {mode}", a.With("exclude_outside", 1L), [1, 2, 20, 41], [1, 1, 0.4f, 1.5f]), constants: false);
        }
        var linear = Attributes.None.With("mode", "linear");
        FastEqualityTests.Compare(Resize("every axis", linear, [2, 3, 4, 5], [2, 1.5f, 3, 0.5f]), constants: true);
        FastEqualityTests.Compare(Resize("three axes", linear, [1, 2, 3, 4, 5], [1, 1, 2, 2, 2]), constants: true);
        FastEqualityTests.Compare(Resize("only rows", linear, [1, 2, 6, 37], [1, 1, 2, 1]), constants: true);
        FastEqualityTests.Compare(Resize("nothing", linear, [2, 3], [1, 1]), constants: true);
        FastEqualityTests.Compare(Resize("float16", linear, [1, 2, 6, 37], [1, 1, 2, 2], DType.Float16), constants: true);
        FastEqualityTests.Compare(Resize("bfloat16 nearest", Attributes.None, [1, 2, 6, 37], [1, 1, 2, 1], DType.BFloat16), constants: true);
        FastEqualityTests.Compare(Resize("no output", linear, [1, 2, 3], [1, 1, 0.1f]), constants: true);
    }

    [Fact]
    public void Transposed_convolutions_have_the_reference_bits()
    {
        foreach (var test in Transposed())
            foreach (var constants in new[] { true, false })
                FastEqualityTests.Compare(test, constants);
    }

    [Fact]
    public void Random_transposed_convolutions_have_the_reference_bits()
    {
        for (var i = 0ul; i < 60; i++)
            FastEqualityTests.Compare(RandomTransposed(i), constants: i % 2 == 0);
    }

    [Fact]
    public void What_moves_or_pools_beside_the_input_has_the_reference_bits()
    {
        FastEqualityTests.Compare(new("Tile", Primitive.Tile, Attributes.None, 1, FastCase.Floats(1, true, DType.Float32, 2, 3, 5), FastCase.Ints(2, 1, 3)), constants: true);
        FastEqualityTests.Compare(new("Tile 16", Primitive.Tile, Attributes.None, 1, FastCase.Floats(1, true, DType.BFloat16, 4, 5), FastCase.Ints(1, 7)), constants: true);
        foreach (var op in new[] { Primitive.MaxPool, Primitive.AveragePool })
            FastEqualityTests.Compare(new($"{op} beside", op, Ints(("kernel_shape", [2, 2]), ("pads", [3, 0, 2, 4]), ("strides", [1, 2])), 1, FastCase.Floats(3, true, DType.Float32, 1, 2, 4, 5)), constants: true);
        FastEqualityTests.Compare(new("MaxPool places", Primitive.MaxPool, Ints(("kernel_shape", [2, 2])), 2, FastCase.Floats(3, true, DType.Float32, 1, 2, 4, 5)), constants: true);
        FastEqualityTests.Compare(new("Split", Primitive.Split, Attributes.None.With("axis", 1L), 2, FastCase.Floats(3, true, DType.Float16, 2, 5), FastCase.Ints(2, 3)), constants: true);
    }

    [Fact]
    public void Transforms_have_the_reference_bits()
    {
        foreach (var type in new[] { DType.Float32, DType.BFloat16 })
        {
            Dft("along the middle", Attributes.None, [2, 9, 3, 1], type, null, 1);
            Dft("cut", Attributes.None, [2, 9, 2], type, 5, 1);
            Dft("continued, inverse", Attributes.None.With("inverse", 1L), [2, 9, 2], type, 16, 1);
            Dft("one side", Attributes.None.With("onesided", 1L), [3, 33, 1], type, null, 1);
            Dft("one side back", Attributes.None.With("onesided", 1L).With("inverse", 1L), [3, 17, 2], type, 33, 1);
            var signal = FastCase.Floats(1, true, type, 2, 77, 1);
            FastEqualityTests.Compare(new("Stft", Primitive.Stft, Attributes.None, 1, signal, Tensor.Scalar(7L), FastCase.Floats(2, true, type, 20)), constants: false);
            FastEqualityTests.Compare(new("Stft complex", Primitive.Stft, Attributes.None.With("onesided", 0L), 1, FastCase.Floats(1, false, type, 1, 30, 2), Tensor.Scalar(long.MaxValue), null, Tensor.Scalar(20L)), constants: false);
        }

        static void Dft(string name, Attributes a, int[] dims, DType type, long? points, long axis) => FastEqualityTests.Compare(
            new($"Dft {name}", Primitive.Dft, a, 1, FastCase.Floats(5, false, type, dims), points is { } n ? Tensor.Scalar(n) : null, Tensor.Scalar(axis)), constants: true);
    }

    private static FastCase Resize(string name, Attributes a, int[] dims, float[] scales, DType type = DType.Float32) =>
        new($"Resize {name}", Primitive.Resize, a, 1, FastCase.Floats(4, type != DType.BFloat16, type, dims), null, Tensor.From<float>(Shape.Of(scales.Length), scales));

    private static FastCase Conv(string name, int[] x, int[] w, Attributes? a = null, bool bias = true, DType type = DType.Float32, bool wild = false) => new(
        $"ConvTranspose {name}", Primitive.ConvTranspose, a ?? Attributes.None, 1, FastCase.Floats(7, wild, type, x), FastCase.Floats(8, wild, type, w), bias ? FastCase.Floats(9, false, type, w[1] * (int)(a?.Int("group", 1) ?? 1)) : null);

    private static IEnumerable<FastCase> Transposed()
    {
        yield return Conv("2x2 by two", [1, 5, 9, 17], [5, 7, 2, 2], Ints(("strides", [2, 2])));
        yield return Conv("3x3", [2, 3, 6, 7], [3, 4, 3, 3], Ints(("pads", [1, 1, 1, 1])));
        yield return Conv("4x4 by two, padded", [1, 4, 6, 50], [4, 3, 4, 4], Ints(("strides", [2, 2]), ("pads", [1, 1, 1, 1])));
        yield return Conv("output padding", [1, 2, 5, 6], [2, 3, 3, 3], Ints(("strides", [2, 3]), ("output_padding", [1, 2])), bias: false);
        yield return Conv("dilated", [1, 2, 5, 6], [2, 3, 3, 2], Ints(("strides", [2, 3]), ("dilations", [3, 2])));
        yield return Conv("stride above the kernel", [1, 2, 5, 6], [2, 3, 1, 1], Ints(("strides", [2, 3])));
        yield return Conv("groups", [1, 6, 5, 6], [6, 2, 3, 3], Ints(("strides", [2, 2])).With("group", 3L));
        yield return Conv("depthwise", [2, 5, 5, 6], [5, 1, 4, 4], Ints(("strides", [2, 2]), ("pads", [1, 1, 1, 1])).With("group", 5L));
        yield return Conv("1-d", [2, 3, 33], [3, 5, 8], Ints(("strides", [4]), ("pads", [2, 2])));
        yield return Conv("3-d", [1, 2, 3, 4, 5], [2, 3, 2, 3, 3], Ints(("strides", [1, 2, 2])));
        yield return Conv("same", [1, 2, 5, 6], [2, 3, 3, 3], Ints(("strides", [2, 2])).With("auto_pad", "SAME_UPPER"));
        yield return Conv("cut far", [1, 2, 5, 6], [2, 3, 5, 5], Ints(("strides", [2, 2]), ("pads", [4, 3, 2, 5])));
        yield return Conv("float16", [1, 6, 4, 5], [6, 9, 3, 3], Ints(("strides", [2, 2])), type: DType.Float16);
        yield return Conv("infinities meet the border", [1, 3, 4, 4], [3, 3, 3, 3], Ints(("strides", [2, 2])), wild: true);
    }

    private static FastCase RandomTransposed(ulong seed)
    {
        var counter = (seed << 20) + 77;
        int Next(int from, int to) => from + (int)(Sample.Hash(counter++) % (ulong)(to - from + 1));
        int group = Next(1, 2), inner = Next(1, 4), outer = Next(1, 6), kh = Next(1, 5), kw = Next(1, 5), dh = Next(1, 3), dw = Next(1, 3);
        var a = Ints(("strides", [Next(1, 3), Next(1, 4)]), ("dilations", [dh, dw]), ("pads", [Next(0, Math.Min(2, kh - 1)), Next(0, Math.Min(2, kw - 1)), 0, 0]), ("output_padding", [Next(0, 1), Next(0, 2)]));
        return Conv($"random {seed}", [Next(1, 2), group * inner, Next(1, 6), Next(1, 30)], [group * inner, outer, kh, kw], a.With("group", (long)group), bias: seed % 3 > 0);
    }

    private static Attributes Ints(params (string Name, long[] Values)[] lists) =>
        lists.Aggregate(Attributes.None, (a, l) => a.With(l.Name, ImmutableArray.Create(l.Values)));
}
