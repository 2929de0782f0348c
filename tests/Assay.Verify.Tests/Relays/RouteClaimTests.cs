using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Verify.Tests.Relays;

/// <summary>What a receipt says of how a node chose who answers.</summary>
public class RouteClaimTests
{
    private static readonly RouteClaim Claim = new(
        "m@proven>=0.99", "a@1", new RoutedAccount(Sha256.Of([1]), 3, Sha256.Of([2]), 1_800_000_000, 42), 17, 2_500_000, [new RoutedOther("b@2", "alarmed"), new RoutedOther("c@1", RouteClaim.Later)]);

    [Fact]
    public void Claim_is_read_as_it_was_written()
    {
        foreach (var claim in (RouteClaim[])[Claim, Claim with { Cover = 20_000 }, Claim with { Account = null, Latency = null, Price = null, Others = [] }, Claim with { Account = Claim.Account! with { FailureBound = null } }])
            Assert.Equal(claim, Read(Text(claim)));
        Assert.Null(Read("{}"));
        Assert.NotEqual(Claim, Claim with { Cover = 1 });
        Assert.NotEqual(Claim, Claim with { Others = [Claim.Others[1], Claim.Others[0]] });
    }

    [Theory]
    [InlineData("\"asked\":\"m@proven>=0.99\"", "\"asked\":1")]
    [InlineData("\"chosen\":\"a@1\"", "\"chosen\":\"\"")]
    [InlineData("\"segment\":3", "\"segment\":-3")]
    [InlineData("\"others\":[", "\"others\":[1,")]
    [InlineData("\"others\"", "\"rest\"")]
    [InlineData("\"id\":\"", "\"id\":\"x")]
    public void What_is_no_claim_is_a_typed_error(string from, string to)
    {
        var text = Text(Claim);
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => Read(text.Replace(from, to, StringComparison.Ordinal)));
    }

    [Fact]
    public void Whatever_is_changed_is_a_claim_or_a_typed_error()
    {
        var (random, good) = (new Random(4), Encoding.UTF8.GetBytes(Text(Claim)));
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = good[random.Next(good.Length)];
            try
            {
                _ = Read(Encoding.UTF8.GetString(bytes));
            }
            catch (MalformedException)
            {
                // As it should be.
            }
        }
    }

    private static string Text(RouteClaim claim) => Encoding.UTF8.GetString(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        claim.Write(json);
        json.WriteEndObject();
    }));

    private static RouteClaim? Read(string text) => RouteClaim.Read(JsonAt.Root(StrictJson.Parse(Encoding.UTF8.GetBytes(text), 1 << 16), "parameters"));
}
