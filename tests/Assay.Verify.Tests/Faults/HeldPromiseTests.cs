using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Faults;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Faults;

public class HeldPromiseTests
{
    private static readonly TestIssuer Issuer = new();

    [Fact]
    public void A_bundle_and_an_answer_hold_the_same_promise_for_the_same_leaf()
    {
        var bundle = Issuer.Issue();
        var fromBundle = HeldPromise.Parse(bundle.ToBytes());
        var answer = StrictJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("index", bundle.LogProof.Index);
            json.WritePropertyName("envelope");
            bundle.Envelope.Write(json);
            json.WriteStartObject("promise");
            json.WriteString("note", bundle.Promise.Note.ToString());
            json.WriteStartArray("path");
            foreach (var hash in bundle.Promise.Path)
                json.WriteStringValue(hash.ToBase64());
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteString("more", "is not looked at");
            json.WriteEndObject();
        });
        var fromAnswer = HeldPromise.Parse(answer);
        var leaf = MerkleTree.LeafHash(SealedEntry.Of(bundle.Envelope, 7, KeyAlgorithm.Ed25519).ToBytes());
        foreach (var held in (HeldPromise[])[fromBundle, fromAnswer])
        {
            Assert.Equal((bundle.LogProof.Index, leaf), (held.Index, held.Leaf!.Leaf));
            Assert.True(held.End > held.Index);
        }
    }

    [Fact]
    public void A_bare_note_has_a_leaf_only_where_the_batch_is_one_entry()
    {
        var one = new Promise(TestIssuer.Origin, 5, 1, Sha256.Of([1]), 9).Sign(TestIssuer.LogKey);
        Assert.Equal(Sha256.Of([1]), HeldPromise.Parse(Encoding.UTF8.GetBytes(one.ToString())).Leaf!.Leaf);
        var two = new Promise(TestIssuer.Origin, 5, 2, Sha256.Of([1]), 9).Sign(TestIssuer.LogKey);
        Assert.Null(HeldPromise.Parse(Encoding.UTF8.GetBytes(two.ToString())).Leaf);
    }

    [Fact]
    public void A_promise_that_does_not_cover_its_receipt_is_refused()
    {
        var bundle = Issuer.Issue();
        foreach (var wrong in (Bundles.Bundle[])
            [
                bundle with { LogProof = bundle.LogProof with { Index = bundle.LogProof.Index + 1 } },
                bundle with { LogProof = bundle.LogProof with { Index = 0 } },
                bundle with { Promise = bundle.Promise with { Path = [] } },
            ])
            Assert.Throws<MalformedException>(() => HeldPromise.Parse(wrong.ToBytes()));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_promise()
    {
        var random = new Random(7);
        byte[][] seeds = [Issuer.IssueBytes(), Encoding.UTF8.GetBytes(Issuer.Issue().Promise.Note.ToString())];
        for (var round = 0; round < 2_000; round++)
        {
            var damaged = seeds[round % 2].ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                HeldPromise.Parse(damaged);
            }
            catch (MalformedException)
            {
                // The one error there is.
            }
        }
    }
}
