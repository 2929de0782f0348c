using System.Buffers.Binary;
using System.Numerics;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Tests.Crypto;

/// <summary>libcrypto's block functions beside the definition, read off FIPS 180-4.</summary>
public class Sha256Tests
{
    private static byte[] Message(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + length))];

    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Examples_of_the_standard_are_right(string message, string digest)
    {
        Assert.Equal(digest, Sha256.Of(System.Text.Encoding.ASCII.GetBytes(message)).ToHex());
        Assert.Equal(digest, Defined(System.Text.Encoding.ASCII.GetBytes(message)).ToHex());
    }

    [Fact]
    public void Every_length_up_to_300_and_around_the_long_ones_gives_what_the_definition_gives()
    {
        foreach (var length in (int[])[.. Enumerable.Range(0, 301), 4095, 4096, 4097, 70_000])
        {
            var message = Message(length);
            var expected = Defined(message);
            Assert.Equal(expected, Sha256.Of(message));
            // In two pieces, cut anywhere.
            var pieces = Sha256.Start();
            pieces.Add(message.AsSpan(0, length / 3));
            pieces.Add(message.AsSpan(length / 3));
            Assert.Equal(expected, pieces.Finish());
        }
    }

    [Fact]
    public void Leaves_and_nodes_of_a_tree_are_hashed_with_their_prefixes()
    {
        var (left, right) = (Defined([1]), Defined([2]));
        Assert.Equal(Defined([1, .. left.ToArray(), .. right.ToArray()]), MerkleTree.NodeHash(left, right));
        Assert.Equal(Defined([0, .. Message(512)]), MerkleTree.LeafHash(Message(512)));
    }

    // Section 6.2.2: the message, padded to blocks of sixteen words, changes eight words of state block by block.
    private static Hash Defined(byte[] message)
    {
        var padded = new byte[(message.Length + 9 + 63) / 64 * 64];
        message.CopyTo(padded, 0);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)message.Length * 8);
        var state = Fractions(8, cube: false);
        var constants = Fractions(64, cube: true);
        for (var block = 0; block < padded.Length; block += 64)
        {
            var w = new uint[64];
            for (var t = 0; t < 64; t++)
                w[t] = t < 16 ? BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(block + 4 * t)) : Small1(w[t - 2]) + w[t - 7] + Small0(w[t - 15]) + w[t - 16];
            var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
            for (var t = 0; t < 64; t++)
            {
                var t1 = h + Large1(e) + ((e & f) ^ (~e & g)) + constants[t] + w[t];
                var t2 = Large0(a) + ((a & b) ^ (a & c) ^ (b & c));
                (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
            }
            uint[] words = [a, b, c, d, e, f, g, h];
            for (var i = 0; i < 8; i++)
                state[i] += words[i];
        }
        var digest = new byte[Hash.Size];
        for (var i = 0; i < 8; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(4 * i), state[i]);
        return Hash.From(digest);
    }

    // Sections 4.1.2 and 5.3.3: the first 32 bits of the fractions of square and cube roots of the first primes, in integers.
    private static uint[] Fractions(int count, bool cube)
    {
        var fractions = new List<uint>();
        for (var n = 2; fractions.Count < count; n++)
        {
            if (Enumerable.Range(2, n - 2).Any(d => n % d == 0))
                continue;
            var target = (BigInteger)n << (cube ? 96 : 64);
            var (low, high) = (BigInteger.Zero, (BigInteger)n << 32);
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                if (BigInteger.Pow(middle, cube ? 3 : 2) <= target)
                    low = middle;
                else
                    high = middle;
            }
            fractions.Add((uint)(low & uint.MaxValue));
        }
        return [.. fractions];
    }

    private static uint Large0(uint x) => BitOperations.RotateRight(x, 2) ^ BitOperations.RotateRight(x, 13) ^ BitOperations.RotateRight(x, 22);

    private static uint Large1(uint x) => BitOperations.RotateRight(x, 6) ^ BitOperations.RotateRight(x, 11) ^ BitOperations.RotateRight(x, 25);

    private static uint Small0(uint x) => BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3);

    private static uint Small1(uint x) => BitOperations.RotateRight(x, 17) ^ BitOperations.RotateRight(x, 19) ^ (x >> 10);
}
