using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Sampling;

/// <summary>What the noise of one token's choice is drawn from (3.4 of docs/spec/assay-llm-v1.md).</summary>
internal readonly record struct NoiseKey(uint K0, uint K1, uint W1, uint W2, uint W3)
{
    /// <summary>Bytes of a request's seed.</summary>
    public const int SeedBytes = 32;

    /// <summary>No noise is below this; -log(-log(2^-24)) = -2.8115...</summary>
    public const float Least = -2.82f;

    /// <summary>No noise is above this; -log(-log(1 - 2^-24)) = 16.6355...</summary>
    public const float Most = 16.7f;

    /// <param name="seed">32 bytes.</param>
    /// <param name="choice">The choice's number, from 0.</param>
    /// <param name="position">The generated token's number, from 0.</param>
    public static NoiseKey Of(ReadOnlySpan<byte> seed, int choice, int position)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"a seed has {SeedBytes} bytes, not {seed.Length}", nameof(seed));
        ArgumentOutOfRangeException.ThrowIfNegative(choice);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var domain = "assay/sample/v1\n"u8;
        Span<byte> text = stackalloc byte[16 + SeedBytes + 8], block = stackalloc byte[32];
        domain.CopyTo(text);
        seed.CopyTo(text[16..]);
        BinaryPrimitives.WriteInt32BigEndian(text[48..], choice);
        BinaryPrimitives.WriteInt32BigEndian(text[52..], position);
        SHA256.HashData(text, block);
        return new(Word(block, 0), Word(block, 1), Word(block, 2), Word(block, 3), Word(block, 4));

        static uint Word(ReadOnlySpan<byte> block, int i) => BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
    }

    /// <summary>r of a token.</summary>
    public uint Word(int token) => Philox4x32.At(((uint)token, W1, W2, W3), K0, K1).R0;

    /// <summary>g of a token: Gumbel noise from 23 random bits.</summary>
    public float Noise(int token)
    {
        var u = (float)((2 * (Word(token) >> 9)) + 1) * 5.9604645e-8f;
        return -ScalarMath.Log(-ScalarMath.Log(u));
    }
}
