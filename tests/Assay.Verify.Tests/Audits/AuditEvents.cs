using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>One event of every kind that audits write, from fixed keys.</summary>
internal static class AuditEvents
{
    public static readonly AuditedLog Provider = new("provider.test/log");
    public static readonly AuditedLog First = new("auditor-1.test/log");
    public static readonly AuditedLog Second = new("auditor-2.test/log");
    public static readonly Segment Segment = new("assay", AuditedLog.Word("model"), "assay-llm-v1", "eu");

    public static readonly SigningKey Serving = Provider.KeyOf("serving");
    private static readonly Hash KeyId = Serving.PublicKey.Id;

    /// <summary>With what each is, in words.</summary>
    public static (string What, LogEvent Event)[] All { get; } = Make();

    private static (string, LogEvent)[] Make()
    {
        var draw = new AuditDrawEvent(
            First.Origin, Provider.Origin, KeyId, new KeyEpoch(2, 2000, 1000, 3456), AuditedLog.Word("root"), 17, 50_000,
            [new RevealedSeed(17, AuditedLog.SecretOf(First, 2)), new RevealedSeed(21, AuditedLog.SecretOf(Second, 2))], [19], 0);
        return
        [
            ("audit terms", new AuditTermsEvent(Provider.Origin, 1000, 86_400)),
            ("a change of owner", new OwnerEvent(Provider.Origin, "Søren & Co")),
            ("a commitment", AuditSeedEvent.Sign(Provider.Origin, KeyId, 2, First.Origin, First.LogKey, 50_000, AuditedLog.SecretOf(First, 2))),
            ("a refusal", new AuditRefusalEvent(First.Origin, Provider.Origin, KeyId, 3, 50_000, AuditedLog.Word("commitment"))),
            ("a draw with two secrets, one missing", draw with { Drawn = (ulong)draw.Order().Length }),
            ("verdicts of traffic", First.Verdicts(40, 7, "rrduwovxd")),
            ("verdicts without a run", First.Verdicts(40, 0, "xuo")),
            ("verdicts of canaries", First.Verdicts(41, 0, "rd") with { Lane = AuditLane.Canary, Records = [5, 9] }),
            ("a canary's commitment", new AuditCanaryEvent(First.Origin, Provider.Origin, KeyId, 2, AuditedLog.Word("canary"))),
            ("a plant", new AuditPlantEvent(Second.Origin, Provider.Origin, AuditedLog.Word("plant"))),
            ("an opened plant", AuditPlantEvent.Open(
                Second.Origin, Provider.Origin,
                new OpenedPlant(12, KeyId, [new PlantedRecord(3, AuditedLog.Word("bundle 3")), new PlantedRecord(8, AuditedLog.Word("bundle 8"))], AuditedLog.Word("salt")))),
            ("a challenge", new ChallengeEvent(First.Origin, Provider.Origin, KeyId, 77, AuditedLog.Word("bundle 77"), 5)),
            ("graded observations", new ObservationsEvent(
                First.Origin, "svc", AuditedLog.Word("address"), ObservationOracle.Graded, AuditedLog.Word("task"), DateTimeOffset.UnixEpoch,
                DateTimeOffset.UnixEpoch.AddHours(1), "ppfn", null)),
            ("a batch's likelihood", new ObservationsEvent(
                First.Origin, "svc", AuditedLog.Word("address"), ObservationOracle.Likelihood, AuditedLog.Word("task"), DateTimeOffset.UnixEpoch,
                DateTimeOffset.UnixEpoch, null, -1_234_567)),
            ("a step of an account", new AccountEpochEvent(
                First.Origin, AuditedLog.Word("account"), 4, 1_770_000_000, AuditedLog.Word("before"),
                [new LogSize(Provider.Origin, 9000, AuditedLog.Word("p")), new LogSize(First.Origin, 70, AuditedLog.Word("a"))], AuditedLog.Word("after"))),
            ("an entry of a journal", new JournalEvent(
                First.Origin, "market", 7, 1_770_000_000, AuditedLog.Word("before"), ["\0{}"u8.ToArray()], AuditedLog.Word("after"))),
        ];
    }
}
