namespace Assay.Verify.Reports;

/// <summary>
/// Every reason code, with the axis and the status that it goes with: the tables of docs/spec/verification.md. A test compares the two.
/// </summary>
public static class Reasons
{
    public const string Agrees = "agrees";
    public const string AfterEpoch = "after-epoch";
    public const string BadProof = "bad-proof";
    public const string BadSignature = "bad-signature";
    public const string CheckpointSignature = "checkpoint-signature";
    public const string Claimed = "claimed";
    public const string Commitment = "commitment";
    public const string Compromised = "compromised";
    public const string Cosignature = "cosignature";
    public const string Diverged = "diverged";
    public const string EpochOrigin = "epoch-origin";
    public const string EpochProof = "epoch-proof";
    public const string EpochSignature = "epoch-signature";
    public const string EpochSize = "epoch-size";
    public const string EventOrder = "event-order";
    public const string EventOrigin = "event-origin";
    public const string EventProof = "event-proof";
    public const string EventsLeftOut = "events-left-out";
    public const string ForeignEvent = "foreign-event";
    public const string GenesisIndex = "genesis-index";
    public const string Included = "included";
    public const string Inclusion = "inclusion";
    public const string Indexed = "indexed";
    public const string IndexKey = "index-key";
    public const string IndexNote = "index-note";
    public const string Introduction = "introduction";
    public const string KeyId = "key-id";
    public const string Lease = "lease";
    public const string Leased = "leased";
    public const string LeaseLength = "lease-length";
    public const string Length = "length";
    public const string Malformed = "malformed";
    public const string NoClaim = "no-claim";
    public const string NoCommitment = "no-commitment";
    public const string NodeName = "node-name";
    public const string NoIndex = "no-index";
    public const string NoIndexers = "no-indexers";
    public const string NoKey = "no-key";
    public const string NoneAsked = "none-asked";
    public const string NoPolicy = "no-policy";
    public const string NoQuorum = "no-quorum";
    public const string NoReplay = "no-replay";
    public const string NotBeforeAfter = "not-before-after";
    public const string NotBeforePrefix = "not-before-prefix";
    public const string NotCosigned = "not-cosigned";
    public const string NotCommitted = "not-committed";
    public const string NotRead = "not-read";
    public const string Opened = "opened";
    public const string OperatorWord = "operator-word";
    public const string Origin = "origin";
    public const string OtherLogKey = "other-log-key";
    public const string OtherModel = "other-model";
    public const string OtherStatement = "other-statement";
    public const string PromiseCoverage = "promise-coverage";
    public const string PromiseSignature = "promise-signature";
    public const string ProofNotChecked = "proof-not-checked";
    public const string Proved = "proved";
    public const string Published = "published";
    public const string PublishedLater = "published-later";
    public const string Quorum = "quorum";
    public const string Record = "record";
    public const string Relayed = "relayed";
    public const string Reproduced = "reproduced";
    public const string Retired = "retired";
    public const string Segment = "segment";
    public const string Signed = "signed";
    public const string Span = "span";
    public const string UnknownLog = "unknown-log";
    public const string UnknownLogKey = "unknown-log-key";
    public const string UnknownRoot = "unknown-root";
    public const string Unsupported = "unsupported";
    public const string Withheld = "withheld";
    public const string Witnessed = "witnessed";

    private const AxisStatus V = AxisStatus.Verified;
    private const AxisStatus R = AxisStatus.Refuted;
    private const AxisStatus U = AxisStatus.Unverifiable;
    private const AxisStatus N = AxisStatus.NotChecked;

    /// <summary>What the checks of each axis can find in a bundle that could be read.</summary>
    public static readonly IReadOnlyDictionary<Axis, IReadOnlyList<(AxisStatus Status, string Reason)>> ByAxis =
        new Dictionary<Axis, IReadOnlyList<(AxisStatus, string)>>
        {
            [Axis.Integrity] = [(R, KeyId), (R, Origin), (V, Agrees)],
            [Axis.Signature] = [(U, NoKey), (R, BadSignature), (V, Signed)],
            [Axis.Log] =
            [
                (R, UnknownLog), (R, CheckpointSignature), (R, Inclusion), (R, PromiseSignature), (R, PromiseCoverage), (V, Included),
            ],
            [Axis.Witnesses] = [(N, NoneAsked), (R, Cosignature), (R, NoQuorum), (V, Quorum)],
            [Axis.Key] =
            [
                (R, UnknownRoot), (R, UnknownLogKey), (R, OtherLogKey), (R, GenesisIndex), (R, EventProof), (R, EventOrder),
                (R, ForeignEvent), (R, EventOrigin), (R, Introduction), (R, Retired), (R, Compromised), (R, LeaseLength), (R, Lease),
                (R, NodeName), (V, Leased),
            ],
            [Axis.Time] = [(R, NotBeforeAfter), (R, NotBeforePrefix), (V, Witnessed), (U, Claimed)],
            [Axis.Model] = [(R, EventProof), (R, EventOrigin), (R, PublishedLater), (R, OtherModel), (R, Segment), (V, Published)],
            [Axis.Input] = [(N, Withheld), (R, NoCommitment), (R, Length), (R, Commitment), (V, Opened)],
            [Axis.Output] = [(N, Withheld), (R, Length), (R, Commitment), (V, Opened), (U, Span)],
            [Axis.Execution] =
            [
                (U, Relayed), (R, BadProof), (U, OtherStatement), (V, Reproduced), (V, Proved), (R, Diverged), (N, NoReplay), (N, ProofNotChecked),
                (U, NotCommitted),
            ],
            [Axis.Venue] = [(N, NoClaim), (N, OperatorWord)],
            [Axis.Completeness] =
            [
                (N, NoIndex), (R, EpochSignature), (R, EpochProof), (R, EpochOrigin), (R, EpochSize), (U, AfterEpoch), (R, EventsLeftOut),
                (R, IndexKey), (R, Record), (R, IndexNote), (R, Cosignature), (N, NoIndexers), (N, NotCosigned), (V, Indexed),
            ],
        };

    /// <summary>Whether the specification knows such a finding.</summary>
    public static bool IsKnown(Axis axis, AxisStatus status, string reason) =>
        ByAxis[axis].Contains((status, reason))
        || status == U && (reason == NoPolicy || LeansOn.TryGetValue(axis, out var on) && on.Any(a => DependsOn(a) == reason))
        || (axis == Axis.Integrity ? (status, reason) is (R, Malformed) or (U, Unsupported) : (status, reason) is (N, NotRead));

    /// <summary>What an axis that leans on others leans on, in this order.</summary>
    public static readonly IReadOnlyDictionary<Axis, IReadOnlyList<Axis>> LeansOn = new Dictionary<Axis, IReadOnlyList<Axis>>
    {
        [Axis.Witnesses] = [Axis.Log],
        [Axis.Key] = [Axis.Log],
        [Axis.Time] = [Axis.Witnesses],
        [Axis.Model] = [Axis.Log, Axis.Signature, Axis.Key],
        [Axis.Input] = [Axis.Signature],
        [Axis.Output] = [Axis.Signature],
        [Axis.Execution] = [Axis.Model, Axis.Input, Axis.Output],
        [Axis.Completeness] = [Axis.Log, Axis.Signature, Axis.Key],
    };

    /// <summary>The reason of what leans on an axis that is not verified.</summary>
    public static string DependsOn(Axis axis) => "depends-on-" + axis.Token();
}
