using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Verify.Reports;
using OpenAI.Embeddings;

namespace Assay.Client.Tests;

/// <summary>Embeddings are handed on only where every number is that of the receipt, under the official OpenAI client too.</summary>
public class EmbeddingAnswerTests(LanguageFixture node) : IClassFixture<LanguageFixture>
{
    private const string Two = """{"model":"tiny","input":["once upon","a time"]}""";
    private const string TwoPacked = """{"model":"tiny","input":["once upon","a time"],"encoding_format":"base64"}""";

    [Theory]
    [InlineData(Two)]
    [InlineData(TwoPacked)]
    [InlineData("""{"model":"tiny@1","input":"once upon a time","encoding_format":"float","user":"me"}""")]
    [InlineData("""{"model":"plain","input":[3,4,5],"dimensions":7}""")]
    [InlineData("""{"model":"plain","input":[[3,4,5],[6]],"dimensions":null,"encoding_format":"base64"}""")]
    public async Task Answers_are_handed_on_as_they_came(string body)
    {
        byte[]? sent = null;
        using var client = node.Client(new Meddler { Answer = (_, bytes) => sent = bytes });
        using var response = await PostAsync(client, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        Assert.Equal(AxisStatus.Verified, verified.Report[Axis.Output].Status);
    }

    [Fact]
    public async Task Official_client_is_answered_and_throws_where_a_number_was_changed()
    {
        using var client = node.Client();
        var honest = node.OpenAI(client).GetEmbeddingClient("tiny");
        OpenAIEmbedding one = await honest.GenerateEmbeddingAsync("once upon a time", new EmbeddingGenerationOptions { Dimensions = 16 });
        Assert.Equal(16, one.ToFloats().Length);
        OpenAIEmbeddingCollection two = await honest.GenerateEmbeddingsAsync(["once upon a time", "another"]);
        Assert.Equal([0, 1], two.Select(e => e.Index));
        Assert.True(two.Usage.InputTokenCount > 0);
        // The client that does not await goes another way through HttpClient.
        Assert.Equal(two[1].ToFloats().ToArray(), honest.GenerateEmbedding("another").Value.ToFloats().ToArray());

        using var meddled = node.Client(new Meddler { Answer = LanguageFixture.Whole(a => Flip(Data(a)[0]!)) });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => node.OpenAI(meddled).GetEmbeddingClient("tiny").GenerateEmbeddingAsync("once upon a time"));
        Assert.Equal(ReceiptFault.OtherAnswer, refused.Fault);
    }

    [Theory]
    [InlineData(Two)]
    [InlineData(TwoPacked)]
    public async Task Altered_answer_is_refused(string body)
    {
        await IsRefusedAsync("embedding 1", a => Flip(Data(a)[1]!), body);
        await IsRefusedAsync("embedding 0", a => (Data(a)[0]!["embedding"], Data(a)[1]!["embedding"]) = (Data(a)[1]!["embedding"]!.DeepClone(), Data(a)[0]!["embedding"]!.DeepClone()), body);
        await IsRefusedAsync("out of order", a => (Data(a)[0], Data(a)[1]) = (Data(a)[1]!.DeepClone(), Data(a)[0]!.DeepClone()), body);
        await IsRefusedAsync("out of order", a => (Data(a)[0]!["index"], Data(a)[1]!["index"]) = (1, 0), body);
        await IsRefusedAsync("number of embeddings", a => Data(a).RemoveAt(1), body);
        await IsRefusedAsync("number of embeddings", a => Data(a).Add(Data(a)[1]!.DeepClone()), body);
        await IsRefusedAsync("embedding 1", a => Cut(Data(a)[1]!), body);
        await IsRefusedAsync("tokens", a => a["usage"]!["prompt_tokens"] = 1, body);
        await IsRefusedAsync("tokens", a => a["usage"]!["total_tokens"] = 1, body);
        await IsRefusedAsync("member", a => a["usage"]!["more"] = 1, body);
        await IsRefusedAsync("model", a => a["model"] = "tiny@2", body);
        await IsRefusedAsync("object", a => a["object"] = "set", body);
        await IsRefusedAsync("something else", a => Data(a)[0]!["object"] = "text", body);
        await IsRefusedAsync("member", a => a["created"] = 1, body);
        await IsRefusedAsync("member", a => Data(a)[0]!["text"] = "once", body);
        await IsRefusedAsync("compared", a => a.Remove("usage"), body);
        await IsRefusedAsync("compared", a => a["data"] = 1, body);
    }

