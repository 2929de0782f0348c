using System.Text;
using Assay.Verify.Json;
using FsCheck;
using FsCheck.Fluent;
using JsonNode = System.Text.Json.Nodes.JsonNode;

namespace Assay.Verify.Tests.Json;

public class StrictJsonTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1 \"b\":2}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("[")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("-0")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("0x1")]
    [InlineData("9007199254740992")]
    [InlineData("99999999999999999999999999")]
    [InlineData("NaN")]
    [InlineData("nul")]
    [InlineData("True")]
    [InlineData("trueish")]
    [InlineData("\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a\tb\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\"")]
    [InlineData("\"\\ud800x\"")]
    [InlineData("\"\\ud800\\u0041\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("// no\n1")]
    [InlineData("\ufeff1")]
    public void What_is_not_strict_json_is_refused(string text) =>
        Assert.Throws<MalformedException>(() => Parse(text));

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xc0, 0xaf, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xed, 0xa0, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xf4, 0x90, 0x80, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xe2, 0x82 })]
    public void Invalid_utf8_is_refused(byte[] bytes) =>
        Assert.Throws<MalformedException>(() => StrictJson.Parse(bytes, 100));

    [Fact]
    public void What_is_strict_json_is_read()
    {
        var json = Parse(" { \"a\\u00e9\\n\\/\" : [ 0 , 9007199254740991 , true , false , null , \"\\ud83d\\ude00\u20ac\" ] , \"\" : { } } ");
        Assert.Equal(["aé\n/", ""], json.Members.Select(m => m.Key));
        var items = json.Members[0].Value.Items;
        Assert.Equal(9007199254740991UL, items[1].Integer);
        Assert.Equal("\U0001F600€", items[5].Text);
        Assert.Same(JsonValue.Null, items[4]);
    }

    [Theory]
    [InlineData("plain é", "plain é")]
    [InlineData("a\u001b[2Jb\n", "a?[2Jb?")]
    [InlineData("good\u202edoog\u2066\u2028\u0085", "good?doog???")]
    [InlineData("\ud83d\ude00", "??")]
    public void A_name_in_a_message_moves_no_cursor_and_turns_nothing_round(string name, string shown) => Assert.Equal(shown, StrictJson.Shown(name));

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        Parse(new string('[', 32) + new string(']', 32));
        Assert.Throws<MalformedException>(() => Parse(new string('[', 33) + new string(']', 33)));
        Assert.Throws<MalformedException>(() => Parse(new string('[', 1_000_000)));
        Assert.Throws<MalformedException>(() => StrictJson.Parse("[1]"u8, 2));
        var many = "[" + string.Join(',', Enumerable.Repeat("0", StrictJson.MaxValues)) + "]";
        Assert.Throws<MalformedException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(many), many.Length));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(s => s is not null && IsWellFormed(s)), text =>
        {
            var value = JsonValue.ObjectOf([new(text, JsonValue.ArrayOf([JsonValue.Of(text), JsonValue.Of((ulong)text.Length)]))]);
            var bytes = StrictJson.Write(value.Write);
            var back = StrictJson.Parse(bytes, 1 << 20);
            return back.Members[0].Key == text && back.Members[0].Value.Items[0].Text == text
                && StrictJson.Write(back.Write).AsSpan().SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 3));

    [Fact]
    public void Whatever_is_accepted_a_lenient_reader_sees_the_same()
    {
        var random = new Random(5);
        var seed = Encoding.UTF8.GetBytes("{\"a\":[1,20,true,null,\"x\\u0041\\n\"],\"b\":{\"c\":\"d\",\"e\":[]}}");
        var accepted = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = seed[random.Next(seed.Length)];
            JsonValue value;
            try
            {
                value = StrictJson.Parse(bytes, 1000);
            }
            catch (MalformedException)
            {
                continue;
            }
            accepted++;
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(bytes), JsonNode.Parse(StrictJson.Write(value.Write))), Encoding.UTF8.GetString(bytes));
        }
        Assert.True(accepted > 1_000);
    }

    [Fact]
    public void A_complaint_says_where()
    {
        var json = JsonAt.Root(Parse("{\"a\":{\"b\":[1,\"x\"]}}"), "bundle");
        Assert.Equal("bundle.a.b[1]: expected an integer", Message(() => json["a"]["b"].Items()[1].Integer()));
        Assert.Equal("bundle.a.c: required, but missing", Message(() => json["a"]["c"].Text()));
        Assert.Equal("bundle.a: unknown member \"b\"", Message(() => json["a"].Only("c")));
        Assert.StartsWith("bundle.a.b[1]: expected 64 hexadecimal digits", Message(() => json["a"]["b"].Items()[1].HexHash()));
    }

    private static string Message(Action action) => Assert.Throws<MalformedException>(action).Message;

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(r => r != Rune.ReplacementChar);

    private static JsonValue Parse(string text) => StrictJson.Parse(Encoding.UTF8.GetBytes(text), 1 << 24);
}
