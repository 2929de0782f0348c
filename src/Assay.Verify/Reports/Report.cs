using System.Collections.Immutable;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Verify.Reports;

public enum Verdict
{
    Accepted,
    Rejected,

    /// <summary>There was no policy to judge by.</summary>
    NoPolicy,

    /// <summary>Of a version or kind that this verifier does not know.</summary>
    Unsupported,
    Malformed,
}

/// <summary>What a bundle says of itself, for display: believe it as far as the checks go.</summary>
/// <param name="Index">Of the receipt in the log.</param>
/// <param name="TreeSize">Of the checkpoint.</param>
public sealed record ReceiptFacts(Receipt Receipt, ulong Index, ulong TreeSize, string Origin);

/// <summary>A retirement or a compromise of the serving key that the bundle shows: said beside the verdict, never instead of it.</summary>
/// <param name="Index">Of the event in the log.</param>
/// <param name="From">Of a compromise: the first index that is not trusted.</param>
public sealed record Revocation(KeyAction Action, ulong Index, ulong? From);

/// <summary>The closed result of verification.</summary>
/// <param name="Checks">One for each axis, in order.</param>
/// <param name="PolicyName">Of the policy that was used, or null.</param>
/// <param name="Facts">Null where the bundle could not be read.</param>
public sealed record Report(
    Verdict Verdict, string Headline, ImmutableArray<Check> Checks, string? PolicyName, ReceiptFacts? Facts)
{
    /// <summary>In the order of their indexes, where the bundle's key history can be believed.</summary>
    public ImmutableArray<Revocation> Revocations { get; init; } = [];

    public bool Accepted => Verdict == Verdict.Accepted;

    /// <summary>Of <c>assay verify</c>.</summary>
    public int ExitCode => Verdict switch
    {
        Verdict.Accepted => 0,
        Verdict.Rejected => 10,
        Verdict.Malformed => 30,
        _ => 20,
    };

    public Check this[Axis axis] => Checks[(int)axis];

    internal static Report Of(ImmutableArray<Check> checks, Policy? policy, ReceiptFacts facts)
    {
        var refuted = checks.Where(c => c.Status == AxisStatus.Refuted).ToArray();
        // A run that diverged was still authentically signed and logged: that is what makes it a proof of fault.
        if (refuted.FirstOrDefault(c => c.Reason != Reasons.Diverged || policy is null) is { } worst)
            return new Report(Verdict.Rejected, $"REJECTED · {worst.Axis.Token()} refuted: {worst.Detail}", checks, policy?.Name, facts);
        if (policy is null)
            return new Report(
                Verdict.NoPolicy, "NOT JUDGED · no policy: name the log and the root that you trust", checks, null, facts);
        var unmet = policy.Require.Select(axis => checks[(int)axis])
            .FirstOrDefault(c => c.Status != AxisStatus.Verified && c.Axis != Axis.Execution);
        if (unmet is not null)
            return new Report(
                Verdict.Rejected, $"REJECTED · {unmet.Axis.Token()} {unmet.Status.Token()}: {unmet.Detail}", checks, policy.Name, facts);
        var execution = checks[(int)Axis.Execution];
        var verdict = refuted.Length == 0 && MeetsDemand(execution, policy) ? Verdict.Accepted : Verdict.Rejected;
        var asked = verdict == Verdict.Rejected && refuted.Length == 0 ? ", which the policy asks for" : "";
        return new Report(verdict, $"AUTHENTIC · {Words(execution)}{asked}", checks, policy.Name, facts);
    }

    internal static Report Unreadable(Verdict verdict, Policy? policy, string why)
    {
        var unsupported = verdict == Verdict.Unsupported;
        var first = unsupported
            ? Check.Unverifiable(Axis.Integrity, Reasons.Unsupported, why)
            : Check.Refuted(Axis.Integrity, Reasons.Malformed, why);
        ImmutableArray<Check> checks =
        [
            first,
            .. AxisTokens.All.Skip(1).Select(axis => Check.NotChecked(axis, Reasons.NotRead, "the bundle could not be read")),
        ];
        return new Report(verdict, $"{(unsupported ? "UNSUPPORTED" : "MALFORMED")} · {why}", checks, policy?.Name, null);
    }

    private static bool MeetsDemand(Check execution, Policy policy)
    {
        if (policy.Require.Contains(Axis.Execution) && execution.Status != AxisStatus.Verified)
            return false;
        return policy.Execution switch
        {
            ExecutionDemand.Any => true,
            ExecutionDemand.Reproduced => execution is { Status: AxisStatus.Verified, Reason: Reasons.Reproduced },
            _ => execution is { Status: AxisStatus.Verified, Reason: Reasons.Proved },
        };
    }

    private static string Words(Check execution) => (execution.Status, execution.Reason) switch
    {
        (AxisStatus.Verified, Reasons.Reproduced) => "REPRODUCED bit for bit",
        (AxisStatus.Verified, _) => "PROVED",
        (AxisStatus.Refuted, _) => $"DIVERGED: {execution.Detail}",
        (AxisStatus.Unverifiable, Reasons.Relayed) => "RELAYED: what was forwarded and what came back, not which model answered",
        (AxisStatus.Unverifiable, _) => "execution unverifiable",
        _ => "execution not checked",
    };
}
