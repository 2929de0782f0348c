using System.Text;
using System.Text.Json.Nodes;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Verify.Tests.Relays;

/// <summary>What is sent upstream, and what is shown of what comes back, as functions of bytes.</summary>
public class RelayedBytesTests
{
    [Theory]
    [InlineData("""{"model":"a","x":1}""", """{"model":"up","x":1}""")]
    [InlineData(" {\n \"x\" : 1.50e+1 , \"mo\\u0064el\" :\t{\"deep\":[ ]} } \r\n", "{\"x\":1.50e+1,\"mo\\u0064el\":\"up\"}")]
    [InlineData("""{"model":null}""", """{"model":"up"}""")]
    [InlineData("""{"a":{"model":"b"},"model":"c","é":"\ud83d\ude00"}""", """{"a":{"model":"b"},"model":"up","é":"\ud83d\ude00"}""")]
    public void Another_model_is_put_in_its_place_and_every_other_byte_stays(string body, string sent) =>
        Assert.Equal(sent, Encoding.UTF8.GetString(RelayedAnswer.Sent(Encoding.UTF8.GetBytes(body), "up")));

    [Theory]
    [InlineData("""{"a":1,"assay":{"b":[1,2]},"c":"d"}""", """{"a":1,"c":"d"}""")]
    [InlineData("""{"\u0061ssay":1}""", "{}")]
    [InlineData("""{"a":{"assay":1}}""", """{"a":{"assay":1}}""")]
    public void Receipts_of_others_are_left_out(string answer, string shown) => Assert.Equal(shown, Encoding.UTF8.GetString(RelayedAnswer.Shown(Encoding.UTF8.GetBytes(answer))));

    [Theory]
    [InlineData("""{"model":"a","model":"b"}""")]
    [InlineData("""{"model":"a","\u006dodel":"b"}""")]
    [InlineData("""{"x":1}""")]
    [InlineData("""{"model":"a",}""")]
    [InlineData("""{"model":"a"}{}""")]
    [InlineData("""{"model":"a"} x""")]
    [InlineData("""[{"model":"a"}]""")]
    [InlineData("""{"model":"a","x":01}""")]
    [InlineData("""{"model":"a" /* no */}""")]
    [InlineData("""{"\ud800":1,"model":"a"}""")]
    [InlineData("")]
    [InlineData("{")]
    public void What_readers_could_read_in_two_ways_is_refused(string body) =>
        Assert.Throws<MalformedException>(() => RelayedAnswer.Sent(Encoding.UTF8.GetBytes(body), "up"));

