using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Strings, and what models that take them do with them.</content>
public static partial class ShapeRules
{
    private static ImmutableArray<Fact> Text(Primitive op, Attributes a, ReadOnlySpan<Fact?> x)
    {
        var input = IsTensor(x[0]!);
        switch (op)
        {
            case Primitive.StringConcat:
                IsText(input);
                IsText(x[1]!);
                return [new(DType.String, Broadcast(input.Dims, x[1]!.Dims))];
            case Primitive.StringSplit:
                IsText(input);
                if (a.Has("maxsplit") && a.Int("maxsplit") < 0)
                    throw new ModelException($"maxsplit is {a.Int("maxsplit")}");
                return [new(DType.String, input.HasRank ? [.. input.Dims, -1] : default), new(DType.Int64, input.Dims)];
            case Primitive.StringNormalizer:
                IsText(input);
                if (input.HasRank && !(input.Dims.Length == 1 || input.Dims.Length == 2 && input.Dims[0] is -1 or 1))
                    throw new ModelException($"the input is {input}, where a list or one row is taken");
                if (a.Text("case_change_action", "NONE") is not ("NONE" or "LOWER" or "UPPER"))
                    throw new ModelException($"case_change_action '{Onnx.OnnxModel.Cut(a.Text("case_change_action", ""))}' is not NONE, LOWER or UPPER");
                if (x.Length > 1)
                    IsText(x[1]!);
                return [new(DType.String, input.HasRank ? input.Dims.Length == 1 ? [-1] : [1, -1] : default)];
            case Primitive.PositionOf:
                if (Same(input, IsTensor(x[1]!)) is { } type && !(type is DType.String or DType.Float32 or DType.Float64 or DType.Int64 or DType.Int32 or DType.Int16))
                    throw new ModelException($"keys of {type.Name()} are not supported");
                return [new(DType.Int64, input.Dims)];
            default:
                return [NGrams(a, x)];
        }
    }

    private static Fact NGrams(Attributes a, ReadOnlySpan<Fact?> x)
    {
        if (Same(x[0]!, x[1]!) is not (null or DType.String or DType.Int32 or DType.Int64))
            throw new ModelException($"the input is {x[0]}, where strings or whole numbers are taken");
        if (x[0] is { HasRank: true, Dims.Length: > 2 })
            throw new ModelException($"the input is {x[0]}, where a list or rows are taken");
        if (a.Text("mode", "") is not ("TF" or "IDF" or "TFIDF"))
            throw new ModelException($"mode '{Onnx.OnnxModel.Cut(a.Text("mode", ""))}' is not TF, IDF or TFIDF");
        if (a.Int("min_gram_length") < 1 || a.Int("max_gram_length") < a.Int("min_gram_length") || a.Int("max_skip_count") < 0)
            throw new ModelException($"n-grams from {a.Int("min_gram_length")} to {a.Int("max_gram_length")} elements with {a.Int("max_skip_count")} skipped");
        var columns = x[3]!.Value?.ToInts("ngram_indexes");
        if (columns is not null && columns.Any(c => c is < 0 or >= 1 << 24))
            throw new ModelException($"ngram_indexes holds a number that is not between 0 and {1 << 24}");
        if (x.Length > 4 && (x[4]!.Type is not (null or DType.Float32) || columns is not null && x[4]!.IsComplete && x[4]!.Shape.Count != columns.Length))
            throw new ModelException($"weights are {x[4]}, where {columns?.Length ?? -1} n-grams are listed");
        var width = columns is null ? -1 : (int)(columns.DefaultIfEmpty(-1).Max() + 1);
        return new(DType.Float32, !x[0]!.HasRank ? default : x[0]!.Dims.Length == 2 ? [x[0]!.Dims[0], width] : [width]);
    }

    private static DType? IsText(Fact x) => IsTensor(x).Type is null or DType.String ? x.Type : throw new ModelException($"an operand is {x}; strings are needed");
}
