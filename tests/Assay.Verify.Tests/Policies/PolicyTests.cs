using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Verify.Tests.Policies;

public class PolicyTests
{
    private static readonly byte[] Good = TestIssuer.Policy.ToBytes();

    [Fact]
    public void A_policy_comes_back()
    {
        var policy = Policy.Parse(Good);
        Assert.Equal(Good, policy.ToBytes());
        Assert.Equal(TestIssuer.Policy.Require, policy.Require);
        Assert.Equal(TestIssuer.RootKey.PublicKey, policy.Roots.Single());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("log")]
    [InlineData("roots")]
    [InlineData("rootThreshold")]
    [InlineData("indexers")]
    [InlineData("indexerThreshold")]
    [InlineData("require")]
    [InlineData("execution")]
    [InlineData("venue")]
    [InlineData("mediaType")]
    public void Every_member_is_needed(string member)
    {
        var json = StrictJson.Parse(Good, Policy.MaxSize);
        var without = JsonValue.ObjectOf([.. json.Members.Where(m => m.Key != member)]);
        Assert.Throws<MalformedException>(() => Policy.Parse(StrictJson.Write(without.Write)));
    }

    [Theory]
    [InlineData("\"execution\":\"any\"", "\"execution\":\"maybe\"")]
    [InlineData("\"venue\":\"any\"", "\"venue\":\"here\"")]
    [InlineData("\"venue\":\"any\"", "\"venue\":\"any\",\"more\":1")]
    [InlineData("\"signature\"", "\"Signature\"")]
    [InlineData("\"signature\"", "\"log\"")]
    [InlineData("\"signature\",", "")]
    [InlineData("\"key\",", "")]
    [InlineData("[\"integrity\"", "[\"integrity\",\"integrity\"")]
    [InlineData("policy.v1+json", "policy.v2+json")]
    [InlineData("quorum none", "quorum some")]
    [InlineData("log assay.test", "# assay.test")]
    [InlineData("MCow", "MCox")]
    [InlineData("\"rootThreshold\":1", "\"rootThreshold\":0")]
    [InlineData("\"rootThreshold\":1", "\"rootThreshold\":2")]
    [InlineData("\"indexerThreshold\":0", "\"indexerThreshold\":1")]
    [InlineData("\"indexers\":[]", "\"indexers\":[\"x\"]")]
    [InlineData("\"indexers\":[]", "\"indexers\":[\"INDEXER\"]")]
    [InlineData("\"indexers\":[],\"indexerThreshold\":0", "\"indexers\":[\"INDEXER\"],\"indexerThreshold\":2")]
    [InlineData("\"indexers\":[],\"indexerThreshold\":0", "\"indexers\":[\"INDEXER\",\"AGAIN\"],\"indexerThreshold\":1")]
    [InlineData("\"indexers\":[],\"indexerThreshold\":0", "\"indexers\":[\"WITNESS\"],\"indexerThreshold\":1")]
    public void A_policy_that_says_anything_else_is_refused(string from, string to)
    {
        var text = System.Text.Encoding.UTF8.GetString(Good);
        Assert.Contains(from, text);
        to = to.Replace("INDEXER", Key("i.test", NoteSignatureType.Ed25519)).Replace("AGAIN", Key("j.test", NoteSignatureType.Ed25519))
            .Replace("WITNESS", Key("i.test", NoteSignatureType.Cosignature));
        Assert.Throws<MalformedException>(() => Policy.Parse(System.Text.Encoding.UTF8.GetBytes(text.Replace(from, to))));
    }

    [Fact]
    public void A_policy_with_roots_and_indexers_comes_back()
    {
        var issuer = new TestIssuer { Roots = [TestIssuer.RootKey, TestIssuer.P256Key], Threshold = 2 };
        var policy = Policy.Parse(issuer.IndexedPolicy.ToBytes());
        Assert.Equal((2, 2, 1, 1), (policy.RootThreshold, policy.Roots.Length, policy.IndexerThreshold, policy.Indexers.Length));
        Assert.Equal(issuer.IndexedPolicy.ToBytes(), policy.ToBytes());
    }

    private static string Key(string name, NoteSignatureType type) => VerifierKey.Create(name, type, TestIssuer.OtherKey.PublicKey).ToString();
}
