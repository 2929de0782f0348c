using System.Text.RegularExpressions;
using Assay.Engine.Models.Safetensors;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Models.Language;

/// <summary>A language model out of the files that are published together: config.json, safetensors, tokenizer.json, ...</summary>
internal static partial class SafetensorsModel
{
    /// <summary>A template of a conversation with tools that has a file of its own.</summary>
    internal const string ToolTemplate = "additional_chat_templates/tool_use.jinja";

    private const int MaxConfig = 4 << 20, MaxIndex = 32 << 20, MaxTokenizer = 48 << 20, MaxShards = 1024;

    /// <param name="files">Where each file lies, by its name.</param>
    public static LanguageModel Read(IReadOnlyDictionary<string, string> files, int? contextLength)
    {
        var config = Json(files, "config.json", MaxConfig) ?? throw new ModelException("config.json is missing");
        var shards = new List<SafetensorsFile>();
        try
        {
            foreach (var name in Shards(files))
                shards.Add(SafetensorsFile.Open(files.TryGetValue(name, out var path) ? path : throw new ModelException($"{name} is missing")));
            var tensors = shards.SelectMany(s => s.Tensors).ToList();
            if (tensors.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new ModelException($"safetensors tensor '{ShownName.Of(twice.Key)}' is in two files");
            var table = new WeightTable(tensors);
            var reader = new ConfigArchitecture(config, table);
            var architecture = reader.Read(contextLength);
            var tied = reader.Tied;
            var weights = WeightReader.Read(architecture, TensorNames.Safetensors(architecture, tied), table, name => AddsNothing(name, tied));
            var settings = Json(files, "tokenizer_config.json", MaxConfig);
            var generation = Json(files, "generation_config.json", MaxConfig);
            int[] ends = [.. config.Ids("eos_token_id"), .. generation?.Ids("eos_token_id") ?? []];
            var tokenizer = Json(files, "tokenizer.json", MaxTokenizer) is { } json ? JsonTokenizer.Read(json, settings, ends, architecture.VocabularySize)
                : Bytes(files, "tokenizer.model", MaxTokenizer) is { } pieces ? SentencePieceFile.Read(pieces, settings, ends, architecture.VocabularySize)
                : throw new ModelException("tokenizer.json is missing, and tokenizer.model too");
            if (tokenizer.Count > architecture.VocabularySize)
                throw new ModelException($"the tokenizer has {tokenizer.Count} tokens, where the embedding matrix has {architecture.VocabularySize} rows");
            return new LanguageModel(architecture, weights, tokenizer, Template(files, settings, "default"), ArchitectureDigest.Of(architecture, table.Used), [.. shards])
            {
                ToolTemplate = Template(files, settings, "tool_use"),
            };
        }
        catch
        {
            foreach (var shard in shards)
                shard.Dispose();
            throw;
        }
    }

    private static IEnumerable<string> Shards(IReadOnlyDictionary<string, string> files)
    {
        if (Json(files, "model.safetensors.index.json", MaxIndex) is not { } index)
            return ["model.safetensors"];
        var map = index.Object("weight_map") ?? throw index.Wrong("weight_map", "there");
        var names = map.Root.EnumerateObject().Select(p => JsonFile.TextOf(p.Value) ?? "").ToHashSet(StringComparer.Ordinal);
        if (names.Count > MaxShards)
            throw new ModelException($"the index names {names.Count} files, where {MaxShards} are allowed");
        foreach (var name in names)
            if (!ShardName().IsMatch(name))
                throw new ModelException($"the index names '{ShownName.Of(name)}', which is not a plain file name ending in .safetensors");
        return names.Order(StringComparer.Ordinal);
    }

    /// <summary>The template of that name: <c>default</c>, or <c>tool_use</c> for conversations with tools.</summary>
    private static string? Template(IReadOnlyDictionary<string, string> files, JsonFile? settings, string name)
    {
        if (Bytes(files, name == "default" ? "chat_template.jinja" : ToolTemplate, MaxConfig) is { } file)
            return System.Text.Encoding.UTF8.GetString(file);
        if (settings?.Find("chat_template") is not { } value)
            return null;
        if (JsonFile.TextOf(value) is { } template)
            return name == "default" ? template : null;
        if (value.ValueKind != System.Text.Json.JsonValueKind.Array)
            throw settings.Wrong("chat_template", "a text or a list of them");
        string? found = null;
        foreach (var element in value.EnumerateArray())
        {
            var one = element.ValueKind == System.Text.Json.JsonValueKind.Object ? new JsonFile("tokenizer_config.json: chat_template", element) : throw settings.Wrong("chat_template", "a text or a list of names and templates");
            var text = one.Text("template") ?? throw one.Wrong("template", "there");
            if (one.Text("name") == name)
                found = found is null ? text : throw settings.Wrong("chat_template", $"a list with '{name}' once");
        }
        return found;
    }

    private static bool AddsNothing(string name, bool tied) => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || tied && name == "lm_head.weight";

    private static JsonFile? Json(IReadOnlyDictionary<string, string> files, string name, int most) => Bytes(files, name, most) is { } bytes ? JsonFile.Parse(name, bytes) : null;

    private static byte[]? Bytes(IReadOnlyDictionary<string, string> files, string name, int most)
    {
        if (!files.TryGetValue(name, out var path))
            return null;
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length > most)
                throw new ModelException($"{name} has {length} bytes, where {most} are allowed");
            var bytes = new byte[length];
            for (int at = 0, read; at < length; at += read)
                if ((read = RandomAccess.Read(handle, bytes.AsSpan(at), at)) == 0)
                    throw new ModelException($"{name} ends early");
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{name} cannot be read: {e.Message}", e);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex ShardName();
}
