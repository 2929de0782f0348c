using System.Collections.Immutable;
using Assay.Verify.Crypto;

namespace Assay.Market.Looks;

/// <summary>What a step of an account says that the market uses (docs/spec/market.md section 3): a function of the account's state after that step.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Step">The step's number.</param>
/// <param name="Time">Unix seconds: of the entry that holds it, not of the step.</param>
/// <param name="Segments">In the account's order.</param>
/// <param name="Auditors">Those that are not self-sampled, in the account's order.</param>
public sealed record Look(Hash Account, ulong Step, ulong Time, ImmutableArray<SegmentLook> Segments, ImmutableArray<AuditorLook> Auditors)
{
    public const int MostSegments = 32;

    public const int MostAuditors = 64;

    public bool Equals(Look? other) => other is not null && Account == other.Account && Step == other.Step && Time == other.Time
        && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan()) && Auditors.AsSpan().SequenceEqual(other.Auditors.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Account, Step);
}

/// <summary>What a look says of one segment.</summary>
/// <param name="Counts">Of all its settled epochs.</param>
/// <param name="Waiting">Epochs of its keys that have ended and are not settled, and one for each of its keys.</param>
/// <param name="Alarmed">The change detector alarmed within the last 32 epochs.</param>
/// <param name="Expected">The failure rate expected in the next epoch, in millionths.</param>
/// <param name="Hazard">The chance that an epoch holds a change, in millionths.</param>
/// <param name="MemoryPasses">Passes in the forecast's memory, in whole verdicts.</param>
/// <param name="MemoryFailures">Failures in it.</param>
public readonly record struct SegmentLook(
    SegmentCounts Counts, ulong Waiting, bool Alarmed, uint Expected, uint Hazard, ulong MemoryPasses, ulong MemoryFailures);

/// <summary>What a look says of one auditor.</summary>
/// <param name="Origin">Of its log.</param>
/// <param name="LogKey">Key id of its log key.</param>
/// <param name="Commitments">For epochs that are settled.</param>
/// <param name="Contradicted">Records that it passed and another auditor showed to diverge.</param>
public sealed record AuditorLook(string Origin, Hash LogKey, ulong Commitments, ulong Contradicted);
