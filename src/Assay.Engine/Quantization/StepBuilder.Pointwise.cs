using System.Collections.Immutable;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <content>Functions of one variable.</content>
internal sealed partial class StepBuilder
{
    private readonly Dictionary<int, Pointwise> functions = [];

    // Values that steps need: computed by steps, and by functions of others.
    private readonly HashSet<int> direct = [];
    private readonly List<Pointwise> wanted = [];

    private static bool IsElementwise(Primitive op) => op is Primitive.Relu or Primitive.Sigmoid or Primitive.Tanh or Primitive.Exp or Primitive.Log
        or Primitive.Sqrt or Primitive.Neg or Primitive.Abs or Primitive.Not or Primitive.Erf or Primitive.Sin or Primitive.Cos or Primitive.Tan or Primitive.Asin
        or Primitive.Acos or Primitive.Atan or Primitive.Sinh or Primitive.Cosh or Primitive.Asinh or Primitive.Acosh or Primitive.Atanh or Primitive.Softplus
        or Primitive.Round or Primitive.Floor or Primitive.Ceil or Primitive.Sign or Primitive.LeakyRelu or Primitive.Elu or Primitive.HardSigmoid
        or Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div or Primitive.Pow or Primitive.Min or Primitive.Max or Primitive.Equal
        or Primitive.Less or Primitive.Greater or Primitive.And or Primitive.Or or Primitive.Xor or Primitive.PRelu or Primitive.Where;

    /// <summary>An elementwise node all of whose operands are single numbers or functions of one and the same value.</summary>
    private bool TryPointwise(Node node)
    {
        if (!IsElementwise(node.Op))
            return false;
        var root = -1;
        var nodes = ImmutableSortedDictionary<int, Node>.Empty;
        foreach (var x in node.Inputs)
        {
            if (Constant(x) is { } constant)
            {
                if (constant.Count == 1)
                    continue;
                return false;
            }
            // What the file rounds is a variable of its own.
            var f = Given.ContainsKey(x) ? null : functions.GetValueOrDefault(x);
            var variable = f?.Root ?? x;
            if (root >= 0 && variable != root || !computed.Contains(variable))
                return false;
            root = variable;
            nodes = f is null ? nodes : nodes.SetItems(f.Nodes);
        }
        var value = node.Outputs[0];
        functions[value] = new(root, value, order, nodes.SetItem(order, node), Limits(node));
        if (IsFloat(value))
            computed.Add(value);
        return true;
    }

    /// <summary>The limits that a node puts on its root, where it and what is before it do nothing else.</summary>
    private (double Low, double High)? Limits(Node node)
    {
        var x = Constant(node.Inputs[0]) is null ? 0 : 1;
        var before = functions.TryGetValue(node.Inputs[x], out var f) && !Given.ContainsKey(node.Inputs[x]) ? f.Bounds : (double.NegativeInfinity, double.PositiveInfinity);
        if (before is not var (low, high))
            return null;
        if (node.Op == Primitive.Relu)
            return (Math.Max(low, 0), Math.Max(high, 0));
        if (node.Op is not (Primitive.Min or Primitive.Max) || Constant(node.Inputs[1 - x]) is not { Type: DType.Float32 } bound)
            return null;
        var b = (double)bound.Span<float>()[0];
        return node.Op == Primitive.Min ? (Math.Min(low, b), Math.Min(high, b)) : (Math.Max(low, b), Math.Max(high, b));
    }

    /// <summary>Says that a step reads a value, and gives the number under which it is found.</summary>
    private int Need(int id)
    {
        id = Same(id);
        if (constants.ContainsKey(id))
            throw new ModelException("a constant, where a computed tensor is needed");
        if (!computed.Contains(id))
            throw new ModelException($"'{values[id].Name}' ({Describe(id)}) is not quantised");
        if (masks.ContainsKey(id))
            throw new ModelException($"'{values[id].Name}' is masked, and no softmax follows");
        if (affine.ContainsKey(id))
            MakeAffine(id);
        if (direct.Add(id) && functions.TryGetValue(id, out var f))
        {
            wanted.Add(f);
            if (functions.ContainsKey(f.Root))
                Need(f.Root);
            else if (affine.ContainsKey(f.Root))
                MakeAffine(f.Root);
        }
        return id;
    }

    /// <summary>Puts every function that is needed behind the step that makes its variable, or into a step of its own.</summary>
    private void Fuse()
    {
        foreach (var group in wanted.OrderBy(f => f.Order).GroupBy(f => f.Root).OrderBy(g => g.First().Order).ToList())
        {
            var alone = group.Count() == 1 && !functions.ContainsKey(group.Key) && !direct.Contains(group.Key);
            foreach (var f in group)
                if (!alone || !TryFuse(group.Key, f, f.Value))
                    Add(new(StepKind.Table, Source(f), f.Order, [f.Root], f.Value) { Function = f });
        }
    }

    private string Source(Pointwise f) => f.Nodes.TryGetValue(f.Order, out var node) ? node.Source : $"'{values[f.Value].Name}'";

    /// <summary>Lets the step that makes a value apply a function to it at once, so that it makes another value in its place.</summary>
    private bool TryFuse(int root, Pointwise f, int value)
    {
        if (!makers.TryGetValue(root, out var step) || step.Function is not null)
            return false;
        var canBound = f.Bounds is not null && !Given.ContainsKey(root);
        if (step.Requantises || step.Kind == StepKind.Normalize && canBound)
        {
            step.Function = f;
            step.Output = value;
            makers[value] = step;
            return true;
        }
        // A function of each element may as well come before the elements move; limits, before the greatest is taken.
        if (Given.ContainsKey(root) || step.Kind is not (StepKind.Reshape or StepKind.Transpose) && !(step.Kind == StepKind.MaxPool && canBound))
            return false;
        var before = step.Inputs[0];
        if (functions.ContainsKey(before) || Given.ContainsKey(before) || Outputs.Contains(before)
            || Steps.Count(s => s.Inputs.Contains(before)) != 1 || wanted.Exists(g => g.Root == before))
            return false;
        var moved = NewValue(values[before].Name + ".f", DimsOf(before));
        if (!TryFuse(before, f, moved))
            return false;
        step.Inputs[0] = moved;
        step.Root = step.Output = value;
        makers[value] = step;
        return true;
    }
}
