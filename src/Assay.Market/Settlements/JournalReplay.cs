using System.Collections.Immutable;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Verify;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>An event that sold a policy.</summary>
internal sealed record SoldAt(EventPlace Place, CoverEvent Event);

/// <summary>A policy that was settled, and at which event.</summary>
internal sealed record SettledAt(EventPlace Place, PolicyOutcome Outcome);

/// <summary>A whole journal, folded event by event.</summary>
/// <param name="Sold">By the policy's number.</param>
/// <param name="Settled">Those that are, by number.</param>
internal sealed record JournalReplay(IReadOnlyList<SoldAt> Sold, IReadOnlyDictionary<ulong, SettledAt> Settled)
{
    /// <param name="entries">From number 0 on, none left out.</param>
    /// <param name="journal">Its name.</param>
    /// <exception cref="MalformedException">The journal is broken: where, and why.</exception>
    public static JournalReplay Of(IEnumerable<JournalEvent> entries, string journal, CancellationToken cancel)
    {
        if (journal != MarketFold.Journal)
            throw new UnsupportedException($"a journal {Verify.Json.StrictJson.Shown(journal)} is none of a market");
        var (sold, settled) = (new List<SoldAt>(), new Dictionary<ulong, SettledAt>());
        MarketFold? fold = null;
        foreach (var entry in entries)
        {
            cancel.ThrowIfCancellationRequested();
            fold ??= new MarketFold(entry.Origin);
            for (var i = 0; i < entry.Events.Length; i++)
            {
                var place = new EventPlace(entry.Number, i);
                fold.State.Policies.Settled = outcome => settled.Add(outcome.Policy.Number, new SettledAt(place, outcome));
                try
                {
                    if (fold.Add(entry.Events[i], entry.Time) is CoverEvent cover)
                        sold.Add(new SoldAt(place, cover));
                }
                catch (Exception e) when (e is MarketRefusal or MalformedException)
                {
                    throw new MalformedException($"broken at {place}: {e.Message}", e);
                }
            }
            var made = fold.Close()!;
            if (!made.Equals(entry))
                throw new MalformedException($"broken at entry {entry.Number}: its events give the state {made.State.ToHex()}, it says {entry.State.ToHex()}");
            fold.Keep();
        }
        return new JournalReplay(sold, settled);
    }

    /// <summary>Who got what, in order of holder.</summary>
    public static ImmutableArray<PaidTo> Paid(PolicyOutcome outcome) => [.. outcome.Paid.Select(p => new PaidTo(p.Holder, p.Amount))];
}
