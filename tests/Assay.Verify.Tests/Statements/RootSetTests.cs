using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Statements;

/// <summary>Several root keys, their threshold, and the entries that they sign.</summary>
public class RootSetTests
{
    private static readonly SigningKey[] Keys = [TestIssuer.Key("a"), TestIssuer.Key("b"), TestIssuer.P256Key];
    private static readonly RootSet TwoOfThree = new(Keys.Select(k => k.PublicKey), 2);
    private static readonly byte[] Payload = KeyEvent.Retire(TestIssuer.Origin, Keys[0].PublicKey.Id).ToBytes();

    [Fact]
    public void The_id_is_the_one_that_is_specified_and_does_not_hang_on_the_order()
    {
        var ids = Keys.Select(k => k.PublicKey.Id.ToHex()).Order(StringComparer.Ordinal).SelectMany(Convert.FromHexString);
        Assert.Equal(Sha256.Of([.. "assay/roots/v1\n"u8, 0, 0, 0, 0, 0, 0, 0, 2, .. ids]), TwoOfThree.Id);
        Assert.Equal(TwoOfThree, new RootSet(Keys.Reverse().Select(k => k.PublicKey), 2));
        Assert.NotEqual(TwoOfThree, new RootSet(Keys.Select(k => k.PublicKey), 3));
        Assert.Equal("2 of 3 root keys", TwoOfThree.ToString());
    }

    [Fact]
    public void A_set_has_1_to_16_keys_none_twice_and_a_threshold_that_can_be_met()
    {
        var seventeen = Enumerable.Range(0, 17).Select(i => TestIssuer.Key($"root {i}").PublicKey).ToArray();
        Assert.Equal(16, new RootSet(seventeen[1..], 16).Keys.Length);
        Assert.Throws<MalformedException>(() => new RootSet(seventeen, 1));
        Assert.Throws<MalformedException>(() => new RootSet([], 0));
        Assert.Throws<MalformedException>(() => new RootSet([seventeen[0], seventeen[0]], 1));
        Assert.Throws<MalformedException>(() => new RootSet(seventeen[..3], 0));
        Assert.Throws<MalformedException>(() => new RootSet(seventeen[..3], 4));
    }

    [Fact]
    public void As_many_as_the_threshold_sign_and_nobody_else()
    {
        Assert.False(TwoOfThree.HaveSigned(OpenEntry.Sign(Payload, Keys[0])));
        Assert.True(TwoOfThree.HaveSigned(OpenEntry.Sign(Payload, Keys[0], Keys[2])));
        Assert.True(TwoOfThree.HaveSigned(OpenEntry.Sign(Payload, Keys)));
        Assert.False(TwoOfThree.HaveSigned(OpenEntry.Sign(Payload, Keys[0], Keys[1], TestIssuer.OtherKey)));
        var signed = OpenEntry.Sign(Payload, Keys);
        for (var i = 0; i < 3; i++)
            Assert.False(TwoOfThree.HaveSigned(signed with { Signatures = signed.Signatures.SetItem(i, signed.Signatures[i] with { Bytes = new byte[64] }) }));
        Assert.False(TwoOfThree.HaveSigned(new OpenEntry(Payload, [])));
    }

    [Fact]
    public void Keys_that_are_kept_apart_sign_one_after_another()
    {
        var first = OpenEntry.Parse(OpenEntry.Sign(Payload, Keys[1]).ToBytes());
        var both = OpenEntry.Parse(first.With(Keys[0]).ToBytes());
        Assert.True(TwoOfThree.HaveSigned(both));
        Assert.Equal(both.Signatures.Select(s => s.KeyId.ToHex()).Order(StringComparer.Ordinal), both.Signatures.Select(s => s.KeyId.ToHex()));
        Assert.Throws<MalformedException>(() => both.With(Keys[1]));
    }

    [Fact]
    public void An_entry_has_1_to_16_signatures_in_the_order_of_their_key_ids()
    {
        var entry = new OpenEntry(Payload, []);
        Assert.Throws<MalformedException>(() => OpenEntry.Parse(entry.ToBytes()));
        for (var i = 0; i < 16; i++)
            entry = entry.With(TestIssuer.Key($"root {i}"));
        Assert.Equal(16, OpenEntry.Parse(entry.ToBytes()).Signatures.Length);
        Assert.Throws<MalformedException>(() => entry.With(TestIssuer.OtherKey));
        var tooMany = entry with { Signatures = entry.Signatures.Add(new DsseSignature(Hash.FromHex(new string('f', 64)), new byte[64])) };
        Assert.Throws<MalformedException>(() => OpenEntry.Parse(tooMany.ToBytes()));
        Assert.Throws<MalformedException>(() => OpenEntry.Parse((entry with { Signatures = [.. entry.Signatures.Reverse()] }).ToBytes()));
        Assert.Throws<MalformedException>(() => OpenEntry.Parse((entry with { Signatures = [entry.Signatures[0], entry.Signatures[0]] }).ToBytes()));
    }

    [Theory]
    [InlineData("\"threshold\":2", "\"threshold\":0")]
    [InlineData("\"threshold\":2", "\"threshold\":4")]
    [InlineData("\"threshold\":2", "\"threshold\":3")]
    [InlineData("\"rootKeys\":[", "\"rootKeys\":[],\"was\":[")]
    public void Genesis_that_contradicts_itself_is_malformed(string from, string to)
    {
        var genesis = Genesis();
        Assert.Contains(from, genesis);
        Assert.Throws<MalformedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(genesis.Replace(from, to))));
    }

    [Fact]
    public void Genesis_names_its_roots_in_order()
    {
        var json = StrictJson.Parse(Encoding.UTF8.GetBytes(Genesis()), 1 << 20);
        var keys = json.Find("predicate")!.Find("rootKeys")!.Items.Select(k => k.Text).ToArray();
        Assert.Equal(TwoOfThree.Keys.Select(k => Convert.ToBase64String(k.SubjectPublicKeyInfo)), keys);
        var swapped = Genesis().Replace($"\"{keys[0]}\",\"{keys[1]}\"", $"\"{keys[1]}\",\"{keys[0]}\"");
        Assert.Throws<MalformedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(swapped)));
    }

    private static string Genesis() => Encoding.UTF8.GetString(
        new GenesisEvent(TestIssuer.Origin, TwoOfThree, TestIssuer.LogVerifier, 1000, 60, "node", DateTimeOffset.UnixEpoch).ToBytes());
}
