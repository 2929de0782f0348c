using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Verify.Tests.Commitments;

/// <summary>Parts of outputs: shown alone, they are found right, and nothing else passes for them.</summary>
public class SpanTests
{
    private static readonly byte[] Salt = TestIssuer.Salt("s");

    [Fact]
    public void A_proof_of_any_span_of_any_tree_leads_to_the_plain_head_and_no_other_does() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(ushort Size, ushort First, ushort Count, int Damage)>(), x =>
        {
            var leaves = Leaves(1 + x.Size % 300);
            var first = x.First % leaves.Length;
            var count = 1 + x.Count % (leaves.Length - first);
            var (head, size) = (MerkleTree.Head(leaves), (ulong)leaves.Length);
            var (span, path) = (leaves.AsSpan(first, count).ToArray(), SpanProof.Make(first, count, leaves));
            var damaged = (Hash[])[.. span];
            damaged[(uint)x.Damage % (uint)count] = Sha256.Of([9]);
            return SpanProof.Head((ulong)first, span, size, path.AsSpan()) == head
                && SpanProof.Head((ulong)first, damaged, size, path.AsSpan()) != head
                && SpanProof.Head((ulong)first + 1, span, size, path.AsSpan()) != head
                && SpanProof.Head((ulong)first, span[..^1], size, path.AsSpan()) != head
                && SpanProof.Head((ulong)first, span, size, [.. path, head]) is null
                && (path.IsEmpty ? count == leaves.Length : SpanProof.Head((ulong)first, span, size, path.AsSpan()[1..]) != head);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithReplay(3, 5));

    [Fact]
    public void Every_span_of_every_small_tree()
    {
        for (var size = 1; size <= 20; size++)
        {
            var leaves = Leaves(size);
            for (var first = 0; first < size; first++)
                for (var count = 1; count <= size - first; count++)
                    Assert.Equal(
                        MerkleTree.Head(leaves), SpanProof.Head((ulong)first, leaves.AsSpan(first, count), (ulong)size, SpanProof.Make(first, count, leaves).AsSpan()));
        }
    }

