using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Primitives of places, images and signals whose operands and attributes fit by chance or not at all: the same bytes from both executors, or the same refusal.</summary>
public sealed class PlaceNonsenseTests
{
    private static readonly Primitive[] Ops =
    [
        Primitive.GatherElements, Primitive.GatherNd, Primitive.ScatterElements, Primitive.ScatterNd, Primitive.TensorScatter, Primitive.OneHot, Primitive.Trilu, Primitive.EyeLike,
        Primitive.ReverseSequence, Primitive.Tile, Primitive.Split, Primitive.NonZero, Primitive.Unique, Primitive.NonMaxSuppression, Primitive.Resize, Primitive.GridSample, Primitive.AffineGrid,
        Primitive.RoiAlign, Primitive.MaxRoiPool, Primitive.ConvTranspose, Primitive.DeformConv, Primitive.Col2Im, Primitive.LpPool, Primitive.MaxPool, Primitive.Dft, Primitive.Stft, Primitive.CosineWindow,
        Primitive.MelWeightMatrix,
    ];

    private static readonly DType[] Types = [DType.Float32, DType.Float32, DType.Float32, DType.Float16, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool, DType.Int4];

    private static readonly string[] Lists = ["kernel_shape", "strides", "dilations", "pads", "output_padding", "output_shape", "pooled_shape", "axes"];

    private static readonly string[] Numbers =
    [
        "axis", "batch_dims", "upper", "k", "time_axis", "batch_axis", "sorted", "center_point_box", "align_corners", "output_height", "output_width", "sampling_ratio", "group", "offset_group", "p", "inverse",
        "onesided", "periodic", "antialias", "exclude_outside", "storage_order", "ceil_mode",
    ];

    private static readonly (string Name, string[] Values)[] Names =
    [
        ("mode", ["nearest", "linear", "cubic", "avg", "max", "circular", "odd"]), ("reduction", ["add", "mul", "min", "max", "odd"]), ("padding_mode", ["zeros", "border", "reflection"]),
        ("coordinate_transformation_mode", ["align_corners", "asymmetric", "half_pixel_symmetric", "pytorch_half_pixel", "tf_crop_and_resize", "output_half_pixel"]), ("nearest_mode", ["floor", "ceil", "round_prefer_ceil"]),
        ("keep_aspect_ratio_policy", ["not_larger", "not_smaller"]), ("auto_pad", ["SAME_UPPER", "SAME_LOWER"]), ("kind", ["hamming", "blackman"]),
    ];

    [Fact]
    public void Both_executors_compute_or_refuse_alike()
    {
        var noise = new Noise(78);
        var ran = new Dictionary<Primitive, int>();
        for (var i = 0; i < 300 * Ops.Length; i++)
        {
            var op = Ops[i % Ops.Length];
            var test = Case(op, noise, (ulong)i);
            var (graph, inputs) = test.Build(constants: false);
            var limits = new RunLimits { Bytes = 300_000 };
            var slow = Run(() => Reference.Run(graph, inputs, limits: limits));
            using var session = new Session(graph, new() { Threads = 1, Limits = limits });
            var fast = Run(() => session.Run(inputs));
            Assert.True(slow == fast, $"{test}: {slow} against {fast}");
            if (slow[0] == '=')
                ran[op] = ran.GetValueOrDefault(op) + 1;
        }
        Assert.All(Ops, op => Assert.True(ran.GetValueOrDefault(op) >= 5, $"{op} ran {ran.GetValueOrDefault(op)} times"));
    }

