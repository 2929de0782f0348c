using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics.Int8;

namespace Assay.Engine.Execution.Fast;

/// <summary>Weights of a dense layer or a convolution of assay-int8-v1 as their kernels read them: a factor and a bias for each output, then the weights, two terms of a sum in each lane.</summary>
internal readonly unsafe struct Int8Packing(float* start, int outputs)
{
    private int Padded => (outputs + Int8Dense.Panel - 1) / Int8Dense.Panel * Int8Dense.Panel;

    public double* Factors => (double*)start;

    public int* Bias => (int*)start + (2 * Padded);

    public void* Weights => start + (3 * Padded);

    /// <summary>Whether a lane holds two taps of one channel, and not one tap of two: where there is one channel and taps of a row lie beside each other.</summary>
    public static bool IsAlong(Attributes a, Shape w) => w[1] == 1 && (a.Ints("strides") is not [_, var step] || step == 1);

    /// <summary>Pairs of terms of one output channel.</summary>
    public static int PairsOf(Attributes a, Shape w) => IsAlong(a, w) ? w[2] * ((w[3] + 1) / 2) : (w[1] + 1) / 2 * w[2] * w[3];

    /// <summary>Floats that a node's weights take, or 0 where they are not packed.</summary>
    public static long Size(Node node, Tensor w)
    {
        var padded = ((long)w.Shape[0] + Int8Dense.Panel - 1) / Int8Dense.Panel * Int8Dense.Panel;
        if (node.Op == Primitive.Int8Dense)
            return (3 * padded) + (padded * Int8PairRows.PairsOf(w.Shape[1]) / 2);
        return w.Count == 0 ? 0 : (3 * padded) + (padded * PairsOf(node.Attributes, w.Shape));
    }

    /// <summary>Packs a node whose operands from the second on are constants.</summary>
    /// <param name="target">Of <see cref="Size"/> floats.</param>
    public static void Pack(Node node, Tensor?[] operands, float* target)
    {
        var w = operands[1]!;
        var packing = new Int8Packing(target, w.Shape[0]);
        var figures = Reference.Int8Kernels.Figures(node.Attributes, operands, 3);
        new Span<byte>(target, checked((int)(3 * packing.Padded * sizeof(float)))).Clear();
        for (var o = 0; o < w.Shape[0]; o++)
        {
            packing.Factors[o] = FactorOf(figures, o);
            packing.Bias[o] = operands[2]!.Span<int>()[o];
        }
        if (node.Op == Primitive.Int8Dense)
            PackDense(w, packing.Padded, (sbyte*)packing.Weights);
        else
            PackConv(node.Attributes, w, packing.Padded, (int*)packing.Weights);
    }

    public static double FactorOf(Requantisation figures, int channel)
    {
        var group = figures.Groups.IsEmpty ? 0 : figures.Groups[channel];
        return Int8Scale.Factor(figures.Multipliers[group], figures.Shifts[group]);
    }

    private static void PackDense(Tensor w, int padded, sbyte* target)
    {
        int outputs = w.Shape[0], inner = w.Shape[1], pairs = Int8PairRows.PairsOf(inner);
        var source = w.Span<sbyte>();
        for (var panel = 0; panel < padded / Int8Dense.Panel; panel++)
            for (var k = 0; k < 2 * pairs; k++)
                for (var lane = 0; lane < Int8Dense.Panel; lane++)
                {
                    var n = (panel * Int8Dense.Panel) + lane;
                    target[(((((long)panel * pairs) + (k / 2)) * Int8Dense.Panel) + lane) * 2 + (k % 2)] = n < outputs && k < inner ? source[(n * inner) + k] : (sbyte)0;
                }
    }

    private static void PackConv(Attributes a, Tensor w, int padded, int* target)
    {
        int channels = w.Shape[1], rows = w.Shape[2], columns = w.Shape[3], pairs = PairsOf(a, w.Shape);
        var isAlong = IsAlong(a, w.Shape);
        var block = a.Int("group", 1) > 1 ? 1 : Int8Product.Block;
        for (var o = 0; o < padded; o++)
            for (var k = 0; k < pairs; k++)
            {
                var (c, u, v) = isAlong ? (0, k / ((columns + 1) / 2), k % ((columns + 1) / 2) * 2) : (k / (rows * columns) * 2, k / columns % rows, k % columns);
                int first = At(o, c, u, v), second = isAlong ? At(o, c, u, v + 1) : At(o, c + 1, u, v);
                target[(((((long)o / block) * pairs) + k) * block) + (o % block)] = (first & 0xFFFF) | (second << 16);
            }

        int At(int o, int c, int u, int v) =>
            o < w.Shape[0] && c < channels && v < columns ? w.Span<sbyte>()[(((((o * channels) + c) * rows) + u) * columns) + v] : 0;
    }
}
