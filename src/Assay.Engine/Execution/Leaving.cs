using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>What leaves a run shares no memory with what stays: whoever gets it may do with it what he likes.</summary>
internal static class Leaving
{
    /// <summary>The value itself, or a copy where its memory is a constant's or an input's.</summary>
    public static ModelValue Own(IReadOnlyDictionary<int, Tensor> constants, ReadOnlySpan<ModelValue> inputs, ModelValue value)
    {
        foreach (var tensor in value.Tensors)
        {
            foreach (var (_, constant) in constants)
                if (tensor.Overlaps(constant))
                    return value.Copy();
            foreach (var input in inputs)
                foreach (var given in input.Tensors)
                    if (tensor.Overlaps(given))
                        return value.Copy();
        }
        return value;
    }
}