    private static string Run(Func<IReadOnlyList<NamedTensor>> run)
    {
        try
        {
            return $"= {string.Join(' ', run().Select(t => $"{t.Value} {Convert.ToHexString(t.Value.Bytes)}"))}";
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    private static FastCase Case(Primitive op, Noise noise, ulong seed)
    {
        var type = noise.Below(2) == 0 ? DType.Float32 : Types[noise.Below(Types.Length)];
        var a = Attributes.None;
        foreach (var name in Numbers)
            if (noise.Below(8) == 0)
                a = a.With(name, noise.Below(9) == 0 ? long.MaxValue - noise.Below(3) : (long)noise.Below(5) - 1);
        foreach (var name in Lists)
            if (noise.Below(name == "axes" ? 12 : 5) == 0)
                a = a.With(name, ImmutableArray.CreateRange(Enumerable.Range(0, name == "pads" ? 4 : 2).Select(_ => noise.Below(40) == 0 ? int.MaxValue : (long)noise.Below(4))));
        foreach (var (name, values) in Names)
            if (noise.Below(6) == 0)
                a = a.With(name, values[noise.Below(values.Length)]);
        if (op is Primitive.LpPool or Primitive.MaxPool && noise.Below(8) > 0)
            a = a.With("kernel_shape", ImmutableArray.Create<long>(2, 3));
        if (op == Primitive.MaxRoiPool && noise.Below(8) > 0)
            a = a.With("pooled_shape", ImmutableArray.Create<long>(2, 3));
        var operands = Operands(op, type, noise).Select((make, i) => noise.Below(25) == 0 ? null : Value(make.Type, Bent(make.Dims, noise), noise, seed + (ulong)i)).ToArray();
        // Numbers that have to agree with each other seldom do by chance.
        if (op == Primitive.Col2Im && noise.Below(4) > 0)
            (operands[1], operands[2]) = (FastCase.Ints(2, 2), FastCase.Ints(2, 1));
        if (op == Primitive.Stft && noise.Below(4) > 0)
            operands[3] = noise.Below(2) == 0 ? null : FastCase.Ints(4);
        if (op == Primitive.MaxRoiPool && noise.Below(4) > 0)
            operands[1] = Tensor.From<float>(Shape.Of(2, 5), [0, 1, 1, 3, 2, noise.Below(5), -1, 0, 9, 1]);
        return new($"{op} {seed}", op, a, op is Primitive.Split or Primitive.MaxPool or Primitive.Unique ? 1 + noise.Below(2) : 1, operands[0] is null ? [Value(type, [2, 3], noise, seed), .. operands[1..]] : operands);
    }

    private static (DType Type, int[] Dims)[] Operands(Primitive op, DType type, Noise noise) => op switch
    {
        Primitive.GatherElements => [(type, [3, 4]), (DType.Int64, [2, 4])],
        Primitive.GatherNd => [(type, [3, 4, 2]), (DType.Int64, [3, 2])],
        Primitive.ScatterElements => [(type, [3, 4]), (DType.Int64, [2, 4]), (type, [2, 4])],
        Primitive.ScatterNd => [(type, [3, 4, 2]), (DType.Int64, [3, 2]), (type, [3, 2])],
        Primitive.TensorScatter => [(type, [2, 4, 3]), (type, [2, 1, 3]), (DType.Int64, [2])],
        Primitive.OneHot => [(noise.Below(2) == 0 ? DType.Int64 : DType.Int32, [2, 3]), (DType.Int64, [1]), (type, [2])],
        Primitive.Trilu => [(type, [2, 3, 4]), (DType.Int64, [])],
        Primitive.EyeLike => [(type, [3, 4])],
        Primitive.ReverseSequence => [(type, [3, 3, 2]), (DType.Int64, [3])],
        Primitive.Tile or Primitive.Split => [(type, [2, 3]), (DType.Int64, [2])],
        Primitive.NonZero => [(noise.Below(9) == 0 ? type : DType.Bool, [3, 4])],
        Primitive.Unique => [(type, [3, 4])],
        Primitive.NonMaxSuppression => [(DType.Float32, [1, 5, 4]), (DType.Float32, [1, 2, 5]), (DType.Int64, [1]), (DType.Float32, [1]), (DType.Float32, [1])],
        Primitive.Resize => noise.Below(2) == 0
            ? [(type, [2, 3, 4]), (DType.Float32, [6]), (DType.Float32, [3])]
            : [(type, [2, 3, 4]), (DType.Float32, [noise.Below(2) * 6]), (DType.Float32, [0]), (DType.Int64, [3])],
        Primitive.GridSample => [(type, [2, 3, 4, 3]), (type, [2, 3, 2, 2])],
        Primitive.AffineGrid => [(type, [2, 2, 3]), (DType.Int64, [4])],
        Primitive.RoiAlign => [(type, [4, 2, 4, 3]), (type, [3, 4]), (DType.Int64, [3])],
        Primitive.MaxRoiPool => [(type, [4, 2, 4, 3]), (type, [3, 5])],
        Primitive.ConvTranspose => [(type, [1, 2, 3, 4]), (type, [2, 3, 2, 3]), (type, [3])],
        Primitive.DeformConv => [(type, [1, 2, 3, 4]), (type, [3, 2, 2, 2]), (type, [1, 8, 2, 3]), (type, [3]), (type, [1, 4, 2, 3])],
        Primitive.Col2Im => [(type, [1, 4, 2]), (DType.Int64, [2]), (DType.Int64, [2])],
        Primitive.LpPool or Primitive.MaxPool => [(type, [1, 2, 4, 5])],
        Primitive.Dft => [(type, [2, 5, 1 + noise.Below(2)]), (DType.Int64, []), (DType.Int64, [])],
        Primitive.Stft => [(type, [1, 9, 1 + noise.Below(2)]), (DType.Int64, []), (type, [4]), (DType.Int64, [])],
        Primitive.CosineWindow => [(DType.Int64, [])],
        _ => [(DType.Int64, []), (DType.Int64, []), (DType.Int64, []), (DType.Float32, []), (DType.Float32, [])],
    };

    /// <summary>The extents, or now and then others.</summary>
    private static int[] Bent(int[] dims, Noise noise) => noise.Below(9) switch
    {
        0 when dims.Length > 0 => dims[1..],
        1 => [.. dims.Select(d => noise.Below(3) == 0 ? noise.Below(5) : d)],
        _ => dims,
    };

    private static Tensor Value(DType type, int[] dims, Noise noise, ulong seed)
    {
        if (type is DType.Float32 or DType.Float16 or DType.BFloat16)
            return FastCase.Floats(seed, noise.Below(3) == 0, type, dims);
        var tensor = Tensor.Create(type, Shape.Of(dims));
        if (type == DType.Int64)
            for (var i = 0; i < tensor.Count; i++)
                tensor.MutableSpan<long>()[i] = noise.Below(40) == 0 ? (long)noise.Next() : noise.Below(12) == 0 ? noise.Below(9) - 4 : noise.Below(4);
        else
            for (var i = 0; i < tensor.Bytes.Length; i++)
                tensor.MutableBytes[i] = type == DType.Bool ? (byte)noise.Below(2) : type == DType.Float64 && i % 8 > 5 ? (byte)(i % 8 == 7 ? 0x3F : 0xE0 + noise.Below(32)) : type is DType.UInt8 ? (byte)noise.Next() : (byte)noise.Below(3);
        return tensor;
    }
}
