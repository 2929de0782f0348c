using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Store.Pull;

namespace Assay.Store.Tests.Pull;

/// <summary>Models come from wherever they are published, whole and checked.</summary>
public sealed class PullTests : PullFixture
{
    [Fact]
    public async Task A_gguf_of_the_hub_is_pulled_at_the_commit_that_was_listed_and_opened()
    {
        Server.AddRepository("org/repo", ("README.md", "hello"u8.ToArray()), ("tiny.Q8_0.gguf", Model), ("mmproj-f16.gguf", Other));
        var seen = new List<PullProgress>();
        Assert.Equal($"hf:org/repo@{ModelServer.Commit}", (await PlanAsync("hf:org/repo")).Origin);
        await FetchAsync("hf:org/repo", progress: seen.Add);
        Assert.Equal(new PullProgress("tiny.Q8_0.gguf", 0, 0, Model.Length), seen[0]);
        Assert.Equal(new PullProgress("tiny.Q8_0.gguf", Model.Length, 0, Model.Length), seen[^1]);
        var model = await PullAsync("hf:org/repo");
        Assert.Equal(("tiny.Q8_0@1", "gguf", (long)Model.Length), (model.Reference, model.Format, model.Size));
        Assert.Equal(ModelServer.Sha256(Model), model.Files[0].Sha256.ToHex());
        using (Store.OpenLanguage(Store.Find("tiny.Q8_0")))
            Assert.Equal([""], Ranges($"/org/repo/resolve/{ModelServer.Commit}/tiny.Q8_0.gguf"));
        Assert.Empty(Begun());
        Modes.AssertPrivate(Store.Partial[..^"/partial".Length]);
    }

    [Fact]
    public async Task A_folder_of_safetensors_is_pulled_with_what_it_needs_and_nothing_else()
    {
        (string, byte[])[] needed =
        [
            ("config.json", "{}"u8.ToArray()), ("tokenizer.json", new byte[3000]), ("model.safetensors.index.json", "{ }"u8.ToArray()),
            ("model-00001-of-00002.safetensors", Model), ("model-00002-of-00002.safetensors", Other),
        ];
        Server.AddRepository("org/Tiny", [("README.md", new byte[5000]), .. needed, ("onnx/model.onnx", new byte[100]), ("pytorch_model.bin", new byte[100]), ("original/model.safetensors", Model)]);
        Assert.Equal("Tiny", (await PlanAsync("hf:org/Tiny")).Name);
        var pulled = await FetchAsync("hf:org/Tiny");
        Assert.Equal(needed.Select(f => (f.Item1, ModelServer.Sha256(f.Item2))), pulled.Select(f => (f.Name, f.Sha256.ToHex())));
        Assert.All(pulled.Zip(needed), f => Assert.Equal(f.Second.Item2, File.ReadAllBytes(f.First.Path!)));
        Server.AddRepository("org/both", [.. needed, ("tiny.gguf", Model)]);
        Assert.Equal(["tiny.gguf"], (await PlanAsync("hf:org/both")).FileNames);
        Assert.Equal(needed.Select(f => f.Item1), (await PlanAsync("hf:org/both:safetensors")).FileNames);
    }

