using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Market.Looks;

/// <summary>What a step of an observed account says that the market uses (docs/spec/market.md section 4): testimony, each observer's by itself.</summary>
/// <param name="Time">Unix seconds: of the entry that holds it, not of the step.</param>
/// <param name="Segments">In the account's order.</param>
public sealed record Sight(Hash Account, ulong Step, ulong Time, ImmutableArray<SegmentSight> Segments)
{
    public const int MostSegments = 8;

    /// <summary>Of one segment: with so many segments, what an event has room for.</summary>
    public const int MostObservers = 8;

    public bool Equals(Sight? other) => other is not null && Account == other.Account && Step == other.Step && Time == other.Time && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Account, Step);
}

/// <summary>What a sight says of one segment.</summary>
/// <param name="Days">From that of its first observation to that of its last, both counted.</param>
/// <param name="Alarms">How often the change detector alarmed.</param>
/// <param name="Alarmed">Its last alarm is not long ago.</param>
/// <param name="Observers">In the order in which they were first read.</param>
public sealed record SegmentSight(ulong Days, ulong Alarms, bool Alarmed, ImmutableArray<ObserverSight> Observers)
{
    public bool Equals(SegmentSight? other) => other is not null && (Days, Alarms, Alarmed) == (other.Days, other.Alarms, other.Alarmed)
        && Observers.AsSpan().SequenceEqual(other.Observers.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Days, Alarms, Alarmed, Observers.Length);
}

/// <summary>What one observer said of a segment so far.</summary>
/// <param name="Origin">Of its log.</param>
/// <param name="LogKey">Key id of its log key.</param>
public sealed record ObserverSight(string Origin, Hash LogKey, ObservedCounts Counts);
