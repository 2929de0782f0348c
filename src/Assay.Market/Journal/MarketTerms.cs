using System.Collections.Immutable;
using System.Text.Json;
using Assay.Market.Auctions;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>The figures of a market (docs/spec/market.md section 10). One that an event does not say has its default.</summary>
public sealed record MarketTerms
{
    /// <summary>Epochs beyond those known and those that wait, before what is bought on a segment attaches.</summary>
    public ulong Grace { get; init; } = 2;

    /// <summary>Seconds for which a look sells anything.</summary>
    public ulong Fresh { get; init; } = 7 * 86_400;

    /// <summary>Shares in a lot: what auctions trade in (docs/spec/market.md section 7).</summary>
    public ulong Lot { get; init; } = 1_000;

    /// <summary>Seconds for which an auction takes commitments, from the first one.</summary>
    public ulong Commit { get; init; } = 3_600;

    /// <summary>Seconds for which it takes reveals after that.</summary>
    public ulong Reveal { get; init; } = 3_600;

    /// <summary>Units of an order's deposit: millionths of its face, its lots in shares.</summary>
    public ulong Deposit { get; init; } = 20_000;

    /// <summary>Units that the smallest order's deposit has.</summary>
    public ulong LeastDeposit { get; init; } = 1_000;

    /// <summary>What is lost of the deposit of an order that is never revealed: millionths.</summary>
    public ulong Forfeit { get; init; } = 500_000;

    /// <summary>Millionths of a cover's fair value, added to it.</summary>
    public ulong CoverLoad { get; init; } = 200_000;

    /// <summary>Millionths of a cover's sum: no premium is less.</summary>
    public ulong CoverLeast { get; init; } = 1_000;

    /// <summary>Millionths of a cover's loaded value that are added where all capital is used; with the square of the use.</summary>
    public ulong CoverCapacity { get; init; } = 1_000_000;

    /// <summary>Millionths of the pool that covers of one account may lock.</summary>
    public ulong CoverShare { get; init; } = 250_000;

    /// <summary>Seconds for which a cover lasts at most.</summary>
    public ulong CoverLongest { get; init; } = 180 * 86_400;

    /// <summary>Millionths of a bond's face that its issuer keeps at least.</summary>
    public ulong BondRetention { get; init; } = 200_000;

    /// <summary>Seconds after its <c>until</c> at which a bond is redeemed, whatever waits to be settled.</summary>
    public ulong BondTail { get; init; } = 30 * 86_400;

    /// <summary>Seconds for which a slash or an accusation can be refuted.</summary>
    public ulong Dispute { get; init; } = 7 * 86_400;

    /// <summary>Seconds from asking for a stake to its coming back.</summary>
    public ulong StakeDelay { get; init; } = 30 * 86_400;

    /// <summary>Auditors with a stake that an account needs for a failure to cost anything to fake.</summary>
    public ulong Quorum { get; init; } = 2;

    /// <summary>Millionths of what corrupting costs that may be paid on failure, beyond <see cref="OpenFree"/>.</summary>
    public ulong OpenRatio { get; init; } = 500_000;

    /// <summary>Units that may be paid on failure whatever corrupting costs.</summary>
    public ulong OpenFree { get; init; } = 1_000_000;

    /// <summary>Millionths of the pool that covers on testimony may lock, of all accounts together.</summary>
    public ulong TestimonyShare { get; init; } = 50_000;

    /// <summary>Observers with a stake that a cover on testimony needs, and hears at least.</summary>
    public ulong TestimonyQuorum { get; init; } = 3;

    /// <summary>Units that an observer must have at stake to be heard.</summary>
    public ulong TestimonyStake { get; init; } = 10_000;

    /// <summary>Seconds after the purchase before what observers say counts.</summary>
    public ulong TestimonyGrace { get; init; } = 2 * 86_400;

