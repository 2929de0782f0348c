using System.Collections.Immutable;

namespace Assay.Engine.Models.Language;

/// <summary>Finds the weights of an architecture among a model's tensors.</summary>
internal static class WeightReader
{
    /// <exception cref="ModelException">A tensor is missing, has another shape, or is one too many.</exception>
    public static LanguageWeights Read(LanguageArchitecture architecture, TensorNames names, WeightTable table, Func<string, bool> addsNothing)
    {
        var embedding = table.Matrix(names.TokenEmbedding, architecture.VocabularySize, architecture.Width);
        var weights = new LanguageWeights
        {
            TokenEmbedding = embedding,
            OutputNorm = Norm(names, table, names.OutputNorm, architecture.Width),
            Output = names.Output == names.TokenEmbedding || names.OutputMayBeMissing && !table.Has(names.Output)
                ? embedding
                : table.Matrix(names.Output, architecture.VocabularySize, architecture.Width),
            Layers = [.. Enumerable.Range(0, architecture.Layers).Select(i => Layer(architecture, names, table, i))],
        };
        table.RefuseTheRest(addsNothing);
        return weights;
    }

    private static LayerWeights Layer(LanguageArchitecture a, TensorNames names, WeightTable table, int i)
    {
        string Name(string pattern) => pattern.Replace("{0}", i.ToString(), StringComparison.Ordinal);
        var (width, queries, keys) = ((long)a.Width, (long)a.Heads * a.HeadSize, (long)a.KvHeads * a.HeadSize);
        WeightMatrix query, key, value;
        if (table.Has(Name(names.Fused)))
        {
            var fused = table.Matrix(Name(names.Fused), queries + keys + keys, width);
            (query, key, value) = (fused.Cut(0, (int)queries), fused.Cut((int)queries, (int)keys), fused.Cut((int)(queries + keys), (int)keys));
        }
        else
        {
            query = table.Matrix(Name(names.Query) + ".weight", queries, width);
            key = table.Matrix(Name(names.Key) + ".weight", keys, width);
            value = table.Matrix(Name(names.Value) + ".weight", keys, width);
        }
        var layer = new LayerWeights
        {
            AttentionNorm = Norm(names, table, Name(names.AttentionNorm), width),
            Query = query,
            Key = key,
            Value = value,
            QueryBias = a.QueryKeyValueBiases ? table.Vector(Name(names.Query) + ".bias", queries) : null,
            KeyBias = a.QueryKeyValueBiases ? table.Vector(Name(names.Key) + ".bias", keys) : null,
            ValueBias = a.QueryKeyValueBiases ? table.Vector(Name(names.Value) + ".bias", keys) : null,
            QueryNorm = a.QueryKeyNorms ? Norm(names, table, Name(names.QueryNorm), a.HeadSize) : null,
            KeyNorm = a.QueryKeyNorms ? Norm(names, table, Name(names.KeyNorm), a.HeadSize) : null,
            AttentionOutput = table.Matrix(Name(names.AttentionOutput) + ".weight", width, queries),
            AttentionOutputBias = a.AttentionOutputBias ? table.Vector(Name(names.AttentionOutput) + ".bias", width) : null,
            PostAttentionNorm = a.PostNorms ? Norm(names, table, Name(names.PostAttentionNorm), width) : null,
            FfnNorm = Norm(names, table, Name(names.FfnNorm), width),
            PostFfnNorm = a.PostNorms ? Norm(names, table, Name(names.PostFfnNorm), width) : null,
        };
        return a.Experts is { } experts ? Experts(layer, experts, names, table, width, Name) : Dense(layer, a.FeedForward, names, table, width, Name);
    }

    private static LayerWeights Dense(LayerWeights layer, long inner, TensorNames names, WeightTable table, long width, Func<string, string> name)
    {
        WeightMatrix gate, up;
        // GGUF gives the fused matrix the name of the single one: only its rows tell.
        if (names.GateUp != names.Up ? table.Has(name(names.GateUp)) : !table.Has(name(names.Gate)) && table.Rows(name(names.Up)) == 2 * inner)
        {
            var fused = table.Matrix(name(names.GateUp), 2 * inner, width);
            (gate, up) = (fused.Cut(0, (int)inner), fused.Cut((int)inner, (int)inner));
        }
        else
            (gate, up) = (table.Matrix(name(names.Gate), inner, width), table.Matrix(name(names.Up), inner, width));
        return layer with { Gate = gate, Up = up, Down = table.Matrix(name(names.Down), width, inner) };
    }

    private static LayerWeights Experts(LayerWeights layer, ExpertLayout experts, TensorNames names, WeightTable table, long width, Func<string, string> name)
    {
        ImmutableArray<WeightMatrix> All(string? stacked, string single, long rows, long columns) => stacked is not null && table.Has(name(stacked))
            ? table.Stacked(name(stacked), experts.Count, rows, columns)
            : [.. Enumerable.Range(0, experts.Count).Select(e => table.Matrix(name(single).Replace("{1}", e.ToString(), StringComparison.Ordinal), rows, columns))];
        return layer with
        {
            Router = table.Matrix(name(names.Router), experts.Count, width),
            ExpertGates = All(names.StackedExperts?.Gate, names.ExpertGate, experts.FeedForward, width),
            ExpertUps = All(names.StackedExperts?.Up, names.ExpertUp, experts.FeedForward, width),
            ExpertDowns = All(names.StackedExperts?.Down, names.ExpertDown, width, experts.FeedForward),
        };
    }

    private static WeightMatrix Norm(TensorNames names, WeightTable table, string name, long length) =>
        names.NormsLessOne ? table.VectorPlusOne(name, length) : table.Vector(name, length);
}
