using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Tests.Models.Safetensors;

/// <summary>A tiny GGUF model's weights, numbers and tokenizer as the files of a safetensors folder.</summary>
internal static class TinyFolder
{
    /// <param name="form">One of TinyModels' families.</param>
    /// <param name="shards">Into how many files the tensors go.</param>
    public static Dictionary<string, byte[]> Files(byte[] gguf, string form, int shards = 1)
    {
        using var file = GgufFile.Read(gguf);
        using var model = LanguageModel.Read(gguf);
        var names = TensorNames.Safetensors(model.Architecture, tied: false);
        var tensors = Tensors(file, model.Architecture, names).ToList();
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["config.json"] = Json(Config(model.Architecture, form)),
            ["tokenizer.json"] = Json(Tokenizer(file)),
            ["tokenizer_config.json"] = Json(new JsonObject { ["chat_template"] = "{{ messages }}", ["bos_token"] = "<s>", ["eos_token"] = new JsonObject { ["content"] = file.Tensors.Length > 0 ? End(file) : "" } }),
            ["generation_config.json"] = Json(new JsonObject { ["eos_token_id"] = new JsonArray(2, 3) }),
            ["README.md"] = [],
        };
        if (shards == 1)
            files["model.safetensors"] = SafetensorsWriter.Write(tensors);
        else
        {
            var map = new JsonObject();
            for (var s = 0; s < shards; s++)
            {
                var part = tensors.Where((_, i) => i % shards == s).ToList();
                foreach (var tensor in part)
                    map[tensor.Name] = $"model-{s}.safetensors";
                files[$"model-{s}.safetensors"] = SafetensorsWriter.Write(part);
            }
            files["model.safetensors.index.json"] = Json(new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map });
        }
        return files;
    }

    private static string End(GgufFile file) => Texts(file)[(int)file.Metadata["tokenizer.ggml.eos_token_id"].Whole!.Value];

    private static string[] Texts(GgufFile file) => [.. file.Metadata["tokenizer.ggml.tokens"].Strings()!.Select(s => Encoding.UTF8.GetString(s.Span))];

    private static IEnumerable<(string Name, string Type, long[] Dims, byte[] Data)> Tensors(GgufFile file, LanguageArchitecture a, TensorNames names)
    {
        foreach (var tensor in file.Tensors)
        {
            var data = file.Data(tensor).ToArray();
            long[] dims = [.. tensor.Dims.Reverse()];
            if (names.NormsLessOne && tensor.Name.Contains("norm", StringComparison.Ordinal))
                for (var i = 0; i < data.Length; i += 4)
                    BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i), BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(i)) - 1);
            if (dims.Length == 3)
                for (var e = 0; e < dims[0]; e++)
                    yield return (Name(tensor.Name, a, names, e), tensor.Type.ToString(), dims[1..], data[(e * data.Length / (int)dims[0])..((e + 1) * data.Length / (int)dims[0])]);
            else
                yield return (Name(tensor.Name, a, names, 0), tensor.Type.ToString(), dims, data);
        }
    }

    /// <summary>What safetensors call a tensor of GGUF.</summary>
    private static string Name(string gguf, LanguageArchitecture a, TensorNames names, int expert)
    {
        var stacked = TensorNames.Gguf.StackedExperts!.Value;
        (string From, string To)[] pairs =
        [
            (TensorNames.Gguf.TokenEmbedding, names.TokenEmbedding), (TensorNames.Gguf.OutputNorm, names.OutputNorm), (TensorNames.Gguf.Output, names.Output),
            (stacked.Gate, names.ExpertGate), (stacked.Up, names.ExpertUp), (stacked.Down, names.ExpertDown), (TensorNames.Gguf.Router, names.Router),
            (TensorNames.Gguf.AttentionNorm, names.AttentionNorm), (TensorNames.Gguf.Fused, names.Fused), (TensorNames.Gguf.QueryNorm, names.QueryNorm),
            (TensorNames.Gguf.KeyNorm, names.KeyNorm), (TensorNames.Gguf.PostAttentionNorm, names.PostAttentionNorm), (TensorNames.Gguf.FfnNorm, names.FfnNorm),
            (TensorNames.Gguf.PostFfnNorm, names.PostFfnNorm), (TensorNames.Gguf.Gate, names.Gate), (TensorNames.Gguf.Up, a.Family == "phi3" ? names.GateUp : names.Up),
            (TensorNames.Gguf.Down, names.Down), (TensorNames.Gguf.Query, names.Query), (TensorNames.Gguf.Key, names.Key), (TensorNames.Gguf.Value, names.Value),
            (TensorNames.Gguf.AttentionOutput, names.AttentionOutput),
        ];
        for (var layer = 0; layer < a.Layers; layer++)
            foreach (var (from, to) in pairs)
                foreach (var end in (string[])["", ".weight", ".bias"])
                    if (gguf == from.Replace("{0}", layer.ToString(), StringComparison.Ordinal) + end)
                        return to.Replace("{0}", layer.ToString(), StringComparison.Ordinal).Replace("{1}", expert.ToString(), StringComparison.Ordinal) + end;
        throw new InvalidOperationException(gguf);
    }

    private static JsonObject Config(LanguageArchitecture a, string form)
    {
        var config = new JsonObject
        {
            ["model_type"] = form switch { "qwen3moe" => "qwen3_moe", "gemma3" => "gemma3_text", "llama-window" => "mistral", _ => form.Split('-')[0] },
            ["hidden_size"] = a.Width, ["num_hidden_layers"] = a.Layers, ["num_attention_heads"] = a.Heads, ["num_key_value_heads"] = a.KvHeads, ["head_dim"] = a.HeadSize,
            ["intermediate_size"] = a.Experts?.FeedForward ?? a.FeedForward, ["vocab_size"] = a.VocabularySize, ["max_position_embeddings"] = a.ContextLength,
            ["rms_norm_eps"] = 1e-5, ["rope_theta"] = a.Rotary.Base, ["hidden_act"] = a.PostNorms ? "gelu_pytorch_tanh" : "silu", ["tie_word_embeddings"] = a.Family is not ("llama" or "phi3" or "qwen3moe"),
            ["sliding_window"] = a.Windows.Max() is > 0 and var window ? window : null, ["unheard_of"] = "and passed over",
        };
        if (a.Experts is { } experts)
        {
            config[form == "mixtral" ? "num_local_experts" : "num_experts"] = experts.Count;
            config["num_experts_per_tok"] = experts.Used;
            config["moe_intermediate_size"] = experts.FeedForward;
            config["norm_topk_prob"] = true;
        }
        if (a.PostNorms)
            config["query_pre_attn_scalar"] = a.HeadSize;
        if (form == "gemma2")
            (config["attn_logit_softcapping"], config["final_logit_softcapping"]) = (50.0, 30.0);
        if (form == "gemma3")
            (config["rope_scaling"], config["rope_local_base_freq"]) = (new JsonObject { ["rope_type"] = "linear", ["factor"] = 8.0 }, 10000.0);
        return config;
    }

    private static JsonObject Tokenizer(GgufFile file)
    {
        var (texts, kinds) = (Texts(file), file.Metadata["tokenizer.ggml.token_type"]);
        var byteLevel = file.Metadata["tokenizer.ggml.model"].String == "gpt2";
        var vocab = new JsonObject();
        for (var id = 0; id < texts.Length; id++)
            vocab[texts[id]] = id;
        var added = texts.Select((text, id) => (text, id)).Where(t => kinds.WholeAt(t.id) == (int)TokenKind.Control)
            .Select(t => (JsonNode)new JsonObject { ["id"] = t.id, ["content"] = t.text, ["special"] = true });
        var merges = byteLevel ? [.. file.Metadata["tokenizer.ggml.merges"].Strings()!.Select(s => (JsonNode)Encoding.UTF8.GetString(s.Span))] : MergesOf(texts, kinds);
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. added]),
            ["normalizer"] = byteLevel ? new JsonObject { ["type"] = "NFC" } : Spaces(file),
            ["pre_tokenizer"] = byteLevel ? Words(file) : null,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["unk_token"] = byteLevel ? null : "<unk>", ["byte_fallback"] = !byteLevel, ["vocab"] = vocab, ["merges"] = new JsonArray(merges),
                ["ignore_merges"] = file.Metadata.TryGetValue("tokenizer.ggml.pre", out var pre) && pre.String == "llama-bpe",
            },
        };
    }

    // As converters from SentencePiece make them: every way to cut a token in two, in the order of the tokens' scores.
    private static JsonNode[] MergesOf(string[] texts, GgufValue kinds)
    {
        var normal = texts.Where((_, id) => kinds.WholeAt(id) == (int)TokenKind.Normal).ToList();
        var known = normal.ToHashSet(StringComparer.Ordinal);
        return [.. normal.SelectMany(t => Enumerable.Range(1, t.Length - 1).Where(i => known.Contains(t[..i]) && known.Contains(t[i..])).Select(i => (JsonNode)new JsonArray(t[..i], t[i..])))];
    }

    private static JsonObject Spaces(GgufFile file)
    {
        var replace = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "\u2581" };
        return file.Metadata.ContainsKey("tokenizer.ggml.add_space_prefix")
            ? replace
            : new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "Prepend", ["prepend"] = "\u2581" }, replace) };
    }

    private static JsonObject Words(GgufFile file)
    {
        var digits = file.Metadata["tokenizer.ggml.pre"].String == "qwen2" ? "" : "{1,3}";
        var pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + digits + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
        var split = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false };
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(split, new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }) };
    }

    private static byte[] Json(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
