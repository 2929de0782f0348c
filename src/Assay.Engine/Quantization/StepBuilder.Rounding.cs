using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <content>What a file rounds itself, by QuantizeLinear and DequantizeLinear: its scales are taken over.</content>
internal sealed partial class StepBuilder
{
    private readonly Dictionary<int, (int Value, Scale Scale)> rounding = [];

    // Of constants that were int8: the steps of their scales, one or one for each place of an axis.
    private readonly Dictionary<int, (double[] Steps, int Axis)> stored = [];

    private bool TryRounding(Node node)
    {
        if (node.Op == Primitive.QuantizeLinear)
        {
            if (!computed.Contains(node.Inputs[0]))
                return false;
            rounding[node.Outputs[0]] = (node.Inputs[0], ScaleOf(node));
            return true;
        }
        if (node.Op is Primitive.MaxPool or Primitive.Reshape or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze or Primitive.Transpose or Primitive.Concat
            && rounding.TryGetValue(node.Inputs[0], out var moved))
        {
            // What only moves may do so while it is int8.
            TakeStep(node with { Inputs = [.. node.Inputs.Select(i => rounding.ContainsKey(i) ? Accept(i) : i)] });
            Given[node.Outputs[0]] = moved.Scale;
            rounding[node.Outputs[0]] = (node.Outputs[0], moved.Scale);
            return true;
        }
        if (node.Op != Primitive.DequantizeLinear)
            return false;
        if (!rounding.TryGetValue(node.Inputs[0], out var rounded))
            throw new ModelException("DequantizeLinear of what no QuantizeLinear made: inputs of the model are float32");
        if (ScaleOf(node) != rounded.Scale)
            throw new ModelException("DequantizeLinear has another scale or zero point than the QuantizeLinear before it");
        var x = Accept(node.Inputs[0]);
        Rounded.TryAdd(x, node.Outputs[0]);
        Alias(node.Outputs[0], x);
        return true;
    }

    /// <summary>The value that a quantised tensor stands for, which from now on has that scale; a value of its own where it has another one already.</summary>
    private int Accept(int quantised)
    {
        var (value, scale) = rounding[quantised];
        var x = Same(value);
        if (x != quantised && Given.TryGetValue(x, out var before) && before != scale)
        {
            functions[quantised] = Pointwise.Identity(x, quantised, order);
            computed.Add(quantised);
            Given[quantised] = scale;
            rounding[quantised] = (quantised, scale);
            return quantised;
        }
        if (affine.ContainsKey(x))
            MakeAffine(x);
        Given[x] = scale;
        return x;
    }

    /// <summary>The one scale of a node of either kind, with uint8 moved to int8.</summary>
    private Scale ScaleOf(Node node)
    {
        if (Constant(node.Inputs[1]) is not { Count: 1, Type: DType.Float32 } step)
            throw new ModelException("the scale of a computed tensor is not one constant float32");
        var zero = node.Inputs.Length > 2 && node.Inputs[2] >= 0 ? Constant(node.Inputs[2]) ?? throw new ModelException("a zero point is computed") : null;
        var type = zero?.Type ?? (DType)node.Attributes.Int("to", (long)DType.UInt8);
        // Of DequantizeLinear, `to` is the float type: without a zero point, the type is that of what it reads.
        if (zero is null && node.Op == Primitive.DequantizeLinear)
            type = graph.Values[node.Inputs[0]].Type ?? DType.UInt8;
        if (type is not (DType.Int8 or DType.UInt8) || zero is { Count: not 1 })
            throw new ModelException($"a computed tensor is quantised to {type.Name()}{(zero is { Count: not 1 } ? " by channel" : "")}; int8 and uint8 with one zero point are known");
        var z = zero is null ? 0 : type == DType.Int8 ? zero.Span<sbyte>()[0] : zero.Span<byte>()[0];
        var s = step.Span<float>()[0];
        if (!(s > 0) || !float.IsFinite(s) || !float.IsFinite(1 / s))
            throw new ModelException($"a scale of {s}");
        return new(s, type == DType.Int8 ? z : z - 128);
    }

    /// <summary>Remembers the scales of constants that were stored in few bits, wherever they are moved before they are used.</summary>
    private void FollowStored(Node node)
    {
        var (x, y) = (node.Inputs.IsEmpty ? -1 : node.Inputs[0], node.Outputs[0]);
        if (node.Op == Primitive.DequantizeLinear)
        {
            var ints = constants[x];
            if (ints.Type is not (DType.Int8 or DType.UInt8) || node.Attributes.Int("block_size", 0) != 0 || Constant(node.Inputs[1]) is not { Type: DType.Float32 } steps)
                return;
            var name = values[y].Name.Length > 0 ? values[y].Name : values[x].Name;
            var middle = ints.Type == DType.Int8 ? 0 : 128;
            var zeros = node.Inputs.Length > 2 && node.Inputs[2] >= 0 ? constants[node.Inputs[2]].Bytes.ToArray() : [0];
            if (!Array.TrueForAll(zeros, z => (ints.Type == DType.Int8 ? (sbyte)z : z) == middle))
            {
                Notes.Add($"weights '{name}' have zero points other than {middle}: they are quantised again, symmetrically");
                return;
            }
            var least = ints.Bytes.Count((byte)(ints.Type == DType.Int8 ? 128 : 0));
            if (least > 0)
                Notes.Add($"weights '{name}': {least} of −128 become −127");
            stored[y] = (Reals(steps), steps.Count == 1 ? -1 : (int)node.Attributes.Int("axis", 1));
        }
        else if (x >= 0 && stored.TryGetValue(x, out var s))
        {
            if (node.Op is Primitive.Identity or Primitive.Reshape or Primitive.Squeeze or Primitive.Unsqueeze && (s.Axis < 0 || node.Op == Primitive.Identity))
                stored[y] = s;
            else if (node.Op == Primitive.Transpose)
                stored[y] = s.Axis < 0 ? s : (s.Steps, Permutation(node, constants[x].Shape.Rank).IndexOf(s.Axis));
        }
    }

    private static List<int> Permutation(Node node, int rank) => node.Attributes.Has("perm")
        ? [.. node.Attributes.Ints("perm").Select(p => (int)p)]
        : [.. Enumerable.Range(0, rank).Reverse()];

    /// <summary>The steps of a layer's weights where the file said them.</summary>
    private double[]? StepsOf(int weights, int outputs, int axis) => !stored.TryGetValue(weights, out var s) ? null
        : s.Axis < 0 ? [.. Enumerable.Repeat(s.Steps[0], outputs)]
        : s.Axis == axis && s.Steps.Length == outputs ? [.. s.Steps] : null;
}
