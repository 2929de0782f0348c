using System.Collections.Immutable;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <content>Factors and terms that are constant: they go into the weights before or behind them.</content>
internal sealed partial class StepBuilder
{
    private const double LeastMask = -1000;

    // Values that wait for a dense layer which takes their gain and offset into its weights.
    private readonly Dictionary<int, LastAxisAffine> affine = [];
    private readonly Dictionary<int, (int Value, Tensor Mask)> masks = [];

    private bool TryAffine(Node node)
    {
        if (node.Op == Primitive.BatchNormalization)
            return TakeBatchNormalization(node);
        if (node.Op is not (Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div))
            return false;
        var (x, other) = Constant(node.Inputs[1]) is null ? (node.Inputs[1], node.Inputs[0]) : (node.Inputs[0], node.Inputs[1]);
        if (Constant(other) is not { Type: DType.Float32 } constant || !computed.Contains(x) || node.Op == Primitive.Div && other == node.Inputs[0])
            return false;
        var c = Reals(constant);
        if (node.Op == Primitive.Add && constant.Count > 1 && c.Contains(0) && c.All(v => v is 0 or <= LeastMask) && c.Any(v => v != 0))
        {
            masks[node.Outputs[0]] = (x, constant);
            computed.Add(node.Outputs[0]);
            return true;
        }
        var sign = node.Op == Primitive.Sub && other == node.Inputs[0] ? -1.0 : 1;
        double Gain(double v) => node.Op switch { Primitive.Mul => v, Primitive.Div => 1 / v, _ => sign };
        double Offset(double v) => node.Op switch { Primitive.Add => v, Primitive.Sub => -sign * v, _ => 0 };
        if (TryFollow(x, node.Outputs[0], constant, v => Gain(c[v]), v => Offset(c[v])))
            return true;
        if (constant.Count == 1)
            return false;
        var rank = Rank(x);
        if (OfAxis(constant, rank, rank - 1, DimsOf(x)[^1]) is { } last && (rank < 4 || affine.ContainsKey(x)))
            Wait(x, node.Outputs[0], last, v => Gain(c[v]), v => Offset(c[v]));
        else if (rank == 4 && OfAxis(constant, 4, 1, DimsOf(x)[1]) is { } channel)
            TakeChannels(x, node.Outputs[0], i => Gain(c[channel[i]]), i => Offset(c[channel[i]]));
        else if (node.Op == Primitive.Add || node.Op == Primitive.Sub && sign > 0)
            Add(new(StepKind.Add, source, order, [Need(x)], node.Outputs[0]) { Constant = Spread(constant, DimsOf(node.Outputs[0]), node.Op == Primitive.Sub) });
        else
            throw new ModelException($"{node.Op} with a constant {constant}: neither one number nor one a channel");
        return true;
    }

    private bool TakeBatchNormalization(Node node)
    {
        var x = node.Inputs[0];
        if (!computed.Contains(x) || node.Inputs.Skip(1).Any(i => Constant(i) is null))
            throw new ModelException("a batch normalisation by computed statistics");
        var all = node.Inputs.Skip(1).Select(i => Reals(constants[i])).ToArray();
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        var gain = new double[all[0].Length];
        var offset = new double[gain.Length];
        for (var i = 0; i < gain.Length; i++)
        {
            gain[i] = all[0][i] / Math.Sqrt(all[3][i] + epsilon);
            offset[i] = all[1][i] - (all[2][i] * gain[i]);
        }
        var y = node.Outputs[0];
        var rank = Rank(x);
        if (Follows(x, false) is { } step && step.Linear is { } linear && (step.Kind == StepKind.Conv || rank == 2) && linear.Outputs == gain.Length)
        {
            linear.Follow(o => gain[o], o => offset[o]);
            Rename([step], y);
        }
        else if (rank == 2)
            Wait(x, y, [.. Enumerable.Range(0, gain.Length)], v => gain[v], v => offset[v]);
        else if (rank == 4)
            TakeChannels(x, y, i => gain[i], i => offset[i]);
        else
            throw new ModelException($"a batch normalisation of rank {rank} that no convolution or dense layer takes in");
        return true;
    }

    /// <summary>Puts gain and offset into the layer that makes x, where only this node reads x.</summary>
    private bool TryFollow(int x, int y, Tensor constant, Func<int, double> gain, Func<int, double> offset)
    {
        var isFactor = constant.Count == 1 && offset(0) == 0;
        var chain = new List<Step>();
        if (Follows(x, isFactor, chain) is not { } step)
            return false;
        if (step.Kind == StepKind.MatMul)
        {
            if (!isFactor || !(gain(0) > 0))
                return false;
            step.Factor *= gain(0);
        }
        else
        {
            var rank = Rank(step.Output);
            var at = constant.Count == 1 ? new int[step.Linear!.Outputs] : OfAxis(constant, rank, step.Kind == StepKind.Conv ? 1 : rank - 1, step.Linear!.Outputs);
            if (at is null || constant.Count > 1 && chain.Count > 1)
                return false;
            step.Linear.Follow(o => gain(at[o]), o => offset(at[o]));
        }
        Rename(chain, y);
        return true;
    }

    private Step? Follows(int x, bool throughMoves) => Follows(x, throughMoves, []);

