using System.Buffers.Binary;
using System.Text;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Journal;

/// <summary>An event as a journal holds it: <c>u8(n) || n bytes of signature || text</c> (docs/spec/market.md section 1).</summary>
/// <param name="Signature">64 bytes of an instruction, none of an event of the market itself.</param>
/// <param name="Text">The exact bytes that are signed.</param>
/// <param name="Event">What they say.</param>
public sealed record SignedEvent(ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> Text, MarketEvent Event)
{
    private const int SignatureSize = KeyAlgorithms.SignatureSize;

    private const string Domain = "assay/market-instruction/v1\n";

    /// <exception cref="MalformedException">Not an event, an instruction without a signature, or a signed event of the market itself.</exception>
    public static SignedEvent Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Span[0] is not (0 or SignatureSize) || bytes.Length <= 1 + bytes.Span[0])
            throw new MalformedException("an event that is not a signature's length, a signature and a text");
        var n = bytes.Span[0];
        var read = MarketEvents.Parse(bytes.Span[(1 + n)..]);
        if (read is MarketInstruction != (n != 0))
            throw new MalformedException(n == 0 ? $"an instruction ({read.Do}) that nobody has signed" : $"an event of the market itself ({read.Do}) with a signature");
        return new SignedEvent(bytes.Slice(1, n), bytes[(1 + n)..], read);
    }

    /// <summary>An event of the market itself.</summary>
    public static SignedEvent Of(MarketEvent step) =>
        step is MarketInstruction ? throw new ArgumentException("an instruction has a signature", nameof(step)) : new SignedEvent(default, step.ToText(), step);

    /// <summary>An instruction by its participant's key (Ed25519).</summary>
    /// <param name="market">The market's origin.</param>
    public static SignedEvent Sign(string market, MarketInstruction step, SigningKey key)
    {
        var text = step.ToText();
        return new SignedEvent(key.Sign(ToBeSigned(market, text)), text, step);
    }

    public byte[] ToBytes() => [(byte)Signature.Length, .. Signature.Span, .. Text.Span];

    /// <summary>Whether an instruction is signed by this key (Ed25519, raw) for this market; of the market's own events: true.</summary>
    public bool IsSignedBy(in Hash key, string market) =>
        Event is not MarketInstruction || PublicKey.FromRaw(key.Bytes).Verify(ToBeSigned(market, Text.Span), Signature.Span);

    /// <summary>The bytes that an instruction's signature is over.</summary>
    public static byte[] ToBeSigned(string market, ReadOnlySpan<byte> text)
    {
        var origin = Encoding.UTF8.GetBytes(market);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)origin.Length);
        var domain = Encoding.ASCII.GetBytes(Domain);
        var sha = Sha256.Start();
        sha.Add(domain);
        sha.Add(length);
        sha.Add(origin);
        sha.Add(text);
        return [.. domain, .. sha.Finish().Bytes];
    }
}
