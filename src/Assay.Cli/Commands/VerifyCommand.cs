using System.CommandLine;
using Assay.Node;
using Assay.Proofs.Files;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Make()
    {
        var files = new Argument<string[]>("FILE") { Description = "Receipts (*.receipt.json)", Arity = ArgumentArity.OneOrMore };
        var policy = new Option<string?>("--policy") { Description = "Whom you trust (default: policy.json of the data folder, if there is one)", HelpName = "F" };
        var show = new Option<string?>("--show") { Description = "Write what the receipt shows of the output to this file, or print it (-), if it is found right", HelpName = "FILE|-" };
        var weights = new Option<string[]>("--weights") { Description = "Proofs about models' weights (assay commit --weights-out), for receipts that carry none", HelpName = "FILE" };
        var command = new Command("verify", "Check receipts, offline. Exit code 0 accepted, 10 rejected, 20 unsupported or no policy, 30 malformed. Example: assay verify a.receipt.json --policy them.json")
        {
            files, policy, show, weights,
        };
        files.Validators.Add(result =>
        {
            // The grammar takes what it does not know for a file.
            if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
                result.AddError($"unknown option '{unknown.Value}'");
        });
        command.SetAction(async parsed =>
        {
            if (parsed.GetValue(show) is not null && parsed.GetValue(files)!.Length != 1)
                throw new UsageException("--show takes one receipt at a time");
            var trusted = PolicyOf(parsed.GetValue(policy), Shared.FolderOf(parsed));
            var given = (parsed.GetValue(weights) ?? []).Select(WeightProof).ToList();
            var proofs = new EvidenceVerifier([.. given]);
            // Receipts of one log share their events and often their checkpoint.
            var cache = new VerifierCache();
            var reports = parsed.GetValue(files)!.Select(file => (file, Report: Verifier.Verify(Read(file), trusted, cache: cache, proofs: proofs))).ToList();
            if (!Shared.IsJson(parsed))
                foreach (var (file, report) in reports)
                    Console.Write((reports.Count > 1 ? $"{file}\n" : "") + report.ToText());
            else if (reports is [var (_, only)])
                Shared.Print(only.WriteMembers);
            else
                PrintAll(reports);
            if (parsed.GetValue(show) is { } target)
                await ShowAsync(reports[0], target);
            // The worst of them: a script that checks many must not miss one.
            var worst = reports.Max(r => r.Report.ExitCode);
            // Who brings a proof asks for it to be looked at.
            if (given.FindIndex(file => !proofs.Judged.Contains(WeightProofFile.ModelOf(file.Span)!.Value)) is not (>= 0 and var idle))
                return worst;
            Console.Error.WriteLine($"assay: nothing was held against {parsed.GetValue(weights)![idle]}: no receipt here has a proof of that model that could be judged");
            return Math.Max(worst, ExitCode.Usage);
        });
        return command;
    }

    private static ReadOnlyMemory<byte> WeightProof(string file)
    {
        var bytes = Read(file, WeightProofFile.MostBytes);
        return bytes.Length <= WeightProofFile.MostBytes && WeightProofFile.ModelOf(bytes) is not null ? bytes : throw new UsageException($"{file} is no proof about a model's weights");
    }

    /// <summary>The policy named, else the data folder's own, else none.</summary>
    public static Policy? PolicyOf(string? named, DataFolder folder)
    {
        var path = named ?? (File.Exists(folder.Policy) ? folder.Policy : null);
        if (path is null)
            return null;
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no policy file '{path}'");
        try
        {
            return Policy.Parse(File.ReadAllBytes(path));
        }
        catch (MalformedException e)
        {
            // Another code than for a receipt that is malformed: a script must not take the one for the other.
            throw new BadPolicyException($"{path} is not a policy: {e.Message}", e);
        }
    }

    public static byte[] Read(string file, int most = Bundle.MaxSize)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            throw new FileNotFoundException($"there is no file '{file}'");
        // One byte over the limit is enough for the verifier to say so; no more is read, whatever a pipe sends.
        using var stream = info.OpenRead();
        using var bytes = new MemoryStream((int)Math.Min(info.Length, most + 1L));
        var chunk = new byte[1 << 16];
        for (int read; bytes.Length <= most && (read = stream.Read(chunk)) > 0;)
            bytes.Write(chunk, 0, read);
        return bytes.ToArray();
    }

    private static async Task ShowAsync((string File, Report Report) verified, string target)
    {
        var receipt = Read(verified.File);
        var bytes = ShownOutput.Of(receipt, verified.Report);
        if (target == "-")
            Console.WriteLine(ShownOutput.Text(receipt, bytes));
        else
            await AtomicFile.WriteAsync(target, bytes);
    }

    private static void PrintAll(IReadOnlyList<(string File, Report Report)> reports) => Shared.Print(json =>
    {
        json.WriteBoolean("accepted", reports.All(r => r.Report.Accepted));
        json.WriteStartArray("reports");
        foreach (var (file, report) in reports)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            report.WriteMembers(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
