using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Models.Int8;

/// <summary>Small models of assay-int8-v1, made of nothing but a counter: for tests of every room.</summary>
internal static class TinyInt8
{
    /// <summary>A classifier of 12 × 12 pictures: float32 `image` [1, 1, 12, 12] to float32 `scores` [1, 10]; convolutions, both pools, a residual sum, dense layers.</summary>
    public static byte[] Classifier(int seed = 1)
    {
        var model = new Int8Writer("tiny int8");
        var x = model.Quantize(model.Input("image", 1, 1, 12, 12), 127, -3);
        x = model.Conv(x, Weights(seed, 4, 1, 3, 3), Biases(seed, 4), -3, 1000, PerChannel(4, seed, -20, low: -20), pads: [1, 1, 1, 1]);
        x = model.MaxPool(x, [2, 2], [2, 2]);
        var y = model.Conv(x, Weights(seed + 1, 4, 4, 3, 3), Biases(seed + 1, 4), -20, 1000, PerChannel(4, seed + 1, 5), pads: [1, 1, 1, 1]);
        y = model.Add(x, y, 1 << 18, 3 << 17, -20, 5, Requantisation.Of(1, 20, -11));
        y = model.AveragePool(y, -11, [2, 2], Requantisation.Of(1 << 13, 14, 0), [2, 2]);
        y = model.Dense(model.Flatten(y), Weights(seed + 2, 16, 36), Biases(seed + 2, 16), 0, 1000, PerChannel(16, seed + 2, -128, low: -128));
        y = model.Dense(y, Weights(seed + 3, 10, 16), Biases(seed + 3, 10), -128, 1000, Requantisation.Of(181, 16, 0));
        model.Dequantize(y, 0.0625f, 0, "scores", 1, 10);
        return model.ToBytes();
    }

    /// <summary>Every operation of the profile: float32 `x` [1, 6, 8, 8] to float32 `y`.</summary>
    public static byte[] Everything()
    {
        var model = new Int8Writer("every operation");
        var x = model.Quantize(model.Input("x", 1, 6, 8, 8), 60, 4);
        x = model.Conv(x, Weights(7, 6, 1, 3, 3), Biases(7, 6), 4, 1000, PerChannel(6, 7, 1), strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], group: 6);
        x = model.Conv(x, Weights(8, 8, 6, 1, 1), Biases(8, 8), 1, 1000, Requantisation.Of(300, 15, 3) with { Table = [.. Curve()] });
        x = model.Concat(1, model.MaxPool(x, [2, 2], [2, 2]), model.AveragePool(x, 3, [2, 2], Requantisation.Of(1 << 12, 14, 3), [2, 2]));
        x = model.Transpose(model.Reshape(x, 1, 16, 16), 0, 2, 1);
        var n = model.Normalize(x, 160, 900, -2);
        var q = model.Dense(n, Weights(9, 16, 16), Biases(9, 16), -2, 1000, Requantisation.Of(200, 15, 0));
        var k = model.Dense(n, Weights(10, 16, 16), Biases(10, 16), -2, 1000, Requantisation.Of(200, 15, 7));
        var a = model.Softmax(model.MatMul(q, model.Transpose(k, 0, 2, 1), 0, 7, Requantisation.Of(90, 15, 0)), Exponents(), causal: true);
        x = model.Add(x, model.MatMul(a, n, -128, -2, Requantisation.Of(129, 15, 0)), 5, 6, 3, 0, Requantisation.Of(1, 3, 0));
        model.Dequantize(model.Table(x, [.. Curve()]), 0.1f, 2, "y", 1, 16, 16);
        return model.ToBytes();
    }

    /// <summary>Pictures of [1, 1, 12, 12] from −1 to 1.</summary>
    public static Tensor Picture(int seed) => Tensor.From<float>(Shape.Of(1, 1, 12, 12), new Noise((ulong)seed).Floats(144));

    public static Tensor Weights(int seed, params int[] dims)
    {
        var noise = new Noise((ulong)seed);
        var tensor = Tensor.Create(DType.Int8, Shape.Of(dims));
        foreach (ref var w in tensor.MutableSpan<sbyte>())
            w = (sbyte)(noise.Below(255) - 127);
        return tensor;
    }

    public static Tensor Biases(int seed, int count)
    {
        var noise = new Noise((ulong)seed + 99);
        return Tensor.From<int>(Shape.Of(count), [.. Enumerable.Range(0, count).Select(_ => noise.Below(2001) - 1000)]);
    }

    public static Requantisation PerChannel(int channels, int seed, int zeroPoint, int low = -128)
    {
        var noise = new Noise((ulong)seed + 7);
        return new([.. Enumerable.Range(0, channels).Select(_ => 100 + noise.Below(400))], [.. Enumerable.Repeat(16, channels)], [.. Enumerable.Range(0, channels)], zeroPoint, low, 127, []);
    }

    /// <summary>Something bent.</summary>
    public static IEnumerable<sbyte> Curve() => Enumerable.Range(-128, 256).Select(v => (sbyte)((v * v / 130) - (v < 0 ? 20 : 60)));

    /// <summary>Halves every 16.</summary>
    public static int[] Exponents() => [.. Enumerable.Range(0, 256).Select(d => (2048 - (1024 * (d % 16) / 16)) >> (d / 16))];
}
