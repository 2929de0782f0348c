using System.Net;
using System.Runtime.InteropServices;
using Assay.Engine.Models;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Commitments;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Embeddings over HTTP: the answer is what the receipt's tensor says, and nothing else.</summary>
public class EmbeddingApiTests(ChatHost host) : IClassFixture<ChatHost>
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task Answer_is_the_very_tensor_that_its_receipt_commits_to_and_is_reproduced()
    {
        var (answer, body) = await host.PostAsync(Path, """{"model":"tiny","input":["once upon","a time",""" + "\"\\u00e9\"" + """]}""");
        Assert.True(answer.IsSuccessStatusCode, body.GetRawText());
        Assert.Equal(["object", "data", "model", "usage", "assay"], body.EnumerateObject().Select(m => m.Name));
        Assert.Equal(("list", "tiny@1"), (body.GetProperty("object").GetString(), body.GetProperty("model").GetString()));
        var (receipt, bundle) = await host.ReceiptAsync(body);
        Assert.Equal($"{receipt.RecordId}; sha256={body.GetProperty("assay").GetProperty("sha256").GetString()}", Assert.Single(answer.Headers.GetValues("Assay-Receipt")));
        var tensor = Assert.Single(TensorEncoding.Decode(bundle.Disclosures.Output!.Bytes.Span));
        Assert.Equal(("embedding", DType.Float32, 3), (tensor.Name, tensor.Value.Type, tensor.Value.Shape[0]));
        var data = body.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2], data.Select(d => d.GetProperty("index").GetInt32()));
        Assert.All(data, d => Assert.Equal("embedding", d.GetProperty("object").GetString()));
        Assert.Equal(tensor.Value.Span<float>().ToArray(), data.SelectMany(d => d.GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle())));
        var tokens = PromptTokens.DecodeList(bundle.Disclosures.Input!.Bytes.Span).Sum(t => t.Length);
        Assert.Equal((tokens, tokens), (body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), body.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        var parameters = EmbeddingParameters.Read(receipt.Parameters);
        Assert.Equal((3UL, (ulong)tokens, "float", (ulong)tensor.Value.Shape[1]), (parameters.Texts, parameters.PromptTokens, parameters.Encoding, parameters.Dimensions));
        var replay = await LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(_ => host.Node.LoadLanguage(host.Node.Models.Find("tiny"))), default);
        Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
    }

    [Fact]
    public async Task Base64_holds_the_same_numbers()
    {
        var (_, floats) = await host.PostAsync(Path, """{"model":"plain","input":[[3,4,5],[6]]}""");
        var (_, packed) = await host.PostAsync(Path, """{"model":"plain","input":[[3,4,5],[6]],"encoding_format":"base64"}""");
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                floats.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle()),
                MemoryMarshal.Cast<byte, float>(packed.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64()).ToArray());
        var (receipt, _) = await host.ReceiptAsync(packed);
        Assert.Equal("base64", EmbeddingParameters.Read(receipt.Parameters).Encoding);
    }

    [Fact]
    public async Task Text_and_its_token_ids_are_the_same_and_so_is_one_alone_and_one_of_a_list()
    {
        var (_, text) = await host.PostAsync(Path, """{"model":"tiny","input":"once upon"}""");
        var (_, bundle) = await host.ReceiptAsync(text);
        var ids = string.Join(',', PromptTokens.DecodeList(bundle.Disclosures.Input!.Bytes.Span)[0]);
        foreach (var input in (string[])["""["once upon"]""", $"[{ids}]", $"[[{ids}]]", $"[[{ids}],[3]]", $"""["a",[{ids}]]"""])
        {
            var (_, same) = await host.PostAsync(Path, $$"""{"model":"tiny","input":{{input}}}""");
            var at = input.StartsWith("[\"a\"", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal(text.GetProperty("data")[0].GetProperty("embedding").GetRawText(), same.GetProperty("data")[at].GetProperty("embedding").GetRawText());
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_brought_to_length_one()
    {
        var (_, whole) = await host.PostAsync(Path, """{"model":"tiny","input":[3,4,5]}""");
        var (_, part) = await host.PostAsync(Path, """{"model":"tiny","input":[3,4,5],"dimensions":5}""");
        var first = whole.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Take(5).Select(n => n.GetDouble()).ToArray();
        var length = Math.Sqrt(first.Sum(v => v * v));
        Assert.Equal(first.Select(v => v / length), part.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(n => n.GetDouble()), (a, b) => Math.Abs(a - b) < 1e-6);
        var (receipt, _) = await host.ReceiptAsync(part);
        Assert.Equal(5UL, EmbeddingParameters.Read(receipt.Parameters).Dimensions);
    }

    [Theory]
    [InlineData("""{"input":"a"}""", "model", null)]
    [InlineData("""{"model":"tiny"}""", "input", null)]
    [InlineData("""{"model":"tiny","input":null}""", "input", null)]
    [InlineData("""{"model":"tiny","input":7}""", "input", null)]
    [InlineData("""{"model":"tiny","input":{}}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":""}""", "input", null)]
    [InlineData("""{"model":"tiny","input":["a",""]}""", "input[1]", null)]
    [InlineData("""{"model":"tiny","input":["a",null]}""", "input[1]", null)]
    [InlineData("""{"model":"tiny","input":[[]]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[[["a"]]]}""", "input[0]", null)]
    [InlineData("""{"model":"tiny","input":[1,"a"]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[1.5]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[-1]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[99999999999]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":[3,2147483647]}""", "input", null)]
    [InlineData("""{"model":"tiny","input":"a","input":"b"}""", null, null)]
    [InlineData("""{"model":"tiny","input":"a","encoding_format":"hex"}""", "encoding_format", null)]
    [InlineData("""{"model":"tiny","input":"a","dimensions":0}""", "dimensions", null)]
    [InlineData("""{"model":"tiny","input":"a","dimensions":65537}""", "dimensions", null)]
    [InlineData("""{"model":"tiny","input":"a","stream":true}""", "stream", "unknown_parameter")]
    [InlineData("""{"model":"tiny","input":"a","temperature":1}""", "temperature", "unknown_parameter")]
    [InlineData("""{"model":"adder","input":"a"}""", "model", null)]
    [InlineData("{", null, null)]
    [InlineData("[]", null, null)]
    public async Task Wrong_request_is_refused_with_a_line_that_names_what_is_wrong(string body, string? parameter, string? code)
    {
        var refused = await host.RefusedAsync(Path, body);
        Assert.Equal((HttpStatusCode.BadRequest, parameter, code), (refused.Status, refused.Parameter, refused.Code));
    }

    [Fact]
    public async Task More_than_there_is_room_for_is_refused()
    {
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), await host.RefusedAsync(Path, """{"model":"nothing","input":"a"}""") is var r ? (r.Status, r.Code) : default);
        var tokens = string.Join(',', Enumerable.Repeat("3", 200_000));
        var refused = await host.RefusedAsync(Path, $$"""{"model":"tiny","input":[[3],[{{tokens}}]]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "input", "context_length_exceeded"), (refused.Status, refused.Parameter, refused.Code));
        Assert.Contains("room for 1024 tokens; a text has 200000", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 2048", (await host.RefusedAsync(Path, $$"""{"model":"tiny","input":[{{string.Join(',', Enumerable.Repeat("\"a\"", 2049))}}]}""")).Message, StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Repeat($"[{string.Join(',', Enumerable.Repeat("3", 1000))}]", 301));
        Assert.Contains("input has 301000 tokens", (await host.RefusedAsync(Path, $$"""{"model":"tiny","input":[{{many}}]}""")).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.RefusedAsync(Path, new string(' ', 5 << 20))).Status);
    }

    [Fact]
    public async Task Two_thousand_texts_are_embedded_in_one_request()
    {
        var (answer, body) = await host.PostAsync(Path, $$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Range(0, 2048).Select(i => $"[{3 + i % 50}]"))}}],"encoding_format":"base64"}""");
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(2048, body.GetProperty("data").GetArrayLength());
        var (receipt, _) = await host.ReceiptAsync(body);
        Assert.Equal(OutputKind.Tensors, receipt.Output.Kind);
    }
}
