using Assay.Engine.Models.Language;
using Assay.Store;

namespace Assay.Cli.Commands;

/// <summary>How a language model is shown.</summary>
internal static class LanguageText
{
    public static int Show(ModelStore store, StoredModel model, bool json)
    {
        using var language = store.OpenLanguage(model);
        var (a, matrices) = (language.Architecture, Matrices(language.Weights).ToList());
        var parameters = matrices.Sum(m => (long)m.Rows * m.Columns);
        var types = matrices.GroupBy(m => m.Type).OrderByDescending(g => g.Sum(m => (long)m.Data.Length)).Select(g => g.Key.ToString()).ToList();
        if (json)
            Shared.Print(writer =>
            {
                ModelText.Write(writer, model);
                writer.WriteStartObject("language");
                writer.WriteString("family", a.Family);
                writer.WriteNumber("parameters", parameters);
                writer.WriteNumber("width", a.Width);
                writer.WriteNumber("layers", a.Layers);
                writer.WriteNumber("heads", a.Heads);
                writer.WriteNumber("keyHeads", a.KvHeads);
                writer.WriteNumber("headSize", a.HeadSize);
                writer.WriteNumber("feedForward", a.Experts?.FeedForward ?? a.FeedForward);
                writer.WriteNumber("experts", a.Experts?.Count ?? 0);
                writer.WriteNumber("usedExperts", a.Experts?.Used ?? 0);
                writer.WriteNumber("vocabulary", a.VocabularySize);
                writer.WriteNumber("context", a.ContextLength);
                writer.WriteStartArray("types");
                foreach (var type in types)
                    writer.WriteStringValue(type);
                writer.WriteEndArray();
                writer.WriteBoolean("chatTemplate", language.ChatTemplate is not null);
                writer.WriteEndObject();
            });
        else
        {
            ModelText.Print(model);
            Console.WriteLine($"  family   {a.Family}, {parameters:N0} parameters, {string.Join(" ", types)}");
            Console.WriteLine($"  layers   {a.Layers} of width {a.Width}, {a.Heads} heads of {a.HeadSize} over {a.KvHeads}, {(a.Experts is { } e ? $"{e.Used} of {e.Count} experts of {e.FeedForward}" : $"feed-forward {a.FeedForward}")}");
            Console.WriteLine($"  tokens   {a.VocabularySize:N0} known, {a.ContextLength:N0} in a context{(a.Windows.Max() is > 0 and var window ? $", windows of {window:N0} in {a.Windows.Count(w => w > 0)} layers" : "")}");
            Console.WriteLine($"  chat     {(language.ChatTemplate is null ? "no template in the files" : "template in the files")}");
        }
        return ExitCode.Ok;
    }

    private static IEnumerable<WeightMatrix> Matrices(LanguageWeights w) =>
        ((WeightMatrix[])(ReferenceEquals(w.Output, w.TokenEmbedding) ? [w.TokenEmbedding, w.OutputNorm] : [w.TokenEmbedding, w.OutputNorm, w.Output]))
            .Concat(w.Layers.SelectMany(l => ((WeightMatrix?[])
                [
                    l.AttentionNorm, l.Query, l.Key, l.Value, l.QueryBias, l.KeyBias, l.ValueBias, l.QueryNorm, l.KeyNorm, l.AttentionOutput, l.AttentionOutputBias,
                    l.PostAttentionNorm, l.FfnNorm, l.Gate, l.Up, l.Down, l.PostFfnNorm, l.Router,
                ]).OfType<WeightMatrix>().Concat(l.ExpertGates).Concat(l.ExpertUps).Concat(l.ExpertDowns)));
}
