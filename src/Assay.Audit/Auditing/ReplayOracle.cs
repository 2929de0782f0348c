using Assay.Engine.Language;
using Assay.Engine.Models;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>The oracle <c>replay</c>: what was opened is held to the log's entry, then run again with our own engine (docs/spec/audits.md section 4). Not for several threads.</summary>
public sealed class ReplayOracle(ModelShelf models, LanguageSessionOptions? session = null)
{
    /// <summary>The engine that verdicts name.</summary>
    public static EngineClaim Engine => LocalEngine.Claim;

    /// <summary>Of an envelope alone: outside the frame, or not what it must be.</summary>
    public static Judgement JudgeEnvelope(ReadOnlySpan<byte> bytes, LogState provider, in Hash keyId, ulong sequence)
    {
        var (receipt, wrong) = EntryCheck.Read(OpeningLine.ReadEnvelope(bytes), provider, keyId, sequence);
        return receipt is null ? new Judgement(VerdictLetters.Wrong, wrong)
            : receipt.Auditable ? new Judgement(VerdictLetters.Wrong, "an auditable record was shown without what opens it")
            : new Judgement(VerdictLetters.Outside, "its caller did not ask for it to be auditable");
    }

    /// <summary>Of a bundle with all that opens it.</summary>
    /// <param name="lane">Of <see cref="AuditLane.Canary"/> the caller is the auditor, and need not have asked for it to be auditable.</param>
    public async Task<Judgement> JudgeAsync(Bundle bundle, LogState provider, Hash keyId, ulong sequence, AuditLane lane, CancellationToken cancel)
    {
        try
        {
            var (receipt, wrong) = EntryCheck.Read(bundle.Envelope, provider, keyId, sequence);
            if (receipt is null)
                return new Judgement(VerdictLetters.Wrong, wrong);
            if (!receipt.Auditable && lane == AuditLane.Traffic)
                return new Judgement(VerdictLetters.Outside, "its caller did not ask for it to be auditable");
            if (EntryCheck.Opened(bundle, receipt) is { } unopened)
                return new Judgement(VerdictLetters.Wrong, unopened);
            return IsVoid(receipt) ? new Judgement(VerdictLetters.Void, "no answer was given") : await RunAsync(bundle, receipt, cancel);
        }
        catch (UnsupportedException e)
        {
            return new Judgement(VerdictLetters.Undecided, e.Message);
        }
    }

    /// <summary>Runs a bundle again, whatever log holds it.</summary>
    public async Task<ReplayResult> ReplayAsync(Bundle bundle, Receipt receipt, CancellationToken cancel) => LanguageReplay.Owns(receipt)
        ? await LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(models.Language, session), cancel)
        : await Replay.RunAsync(bundle, models.Engine, models.Tensor, cancel);

    private async Task<Judgement> RunAsync(Bundle bundle, Receipt receipt, CancellationToken cancel)
    {
        if (models.Find(receipt.Model.Manifest) is null)
            return new Judgement(VerdictLetters.Undecided, $"the model {receipt.Model.Name}@{receipt.Model.Version} (sha256:{receipt.Model.Manifest.ToHex()}) is not here") { NoModel = true };
        try
        {
            var result = await ReplayAsync(bundle, receipt, cancel);
            return result.Status switch
            {
                ReplayStatus.Reproduced => new Judgement(VerdictLetters.Reproduced, result.Detail, TraceOf(result)),
                ReplayStatus.Diverged => new Judgement(VerdictLetters.Diverged, result.Detail, TraceOf(result), DivergencePlace.Of(bundle, receipt, result)),
                _ => new Judgement(VerdictLetters.Undecided, result.Detail),
            };
        }
        catch (MalformedException e) when (e is not UnsupportedException)
        {
            // What it commits to opens, and is no request or answer.
            return new Judgement(VerdictLetters.Wrong, $"what is shown cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is ModelException or StoreException)
        {
            return new Judgement(VerdictLetters.Undecided, e.Message);
        }
    }

    private static Hash TraceOf(ReplayResult result) => result.Trace ?? throw new AuditException("a replay gave no trace, which is a bug");

    // Only records of language models can be void (docs/spec/receipt.md, Language models).
    private static bool IsVoid(Receipt receipt) =>
        LanguageReplay.Owns(receipt) && receipt.Parameters.Find("outcome") is { Kind: Verify.Json.JsonKind.String, Text: "void" };
}
