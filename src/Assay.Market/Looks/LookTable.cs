using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Assay.Market.Journal;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Looks;

/// <summary>The newest look at each account.</summary>
public sealed class LookTable
{
    private const int Most = 1 << 20;

    private readonly Dictionary<Hash, Look> newest = [];
    private readonly Dictionary<(string Origin, Hash LogKey), int> readFor = [];

    /// <summary>Accounts that were looked at.</summary>
    public IEnumerable<Hash> Accounts => newest.Keys.OrderBy(a => a.ToHex(), StringComparer.Ordinal);

    /// <summary>The newest look at an account; null before there is one.</summary>
    public Look? Of(Hash account) => newest.GetValueOrDefault(account);

    /// <summary>The look that something can be bought by.</summary>
    /// <exception cref="MarketRefusal">The account was never looked at, or not lately, or has no such segment.</exception>
    public Look ToSell(MarketState state, Hash account, ulong segment)
    {
        if (Of(account) is not { } look)
            throw new MarketRefusal($"the market has not looked at an account {account.ToHex()}");
        if (segment >= (ulong)look.Segments.Length)
            throw new MarketRefusal($"the account {account.ToHex()} has {look.Segments.Length} segments, none is number {segment}");
        return state.Time - look.Time <= state.Terms.Fresh ? look
            : throw new MarketRefusal($"the last look at the account {account.ToHex()} is {state.Time - look.Time} seconds old: nothing is sold by one older than {state.Terms.Fresh}");
    }

    internal void MustFollow(Look look)
    {
        var last = Of(look.Account);
        if (last is null)
        {
            if (newest.Count == Most)
                throw new MarketRefusal($"no more than {Most} accounts");
            return;
        }
        if (look.Step <= last.Step)
            throw new MarketRefusal($"a look at step {look.Step} of an account after one at step {last.Step}");
        if (look.Segments.Length < last.Segments.Length)
            throw new MarketRefusal($"a look at {look.Segments.Length} segments of an account that had {last.Segments.Length}");
        for (var i = 0; i < last.Segments.Length; i++)
            if (!look.Segments[i].Counts.Follow(last.Segments[i].Counts))
                throw new MarketRefusal($"a look at segment {i} of an account with counts that were higher before");
    }

    /// <summary>Accounts in whose newest looks an auditor has commitments.</summary>
    public int ReadFor(string origin, Hash logKey) => readFor.GetValueOrDefault((origin, logKey));

    internal void Set(Look look)
    {
        if (Of(look.Account) is { } last)
            CountAuditors(last, -1);
        CountAuditors(look, 1);
        newest[look.Account] = look;
    }

    private void CountAuditors(Look look, int by)
    {
        foreach (var auditor in look.Auditors)
        {
            if (auditor.Commitments == 0)
                continue;
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(readFor, (auditor.Origin, auditor.LogKey), out _);
            count += by;
            if (count == 0)
                readFor.Remove((auditor.Origin, auditor.LogKey));
        }
    }

    internal void Transfer(StateBytes bytes)
    {
        StateTable.Transfer(bytes, newest, (a, b) => a.Bytes.SequenceCompareTo(b.Bytes), Most, 64, row => (row.Key, Row(row.Value, bytes)) switch
        {
            var (_, look) => (look.Account, look),
        });
        if (bytes.Reads)
            foreach (var look in newest.Values)
                CountAuditors(look, 1);
    }

    private static Look Row(Look? look, StateBytes bytes)
    {
        var (account, step, time, segments, auditors) = look ?? new Look(default, 0, 0, [], []);
        var (listed, named) = (segments.ToList(), auditors.ToList());
        bytes.Hash(ref account);
        bytes.Number(ref step);
        bytes.Number(ref time);
        bytes.List(listed, Look.MostSegments, 88, segment => Segment(segment, bytes), default);
        bytes.List(named, Look.MostAuditors, 56, auditor => Auditor(auditor, bytes), null!);
        return look ?? new Look(account, step, time, [.. listed], [.. named]);
    }

    private static SegmentLook Segment(SegmentLook segment, StateBytes bytes)
    {
        var counts = SegmentCounts.Transfer(segment.Counts, bytes);
        var (waiting, alarmed) = (segment.Waiting, segment.Alarmed ? 1UL : 0);
        var (expected, hazard) = ((ulong)segment.Expected, (ulong)segment.Hazard);
        var (passes, failures) = (segment.MemoryPasses, segment.MemoryFailures);
        bytes.Number(ref waiting);
        bytes.Number(ref alarmed);
        bytes.Number(ref expected);
        bytes.Number(ref hazard);
        bytes.Number(ref passes);
        bytes.Number(ref failures);
        return alarmed <= 1 && expected <= Grid.One && hazard <= Grid.One
            ? new SegmentLook(counts, waiting, alarmed == 1, (uint)expected, (uint)hazard, passes, failures)
            : throw new MalformedException("a market's state with a look that nobody had");
    }

    private static AuditorLook Auditor(AuditorLook? auditor, StateBytes bytes)
    {
        var (origin, key, commitments, contradicted) = auditor ?? new AuditorLook("", default, 0, 0);
        bytes.Text(ref origin);
        bytes.Hash(ref key);
        bytes.Number(ref commitments);
        bytes.Number(ref contradicted);
        return auditor ?? new AuditorLook(origin, key, commitments, contradicted);
    }
}