    [Fact]
    public void Bytes_that_are_no_characters_and_what_is_too_deep_are_refused()
    {
        Assert.Throws<MalformedException>(() => RelayedAnswer.Shown([.. "{\"a\":\""u8, 0xff, .. "\"}"u8]));
        Assert.Throws<MalformedException>(() => RelayedAnswer.Shown(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 64) + new string(']', 64) + "}")));
    }

    [Fact]
    public void Whatever_is_accepted_a_lenient_reader_sees_the_same()
    {
        var random = new Random(11);
        var seed = Encoding.UTF8.GetBytes("{\"a\":[1,20,true,null,\"x\\u0041\\n\"],\"model\":{\"c\":\"d\"},\"assay\":{\"e\":[]},\"z\":-1.5e3}");
        var accepted = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = seed[random.Next(seed.Length)];
            byte[] shown, sent;
            try
            {
                (shown, sent) = (RelayedAnswer.Shown(bytes), RelayedAnswer.Sent(bytes, "up"));
            }
            catch (MalformedException)
            {
                continue;
            }
            accepted++;
            var (without, with) = (JsonNode.Parse(bytes)!.AsObject(), JsonNode.Parse(bytes)!.AsObject());
            without.Remove("assay");
            with["model"] = "up";
            Assert.True(JsonNode.DeepEquals(without, JsonNode.Parse(shown)) && JsonNode.DeepEquals(with, JsonNode.Parse(sent)), Encoding.UTF8.GetString(bytes));
            Assert.Equal(shown, RelayedAnswer.Shown(shown));
        }
        Assert.True(accepted > 1_000);
    }

    [Fact]
    public void Events_are_the_same_in_whatever_pieces_they_come()
    {
        var stream = ": c\r\n\r\ndata: {\"a\":1}\n\nevent: x\nid: 3\nretry: 5\ndata:{\"b\":2}\r\n\r\n\n\ndata: [DONE]\n"u8.ToArray();
        Assert.Equal(["{\"a\":1}", "{\"b\":2}"], RelayedAnswer.Events(stream).Select(e => Encoding.UTF8.GetString(e)));
        byte[] longer = [.. stream, .. "\ndata: {}\n\n"u8];
        for (var size = 1; size <= longer.Length; size++)
        {
            var (reader, events, taken) = (new UpstreamEvents(100), new List<byte[]>(), 0);
            for (var at = 0; at < longer.Length && !reader.IsDone; at += size)
                taken += reader.Read(longer.AsSpan(at, Math.Min(size, longer.Length - at)), events);
            Assert.True(reader.IsDone);
            Assert.Equal((2, stream.Length), (events.Count, taken));
        }
    }

    [Theory]
    [InlineData("data: {}\ndata: {}\n\ndata: [DONE]\n")]
    [InlineData("data: {}\r \n\ndata: [DONE]\n")]
    [InlineData("dat: {}\n\ndata: [DONE]\n")]
    [InlineData("\ufeffdata: {}\n\ndata: [DONE]\n")]
    [InlineData("data: {}\n\n")]
    [InlineData("data: {}\n\ndata: [DONE]")]
    [InlineData("data: {}\n\ndata: [DONE]\n\n")]
    [InlineData("")]
    public void What_is_no_such_stream_or_goes_on_is_refused(string stream) => Assert.Throws<MalformedException>(() => RelayedAnswer.Events(Encoding.UTF8.GetBytes(stream)));

    [Fact]
    public void Line_without_end_is_refused_before_it_is_kept()
    {
        var reader = new UpstreamEvents(100);
        Assert.Throws<MalformedException>(() =>
        {
            for (var i = 0; i < 20; i++)
                reader.Read("data: xx"u8, []);
        });
    }

    [Fact]
    public void Any_bytes_are_a_stream_or_a_typed_error()
    {
        var random = new Random(12);
        var seed = ": c\r\n\r\ndata: {\"a\":1}\n\nevent: x\ndata:{\"b\":2}\r\n\r\n\n\ndata: [DONE]\n"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : seed[random.Next(seed.Length)];
            try
            {
                RelayedAnswer.Events(bytes);
            }
            catch (MalformedException)
            {
                // As it should be.
            }
        }
    }

    [Theory]
    [InlineData("https://api.example.com/v1", null)]
    [InlineData("https://api.example.com:8443", null)]
    [InlineData("http://127.0.0.1:7780/v1", null)]
    [InlineData("http://localhost:7780/v1", null)]
    [InlineData("http://[::1]:80/v1", null)]
    [InlineData("http://api.example.com/v1", "not encrypted")]
    [InlineData("http://10.0.0.1/v1", "not encrypted")]
    [InlineData("https://api.example.com/v1/", "not an address")]
    [InlineData("https://user:pass@api.example.com/v1", "not an address")]
    [InlineData("https://api.example.com/v1?key=1", "not an address")]
    [InlineData("https://api.example.com/v1#x", "not an address")]
    [InlineData("ftp://api.example.com/v1", "not an address")]
    [InlineData("file:///etc/passwd", "not an address")]
    [InlineData("api.example.com", "not an address")]
    [InlineData("https://api.example.com/v 1", "printable")]
    [InlineData("", "printable")]
    public void Address_is_one_that_can_be_sent_to_in_private(string url, string? why)
    {
        var description = new RelayDescription(url, "model", "model");
        if (why is null)
            description.Check();
        else
            Assert.Contains(why, Assert.Throws<MalformedException>(description.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_part_of_a_description_changes_its_digest_and_none_can_pass_for_another()
    {
        var all = new[]
        {
            new RelayDescription("https://a/v1", "m", "c"), new RelayDescription("https://a/v2", "m", "c"), new RelayDescription("https://a/v1", "mc", "c"),
            new RelayDescription("https://a/v1", "m", "cc"), new RelayDescription("https://a/v1m", "", "c"), new RelayDescription("https://a/v1", "mc", ""),
        };
        Assert.Equal(all.Length, all.Select(d => d.Manifest).Distinct().Count());
    }

    [Fact]
    public void Parameters_are_read_as_they_were_written_and_anything_else_is_a_typed_error()
    {
        var whole = new RelayParameters
        {
            Api = "chat", Ticket = 7, Streams = true, Upstream = new RelayDescription("https://a/v1", "m", "c"), Status = 200,
            Receipt = new UpstreamReceipt(new string('0', 32), Assay.Verify.Crypto.Sha256.Of([1])),
        };
        foreach (var parameters in (RelayParameters[])[whole, whole with { Receipt = null, Status = null, Void = "lost", Api = "none" }])
            Assert.Equal(parameters, RelayParameters.Read(parameters.ToJson()));
        var text = Encoding.UTF8.GetString(StrictJson.Write(whole.ToJson().Write));
        foreach (var (from, to) in ((string, string)[])[("answer", "reply"), ("200", "99"), ("200", "1000"), ("\"stream\":true", "\"stream\":1"), ("\"url\"", "\"uri\""), ("\"ticket\":7", "\"ticket\":\"7\"")])
            Assert.Throws<MalformedException>(() => RelayParameters.Read(StrictJson.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), 1 << 16)));
    }

    [Theory]
    [InlineData("""{"assay":1}""")]
    [InlineData("""{"assay":{"envelope":{}}}""")]
    [InlineData("""{"x":1}""")]
    [InlineData("no JSON")]
    public void What_is_no_receipt_of_an_upstream_is_none(string json) => Assert.Null(UpstreamReceipt.In(Encoding.UTF8.GetBytes(json)));
}
