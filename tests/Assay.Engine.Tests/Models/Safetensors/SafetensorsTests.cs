using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Safetensors;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Models.Safetensors;

public sealed class SafetensorsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private string Put(Dictionary<string, byte[]> files)
    {
        foreach (var (name, bytes) in files)
        {
            var path = Path.Combine(folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
        return folder.FullName;
    }

    [Theory]
    [InlineData("llama", WeightType.F32, 1)]
    [InlineData("llama-window", WeightType.BF16, 3)]
    [InlineData("mixtral", WeightType.F16, 2)]
    [InlineData("qwen2", WeightType.BF16, 1)]
    [InlineData("qwen3", WeightType.F16, 1)]
    [InlineData("qwen3moe", WeightType.BF16, 2)]
    [InlineData("gemma2", WeightType.F32, 1)]
    [InlineData("gemma3", WeightType.BF16, 1)]
    [InlineData("phi3", WeightType.BF16, 1)]
    public void A_folder_is_the_same_model_as_a_gguf_file_of_the_same_weights(string form, WeightType type, int shards)
    {
        var gguf = TinyModels.Write(form, type);
        using var expected = LanguageModel.Read(gguf);
        using var model = LanguageModel.Open(Put(TinyFolder.Files(gguf, form, shards)));
        Assert.Equal(
            expected.Architecture with { Windows = [], Rotary = expected.Architecture.Rotary with { Layout = RotaryLayout.Halves, Factors = [] }, WindowRotary = null },
            model.Architecture with { Windows = [], Rotary = model.Architecture.Rotary with { Factors = [] }, WindowRotary = null });
        Assert.Equal(expected.Architecture.Windows, model.Architecture.Windows);
        Assert.Equal(expected.Architecture.WindowRotary?.Base, model.Architecture.WindowRotary?.Base);
        Assert.Equal(expected.Architecture.WindowRotary?.PositionScale, model.Architecture.WindowRotary?.PositionScale);
        Assert.Equal(ReferenceEquals(expected.Weights.Output, expected.Weights.TokenEmbedding), ReferenceEquals(model.Weights.Output, model.Weights.TokenEmbedding));
        foreach (var (there, here) in All(expected.Weights).Zip(All(model.Weights)))
        {
            Assert.Equal((there?.Rows, there?.Columns, there?.Type), (here?.Rows, here?.Columns, here?.Type));
            Assert.True(there is null || there.Data.Span.SequenceEqual(here!.Data.Span), there?.Name);
        }
        foreach (var text in (string[])["once upon a time", " the little girl said:\n\nHAPPY 1234", "é<|im_end|><end_of_turn>day"])
            foreach (var special in (bool[])[false, true])
                Assert.Equal(expected.Tokenizer.Encode(text, special), model.Tokenizer.Encode(text, special));
        Assert.Equal(expected.Tokenizer.Eos, model.Tokenizer.Eos);
        Assert.True(model.Tokenizer.IsEndOfGeneration(3));
        Assert.Equal("{{ messages }}", model.ChatTemplate);
    }

    private static IEnumerable<WeightMatrix?> All(LanguageWeights w) =>
        ((WeightMatrix?[])[w.TokenEmbedding, w.OutputNorm, w.Output]).Concat(w.Layers.SelectMany(l => ((WeightMatrix?[])
            [l.AttentionNorm, l.Query, l.Key, l.Value, l.QueryBias, l.KeyBias, l.ValueBias, l.QueryNorm, l.KeyNorm, l.AttentionOutput, l.PostAttentionNorm, l.FfnNorm,
             l.Gate, l.Up, l.Down, l.PostFfnNorm, l.Router]).Concat(l.ExpertGates).Concat(l.ExpertUps).Concat(l.ExpertDowns)));

    [Fact]
    public void Files_may_lie_anywhere_under_any_name()
    {
        var files = TinyFolder.Files(TinyModels.Write("qwen3", WeightType.F16), "qwen3", 2);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, bytes) in files)
            File.WriteAllBytes(paths[name] = Path.Combine(folder.FullName, $"blob-{paths.Count}"), bytes);
        using var model = LanguageModel.Open(paths);
        Assert.Equal("qwen3", model.Architecture.Family);
    }

    public static TheoryData<string, string, int> Headers() => new()
    {
        { "bytes belong to no tensor", "{}", 4 },
        { "from 4 to 8, where 0 to 4", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8 },
        { "from 0 to 8, where 0 to 4", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 8 },
        { "where 4 to 8 of 4 are free", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 4 },
        { "from 0 to 4, where 4 to 8", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4 },
        { "has 'a' twice", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8 },
        { "the type I64: F32", """{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", 8 },
        { "a dimension of 1099511627776", """{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,4]}}""", 4 },
        { "at most 8 whole numbers", """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4 },
        { "at most 8 whole numbers", """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4 },
        { "needs dtype, shape and two", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4 },
        { "unknown or there twice", """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4 },
        { "not the JSON", """{"a":1}""", 4 },
        { "not the JSON", "[", 4 },
        { "not the JSON", """{"__metadata__":[]}""", 0 },
        { "not the JSON", """{} x""", 0 },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_that_does_not_hold_is_refused_in_one_line(string reason, string header, int bytes) =>
        Assert.Contains(reason, GgufFileTests.Refused(() => SafetensorsFile.Read(SafetensorsWriter.Write(header, new byte[bytes]))), StringComparison.Ordinal);

    [Fact]
    public void A_length_that_lies_is_refused()
    {
        Assert.Contains("fewer than 8 bytes", GgufFileTests.Refused(() => SafetensorsFile.Read(new byte[7])), StringComparison.Ordinal);
        Assert.Contains("a header of 18446744073709551615 bytes", GgufFileTests.Refused(() => SafetensorsFile.Read(Enumerable.Repeat((byte)255, 100).ToArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b.safetensors")]
    [InlineData(".hidden.safetensors")]
    [InlineData("model.bin")]
    public void An_index_leads_to_no_file_outside_the_folder(string name)
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama");
        files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes($$$"""{"weight_map":{"a":"{{{name}}}"}}""");
        Assert.Contains("not a plain file name", GgufFileTests.Refused(() => LanguageModel.Open(Put(files))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_symbolic_link_in_the_folder_is_refused()
    {
        var path = Put(TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama"));
        File.Move(Path.Combine(path, "model.safetensors"), Path.Combine(path, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(path, "model.safetensors"), Path.Combine(path, "elsewhere"));
        Assert.Contains("is a symbolic link", GgufFileTests.Refused(() => LanguageModel.Open(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", "config.json is missing")]
    [InlineData("tokenizer.json", "tokenizer.json is missing")]
    [InlineData("model.safetensors", "model.safetensors is missing")]
    public void A_file_that_is_missing_is_named(string name, string reason)
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama");
        files.Remove(name);
        Assert.Contains(reason, GgufFileTests.Refused(() => LanguageModel.Open(Put(files))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"model_type\":\"llama\"", "\"model_type\":\"mamba\"", "the model type 'mamba' is not supported")]
    [InlineData("\"hidden_size\":64", "\"hidden_size\":\"64\"", "config.json: 'hidden_size' is not a whole number")]
    [InlineData("\"hidden_size\":64", "\"hidden_sizes\":64", "config.json: 'hidden_size' is missing")]
    [InlineData("\"hidden_size\":64", "\"hidden_size\":64,\"hidden_size\":64", "config.json is not JSON with each key once")]
    [InlineData("\"silu\"", "\"relu\"", "the activation 'relu'")]
    [InlineData("\"num_hidden_layers\":2", "\"num_hidden_layers\":2147483647", "layers: 2147483647, where 1 to 1024 are allowed")]
    [InlineData("\"head_dim\":16", "\"head_dim\":2147483646", "head size: 2147483646")]
    [InlineData("\"head_dim\":16", "\"head_dim\":16,\"partial_rotary_factor\":1e30", "rotated elements of 16 make no sense")]
    [InlineData("\"rms_norm_eps\"", "\"rope_scaling\":{\"rope_type\":\"dynamic\"},\"rms_norm_eps\"", "'dynamic' is not supported")]
    [InlineData("\"rms_norm_eps\"", "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":0.5},\"rms_norm_eps\"", "needs a factor of at least 1")]
    public void A_configuration_that_cannot_be_run_says_why(string there, string instead, string reason)
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama");
        files["config.json"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(files["config.json"]).Replace(there, instead, StringComparison.Ordinal));
        Assert.Contains(reason, GgufFileTests.Refused(() => LanguageModel.Open(Put(files))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":{\"rope_type\":\"dynamic\"},\"rms_norm_eps\"", "'dynamic' is not supported")]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":9},\"rms_norm_eps\"", "'rope_theta' is 10000, and 9 in 'rope_parameters'")]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":{\"rope_type\":\"default\",\"mrope_section\":[1]},\"rms_norm_eps\"", "the key 'mrope_section', which is not supported")]
    [InlineData("\"rms_norm_eps\"", "\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":2,\"alpha\":3},\"rms_norm_eps\"", "the key 'alpha', which is not supported")]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":{},\"rope_scaling\":{\"rope_type\":\"default\"},\"rms_norm_eps\"", "are both there")]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":{\"full_attention\":{},\"sliding_attention\":{}},\"rms_norm_eps\"", "supported for gemma3_text")]
    [InlineData("\"rms_norm_eps\"", "\"rope_parameters\":[1],\"rms_norm_eps\"", "'rope_parameters' is not an object")]
    public void Positions_that_are_turned_otherwise_say_why(string there, string instead, string reason) => A_configuration_that_cannot_be_run_says_why(there, instead, reason);

    [Fact]
    public void What_rope_parameters_say_is_what_the_older_keys_said()
    {
        RotaryEmbedding[] Read(string form, string there, string instead)
        {
            var files = TinyFolder.Files(TinyModels.Write(form, WeightType.F16), form);
            var text = Encoding.UTF8.GetString(files["config.json"]);
            Assert.Contains(there, text, StringComparison.Ordinal);
            files["config.json"] = Encoding.UTF8.GetBytes(text.Replace(there, instead, StringComparison.Ordinal));
            using var model = LanguageModel.Open(Put(files));
            return [model.Architecture.Rotary, .. model.Architecture.WindowRotary is { } window ? [window] : Array.Empty<RotaryEmbedding>()];
        }
        void Same(RotaryEmbedding[] expected, RotaryEmbedding[] found)
        {
            Assert.Equal(expected.Select(r => r with { Factors = [] }), found.Select(r => r with { Factors = [] }));
            Assert.Equal(expected.Select(r => string.Join(' ', r.Factors)), found.Select(r => string.Join(' ', r.Factors)));
        }
        const string Theta = "\"rope_theta\":10000";
        Same(Read("qwen3", Theta, "\"rope_theta\":5e5"), Read("qwen3", Theta, "\"rope_parameters\":{\"rope_theta\":5e5,\"rope_type\":\"default\"}"));
        foreach (var scaling in (string[])["\"rope_type\":\"linear\",\"factor\":4", "\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":64", "\"rope_type\":\"llama3\",\"factor\":32,\"low_freq_factor\":1,\"high_freq_factor\":4,\"original_max_position_embeddings\":512"])
            Same(Read("llama", Theta, $"\"rope_theta\":5e5,\"rope_scaling\":{{{scaling}}}"), Read("llama", Theta, $"\"rope_parameters\":{{\"rope_theta\":5e5,{scaling}}}"));
        Same(Read("llama", Theta, Theta + ",\"partial_rotary_factor\":0.5"), Read("llama", Theta, "\"rope_parameters\":{\"rope_theta\":10000,\"partial_rotary_factor\":0.5}"));
        const string Gemma = "\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8},\"rope_local_base_freq\":10000";
        Same(
            Read("gemma3", "\"unheard_of\"", "\"unheard_of\""),
            Read("gemma3", Gemma, "\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\",\"factor\":8.0,\"rope_theta\":1000000},\"sliding_attention\":{\"rope_type\":\"default\",\"rope_theta\":10000}}"));
    }

    [Fact]
    public void Of_several_templates_the_default_and_that_for_tools_are_taken()
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama");
        void Says(string list) => files["tokenizer_config.json"] = Encoding.UTF8.GetBytes($"{{\"bos_token\":\"<s>\",\"chat_template\":{list}}}");
        (string?, string?, string?) Opened()
        {
            using var model = LanguageModel.Open(Put(files));
            return (model.ChatTemplate, model.TemplateFor(tools: false), model.TemplateFor(tools: true));
        }
        Says("\"plain\"");
        Assert.Equal(("plain", "plain", "plain"), Opened());
        Says("""[{"name":"rag","template":"r"},{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]""");
        Assert.Equal(("d", "d", "t"), Opened());
        Says("""[{"name":"tool_use","template":"t"}]""");
        Assert.Equal((null, null, "t"), Opened());
        files["additional_chat_templates/tool_use.jinja"] = "from the file"u8.ToArray();
        files["chat_template.jinja"] = "default's file"u8.ToArray();
        Assert.Equal(("default's file", "default's file", "from the file"), Opened());
        files.Remove("chat_template.jinja");
        File.Delete(Path.Combine(folder.FullName, "chat_template.jinja"));
        foreach (var (list, reason) in ((string, string)[])[("7", "a text or a list"), ("[7]", "a list of names and templates"), ("""[{"name":"default"}]""", "'template' is not there"), ("""[{"name":"default","template":"a"},{"name":"default","template":"b"}]""", "a list with 'default' once")])
        {
            Says(list);
            Assert.Contains(reason, GgufFileTests.Refused(() => LanguageModel.Open(Put(files))), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Llama_3_slows_the_slow_pairs_by_its_factor_and_the_fast_ones_not_at_all()
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F16), "llama");
        const string scaling = "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":32.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":512},\"rms_norm_eps\"";
        files["config.json"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(files["config.json"]).Replace("\"rms_norm_eps\"", scaling, StringComparison.Ordinal));
        using var model = LanguageModel.Open(Put(files));
        // Base 10000, 16 dimensions: wavelengths 2 pi 10000^(i/8); 512/4 = 128 and 512/1 = 512 part them.
        var factors = model.Architecture.Rotary.Factors;
        Assert.Equal(8, factors.Length);
        Assert.Equal([1f, 1f, 1f], factors[..3]);
        // i = 3: wavelength 198.69; smooth = (512/198.69 - 1)/3 = 0.52562; 1/((1 - smooth)/32 + smooth) = 1.8504.
        Assert.Equal(1.8503f, factors[3], 0.001f);
        Assert.Equal([32f, 32f, 32f, 32f], factors[4..]);
    }
}