    [Fact]
    public async Task A_model_of_the_registry_is_pulled_with_its_template_beside_it()
    {
        Server.AddModel("library/tiny", "q8", ("model", Model), ("template", "{{ .Prompt }}"u8.ToArray()), ("params", "{}"u8.ToArray()), ("license", "free"u8.ToArray()), ("projector", "x"u8.ToArray()));
        var plan = await PlanAsync("ollama:tiny:q8");
        Assert.Equal(
        [
            "ollama:library/tiny:q8 has a layer of kind 'template': it is kept beside the model and not applied (a chat has the template of the GGUF file)",
            "ollama:library/tiny:q8 has a layer of kind 'params': it is kept beside the model and not applied (requests name their own temperature and stop texts)",
            "ollama:library/tiny:q8 has a layer of kind 'projector', which is left out",
        ],
        plan.Notes);
        var model = await PullAsync("ollama:tiny:q8");
        Assert.Equal("tiny-q8@1", model.Reference);
        Assert.Equal(["model.gguf", "ollama/template", "ollama/params.json"], model.Files.Select(f => f.Name));
        using var opened = Store.OpenLanguage(model);
        Server.AddModel("library/tuned", "latest", ("model", Model), ("adapter", Other));
        Assert.Contains("'adapter'", (await RefusedAsync(StoreFault.BadRequest, "ollama:tuned")).Message, StringComparison.Ordinal);
        Assert.Contains("has no ollama:library/absent:latest", (await RefusedAsync(StoreFault.NotFound, "ollama:absent")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_with_a_digest_is_pulled_also_when_nobody_says_its_length()
    {
        Server["/some/tiny.gguf"] = new Served(Model);
        Server["/some/long.gguf"] = new Served(Other) { Length = false };
        Assert.Equal("tiny@1", (await PullAsync(Web("/some/tiny.gguf?download=true", Model))).Reference);
        Assert.Equal("long@1", (await PullAsync(Web("/some/long.gguf", Other))).Reference);
        Server["/adder.onnx"] = new Served(Models.Adds(1));
        Assert.Equal("onnx", (await PullAsync(Web("/adder.onnx", Models.Adds(1)))).Format);
        await RefusedAsync(StoreFault.NotFound, Web("/absent.gguf", [1]));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_nobody_it_redirects_to()
    {
        await using var elsewhere = await ModelServer.StartAsync();
        elsewhere["/signed"] = new Served(Model);
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        var path = $"/org/repo/resolve/{ModelServer.Commit}/tiny.gguf";
        Server[path] = new Served([]) { Instead = context => Redirect(context, new Uri(elsewhere.Address, "/signed").ToString()) };
        await PullAsync("hf:org/repo", Options(Token));
        Assert.All(Server.Requests, r => Assert.Equal($"Bearer {Token}", r.Authorization));
        Assert.Equal(["/signed"], elsewhere.Requests.Select(r => r.Path));
        Assert.All(elsewhere.Requests, r => Assert.Equal("", r.Authorization));
    }

    [Fact]
    public async Task Bytes_that_are_here_are_not_fetched_again()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        var first = await PullAsync("hf:org/repo");
        Assert.Equal(first.Reference, (await PullAsync("hf:org/repo")).Reference);
        Assert.Equal("other@1", (await PullAsync("hf:org/repo", name: "other")).Reference);
        Assert.Single(Ranges($"/org/repo/resolve/{ModelServer.Commit}/tiny.gguf"));
    }

    [Fact]
    public async Task Of_several_ggufs_one_is_chosen_by_name_by_part_of_it_or_by_asking()
    {
        Server.AddRepository("org/repo", ("tiny-Q4_0.gguf", Other), ("tiny-Q8_0.gguf", Model));
        var refused = await RefusedAsync(StoreFault.BadRequest, "hf:org/repo");
        Assert.Contains("has 2 such .gguf files: choose one with hf:org/repo:FILE, where FILE is tiny-Q4_0.gguf (", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["tiny-Q8_0.gguf"], (await PlanAsync("hf:org/repo:tiny-Q8_0.gguf")).FileNames);
        Assert.Equal(["tiny-Q4_0.gguf"], (await PlanAsync("hf:org/repo:q4_0")).FileNames);
        Assert.Equal(["tiny-Q8_0.gguf"], (await PlanAsync("hf:org/repo", Options(choose: files => files[1]))).FileNames);
        Assert.Contains("no file 'Q5_K'", (await RefusedAsync(StoreFault.NotFound, "hf:org/repo:Q5_K")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gguf_in_parts_is_pulled_whole_by_any_of_its_parts()
    {
        var parts = TinyParts.Cut(Model, 2);
        Server.AddRepository("org/repo", ("tiny.gguf", Other), ("Q8/big-00001-of-00002.gguf", parts[0]), ("Q8/big-00002-of-00002.gguf", parts[1]), ("half-00002-of-00002.gguf", parts[1]));
        string[] names = ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"];
        foreach (var file in new[] { "Q8/big-00001-of-00002.gguf", "Q8/big-00002-of-00002.gguf", "big" })
            Assert.Equal(names, (await PlanAsync("hf:org/repo:" + file)).FileNames);
        Assert.Contains("where FILE is Q8/big-00001-of-00002.gguf (", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo")).Message, StringComparison.Ordinal);
        Assert.Contains("half-00001-of-00002.gguf is not there", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo:half")).Message, StringComparison.Ordinal);
        var model = await PullAsync("hf:org/repo:big");
        Assert.Equal(("big@1", "gguf"), (model.Reference, model.Format));
        Assert.Equal(names, model.Files.Select(f => f.Name));
        using var whole = LanguageModel.Read(Model);
        using (var opened = Store.OpenLanguage(model))
            Assert.Equal(whole.Digest.AsSpan(), opened.Digest.AsSpan());
        Server["/some/big-00001-of-00002.gguf"] = new Served(parts[0]);
        Assert.Contains("is one of 2 parts", (await RefusedAsync(StoreFault.BadRequest, Web("/some/big-00001-of-00002.gguf", parts[0]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_lists_no_digests_is_asked_for_each()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model), ("adder.onnx", Models.Adds(1)));
        var listing = Encoding.UTF8.GetString(Server["/api/models/org/repo/revision/main"].Bytes).Replace("\"blobId\"", "\"b\"").Replace("\"sha256\"", "\"s\"").Replace("\"size\"", "\"z\"");
        Server["/api/models/org/repo/revision/main"] = new Served(Encoding.UTF8.GetBytes(listing));
        Assert.Equal(ModelServer.Sha256(Model), (await PullAsync("hf:org/repo")).Files[0].Sha256.ToHex());
        Assert.Equal("adder@1", (await PullAsync("hf:org/repo:adder.onnx")).Reference);
        Server.AddRepository("org/bare", ("tiny.gguf", Model));
        Server["/api/models/org/bare/revision/main"] = new Served("{\"siblings\":[{\"rfilename\":\"tiny.gguf\"}]}"u8.ToArray());
        Server["/org/bare/resolve/main/tiny.gguf"] = new Served(Model) { Etag = "5-weak-thing" };
        Assert.Contains("has no digest", (await RefusedAsync(StoreFault.BadRequest, "hf:org/bare")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_supported_is_refused_by_its_beginning_before_the_rest_arrives()
    {
        const int Rest = 16 << 20;
        // The file is far longer than what its header names.
        async Task Refused(string reason, byte[] beginning, string name = "big.gguf", params (string, byte[])[] beside)
        {
            byte[] file = [.. beginning, .. new byte[Rest]];
            Server.AddRepository("org/repo", [.. beside, (name, file)]);
            var most = 0L;
            var refused = await Assert.ThrowsAsync<ModelException>(() => FetchAsync("hf:org/repo", progress: p => most = Math.Max(most, p.Done)));
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.InRange(most, 1, 4 << 20);
            Assert.Empty(Begun());
        }
        await Refused("'mamba' is not supported", new GgufWriter().Key("general.architecture", "mamba").Tensor("a", WeightType.F32, [1], new byte[4]).ToBytes());
        await Refused("has the type IQ4_NL", new GgufWriter().Key("general.architecture", "llama").Key("tokenizer.ggml.tokens", [.. Enumerable.Range(0, 30_000).Select(i => $"token {i}")]).Tensor("t", (WeightType)20, [32], new byte[18]).ToBytes());
        await Refused("pre-tokenizer 'elsewhere' is not supported", new GgufWriter().Key("general.architecture", "llama").Key("tokenizer.ggml.model", "gpt2").Key("tokenizer.ggml.pre", "elsewhere").ToBytes());
        var header = "{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[16777216],\"data_offsets\":[0,16777216]}}"u8.ToArray();
        (string, byte[]) tokenizer = ("tokenizer.json", "{}"u8.ToArray()), config = ("config.json", "{\"model_type\":\"llama\"}"u8.ToArray());
        await Refused("has the type F8_E4M3", [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header], "model.safetensors", config, tokenizer);
        await Refused("model type 'rwkv' is not supported", [], "model.safetensors", ("config.json", "{\"model_type\":\"rwkv\"}"u8.ToArray()), tokenizer);
    }

    [Fact]
    public async Task What_cannot_be_run_leaves_nothing_behind()
    {
        var text = new byte[2000];
        Server.AddRepository("org/repo", ("tiny.gguf", text));
        await Assert.ThrowsAsync<ModelException>(() => PullAsync("hf:org/repo"));
        Assert.Empty(Begun());
        Assert.Empty(Store.Blobs.All());
        Server.AddRepository("org/half", ("model.safetensors", text), ("config.json", "{}"u8.ToArray()));
        Assert.Contains("safetensors without tokenizer.json", (await RefusedAsync(StoreFault.BadRequest, "hf:org/half")).Message, StringComparison.Ordinal);
        Server.AddRepository("org/data", ("data.csv", text));
        Assert.Contains("nothing there can be run", (await RefusedAsync(StoreFault.BadRequest, "hf:org/data")).Message, StringComparison.Ordinal);
    }

    internal static Task<bool> Redirect(Microsoft.AspNetCore.Http.HttpContext context, string to)
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = to;
        return Task.FromResult(true);
    }
}
