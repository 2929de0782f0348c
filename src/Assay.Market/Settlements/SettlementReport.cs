using System.Collections.Immutable;
using Assay.Reliability.Passports;

namespace Assay.Market.Settlements;

/// <summary>How much of the journal a settlement file shows, up to the event that settled.</summary>
/// <param name="Whole">All of it, so that it was folded from its beginning.</param>
/// <param name="LeftOut">Entries that are not shown.</param>
/// <param name="StepsWithoutLook">Steps of the account from the look that the cover was sold by to the window's last that no shown look is at.</param>
public sealed record JournalCompleteness(bool Whole, ulong LeftOut, ulong StepsWithoutLook);

/// <summary>What was found of a settlement file (docs/spec/market.md section 11).</summary>
/// <param name="Problem">Of a file that could not be read: why.</param>
/// <param name="Passport">What came of the passport in it; null where the file could not be read.</param>
/// <param name="Recomputed">What the entries give; null where they do not go so far.</param>
/// <param name="Evidence">Of each epoch in the window; empty where nothing was recomputed.</param>
public sealed record SettlementReport(
    PassportStatus Status, string? Problem, SettlementFile? File, PassportReport? Passport, SettlementFigures? Recomputed,
    ImmutableArray<PassportDifference> Differences, JournalCompleteness? Completeness, ImmutableArray<EvidenceEpoch> Evidence, string? Policy)
{
    /// <summary>Recomputed, of logs that the policy believes, and folded: what is left out of a part of a journal could say otherwise.</summary>
    public bool Accepted => Status == PassportStatus.Recomputed && Passport is { Accepted: true } && Completeness is { Whole: true };

    /// <summary>0 accepted, 10 rejected, 20 unsupported, no policy or a part of the journal, 30 malformed: as of <c>assay verify</c>.</summary>
    public int ExitCode => Status switch
    {
        PassportStatus.Malformed => 30,
        PassportStatus.Unsupported => 20,
        PassportStatus.Differs => 10,
        _ => Policy is null ? 20 : Passport is not { Accepted: true } ? 10 : Accepted ? 0 : 20,
    };

    public string Verdict => ExitCode switch
    {
        0 => "accepted",
        10 => "rejected",
        30 => "malformed",
        _ => Status == PassportStatus.Unsupported ? "unsupported" : Policy is null ? "no-policy" : "unfolded",
    };
}
