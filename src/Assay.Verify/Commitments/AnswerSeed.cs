using System.Buffers.Binary;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Verify.Commitments;

/// <summary>
/// What the random numbers of a language model's answer come from (docs/spec/receipt.md, Language models). Nothing in it is the
/// node's to choose: equal requests with a seed get equal answers, and without one the node cannot try until it likes the answer.
/// </summary>
public static class AnswerSeed
{
    /// <summary>Of a request that names a seed.</summary>
    public static Hash OfClient(long seed)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seed);
        var hash = Sha256.Start();
        hash.Add("assay/seed/client/v1\n"u8);
        hash.Add(bytes);
        return hash.Finish();
    }

    /// <summary>Of any other.</summary>
    /// <param name="keyId">Of the serving key.</param>
    /// <param name="ticket">Counts the answers begun under that key.</param>
    /// <param name="nonce">The caller's; null and empty are the same.</param>
    /// <param name="input">As <see cref="PromptTokens"/> encodes it.</param>
    public static Hash OfNode(in Hash keyId, ulong ticket, string? nonce, ReadOnlySpan<byte> input)
    {
        var utf8 = Encoding.UTF8.GetBytes(nonce ?? "");
        Span<byte> number = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(number, ticket);
        BinaryPrimitives.WriteUInt32BigEndian(number[8..], (uint)utf8.Length);
        var hash = Sha256.Start();
        hash.Add("assay/seed/node/v1\n"u8);
        hash.Add(keyId.Bytes);
        hash.Add(number);
        hash.Add(utf8);
        hash.Add(Sha256.Of(input).Bytes);
        return hash.Finish();
    }
}
