using System.Text;
using Assay.Proofs.Hashing;

namespace Assay.Proofs.Tests.Hashing;

public sealed class Blake3Tests
{
    [Theory]
    [InlineData("", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")]
    [InlineData("abc", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85")]
    public void Hashes_are_those_that_are_known(string message, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Blake3.Hash(Encoding.UTF8.GetBytes(message))));

    [Fact]
    public void The_published_vectors_hold()
    {
        var vectors = TestData.Json("crypto/blake3_test_vectors.json");
        var key = Encoding.ASCII.GetBytes(vectors.GetProperty("key").GetString()!);
        var context = Encoding.ASCII.GetBytes(vectors.GetProperty("context_string").GetString()!);
        var cases = vectors.GetProperty("cases").EnumerateArray().ToList();
        Assert.Equal(35, cases.Count);
        foreach (var known in cases)
        {
            var message = Message(known.GetProperty("input_len").GetInt32());
            foreach (var (name, make) in new (string, Func<Blake3>)[] { ("hash", Blake3.Start), ("keyed_hash", () => Blake3.StartKeyed(key)), ("derive_key", () => Blake3.StartDerivingKey(context)) })
            {
                var expected = known.GetProperty(name).GetString()!;
                Assert.Equal(expected, Output(make(), message, expected.Length / 2, message.Length + 1));
                Assert.Equal(expected[..64], Output(make(), message, 32, 61));
            }
        }
    }

    [Fact]
    public void However_a_message_is_cut_its_hash_is_one()
    {
        var message = Message(5000);
        foreach (var length in (int[])[0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 3073, 5000])
        {
            var whole = Convert.ToHexStringLower(Blake3.Hash(message.AsSpan(0, length)));
            foreach (var piece in (int[])[1, 7, 64, 1024])
                Assert.Equal(whole, Output(Blake3.Start(), message.AsSpan(0, length), 32, piece));
        }
        // What was asked for once can go on.
        var hash = Blake3.Start();
        hash.Add(message.AsSpan(0, 2048));
        Assert.Equal(Blake3.Hash(message.AsSpan(0, 2048)), hash.Finish());
        hash.Add(message.AsSpan(2048));
        Assert.Equal(Blake3.Hash(message), hash.Finish());
    }

    [Fact]
    public void Four_words_at_a_time_are_the_words_one_by_one()
    {
        Assert.SkipUnless(Blake3Rows.IsSupported, "no SSE 4.1");
        var random = new Random(3);
        uint[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => (uint)random.NextInt64(1L << 32))];
        for (var i = 0; i < 20; i++)
        {
            var (cv, block, counter, length, flags) = (Words(8), Words(16), (ulong)random.NextInt64(), (uint)random.Next(65), (uint)random.Next(128));
            var (expected, state) = (new uint[16], new uint[16]);
            Blake3.Plain(cv, block, counter, length, flags, expected);
            Blake3Rows.Compress(cv, block, counter, length, flags, state);
            Assert.Equal(expected, state);
        }
    }

    // The bytes that the published vectors are of.
    private static byte[] Message(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static string Output(Blake3 hash, ReadOnlySpan<byte> message, int length, int piece)
    {
        for (; message.Length > 0; message = message[Math.Min(piece, message.Length)..])
            hash.Add(message[..Math.Min(piece, message.Length)]);
        var output = new byte[length];
        hash.Finish(output);
        return Convert.ToHexStringLower(output);
    }
}
