using System.CommandLine;
using Assay.Audit;
using Assay.Audit.Auditing;
using Assay.Log.Monitoring;
using Assay.Verify.Audits;

namespace Assay.Cli.Commands;

/// <summary>The canary lane: an auditor's own requests, committed to before they are made.</summary>
internal static class AuditCanaryCommand
{
    public static Command Make()
    {
        var provider = new Argument<string>("PROVIDER") { Description = "Its log's origin, or its address: one that is followed" };
        var file = new Argument<string?>("FILE") { Description = "Requests, a line of JSON each: {\"path\": \"/v1/chat/completions\", \"body\": {...}}; without it, goes on with those that were committed to before", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("canary", "Commit to requests of your own, make them as any caller does, run the answers again and log the verdicts. Exit code 10 if an answer diverged. Example: assay audit canary http://127.0.0.1:7780 requests.jsonl")
        {
            provider, file,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var folder = new AuditorFolder(node.Folder.Auditing);
            var followed = AuditFollowCommand.Find(folder, parsed.GetValue(provider)!);
            var requests = parsed.GetValue(file) is { } path ? ReadRequests(path) : null;
            using var source = new HttpLogSource(new Uri(followed.Url.ToString().TrimEnd('/') + "/log"));
            using var caller = new HttpAuditedNode(followed.Url, AuditRunCommand.KeyOf(followed));
            using var shelf = new ModelShelf(node.Models);
            using var auditor = new Auditor(
                folder, node.Audits.OwnLog, _ => new ProviderAccess(source.Read, caller), shelf, ChallengeCommand.EvidenceOf(node), new AuditorOptions());
            var before = AuditText.Tally(auditor.Own);
            if (auditor.Look(followed) is { } wrong)
                throw new AuditException($"{followed.Origin}: {wrong}");
            ulong? index = requests is null ? null : await auditor.CommitToCanariesAsync(followed, caller, requests, cancel);
            var isJson = Shared.IsJson(parsed);
            var notes = await CountProgress.ShowAsync(isJson, "requests", progress => auditor.GoOnWithCanariesAsync(
                followed, caller, progress is null ? null : at => progress(at.Done, at.Total), cancel));
            var found = AuditText.Tally(auditor.Own).ToDictionary(l => l.Key, l => l.Value - before.GetValueOrDefault(l.Key));
            if (isJson)
                Shared.Print(json =>
                {
                    if (index is { } at)
                        json.WriteNumber("entry", at);
                    AuditText.WriteLetters(json, "letters", found);
                    AuditText.WriteTexts(json, "notes", notes);
                });
            else
                AuditText.Print(found, notes);
            return found.GetValueOrDefault(VerdictLetters.Diverged) + found.GetValueOrDefault(VerdictLetters.Wrong) > 0 ? ExitCode.Rejected : ExitCode.Ok;
        }));
        return command;
    }

    private static byte[] ReadRequests(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"there is no file '{path}'");
        return file.Length <= CanaryRequests.MaxSize ? File.ReadAllBytes(path) : throw new UsageException($"{path}: {file.Length} bytes, above {CanaryRequests.MaxSize}");
    }
}