    // Each owner of a product adds a line here and a member above; a state holds them in this order.
    private static readonly ImmutableArray<Figure> Figures =
    [
        new("grace", t => t.Grace, (t, v) => t with { Grace = v }, 0, 1_000_000),
        new("fresh", t => t.Fresh, (t, v) => t with { Fresh = v }, 60, 365 * 86_400),
        new("lot", t => t.Lot, (t, v) => t with { Lot = v }, 1, 1_000_000),
        new("commit", t => t.Commit, (t, v) => t with { Commit = v }, 1, 30 * 86_400),
        new("reveal", t => t.Reveal, (t, v) => t with { Reveal = v }, 1, 30 * 86_400),
        new("deposit", t => t.Deposit, (t, v) => t with { Deposit = v }, 0, Grid.One),
        new("leastDeposit", t => t.LeastDeposit, (t, v) => t with { LeastDeposit = v }, 1, (1UL << 53) - 1),
        new("forfeit", t => t.Forfeit, (t, v) => t with { Forfeit = v }, 0, Grid.One),
        new("coverLoad", t => t.CoverLoad, (t, v) => t with { CoverLoad = v }, 0, 10_000_000),
        new("coverLeast", t => t.CoverLeast, (t, v) => t with { CoverLeast = v }, 0, 1_000_000),
        new("coverCapacity", t => t.CoverCapacity, (t, v) => t with { CoverCapacity = v }, 0, 100_000_000),
        new("coverShare", t => t.CoverShare, (t, v) => t with { CoverShare = v }, 0, 1_000_000),
        new("coverLongest", t => t.CoverLongest, (t, v) => t with { CoverLongest = v }, 60, 3_650 * 86_400UL),
        new("bondRetention", t => t.BondRetention, (t, v) => t with { BondRetention = v }, 0, Grid.One),
        new("bondTail", t => t.BondTail, (t, v) => t with { BondTail = v }, 0, 365 * 86_400),
        new("dispute", t => t.Dispute, (t, v) => t with { Dispute = v }, 0, 365 * 86_400),
        new("stakeDelay", t => t.StakeDelay, (t, v) => t with { StakeDelay = v }, 0, 365 * 86_400),
        new("quorum", t => t.Quorum, (t, v) => t with { Quorum = v }, 1, 64),
        new("openRatio", t => t.OpenRatio, (t, v) => t with { OpenRatio = v }, 0, 1_000 * Grid.One),
        new("openFree", t => t.OpenFree, (t, v) => t with { OpenFree = v }, 0, (1UL << 53) - 1),
        new("testimonyShare", t => t.TestimonyShare, (t, v) => t with { TestimonyShare = v }, 0, 1_000_000),
        new("testimonyQuorum", t => t.TestimonyQuorum, (t, v) => t with { TestimonyQuorum = v }, 3, Looks.Sight.MostObservers),
        new("testimonyStake", t => t.TestimonyStake, (t, v) => t with { TestimonyStake = v }, 1, (1UL << 53) - 1),
        new("testimonyGrace", t => t.TestimonyGrace, (t, v) => t with { TestimonyGrace = v }, 0, 365 * 86_400),
    ];

    /// <summary>Those of an auction that opens now.</summary>
    /// <param name="time">Unix seconds.</param>
    internal AuctionTerms Auction(ulong time) => new(Lot, Deposit, LeastDeposit, Forfeit, time + Commit, time + Commit + Reveal);

    private sealed record Figure(string Name, Func<MarketTerms, ulong> Of, Func<MarketTerms, ulong, MarketTerms> With, ulong Least, ulong Most);

    internal static MarketTerms Read(JsonAt json)
    {
        json.Only(["do", .. Figures.Select(f => f.Name)]);
        var terms = new MarketTerms();
        foreach (var figure in Figures)
            if (json.Optional(figure.Name) is { } said)
                terms = figure.With(terms, said.Integer(figure.Least, figure.Most));
        return terms;
    }

    /// <summary>Writes each figure as a member.</summary>
    public void Write(Utf8JsonWriter json)
    {
        foreach (var figure in Figures)
            json.WriteNumber(figure.Name, figure.Of(this));
    }

    internal static MarketTerms Transfer(MarketTerms? terms, StateBytes bytes)
    {
        terms ??= new MarketTerms();
        foreach (var figure in Figures)
        {
            var value = figure.Of(terms);
            bytes.Number(ref value);
            terms = value >= figure.Least && value <= figure.Most ? figure.With(terms, value)
                : throw new Verify.MalformedException($"a market's state with the figure {figure.Name} out of its bounds");
        }
        return terms;
    }
}
