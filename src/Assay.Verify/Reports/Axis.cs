namespace Assay.Verify.Reports;

/// <summary>What a report speaks of, one by one, in the order of docs/spec/verification.md.</summary>
public enum Axis
{
    Integrity,
    Signature,
    Log,
    Witnesses,
    Key,
    Time,
    Model,
    Input,
    Output,
    Execution,
    Venue,
    Completeness,
}

public enum AxisStatus
{
    /// <summary>Checked, and true.</summary>
    Verified,

    /// <summary>Checked, and false.</summary>
    Refuted,

    /// <summary>Present, but it cannot be told from what is at hand.</summary>
    Unverifiable,

    /// <summary>Not asked for, or nothing there to check. Never a pass.</summary>
    NotChecked,
}

/// <summary>On what it rests that the committed model's weights are what proofs of inference take them for: eight bits, biases within their bounds, zero where padded.</summary>
public enum WeightsFooting
{
    /// <summary>The log's word: its roots published the commitment as the one of the model's files.</summary>
    LogWord,

    /// <summary>A proof of it was checked.</summary>
    Proved,
}

/// <summary>What was found on one axis.</summary>
/// <param name="Reason">A short code for programs, kebab-case.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record Check(Axis Axis, AxisStatus Status, string Reason, string Detail)
{
    /// <summary>Of <see cref="Axis.Execution"/> where a bundle's proof holds: on what it rests that the model's weights are well-formed.</summary>
    public WeightsFooting? Weights { get; init; }

    internal static Check Verified(Axis axis, string reason, string detail) => Known(axis, AxisStatus.Verified, reason, detail);

    internal static Check Refuted(Axis axis, string reason, string detail) => Known(axis, AxisStatus.Refuted, reason, detail);

    internal static Check Unverifiable(Axis axis, string reason, string detail) => Known(axis, AxisStatus.Unverifiable, reason, detail);

    internal static Check NotChecked(Axis axis, string reason, string detail) => Known(axis, AxisStatus.NotChecked, reason, detail);

    // A finding that the specification does not have is a bug.
    private static Check Known(Axis axis, AxisStatus status, string reason, string detail) => Reasons.IsKnown(axis, status, reason)
        ? new Check(axis, status, reason, detail)
        : throw new InvalidOperationException($"{axis.Token()} is never {status.Token()} as {reason}");
}

/// <summary>The tokens of axes and statuses in JSON.</summary>
public static class AxisTokens
{
    public static readonly IReadOnlyList<Axis> All = Enum.GetValues<Axis>();

    public static string Token(this Axis axis) => axis.ToString().ToLowerInvariant();

    public static string Token(this AxisStatus status) => status switch
    {
        AxisStatus.Verified => "verified",
        AxisStatus.Refuted => "refuted",
        AxisStatus.Unverifiable => "unverifiable",
        _ => "not-checked",
    };

    public static string Token(this WeightsFooting footing) => footing == WeightsFooting.Proved ? "proved" : "log-word";

    /// <summary>The inverse of <see cref="Token(Axis)"/>; null where the token is unknown.</summary>
    public static Axis? ParseAxis(string token)
    {
        foreach (var axis in All)
            if (axis.Token() == token)
                return axis;
        return null;
    }
}
