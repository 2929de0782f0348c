using System.Buffers.Binary;
using Assay.Verify.Crypto;

namespace Assay.Simulation;

/// <summary>Random numbers that a seed and a name give, the same on every machine: SHA-256 for the seed, then SplitMix64 (Steele, Lea and Flood, 2014).</summary>
public sealed class Draws(ulong state)
{
    private ulong state = state;

    /// <summary>Its own stream for each name: what one agent draws does not shift what another does.</summary>
    /// <param name="numbers">Part of the name: replication, seat, epoch.</param>
    public static Draws Of(ulong seed, string name, params ReadOnlySpan<int> numbers)
    {
        var sha = Sha256.Start();
        sha.Add("assay/simulation/v1\n"u8);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, seed);
        sha.Add(bytes);
        sha.Add(name);
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            sha.Add(bytes);
        }
        return new Draws(BinaryPrimitives.ReadUInt64BigEndian(sha.Finish().Bytes));
    }

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>0 to <paramref name="count"/> − 1, each as likely as the next but for less than count/2^64.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>True with so many millionths.</summary>
    public bool Chance(uint millionths) => Math.BigMul(Next(), 1_000_000UL, out _) < millionths;
}