    [Fact]
    public void A_proof_of_one_leaf_has_the_hashes_of_its_inclusion_path()
    {
        var leaves = Leaves(21);
        for (var i = 0; i < leaves.Length; i++)
            Assert.Equal(
                MerkleTree.InclusionPath(i, leaves).Select(h => h.ToHex()).Order(StringComparer.Ordinal),
                SpanProof.Make(i, 1, leaves).Select(h => h.ToHex()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_span_of_a_tree_of_any_size_is_bounded_by_what_it_shows()
    {
        Hash[] one = [Sha256.Of([1])];
        Assert.Null(SpanProof.Head(0, one, ulong.MaxValue, []));
        Assert.Null(SpanProof.Head(ulong.MaxValue, one, ulong.MaxValue, []));
        Assert.Null(SpanProof.Head(0, [], 1, one));
        Assert.NotNull(SpanProof.Head(0, one, 1UL << 53, new Hash[53]));
        Assert.Null(SpanProof.Head(0, one, 1UL << 53, new Hash[54]));
    }

    [Fact]
    public void The_token_commitment_is_the_one_that_is_specified()
    {
        byte[][] tokens =
        [
            [0, 0, 0, 7, 0, 0, 0, 2, (byte)'h', (byte)'i', 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xbf, 0x80, 0, 0],
        ];
        var leaves = new Hash[2];
        for (var i = 0; i < 2; i++)
        {
            var number = new byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(number, (ulong)i);
            BinaryPrimitives.WriteUInt64BigEndian(number.AsSpan(8), (ulong)tokens[i].Length);
            var salt = HKDF.Expand(HashAlgorithmName.SHA256, Salt, 32, [.. Encoding.ASCII.GetBytes("assay/output-salt/v1\n"), .. number[..8]]);
            byte[] message = [.. Encoding.ASCII.GetBytes("assay/output-token/v1\n"), .. number, .. tokens[i]];
            leaves[i] = MerkleTree.LeafHash(HMACSHA256.HashData(salt, message));
        }
        OutputToken[] same = [new(7, "hi"u8.ToArray(), []), new(0x10000, default, [0xbf800000])];
        var encoded = OutputToken.Encode(same);
        Assert.Equal([.. tokens[0], .. tokens[1]], encoded);
        Assert.Equal(MerkleTree.NodeHash(leaves[0], leaves[1]), OutputCommitment.Of(OutputKind.Tokens, Salt, encoded));
        Assert.Equal([0..14, 14..30], OutputCommitment.Pieces(OutputKind.Tokens, encoded));
    }

    [Fact]
    public void Tokens_come_back_and_nothing_else_is_one()
    {
        foreach (var token in Tokens(9))
        {
            var bytes = token.ToBytes();
            var back = OutputToken.Parse(bytes);
            Assert.Equal(bytes, back.ToBytes());
            Assert.Equal((token.Id, token.LogProbabilities), (back.Id, back.LogProbabilities), (a, b) => a.Item1 == b.Item1 && a.Item2.SequenceEqual(b.Item2));
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<MalformedException>(() => OutputToken.Parse(bytes.AsSpan(0, length)));
            Assert.Throws<MalformedException>(() => OutputToken.Parse([.. bytes, 0]));
        }
        Assert.Null(OutputToken.LengthOf([0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 0]));
        Assert.Null(OutputToken.LengthOf([0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255]));
        Assert.Throws<MalformedException>(() => OutputCommitment.Of(OutputKind.Tokens, Salt, [1, 2, 3]));
    }

    [Fact]
    public void Any_span_of_tokens_verifies_alone_and_any_other_token_in_it_does_not() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Count, byte First, byte Shown)>(), x =>
        {
            var tokens = Tokens(1 + x.Count % 40);
            var first = x.First % tokens.Length;
            var count = 1 + x.Shown % (tokens.Length - first);
            var encoded = OutputToken.Encode(tokens);
            var (commitment, total) = (OutputCommitment.Of(OutputKind.Tokens, Salt, encoded), (ulong)tokens.Length);
            var span = OutputCommitment.Open(OutputKind.Tokens, Salt, encoded, first, count);
            var wrong = span with { Pieces = span.Pieces.SetItem(count - 1, span.Pieces[count - 1] with { Bytes = (tokens[first] with { Id = 1 }).ToBytes() }) };
            return span.Head(OutputKind.Tokens, total) == commitment
                && wrong.Head(OutputKind.Tokens, total) != commitment
                && span.Head(OutputKind.Tensors, total) != commitment;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(3, 5));

    [Fact]
    public void A_span_opens_none_of_its_neighbours()
    {
        var encoded = OutputToken.Encode(Tokens(6));
        var whole = OutputCommitment.Open(OutputKind.Tokens, Salt, encoded, 0, 6);
        var salts = whole.Pieces.Select(p => Convert.ToHexString(p.Salt.Span)).ToArray();
        Assert.Equal(6, salts.Distinct().Count());
        Assert.DoesNotContain(Convert.ToHexString(Salt), salts);
        // A leaf for each token whose path is asked for: none of the leaves of the others can be told from it.
        var span = OutputCommitment.Open(OutputKind.Tokens, Salt, encoded, 2, 2);
        Assert.Equal(2, span.Path.Length);
    }

    [Fact]
    public void A_bundle_of_which_one_span_is_left_is_authentic_and_says_what_it_shows()
    {
        var whole = new TestIssuer { Tokens = Tokens(10) }.Issue();
        var lenient = TestIssuer.Policy with { Require = Policy.Essential };
        var cut = whole.DiscloseOutputSpan(4, 3);
        var report = Verifier.Verify(cut.ToBytes(), lenient);
        Assert.True(report.Accepted);
        Assert.Equal((AxisStatus.Unverifiable, Reasons.Span), (report[Axis.Output].Status, report[Axis.Output].Reason));
        Assert.Equal("pieces 4 to 6 of 10 match; the others are not shown", report[Axis.Output].Detail);
        Assert.Equal(AxisStatus.NotChecked, report[Axis.Input].Status);
        var text = Encoding.UTF8.GetString(cut.ToBytes());
        Assert.DoesNotContain(Convert.ToBase64String(TestIssuer.Salt("output")), text);
        Assert.DoesNotContain(Convert.ToBase64String(TestIssuer.Salt("input")), text);
        Assert.Equal(cut.ToBytes(), Bundle.Parse(cut.ToBytes()).ToBytes());

        Assert.Equal(AxisStatus.Verified, Verifier.Verify(whole.DiscloseOutputSpan(0, 10, showInput: true).ToBytes(), TestIssuer.Policy)[Axis.Output].Status);
        Assert.True(Verifier.Verify(whole.DiscloseOutputSpan(0, 10, showInput: true).ToBytes(), TestIssuer.Policy).Accepted);
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.DiscloseOutputSpan(8, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.DiscloseOutputSpan(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.DiscloseOutputSpan(0, 0));
        Assert.Throws<InvalidOperationException>(() => cut.DiscloseOutputSpan(4, 1));
        Assert.Throws<InvalidOperationException>(() => (whole with { Disclosures = whole.Disclosures with { Span = cut.Disclosures.Span } }).ToBytes());
    }

    [Fact]
    public void A_piece_of_large_tensors_verifies_alone()
    {
        var output = new byte[200_000];
        new Random(5).NextBytes(output);
        var whole = new TestIssuer { Output = output }.Issue();
        for (var i = 0; i < 4; i++)
        {
            var cut = whole.DiscloseOutputSpan(i, 1);
            Assert.Equal(Reasons.Span, Verifier.Verify(cut.ToBytes(), TestIssuer.Policy)[Axis.Output].Reason);
            // The last piece is shorter, and the signed length says by how much.
            var piece = cut.Disclosures.Span!.Pieces[0];
            var longer = cut.Disclosures.Span with { Pieces = [piece with { Bytes = (byte[])[.. piece.Bytes.Span, 0] }] };
            var report = Verifier.Verify((cut with { Disclosures = cut.Disclosures with { Span = longer } }).ToBytes(), TestIssuer.Policy);
            Assert.Equal((AxisStatus.Refuted, Reasons.Length), (report[Axis.Output].Status, report[Axis.Output].Reason));
        }
    }

    private static ImmutableArray<OutputToken> Tokens(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new OutputToken((uint)(i * 7919), Encoding.UTF8.GetBytes(new string('x', i % 5)), [.. Enumerable.Range(0, i % 3).Select(k => (uint)k)]))];

    private static Hash[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => Sha256.Of(BitConverter.GetBytes(i)))];
}
