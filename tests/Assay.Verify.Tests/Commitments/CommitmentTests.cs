using System.Security.Cryptography;
using System.Text;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Tests.Commitments;

public class CommitmentTests
{
    private static readonly byte[] Salt = TestIssuer.Salt("s");

    [Fact]
    public void The_input_commitment_is_the_one_that_is_specified()
    {
        byte[] message = [.. Encoding.ASCII.GetBytes("assay/input/v1\n"), 0, 0, 0, 0, 0, 0, 0, 3, 7, 8, 9];
        Assert.Equal(Hash.From(HMACSHA256.HashData(Salt, message)), Commitment.OfInput(Salt, [7, 8, 9]));
        Assert.NotEqual(Commitment.OfInput(Salt, [7, 8, 9]), Commitment.OfWireInput(Salt, [7, 8, 9]));
        Assert.NotEqual(Commitment.OfInput(Salt, [7, 8, 9]), Commitment.OfInput(TestIssuer.Salt("t"), [7, 8, 9]));
    }

    [Fact]
    public void The_output_commitment_is_the_one_that_is_specified()
    {
        var output = Bytes(OutputCommitment.PieceLength + 5);
        var leaves = new Hash[2];
        for (var i = 0; i < 2; i++)
        {
            var piece = i == 0 ? output[..OutputCommitment.PieceLength] : output[OutputCommitment.PieceLength..];
            byte[] index = [0, 0, 0, 0, 0, 0, 0, (byte)i];
            byte[] length = [0, 0, 0, 0, 0, (byte)(piece.Length >> 16), (byte)(piece.Length >> 8), (byte)piece.Length];
            var salt = HKDF.Expand(HashAlgorithmName.SHA256, Salt, 32, [.. Encoding.ASCII.GetBytes("assay/output-salt/v1\n"), .. index]);
            byte[] message = [.. Encoding.ASCII.GetBytes("assay/output-piece/v1\n"), .. index, .. length, .. piece];
            leaves[i] = MerkleTree.LeafHash(HMACSHA256.HashData(salt, message));
        }
        Assert.Equal(MerkleTree.NodeHash(leaves[0], leaves[1]), OutputCommitment.Of(Salt, output));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    public void Any_piece_can_be_shown_alone(int length)
    {
        var output = Bytes(length);
        var commitment = OutputCommitment.Of(Salt, output);
        var count = (int)OutputCommitment.PieceCount((ulong)length);
        for (var i = 0; i < count; i++)
        {
            var span = OutputCommitment.Open(OutputKind.Tensors, Salt, output, i, 1);
            Assert.Equal(commitment, span.Head(OutputKind.Tensors, (ulong)count));
            var piece = span.Pieces[0];
            var changed = piece.Bytes.ToArray();
            changed[^1] ^= 1;
            foreach (var other in (OutputPiece[])[piece with { Bytes = piece.Bytes[..^1] }, piece with { Bytes = changed }, piece with { Salt = Salt }])
                Assert.NotEqual(commitment, (span with { Pieces = [other] }).Head(OutputKind.Tensors, (ulong)count));
            Assert.NotEqual(commitment, (span with { First = span.First + 1 }).Head(OutputKind.Tensors, (ulong)count));
            Assert.NotEqual(commitment, span.Head(OutputKind.Tokens, (ulong)count));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => OutputCommitment.Open(OutputKind.Tensors, Salt, output, count, 1));
    }

    [Fact]
    public void An_empty_output_has_the_head_of_the_empty_tree() => Assert.Equal(MerkleTree.Empty, OutputCommitment.Of(Salt, []));

    [Fact]
    public void A_salt_of_another_size_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Commitment.OfInput(Salt.AsSpan(1), []));
        Assert.Throws<ArgumentException>(() => OutputCommitment.Of([], []));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }
}
