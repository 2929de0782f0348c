using System.Text;
using Assay.Market.Journal;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests;

/// <summary>A participant with its key: its instructions, signed, each with the next nonce.</summary>
internal sealed class Trader(string name, ulong number)
{
    public const string Market = "market.test/log";

    private ulong nonce;

    public SigningKey Key { get; } = SigningKey.FromSeed(Sha256.Of(Encoding.UTF8.GetBytes($"test: {name}")).Bytes);

    public ulong Number => number;

    public JoinEvent Join(params Hash[] affiliates) => new(Hash.From(Key.PublicKey.Raw), [.. affiliates]);

    /// <summary>What this one does next.</summary>
    public byte[] Does(Func<ulong, ulong, MarketInstruction> instruction) => SignedEvent.Sign(Market, instruction(number, nonce++), Key).ToBytes();

    public static Hash Word(string text) => Sha256.Of(Encoding.UTF8.GetBytes(text));
}