    [Fact]
    public async Task Other_encoding_or_spelling_is_refused()
    {
        await IsRefusedAsync("compared", a => Data(a)[0]!["embedding"] = Convert.ToBase64String(Bytes(Data(a)[0]!)), Two);
        await IsRefusedAsync("compared", a => Data(a)[0]!["embedding"] = Numbers(Bytes(Data(a)[0]!)), TwoPacked);
        await IsRefusedAsync("bytes", a => Data(a)[0]!["embedding"] = Data(a)[0]!["embedding"]!.GetValue<string>() + "\n", TwoPacked);
        await IsRefusedAsync("number 0 of embedding 0", a => Data(a)[0]!["embedding"]![0] = Data(a)[0]!["embedding"]![0]!.ToJsonString(), Two);
        await IsRefusedAsync("number 0 of embedding 0", a => Data(a)[0]!["embedding"]![0] = null, Two);
    }

    [Theory]
    [InlineData("once upon", "once more", "bytes of this request")]
    [InlineData("\"tiny\"", "\"plain\"", "another model")]
    public async Task Altered_request_is_refused(string said, string sent, string says)
    {
        using var client = node.Client(new Meddler { Request = body => body.Replace(said, sent, StringComparison.Ordinal) });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => PostAsync(client, Two));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_receipt_and_none_are_refused()
    {
        (string Header, JsonNode Assay)? older = null;
        using var client = node.Client(new Meddler
        {
            Answer = (response, bytes) =>
            {
                older ??= (response.Headers.GetValues("Assay-Receipt").Single(), JsonNode.Parse(bytes)!["assay"]!.DeepClone());
                response.Headers.Remove("Assay-Receipt");
                response.Headers.Add("Assay-Receipt", older.Value.Header);
                return LanguageFixture.Whole(a => a["assay"] = older.Value.Assay.DeepClone())(response, bytes);
            },
        });
        using (await PostAsync(client, Two)) { }
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => PostAsync(client, Two));
        Assert.Equal(ReceiptFault.OtherAnswer, refused.Fault);
        Assert.Contains("another request", refused.Message, StringComparison.Ordinal);
        await IsRefusedAsync("cannot be read", a => a.Remove("assay"), Two, ReceiptFault.NoReceipt);
    }

    [Fact]
    public async Task Receipt_of_other_parameters_than_were_asked_for_is_refused()
    {
        using var client = node.Client();
        using var response = await PostAsync(client, """{"model":"plain","input":[[3,4],[5]],"dimensions":7}""");
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        var answer = await response.Content.ReadAsByteArrayAsync();
        foreach (var (asked, says) in new (string, string?)[]
        {
            ("""{"model":"plain","input":[[3,4],[5]],"dimensions":7}""", null), ("""{"model":"plain","input":["a","b"]}""", null),
            ("""{"model":"plain","input":[[3,4],[5]],"dimensions":8}""", "dimensions"), ("""{"model":"plain","input":[[3,4],[6]]}""", "token ids"),
            ("""{"model":"plain","input":[3,4]}""", "number of texts"), ("""{"model":"plain","input":[[3,4],[5]],"encoding_format":"base64"}""", "encoding_format"),
        })
        {
            var question = Language.EmbeddingQuestion.Read(System.Text.Encoding.UTF8.GetBytes(asked))!;
            var found = Language.EmbeddingCheck.Difference(question, answer, verified.Receipt, verified.Bundle.Disclosures);
            Assert.True(says is null ? found is null : found?.Contains($"another {says} than was asked for", StringComparison.Ordinal) == true, found);
        }
        using var chat = await LanguageFixture.PostAsync(client, node.Chat());
        Assert.True(chat.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var other));
        Assert.Contains("not that of embeddings", Language.EmbeddingCheck.Difference(Language.EmbeddingQuestion.Read("{\"model\":\"plain\",\"input\":\"a\"}"u8.ToArray())!, answer, other.Receipt, other.Bundle.Disclosures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutated_answer_is_refused_in_one_line_or_says_the_same_numbers()
    {
        const string Body = """{"model":"plain","input":[[3,4],[5]],"dimensions":7}""";
        using var client = node.Client();
        using var response = await PostAsync(client, Body);
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        var answer = await response.Content.ReadAsByteArrayAsync();
        var question = Language.EmbeddingQuestion.Read(System.Text.Encoding.UTF8.GetBytes(Body))!;
        var (random, end, same) = (new Random(5), answer.AsSpan().IndexOf("\"assay\""u8), 0);
        for (var i = 0; i < 20_000; i++)
        {
            var mutant = answer.ToArray();
            for (var n = random.Next(1, 3); n > 0; n--)
                mutant[random.Next(end)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789-eE.,\"[]{}: "[random.Next(22)];
            var found = Language.EmbeddingCheck.Difference(question, mutant, verified.Receipt, verified.Bundle.Disclosures);
            Assert.DoesNotContain('\n', found ?? "");
            if (found is not null)
                continue;
            same++;
            Assert.Equal(Rows(answer), Rows(mutant));
        }
        Assert.InRange(same, 1, 10_000);

        static int[] Rows(byte[] json) =>
            [.. JsonDocument.Parse(json).RootElement.GetProperty("data").EnumerateArray().SelectMany(d => d.GetProperty("embedding").EnumerateArray().Select(n => BitConverter.SingleToInt32Bits(n.GetSingle())))];
    }

    [Theory]
    [InlineData("0.1", 0.1f, true)]
    [InlineData("1.00000001490116119384765625e-1", 0.1f, true)]
    [InlineData("0.10000001", 0.1f, false)]
    [InlineData("-0", -0f, true)]
    [InlineData("0", -0f, false)]
    [InlineData("0.0e5", 0f, true)]
    // Halfway between 1 and the next float32, and a little beside: a double does not hold the little.
    [InlineData("1.000000059604644775390625", 1f, true)]
    [InlineData("1.00000005960464477539062500000000000001", 1f, false)]
    [InlineData("1.00000005960464477539062500000000000001", 1.00000012f, true)]
    [InlineData("1.00000017881393432617187499999999999999", 1.00000012f, true)]
    [InlineData("1.000000178813934326171875", 1.00000012f, false)]
    [InlineData("1e39", float.PositiveInfinity, false)]
    [InlineData("\"0.1\"", 0.1f, false)]
    public void Number_is_the_nearest_float32_to_what_is_written(string json, float signed, bool isSame) =>
        Assert.Equal(isSame, TensorJson.IsReal(JsonDocument.Parse(json).RootElement, signed));

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string body) => LanguageFixture.PostAsync(client, body, "/v1/embeddings");

    private static JsonArray Data(JsonObject answer) => answer["data"]!.AsArray();

    // The least change that there is: one bit of the last number.
    private static void Flip(JsonNode item)
    {
        var bytes = Bytes(item);
        bytes[^4] ^= 1;
        item["embedding"] = item["embedding"] is JsonArray ? Numbers(bytes) : Convert.ToBase64String(bytes);
    }

    private static void Cut(JsonNode item) => item["embedding"] = item["embedding"] is JsonArray ? Numbers(Bytes(item)[..^4]) : Convert.ToBase64String(Bytes(item)[..^4]);

    private static byte[] Bytes(JsonNode item) => item["embedding"] is JsonArray numbers
        ? MemoryMarshal.AsBytes<float>(numbers.Select(n => n!.GetValue<float>()).ToArray()).ToArray()
        : Convert.FromBase64String(item["embedding"]!.GetValue<string>());

    private static JsonArray Numbers(byte[] bytes) => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(n => (JsonNode)n)];

    private async Task IsRefusedAsync(string says, Action<JsonObject> edit, string body, ReceiptFault fault = ReceiptFault.OtherAnswer)
    {
        using var client = node.Client(new Meddler { Answer = LanguageFixture.Whole(edit) });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => PostAsync(client, body));
        Assert.True(refused.Fault == fault, $"{refused.Fault}: {refused.Message}");
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
