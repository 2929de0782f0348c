using System.Collections.Immutable;
using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Journal;

/// <summary>All that a market's events add up to (docs/spec/market.md): a function of the events and their times, and of nothing else.</summary>
/// <remarks>Knows no signatures: those are the journal's (<see cref="SignedEvent"/>). Not for several threads.</remarks>
public sealed class MarketState
{
    private ulong time, events;
    private MarketTerms? terms;

    /// <summary>Unix seconds of the last event.</summary>
    public ulong Time => time;

    /// <summary>Events done. While one is done: its number, from 0.</summary>
    public ulong Events => events;

    /// <exception cref="MarketRefusal">The market has none yet.</exception>
    public MarketTerms Terms => terms ?? throw new MarketRefusal("the market has no terms yet");

    public Book Book { get; } = new();

    public Participants Participants { get; } = new();

    public Grants Grants { get; } = new();

    public Spends Spends { get; } = new();

    public LookTable Looks { get; } = new();

    public SightTable Sights { get; } = new();

    /// <summary>LMSR contracts that are not decided.</summary>
    public ContractList Contracts { get; } = new();

    /// <summary>Bonds that are not redeemed.</summary>
    public SeriesList Series { get; } = new();

    public Rounds Rounds { get; } = new();

    /// <summary>Covers that are not settled.</summary>
    public Policies Policies { get; }

    public Stakes Stakes { get; } = new();

    // Each owner of a product adds a member here and names it in Products.

    /// <summary>What the market sells, in the order in which looks and ticks reach it: policies, contracts, series, auctions, stakes.</summary>
    public ImmutableArray<IProduct> Products { get; }

    public MarketState()
    {
        Policies = new Policies { FirstLoss = Series };
        Products = [Policies, Contracts, Series, Rounds, Stakes];
    }

    /// <summary>Does an event.</summary>
    /// <param name="step">Whoever may say it has said it: nobody's signature is looked at here.</param>
    /// <param name="at">Unix seconds, not before the last event's.</param>
    /// <exception cref="MarketRefusal">The rules do not allow it: the state is as it was.</exception>
    /// <exception cref="InvalidOperationException">A defect: the state is not to be used any more.</exception>
    public void Apply(MarketEvent step, ulong at)
    {
        if (at < time)
            throw new MarketRefusal($"an event at {at}, after one at {time}");
        if (terms is null && step is not TermsEvent)
            throw new MarketRefusal("the market has no terms yet");
        var before = time;
        Book.Begin();
        time = at;
        try
        {
            if (step is MarketInstruction instruction)
                Participants.MustBeNext(instruction);
            step.Apply(this);
        }
        catch (MarketRefusal)
        {
            time = before;
            Book.Undo();
            throw;
        }
        Book.CheckTouched();
        if (step is MarketInstruction done)
            Participants.Count1(done);
        events++;
    }

    /// <summary>Whether a tick would do anything. As dear as reading the state.</summary>
    /// <param name="at">Unix seconds, not before the last event's.</param>
    public bool HasDue(ulong at)
    {
        var before = ToBytes();
        var copy = Parse(before);
        copy.Apply(new TickEvent(), at);
        (copy.time, copy.events) = (time, events);
        return !copy.ToBytes().AsSpan().SequenceEqual(before);
    }

    /// <summary>Asks every product whether shares may go from one to another, by gift or trade.</summary>
    /// <exception cref="MarketRefusal">One says no.</exception>
    public void MayMove(Holder from, Holder to, Asset asset, long shares)
    {
        foreach (var product in Products)
            product.MayMove(this, from, to, asset, shares);
    }

    /// <summary>Divides units among the holders of an asset, each floor(units · own / all); what is left over stays where it was.</summary>
    /// <param name="from">Has that many units.</param>
    /// <param name="all">How much of the asset shares in it: all that was issued, or more.</param>
    /// <returns>The units that went out.</returns>
    public long Divide(Holder from, long units, Asset asset, long all)
    {
        long gone = 0;
        foreach (var (holder, _, own) in Book.HoldersOf(asset))
        {
            var part = (long)((Int128)units * own / all);
            if (part == 0)
                continue;
            Book.Move(from, holder, Asset.Unit, part);
            gone += part;
        }
        return gone;
    }

    /// <summary>SHA-256 of <c>"assay/market-state/v1\n"</c> and the state's bytes.</summary>
    public Hash Digest() => DigestOf(ToBytes());

    public byte[] ToBytes()
    {
        var bytes = new StateBytes();
        Transfer(bytes);
        return bytes.ToArray();
    }

    /// <exception cref="MalformedException">Not the bytes of a state.</exception>
    public static MarketState Parse(ReadOnlyMemory<byte> bytes)
    {
        var state = new MarketState();
        var reader = new StateBytes(bytes);
        state.Transfer(reader);
        reader.End();
        return state;
    }

    /// <summary>Checks all of section 2's invariants.</summary>
    /// <exception cref="InvalidOperationException">One is broken: a defect.</exception>
    public void CheckAll()
    {
        Book.CheckAll();
        foreach (var product in Products)
            product.CheckAll(this);
    }

    internal static Hash DigestOf(ReadOnlySpan<byte> bytes)
    {
        var sha = Sha256.Start();
        sha.Add("assay/market-state/v1\n"u8);
        sha.Add(bytes);
        return sha.Finish();
    }

    internal void Set(MarketTerms said) => terms = said;

    private void Transfer(StateBytes bytes)
    {
        var hasTerms = terms is null ? 0UL : 1;
        bytes.Number(ref time);
        bytes.Number(ref events);
        bytes.Number(ref hasTerms);
        if (hasTerms > 1)
            throw new MalformedException("a market's state that neither has terms nor has none");
        if (hasTerms == 1)
            terms = MarketTerms.Transfer(terms, bytes);
        Book.Transfer(bytes);
        Participants.Transfer(bytes);
        Grants.Transfer(bytes);
        Spends.Transfer(bytes);
        Looks.Transfer(bytes);
        Sights.Transfer(bytes);
        foreach (var product in Products)
            product.Transfer(bytes);
    }
}
