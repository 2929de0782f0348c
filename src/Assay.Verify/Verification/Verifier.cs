using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;

namespace Assay.Verify.Verification;

/// <summary>Judges a bundle by a policy, axis by axis (docs/spec/receipt.md, Verification). Pure: no file, no network, no clock.</summary>
public static class Verifier
{
    // An axis that leans on others is worth nothing where one of those does not hold: it is then not reported as verified.
    private static readonly ImmutableDictionary<Axis, ImmutableArray<Axis>> LeansOn = new Dictionary<Axis, ImmutableArray<Axis>>
    {
        [Axis.Witnesses] = [Axis.Log],
        [Axis.Key] = [Axis.Log],
        [Axis.Model] = [Axis.Log, Axis.Signature, Axis.Key],
        [Axis.Input] = [Axis.Signature],
        [Axis.Output] = [Axis.Signature],
        [Axis.Execution] = [Axis.Model, Axis.Input, Axis.Output],
    }.ToImmutableDictionary();

    /// <param name="bundle">The file's bytes, from anyone.</param>
    /// <param name="policy">The relying party's; null if it has none, and then nothing is verified, only reported.</param>
    /// <param name="execution">What the caller found by replay or proof, if it did either.</param>
    /// <returns>A report, whatever the bytes are.</returns>
    public static Report Verify(ReadOnlyMemory<byte> bundle, Policy? policy, ExecutionFinding? execution = null)
    {
        Parts parts;
        try
        {
            parts = Parts.Read(bundle.Span);
        }
        catch (UnsupportedException e)
        {
            return Report.Unreadable(Verdict.Unsupported, policy, e.Message);
        }
        catch (MalformedException e)
        {
            return Report.Unreadable(Verdict.Malformed, policy, e.Message);
        }
        var checks = WithoutFooting(Checks(parts, policy, execution));
        if (policy is null)
            checks = [.. checks.Select(WithoutPolicy)];
        return Report.Of(checks, policy, new ReceiptFacts(parts.Receipt, parts.Index, parts.Checkpoint.Size, parts.Checkpoint.Origin));
    }

    // In the order of the axes.
    private static ImmutableArray<Check> Checks(Parts parts, Policy? policy, ExecutionFinding? execution)
    {
        var (logs, roots) = policy is null ? OwnWord(parts) : (policy.Log, policy.Roots);
        return
        [
            ContentChecks.Integrity(parts),
            KeyChecks.Signature(parts),
            LogChecks.Log(parts, logs),
            LogChecks.Witnesses(parts, logs),
            KeyChecks.Key(parts, logs, roots),
            LogChecks.Time(parts),
            ContentChecks.Model(parts),
            ContentChecks.Input(parts),
            ContentChecks.Output(parts),
            ExecutionChecks.Execution(parts, execution),
            ExecutionChecks.Venue(parts),
            ExecutionChecks.Completeness(),
        ];
    }

    // What the bundle says of its own keys: enough to see whether it contradicts itself, never to verify anything.
    private static (TlogPolicy Logs, ImmutableArray<PublicKey> Roots) OwnWord(Parts parts) =>
        (TlogPolicy.Parse(Encoding.UTF8.GetBytes($"log {parts.Genesis.Event.LogKey}\nquorum none\n")), [parts.Genesis.Event.RootKey]);

    private static ImmutableArray<Check> WithoutFooting(ImmutableArray<Check> checks)
    {
        var result = checks.ToArray();
        foreach (var axis in AxisTokens.All)
        {
            if (!Claims(result[(int)axis]) || !LeansOn.TryGetValue(axis, out var needed))
                continue;
            var missing = needed.Where(a => result[(int)a].Status != AxisStatus.Verified).ToArray();
            if (missing.Length > 0)
                result[(int)axis] = Check.Unverifiable(
                    axis, "depends-on-" + missing[0].Token(), $"cannot be told while {missing[0].Token()} is not verified");
        }
        return [.. result];
    }

    // A divergence accuses: it too counts only where the bytes that were replayed are those that were signed.
    private static bool Claims(Check check) =>
        check.Status == AxisStatus.Verified || check is { Axis: Axis.Execution, Status: AxisStatus.Refuted };

    private static Check WithoutPolicy(Check check) =>
        check.Status == AxisStatus.Verified
            ? Check.Unverifiable(check.Axis, "no-policy", $"by the bundle's own word only: {check.Detail}")
            : check;
}
