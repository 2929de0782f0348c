using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Reliability.Passports;

/// <summary>What came of recomputing a passport.</summary>
public enum PassportStatus
{
    /// <summary>Everything that it says is what its entries give.</summary>
    Recomputed,

    /// <summary>Something is not: <see cref="PassportReport.Differences"/>.</summary>
    Differs,

    /// <summary>Not a passport.</summary>
    Malformed,

    /// <summary>Of another version or oracle, or with entries of a kind that this version does not know.</summary>
    Unsupported,
}

/// <summary>How far it is shown that nothing was left out of a log (docs/spec/passports.md section 4).</summary>
public enum LogCompleteness
{
    NotChecked,
    OwnWord,
    Indexed,
    Whole,
}

/// <summary>Something that does not hold.</summary>
/// <param name="Where">Such as <c>logs[1].items[7]</c>, <c>steps[3].state</c>, <c>segments[0].life.bound</c>.</param>
public sealed record PassportDifference(string Where, string Detail);

/// <summary>What is known of one log.</summary>
/// <param name="Roles">Of <c>folder</c>, <c>provider</c>, <c>auditor</c>.</param>
/// <param name="Size">Of its note.</param>
/// <param name="Shown">Entries that the file holds.</param>
/// <param name="UpTo">What <paramref name="Completeness"/> says holds below this size.</param>
/// <param name="LogKey">The verifier key that its genesis names; null where that was not reached.</param>
/// <param name="Trusted">Null without a policy; else whether the policy believes it.</param>
/// <param name="Trust">Why.</param>
/// <param name="UnmatchedDraws">Of an auditor: draws from epochs, or of commitments, that the passport does not show.</param>
public sealed record PassportLogReport(
    string Origin, ImmutableArray<string> Roles, ulong Size, ulong Shown, LogCompleteness Completeness, ulong UpTo, string? LogKey, bool? Trusted,
    string Trust, int UnmatchedDraws);

/// <summary>What a verifier found (docs/spec/passports.md sections 3 and 4).</summary>
/// <param name="Problem">Of a file that could not be read: why.</param>
/// <param name="Passport">What was read.</param>
/// <param name="State">The account as recomputed, as far as its entries went; null where they could not be folded to the last step.</param>
/// <param name="Policy">The policy's name; null without one.</param>
public sealed record PassportReport(
    PassportStatus Status, string? Problem, Passport? Passport, AccountState? State, ImmutableArray<PassportDifference> Differences,
    ImmutableArray<PassportLogReport> Logs, string? Policy)
{
    /// <summary>The most differences that are listed.</summary>
    public const int MostDifferences = 100;

    /// <summary>Recomputed, and of logs that the policy believes.</summary>
    public bool Accepted => Status == PassportStatus.Recomputed && Logs.All(l => l.Trusted == true);

    /// <summary>0 accepted, 10 rejected, 20 unsupported or no policy, 30 malformed: as of <c>assay verify</c>.</summary>
    public int ExitCode => Status switch
    {
        PassportStatus.Malformed => 30,
        PassportStatus.Unsupported => 20,
        PassportStatus.Differs => 10,
        _ => Policy is null ? 20 : Accepted ? 0 : 10,
    };

    public string Verdict => ExitCode switch
    {
        0 => "accepted",
        10 => "rejected",
        30 => "malformed",
        _ => Status == PassportStatus.Unsupported ? "unsupported" : "no-policy",
    };

    /// <summary>The recomputed figures; empty where there are none.</summary>
    public ImmutableArray<PublishedSegment> Recomputed => State is null ? [] : [.. State.Segments.Select(PublishedSegment.Of)];

    /// <summary>Digest of the recomputed state.</summary>
    public Hash? StateDigest => State?.Digest();
}
