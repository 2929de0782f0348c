using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>What a plan was made for: the inputs' types and shapes, and the values of those that decide how a run goes on.</summary>
internal sealed class PlanKey
{
    /// <summary>Elements of an input whose value may be part of the key.</summary>
    private const int MostElements = 64;

    private readonly DType[] types;
    private readonly Shape[] shapes;
    private readonly Tensor?[] values;

    public PlanKey(Tensor[] inputs, bool withValues)
    {
        types = Array.ConvertAll(inputs, x => x.Type);
        shapes = Array.ConvertAll(inputs, x => x.Shape);
        // A copy: the caller may use the memory again.
        values = Array.ConvertAll(inputs, x => withValues && IsSmallNumber(x) ? Tensor.Wrap(x.Type, x.Shape, x.Bytes.ToArray()) : null);
    }

    /// <summary>The input's value, where it is part of the key.</summary>
    public Tensor? ValueOf(int input) => values[input];

    /// <summary>Whether these inputs are what the plan was made for.</summary>
    public bool Fits(ModelValue[] inputs)
    {
        for (var i = 0; i < shapes.Length; i++)
            if (inputs[i] is not Tensor x || x.Type != types[i] || x.Shape != shapes[i] || (values[i] is { } value && !value.Bytes.SequenceEqual(x.Bytes)))
                return false;
        return true;
    }

    private static bool IsSmallNumber(Tensor x) => !x.Type.IsFloat() && x.Count <= MostElements;
}
