using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

public class WitnessTests
{
    private static readonly (string Name, SigningKey Key)[] All =
        [("w1", TestIssuer.Key("w1")), ("w2", TestIssuer.Key("w2")), ("w3", TestIssuer.Key("w3"))];

    private static readonly TestIssuer CosignedByTwo = new() { Witnesses = [All[0], All[1]] };

    [Theory]
    [InlineData("group g any w1 w2 w3\nquorum g", true)]
    [InlineData("group g 2 w1 w2 w3\nquorum g", true)]
    [InlineData("group g all w1 w2 w3\nquorum g", false)]
    [InlineData("quorum w2", true)]
    [InlineData("quorum w3", false)]
    [InlineData("group a all w1 w2\ngroup b any a w3\nquorum b", true)]
    [InlineData("group a all w1 w3\ngroup b any a w2\nquorum b", true)]
    [InlineData("group a all w1 w3\ngroup b all a w2\nquorum b", false)]
    public void The_quorum_decides(string rule, bool met)
    {
        var report = Verifier.Verify(CosignedByTwo.IssueBytes(), Asking(rule));
        Assert.Equal(met ? AxisStatus.Verified : AxisStatus.Refuted, report[Axis.Witnesses].Status);
        Assert.Equal(met, report.Accepted);
    }

    [Fact]
    public void A_known_witness_whose_cosignature_does_not_verify_is_refuted_even_beside_a_quorum()
    {
        var bundle = CosignedByTwo.Issue();
        var bad = bundle.LogProof.Note.Signatures[2];
        var bytes = bad.Bytes.ToArray();
        bytes[7] ^= 1; // the timestamp
        var note = bundle.LogProof.Note with { Signatures = bundle.LogProof.Note.Signatures.SetItem(2, bad with { Bytes = bytes }) };
        var report = Verifier.Verify((bundle with { LogProof = bundle.LogProof with { Note = note } }).ToBytes(), Asking("quorum w1"));
        Assert.Equal("cosignature", report[Axis.Witnesses].Reason);
        Assert.False(report.Accepted);
    }

    [Fact]
    public void Nobody_witnesses_twice()
    {
        var bundle = new TestIssuer { Witnesses = [All[0], All[0]] }.Issue();
        Assert.Equal(["w1"], Asking("group g 2 w1 w2\nquorum g").Log.WitnessesOf(bundle.LogProof.Note));
        Assert.Equal(Verdict.Malformed, Verifier.Verify(bundle.ToBytes(), Asking("quorum w1")).Verdict);
    }

    [Fact]
    public void Published_proofs_are_judged_as_they_ask()
    {
        var data = TestData.Json("tlog/tlog-proof-vectors.json");
        var log = VerifierKey.Parse(data.GetProperty("log").GetProperty("vkey").GetString()!);
        var witnesses = data.GetProperty("witnesses").EnumerateArray().Select(w => w.GetProperty("vkey").GetString()!).ToArray();
        foreach (var vector in data.GetProperty("cases").EnumerateArray())
        {
            var k = vector.GetProperty("quorum").GetInt32();
            var text = new StringBuilder($"log {log}\n");
            for (var i = 0; i < witnesses.Length; i++)
                text.Append($"witness n{i} {witnesses[i]}\n");
            text.Append(k == 0 ? "quorum none\n" : $"group g {k} n0 n1 n2\nquorum g\n");
            var leaf = MerkleTree.LeafHash(Encoding.UTF8.GetBytes(vector.GetProperty("leaf").GetString()!));
            var accepted = Accepts(TlogPolicy.Parse(Encoding.UTF8.GetBytes(text.ToString())), vector.GetProperty("proof").GetString()!, leaf);
            Assert.True(accepted == (vector.GetProperty("expect").GetString() == "ok"), vector.GetProperty("name").GetString());
        }
    }

    private static bool Accepts(TlogPolicy policy, string text, Hash leaf)
    {
        try
        {
            var proof = TlogProof.Parse(text);
            var checkpoint = Checkpoint.Parse(proof.Note.Text);
            return policy.Logs.Any(l => l.Name == checkpoint.Origin && proof.Note.IsSignedBy(l))
                && proof.Includes(leaf, checkpoint) && policy.IsQuorum(policy.WitnessesOf(proof.Note));
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static Policy Asking(string rule)
    {
        var text = TestIssuer.LogPolicy(rule, All);
        return TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
    }
}
