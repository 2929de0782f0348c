using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>Reads the text of an event: the one place that knows all of them.</summary>
public static class MarketEvents
{
    /// <summary>Bytes of an instruction's text, and of the text of an event of the market itself.</summary>
    public const int MostInstruction = 4096, MostText = 16_384;

    /// <exception cref="MalformedException">Not an event: another <c>do</c>, a member too many or too few, or out of its bounds.</exception>
    public static MarketEvent Parse(ReadOnlySpan<byte> text)
    {
        var json = JsonAt.Root(StrictJson.Parse(text, MostText), "event");
        MarketEvent read = json["do"].Text(64) switch
        {
            TermsEvent.Name => TermsEvent.Parse(json),
            JoinEvent.Name => JoinEvent.Parse(json),
            GrantEvent.Name => GrantEvent.Parse(json),
            WithdrawEvent.Name => WithdrawEvent.Parse(json),
            PayEvent.Name => PayEvent.Parse(json),
            GiveEvent.Name => GiveEvent.Parse(json),
            FundEvent.Name => FundEvent.Parse(json),
            DivideEvent.Name => DivideEvent.Parse(json),
            StakeEvent.Name => StakeEvent.Parse(json),
            TickEvent.Name => TickEvent.Parse(json),
            LookEvent.Name => LookEvent.Parse(json),
            ContractEvent.Name => ContractEvent.Parse(json),
            TradeEvent.Name => TradeEvent.Parse(json),
            BondEvent.Name => BondEvent.Parse(json),
            SubscribeEvent.Name => SubscribeEvent.Parse(json),
            UnstakeEvent.Name => UnstakeEvent.Parse(json),
            RefuteEvent.Name => RefuteEvent.Parse(json),
            CommitEvent.Name => CommitEvent.Parse(json),
            RevealEvent.Name => RevealEvent.Parse(json),
            CoverEvent.Name => CoverEvent.Parse(json),
            SightEvent.Name => SightEvent.Parse(json),
            TestimonyEvent.Name => TestimonyEvent.Parse(json),
            var other => throw new MalformedException($"event.do: \"{StrictJson.Shown(other)}\" is nothing that a market does"),
        };
        return read is not MarketInstruction || text.Length <= MostInstruction ? read
            : throw new MalformedException($"an instruction of {text.Length} bytes: expected at most {MostInstruction}");
    }

    /// <summary>Refuses members that an instruction does not have.</summary>
    internal static (ulong By, ulong Nonce) Instruction(JsonAt json, params ReadOnlySpan<string> members)
    {
        json.Only(["do", "by", "nonce", .. members]);
        return (json["by"].Integer(), json["nonce"].Integer());
    }

    /// <summary>Refuses members that an event of the market itself does not have.</summary>
    internal static void OfMarket(JsonAt json, params ReadOnlySpan<string> members) => json.Only(["do", .. members]);

    /// <summary>A number of units or shares: at least one.</summary>
    internal static long Amount(JsonAt json) => (long)json.Integer(1, (ulong)Ledger.Book.Limit - 1);
}
