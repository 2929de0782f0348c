using System.Text;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Verify.Tests.Policies;

public class TlogPolicyTests
{
    private static readonly string Log = VerifierKey.Create("example.test/log", NoteSignatureType.Ed25519, TestIssuer.Key("l").PublicKey).ToString();

    [Fact]
    public void A_policy_with_groups_comments_tabs_and_urls_is_read()
    {
        var policy = Parse(
            $"# two groups\n\n \t# indented\nwitness X1 {Witness(1)}\n\twitness  X2\t{Witness(2)} https://w.test/ \nlog {Log} https://log.test/\n"
            + $"witness Y1 {Witness(3)}\ngroup X 1 X1 X2\ngroup XY all X Y1\nquorum XY\n");
        Assert.Equal(["X1", "X2", "Y1"], policy.Witnesses.Select(w => w.Name));
        Assert.Equal("example.test/log", policy.Logs.Single().Name);
        Assert.True(policy.IsQuorum(new HashSet<string> { "X2", "Y1" }));
        Assert.False(policy.IsQuorum(new HashSet<string> { "X1", "X2" }));
        Assert.False(policy.IsQuorum(new HashSet<string> { "X", "Y1", "unknown" }));
    }

    [Fact]
    public void Names_are_octets_and_not_characters()
    {
        var policy = TlogPolicy.Parse(Encoding.UTF8.GetBytes($"witness K {Witness(1)}\nwitness \u212a {Witness(2)}\nquorum K\n"));
        Assert.Equal(2, policy.Witnesses.Length);
        byte[] notUtf8 = [.. Encoding.ASCII.GetBytes("witness "), 0xff, 0xfe, .. Encoding.ASCII.GetBytes($" {Witness(1)}\nquorum "), 0xff, 0xfe, (byte)'\n'];
        Assert.Equal("\u00ff\u00fe", TlogPolicy.Parse(notUtf8).Quorum);
    }

    [Theory]
    [InlineData("")]
    [InlineData("quorum none")]
    [InlineData("log L\n")]
    [InlineData("# no quorum\n")]
    [InlineData("quorum none\nquorum none\n")]
    [InlineData("quorum\n")]
    [InlineData("quorum none extra\n")]
    [InlineData("quorum w\n")]
    [InlineData("quorum w\nwitness w W1\n")]
    [InlineData("Quorum none\n")]
    [InlineData("quorum none\r\n")]
    [InlineData("quorum none\0\n")]
    [InlineData("quorum none # comment\n")]
    [InlineData("quorum none\nlog\n")]
    [InlineData("quorum none\nlog L L L\n")]
    [InlineData("quorum none\nlog L\nlog L\n")]
    [InlineData("quorum none\nlog W1\n")]
    [InlineData("quorum none\nwitness w L\n")]
    [InlineData("quorum none\nwitness W1\n")]
    [InlineData("quorum none\nwitness a W1\nwitness b W1\n")]
    [InlineData("quorum none\nwitness a W1\nwitness a W2\n")]
    [InlineData("quorum none\nwitness none W1\n")]
    [InlineData("quorum none\nwitness a W1 url more\n")]
    [InlineData("quorum none\nwitness a W1\ngroup a any a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup none any a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any none\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any b\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any a a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any a\ngroup h any a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g 0 a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g 2 a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g 01 a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g +1 a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g g a\n")]
    [InlineData("quorum none\nwitness a W1\ngroup g any g\n")]
    [InlineData("quorum none\nwitness a W1\ngroup h any g\ngroup g any a\n")]
    public void A_text_that_is_no_policy_is_refused(string text)
    {
        var filled = text.Replace("W1", Witness(1)).Replace("W2", Witness(2)).Replace(" L", " " + Log);
        Assert.Throws<MalformedException>(() => Parse(filled));
    }

    [Fact]
    public void One_key_under_two_names_is_still_a_duplicate()
    {
        var again = VerifierKey.Create("another.test", NoteSignatureType.Cosignature, TestIssuer.Key("w1").PublicKey);
        Assert.Throws<MalformedException>(() => Parse($"witness a {Witness(1)}\nwitness b {again}\nquorum a\n"));
    }

    [Fact]
    public void Two_hundred_witnesses_and_groups_are_within_the_limits()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 200; i++)
            text.Append($"witness w{i} {Witness(i)}\ngroup g{i} any w{i}{(i == 0 ? "" : $" g{i - 1}")}\n");
        var policy = Parse(text.Append("quorum g199\n").ToString());
        Assert.True(policy.IsQuorum(new HashSet<string> { "w0" }));
        Assert.False(policy.IsQuorum(new HashSet<string>()));
    }

    private static string Witness(int i) =>
        VerifierKey.Create($"w{i}.test", NoteSignatureType.Cosignature, TestIssuer.Key($"w{i}").PublicKey).ToString();

    private static TlogPolicy Parse(string text) => TlogPolicy.Parse(Encoding.UTF8.GetBytes(text));
}
