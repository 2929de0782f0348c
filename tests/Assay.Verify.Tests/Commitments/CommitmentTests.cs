using System.Security.Cryptography;
using System.Text;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Tests.Issuing;

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
            var piece = OutputCommitment.Open(Salt, output, i);
            Assert.True(piece.Matches(commitment, (ulong)length));
            // The signed length says which piece is the last: there a longer or shorter output does not fit.
            if (i == count - 1)
                Assert.False(piece.Matches(commitment, (ulong)length + 1));
            Assert.False((piece with { Index = piece.Index + 1 }).Matches(commitment, (ulong)length));
            Assert.False((piece with { Bytes = piece.Bytes[..^1] }).Matches(commitment, (ulong)length));
            var changed = piece.Bytes.ToArray();
            changed[^1] ^= 1;
            Assert.False((piece with { Bytes = changed }).Matches(commitment, (ulong)length));
            Assert.False((piece with { Salt = Salt }).Matches(commitment, (ulong)length));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => OutputCommitment.Open(Salt, output, count));
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
