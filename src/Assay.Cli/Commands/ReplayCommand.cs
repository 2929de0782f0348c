using System.CommandLine;
using Assay.Engine.Execution;
using Assay.Proofs.Files;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Cli.Commands;

internal static class ReplayCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "A receipt (*.receipt.json) with its input disclosed" };
        var model = new Option<string?>("--model") { Description = "An .onnx or .gguf file, or a folder as it was imported, to use instead of the store's. Another than the receipt names is run too, and never reproduces", HelpName = "F" };
        var policy = new Option<string?>("--policy") { Description = "Whom you trust (default: policy.json of the data folder, if there is one)", HelpName = "F" };
        var command = new Command("replay", "Run again what a receipt says was run, and compare. Exit code 0 reproduced, 10 diverged, 20 unverifiable, 30 malformed. Example: assay replay a.receipt.json")
        {
            file, model, policy,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var bytes = VerifyCommand.Read(parsed.GetValue(file)!);
            var folder = Shared.FolderOf(parsed);
            var bundle = Bundle.Parse(bytes);
            var isLanguage = LanguageReplay.Owns(Receipt.Parse(bundle.Envelope.Payload.Span));
            var result = isLanguage
                ? await ReplayLanguage.RunAsync(bundle, parsed.GetValue(model), folder.Models, cancel)
                : await RunAsync(bundle, parsed.GetValue(model), folder.Models, cancel);
            var report = Verifier.Verify(bytes, VerifyCommand.PolicyOf(parsed.GetValue(policy), folder), Finding(bundle, result), proofs: new EvidenceVerifier());
            var unanswered = VoidRecord.Of(result.Receipt);
            var status = result.Status.ToString().ToLowerInvariant();
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("status", status);
                    json.WriteString("detail", result.Detail);
                    if (unanswered is not null)
                        ReplayText.Write(json, unanswered);
                    json.WriteString("model", $"{result.Receipt.Model.Name}@{result.Receipt.Model.Version}");
                    json.WriteString("modelDigest", result.Receipt.Model.Manifest.ToHex());
                    if (result.OtherModel is { } given)
                        json.WriteString("givenModelDigest", given.ToHex());
                    if (result.Token is { } token)
                        ReplayText.Write(json, token);
                    json.WriteString("profile", isLanguage ? LanguageEngine.Profile : result.Receipt.Execution.Profile == LocalEngine.Int8Profile ? LocalEngine.Int8Profile : LocalEngine.Profile);
                    report.WriteMembers(json);
                });
            else
                Console.Write($"{ReplayText.Void(unanswered)}{ReplayText.OtherModel(result, parsed.GetValue(model))}{status}: {result.Detail}\n\n{report.ToText()}");
            return result.Status switch
            {
                // Right bytes under a receipt that is itself rejected are no reason to go on.
                ReplayStatus.Reproduced => report.Verdict == Verdict.Rejected ? ExitCode.Rejected : ExitCode.Ok,
                ReplayStatus.Diverged => ExitCode.Rejected,
                _ => ExitCode.Unsupported,
            };
        });
        return command;
    }

    private static async Task<ReplayResult> RunAsync(Bundle bundle, string? file, string store, CancellationToken cancel)
    {
        using var engine = new LocalEngine(new SessionOptions());
        return await Replay.RunAsync(bundle, engine, digest => Find(file, store, digest), cancel);
    }

    // What another model gives is no word about the run that the receipt speaks of.
    private static ExecutionFinding? Finding(Bundle bundle, ReplayResult result) => result.Status switch
    {
        _ when result.OtherModel is not null => null,
        ReplayStatus.Reproduced => new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), ExecutionOutcome.Reproduced, result.Detail),
        ReplayStatus.Diverged => new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), ExecutionOutcome.Diverged, result.Detail),
        _ => null,
    };

    private static RunnableModel? Find(string? file, string store, Hash digest)
    {
        if (file is not null)
            return FromFile(file);
        if (!Directory.Exists(store))
            return null;
        return Load(new ModelStore(store), digest);
    }

    // By way of a store of its own, so that a file is read by the same rules as any model.
    private static RunnableModel FromFile(string path)
    {
        var folder = Directory.CreateTempSubdirectory("assay-replay-");
        try
        {
            var store = new ModelStore(folder.FullName);
            return Load(store, store.Import(path, "model", "1", DateTimeOffset.UnixEpoch).Digest)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static RunnableModel? Load(ModelStore models, Hash digest)
    {
        return models.FindByDigest(digest.ToHex()) is { } model
            ? new RunnableModel(new ModelClaim(model.Name, model.Version, model.Digest, model.Format), models.Load(model), model.Graph)
            : null;
    }
}
