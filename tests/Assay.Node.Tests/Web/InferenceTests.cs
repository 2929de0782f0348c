using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Engine.Models;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Web;

/// <summary>Open Inference Protocol v2 over real HTTP.</summary>
public class InferenceTests(HostFixture host) : IClassFixture<HostFixture>
{
    private const string Infer = "/v2/models/adder/infer";

    [Fact]
    public async Task Answer_carries_a_receipt_that_opens()
    {
        var pixels = Digits.Sample(4).Single();
        var body = Encoding.UTF8.GetBytes(
            $$"""{"id":"mine","inputs":[{"name":"{{pixels.Key}}","datatype":"FP32","shape":[1,1,28,28],"data":[{{string.Join(',', pixels.Value.Span<float>().ToArray())}}]}]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/digits/versions/1/infer") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Assay-Nonce", "n-1");
        request.Headers.Add("Assay-Auditable", "true");
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
        Assert.Equal(("digits", "1", "mine"),
            (json.GetProperty("model_name").GetString(), json.GetProperty("model_version").GetString(), json.GetProperty("id").GetString()));
        var output = json.GetProperty("outputs")[0];
        var scores = output.GetProperty("data").EnumerateArray().Select(d => d.GetSingle()).ToArray();
        Assert.Equal(4, Array.IndexOf(scores, scores.Max()));
        Assert.Equal("FP32", output.GetProperty("datatype").GetString());

        var assay = json.GetProperty("assay");
        var id = assay.GetProperty("receipt").GetString()!;
        var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(Encoding.UTF8.GetBytes(assay.GetProperty("envelope").GetRawText()), 1 << 20), "envelope"));
        Assert.Equal($"{id}; sha256={Sha256.Of(envelope.Payload.Span).ToHex()}", answer.Headers.GetValues("Assay-Receipt").Single());
        while (host.Node.IsPending(id))
            await Task.Yield();
        Assert.True(envelope.IsSignedBy(host.Node.Look(s => s.Keys[envelope.KeyId].Key)));

        var receipt = Receipt.Parse(envelope.Payload.Span);
        Assert.Equal((id, "n-1", true), (receipt.RecordId, receipt.ClientNonce, receipt.Auditable));
        var salts = assay.GetProperty("salts");
        Assert.Equal(receipt.WireInput!.Commitment, Commitment.OfWireInput(Salt("wireInput"), body));
        Assert.Equal(receipt.Input.Commitment, Commitment.OfInput(Salt("input"), TensorEncoding.Encode([new(pixels.Key, pixels.Value)])));
        var returned = TensorEncoding.Encode([new(output.GetProperty("name").GetString()!, Tensor.From<float>(Shape.Of(1, 10), scores))]);
        Assert.Equal(receipt.Output.Commitment, OutputCommitment.Of(Salt("output"), returned));
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal($"/v1/receipts/{id}", assay.GetProperty("bundle").GetString());

        byte[] Salt(string of) => Base64.Read(salts.GetProperty(of).GetString()!);
    }

    [Theory]
    [InlineData("[1,2]", "[2]")]
    [InlineData("[[1],[2]]", "[2]")]
    public async Task Data_may_be_flat_or_nested(string data, string shape)
    {
        var (status, body) = await host.PostAsync(Infer, HostFixture.Adds(data, shape));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([2f, 3f], body.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(d => d.GetSingle()));
    }

    [Fact]
    public async Task Output_that_was_asked_for_is_the_one_given()
    {
        var (status, body) = await host.PostAsync(Infer, HostFixture.Adds(rest: ""","outputs":[{"name":"y"}]"""));
        Assert.Equal((HttpStatusCode.OK, 1), (status, body.GetProperty("outputs").GetArrayLength()));
    }

    public static TheoryData<string, string, string> BadRequests => new()
    {
        { "wrong shape", HostFixture.Adds("[1,2,3]", "[3]"), "x" },
        { "shape that does not hold the data", HostFixture.Adds("[1,2,3]", "[2]"), "x" },
        { "wrong type", HostFixture.Adds(type: "INT64"), "x" },
        { "unknown type", HostFixture.Adds(type: "FP31"), "FP31" },
        { "wrong name", HostFixture.Adds(name: "z"), "x" },
        { "no input", """{"inputs":[]}""", "x" },
        { "no member inputs", "{}", "inputs" },
        { "inputs that are no list", """{"inputs":{}}""", "inputs" },
        { "input twice", """{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"data":[1,2]},{"name":"x","datatype":"FP32","shape":[2],"data":[1,2]}]}""", "twice" },
        { "input that is no object", """{"inputs":[7]}""", "input" },
        { "huge extent", HostFixture.Adds(shape: "[9223372036854775807]"), "x" },
        { "huge extents", HostFixture.Adds(shape: "[2147483647,2147483647,2147483647]"), "x" },
        { "extent beyond numbers", HostFixture.Adds(shape: "[99999999999999999999]"), "" },
        { "negative extent", HostFixture.Adds(shape: "[-2]"), "x" },
        { "two negative extents", HostFixture.Adds(shape: "[-1,-2]"), "x" },
        { "too many axes", HostFixture.Adds(shape: "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]"), "x" },
        { "fractional extent", HostFixture.Adds(shape: "[2.5]"), "" },
        { "extent in words", HostFixture.Adds(shape: "[\"two\"]"), "" },
        { "data in words", HostFixture.Adds("[\"one\",\"two\"]"), "x" },
        { "ragged data", HostFixture.Adds("[[1],[2,3]]"), "x" },
        { "null data", HostFixture.Adds("[null,1]"), "x" },
        { "data that is an object", HostFixture.Adds("{}"), "data" },
        { "data deeper than any tensor", HostFixture.Adds(new string('[', 20) + "1" + new string(']', 20)), "x" },
        { "not JSON", "this is not JSON", "JSON" },
        { "cut JSON", HostFixture.Adds()[..^3], "JSON" },
        { "empty body", "", "JSON" },
        { "JSON that is a number", "7", "inputs" },
        { "JSON deeper than it may be", new string('[', 100_000) + new string(']', 100_000), "JSON" },
        { "unknown output", HostFixture.Adds(rest: ""","outputs":[{"name":"w"}]"""), "'w'" },
        { "output without name", HostFixture.Adds(rest: ""","outputs":[{}]"""), "name" },
        { "id that is a number", HostFixture.Adds(rest: ""","id":7"""), "" },
        { "half a surrogate pair", HostFixture.Adds(name: "\\ud800"), "" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Bad_request_is_refused_in_one_line(string what, string body, string says)
    {
        var (status, error) = await host.PostAsync(Infer, body);
        Assert.True(status == HttpStatusCode.BadRequest, $"{what}: {status} {error}");
        Assert.Contains(says, HostFixture.AssertOneLine(error), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync(Infer, HostFixture.Adds())).Status);
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer")]
    [InlineData("/v2/models/adder/versions/99/infer")]
    [InlineData("/v2/models/..%2f..%2fadder/infer")]
    [InlineData("/v2/models/adder%0a/infer")]
    public async Task Model_that_is_not_there_is_404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await host.PostAsync(path, HostFixture.Adds())).Status);

    [Theory]
    [InlineData("Assay-Auditable", "maybe")]
    [InlineData("Assay-Nonce", "LONG")]
    [InlineData("Content-Type", "application/json;\tcharset=utf-8")]
    public async Task Header_that_cannot_be_is_refused_and_the_node_goes_on(string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(HostFixture.Adds())) };
        var text = value == "LONG" ? new string('n', 257) : value;
        Assert.True(name == "Content-Type" ? request.Content.Headers.TryAddWithoutValidation(name, text) : request.Headers.TryAddWithoutValidation(name, text));
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        HostFixture.AssertOneLine(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
        var (status, body) = await host.PostAsync(Infer, HostFixture.Adds());
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("text/plain", (await host.Client.GetAsync("/healthz")).Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData(17 << 20, false)]
    [InlineData(63 << 20, false)]
    [InlineData((64 << 20) + 1, true)]
    public async Task Body_that_is_too_large_is_413(int size, bool asksFirst)
    {
        using var content = new ByteArrayContent(new byte[size]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = content };
        request.Headers.ExpectContinue = asksFirst;
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        HostFixture.AssertOneLine(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    [Fact]
    public async Task Metadata_and_health_say_what_the_protocol_wants()
    {
        Assert.Equal("assay", (await Get("/v2")).GetProperty("name").GetString());
        Assert.True((await Get("/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await Get("/v2/health/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await Get("/v2/models/digits/ready")).GetProperty("ready").GetBoolean());
        var model = await Get("/v2/models/digits/versions/1");
        Assert.Equal(("digits", "1", "FP32"), (
            model.GetProperty("name").GetString(), model.GetProperty("versions")[0].GetString(), model.GetProperty("inputs")[0].GetProperty("datatype").GetString()));
        Assert.Equal([1L, 1, 28, 28], model.GetProperty("inputs")[0].GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()));
    }

    [Fact]
    public async Task OpenAPI_document_lists_the_routes()
    {
        var document = await Get("/openapi/v1.json");
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToHashSet();
        foreach (var path in (string[])["/v2", "/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer", "/v1/receipts/{id}", "/v1/receipts/verify", "/log/checkpoint", "/healthz"])
            Assert.Contains(path, paths);
        Assert.Contains(paths, p => Regex.IsMatch(p, "^/log/tile/"));
    }

    private async Task<JsonElement> Get(string path) => JsonDocument.Parse(await host.Client.GetByteArrayAsync(path)).RootElement;
}