    /// <summary>The layer with weights, or the product, that alone makes x and is read by one node alone; the steps from x back to it.</summary>
    private Step? Follows(int x, bool throughMoves, List<Step> chain)
    {
        if (uses.GetValueOrDefault(x) != 1 || Given.ContainsKey(x) || functions.ContainsKey(x) || affine.ContainsKey(x) || !makers.TryGetValue(x, out var step))
            return null;
        chain.Add(step);
        return step.Kind is StepKind.Dense or StepKind.Conv or StepKind.MatMul ? step
            : throughMoves && step.Kind is StepKind.Reshape or StepKind.Transpose ? Follows(step.Inputs[0], true, chain) : null;
    }

    /// <summary>The steps of a chain, from its end to its beginning, now make other values: the last one y, those between values that no run shows.</summary>
    private void Rename(List<Step> chain, int y)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var step = chain[i];
            makers.Remove(step.Output);
            var made = i == 0 ? y : NewValue(values[step.Output].Name + ".scaled", DimsOf(step.Output));
            if (i > 0)
                chain[i - 1].Inputs[0] = made;
            step.Root = step.Output = made;
            makers[made] = step;
            computed.Add(made);
        }
    }

    /// <summary>Which element of a constant each place of one axis meets, or null where other axes have a say.</summary>
    private static int[]? OfAxis(Tensor constant, int rank, int axis, int count)
    {
        var dims = constant.Shape.Dims;
        var mine = axis - (rank - dims.Length);
        for (var i = 0; i < dims.Length; i++)
            if (dims[i] != 1 && i != mine)
                return null;
        if (dims.Length > rank || count < 1)
            return null;
        return constant.Count == 1 ? new int[count] : constant.Count == count ? [.. Enumerable.Range(0, count)] : null;
    }

    private void Wait(int x, int y, int[] at, Func<int, double> gain, Func<int, double> offset)
    {
        var before = affine.GetValueOrDefault(x) ?? new LastAxisAffine(x, [.. at.Select(_ => 1.0)], new double[at.Length], x, order);
        affine[y] = new(before.Root,
            [.. at.Select((a, i) => before.Gain[i] * gain(a))], [.. at.Select((a, i) => (before.Offset[i] * gain(a)) + offset(a))], y, order);
        computed.Add(y);
    }

    /// <summary>A gain and an offset for each channel, that no layer before takes in: a convolution of one by one, each channel for itself.</summary>
    private void TakeChannels(int x, int y, Func<int, double> gain, Func<int, double> offset)
    {
        var channels = DimsOf(x)[1];
        if (channels < 0)
            throw new ModelException("the number of channels is not known");
        var linear = new Linear([channels, 1, 1, 1], [.. Enumerable.Range(0, channels).Select(gain)], [.. Enumerable.Range(0, channels).Select(offset)]);
        Add(new(StepKind.Conv, source, order, [Need(x)], y) { Linear = linear, Group = channels, Window = new([1, 1], [1, 1], [1, 1], [0, 0], [0, 0], [-1, -1]), Dims = DimsOf(x) });
    }

    /// <summary>A gain and an offset that no dense layer takes in: a term alone is added, else a dense layer with a diagonal matrix multiplies.</summary>
    private void MakeAffine(int id)
    {
        affine.Remove(id, out var a);
        var n = a!.Gain.Length;
        var root = Need(a.Root);
        var name = values[id].Name;
        if (Array.TrueForAll(a.Gain, g => g == 1) && !DimsOf(id).Contains(-1))
        {
            var row = Tensor.From<float>(Shape.Of(n), Array.ConvertAll(a.Offset, o => (float)o));
            Add(new(StepKind.Add, $"'{name}'", a.Order, [root], id) { Constant = Spread(row, DimsOf(id), false) });
            return;
        }
        var weights = new double[n * n];
        for (var i = 0; i < n; i++)
            weights[(i * n) + i] = a.Gain[i];
        Notes.Add($"'{name}': its gain and offset have no dense layer to go into; they are a dense layer of {n} by {n}, diagonal");
        Add(new(StepKind.Dense, $"'{name}'", a.Order, [root], id) { Linear = new([n, n], weights, [.. a.Offset]) });
    }

    /// <summary>A constant as a tensor of another's shape, negated or not.</summary>
    private static Tensor Spread(Tensor constant, ImmutableArray<int> dims, bool negate)
    {
        if (dims.IsDefault || dims.Contains(-1))
            throw new ModelException("a constant is added to a tensor whose extents are not known");
        var result = Tensor.Create(DType.Float32, Shape.Of(dims.AsSpan()));
        var from = constant.Span<float>();
        var to = result.MutableSpan<float>();
        var offset = dims.Length - constant.Shape.Rank;
        for (var i = 0; i < to.Length; i++)
        {
            int at = 0, rest = i, step = 1;
            for (var axis = dims.Length - 1; axis >= 0; axis--)
            {
                var place = rest % dims[axis];
                rest /= dims[axis];
                var extent = axis < offset ? 1 : constant.Shape[axis - offset];
                at += extent == 1 ? 0 : place * step;
                step *= extent;
            }
            to[i] = negate ? -from[at] : from[at];
        }
        return result;
    }
}
