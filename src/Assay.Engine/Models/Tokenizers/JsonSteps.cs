using System.Text.Json;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>The steps of a normalizer, pre-tokenizer or post-processor: a <c>Sequence</c> of them, or the one that it is.</summary>
internal static class JsonSteps
{
    public static IReadOnlyList<JsonFile> Of(JsonFile step, string inner)
    {
        if (step.Text("type") != "Sequence")
            return [step];
        if (step.Find(inner) is not { ValueKind: JsonValueKind.Array } list)
            throw step.Wrong(inner, "an array");
        return [.. list.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Object ? new JsonFile($"tokenizer.json: {inner}", e) : throw step.Wrong(inner, "an array of objects"))];
    }

    /// <summary>The text or regular expression that a step looks for; null where it has none.</summary>
    public static string? Pattern(JsonFile step) => step.Object("pattern") is not { } pattern ? null : pattern.Text("Regex") ?? pattern.Text("String");
}

/// <summary>How a byte-level tokenizer.json cuts texts into words.</summary>
internal static class JsonWords
{
    // The publishers' expressions, of which each family has one. \p{N}{1,3} is Llama 3, \p{N} Qwen 2.
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Small = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Before = @"[^\r\n\p{L}\p{N}]?";
    private const string CasedRest = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        [Contractions + "|" + Before + @"\p{L}+|\p{N}{1,3}" + Rest] = "llama-bpe",
        [Contractions + "|" + Before + @"\p{L}+|\p{N}" + Rest] = "qwen2",
        [Before + Upper + "*" + Small + "+" + Contractions + "?|" + Before + Upper + "+" + Small + "*" + Contractions + @"?|\p{N}{1,3}" + CasedRest] = "gpt-4o",
        [Before + Upper + "*" + Small + "+|" + Before + Upper + "+" + Small + @"*|\p{N}" + CasedRest] = "tekken",
    };

    // What the expression matches is kept as it is, or what lies between the matches (nothing does) is removed.
    private static bool Keeps(JsonFile step) => step.Text("behavior") == (step.Bool("invert", false) ? "Removed" : "Isolated");

    public static PreTokenizer Read(JsonFile file)
    {
        foreach (var step in file.Object("normalizer") is { } normalizer ? JsonSteps.Of(normalizer, "normalizers") : [])
            if (step.Text("type") is not "NFC")
                throw new ModelException($"tokenizer.json: the normalizer '{ShownName.Of(step.Text("type") ?? "")}' is not supported with byte-level BPE");
        string? name = null;
        var (digits, bytes) = (false, false);
        foreach (var step in file.Object("pre_tokenizer") is { } pre ? JsonSteps.Of(pre, "pretokenizers") : throw file.Wrong("pre_tokenizer", "there"))
            switch (step.Text("type"))
            {
                case "Split" when name is null && JsonSteps.Pattern(step) is { } pattern && Known.TryGetValue(pattern, out var known) && Keeps(step):
                    name = known;
                    break;
                case "Digits" when step.Bool("individual_digits", false):
                    digits = true;
                    break;
                case "ByteLevel" when !step.Bool("add_prefix_space", false):
                    bytes = true;
                    if (step.Bool("use_regex", true))
                        name ??= digits ? "smollm" : "gpt-2";
                    break;
                default:
                    throw new ModelException($"tokenizer.json: the pre-tokenizer '{ShownName.Of(step.Text("type") ?? "")}' is not supported in this form{(JsonSteps.Pattern(step) is { } p ? $" ({ShownName.Of(p)})" : "")}");
            }
        if (name is null || !bytes || digits != (name == "smollm"))
            throw new ModelException("tokenizer.json: this chain of pre-tokenizers is not supported");
        return PreTokenizer.Named(name)!.Value.Words;
    }
}

/// <summary>Where a SentencePiece kind of tokenizer.json puts spaces.</summary>
internal static class JsonSpaces
{
    public static SpacePrefix Read(JsonFile file)
    {
        var prefix = SpacePrefix.None;
        var replaced = false;
        foreach (var step in file.Object("normalizer") is { } normalizer ? JsonSteps.Of(normalizer, "normalizers") : [])
            switch (step.Text("type"))
            {
                case "Prepend" when step.Text("prepend") == "\u2581" || step.Text("prepend") == " ":
                    prefix = SpacePrefix.EachPart;
                    break;
                case "Replace" when JsonSteps.Pattern(step) == " " && step.Text("content") == "\u2581":
                    replaced = true;
                    break;
                default:
                    throw new ModelException($"tokenizer.json: the normalizer '{ShownName.Of(step.Text("type") ?? "")}' is not supported in this form");
            }
        foreach (var step in file.Object("pre_tokenizer") is { } pre ? JsonSteps.Of(pre, "pretokenizers") : [])
            switch (step.Text("type"))
            {
                case "Metaspace" when step.Text("replacement") is null or "\u2581" && !step.Bool("split", false):
                    replaced = true;
                    prefix = step.Text("prepend_scheme") switch { "first" => SpacePrefix.First, "always" => SpacePrefix.EachPart, "never" => prefix, _ => throw step.Wrong("prepend_scheme", "first, always or never") };
                    break;
                // Spaces are gone when this is asked to split at them.
                case "Split" when replaced && JsonSteps.Pattern(step) == " ":
                    break;
                default:
                    throw new ModelException($"tokenizer.json: the pre-tokenizer '{ShownName.Of(step.Text("type") ?? "")}' is not supported in this form");
            }
        return replaced ? prefix : throw new ModelException("tokenizer.json: byte fallback is supported only where spaces are written U+2581");
    }
}
