using System.CommandLine;
using Assay.Audit;
using Assay.Audit.Auditing;
using Assay.Log.Monitoring;
using Assay.Node;
using Assay.Store.Pull;
using Assay.Verify.Audits;

namespace Assay.Cli.Commands;

/// <summary>An auditor's work: all that can be done now, for everyone who is followed.</summary>
internal sealed class AuditRunCommand
{
    private readonly Option<bool> yes = new("--yes") { Description = "Judge without asking first" };
    private readonly Option<double?> every = new("--every") { Description = "Go on: begin again every so many minutes, until stopped; with --yes", HelpName = "MINUTES" };
    private readonly Option<double> grace = new("--grace") { Description = "How long other auditors' secrets are waited for", HelpName = "HOURS", DefaultValueFactory = _ => new AuditorOptions().Grace.TotalHours };
    private readonly Option<int> ahead = new("--ahead") { Description = "Commit for at least so many epochs of each key: 1 to 16", HelpName = "N", DefaultValueFactory = _ => new AuditorOptions().Ahead };
    private readonly Option<string[]> pull = new("--pull") { Description = "Where a model that drawn records name and that is not here comes from, as assay pull names it; several may be given", HelpName = "REF" };
    private readonly Option<bool> giveUp = new("--without-models") { Description = "Judge records whose model is not in the store as undecided (x); else they wait for it" };

    public static Command Make()
    {
        var options = new AuditRunCommand();
        var command = new Command("run", "Audit everyone who is followed: commit, draw, have records opened, run them again, log the verdicts. Can be stopped and run again at any time. Exit code 10 if a record diverged, or was not or wrongly opened. Example: assay audit run")
        {
            options.yes, options.every, options.grace, options.ahead, options.pull, options.giveUp, PullCommand.Hub, PullCommand.Registry, PullCommand.MaxGb,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, node => options.RunAsync(parsed, node, cancel)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, AssayNode node, CancellationToken cancel)
    {
        var minutes = parsed.GetValue(every);
        if (minutes is not null && (minutes is not (>= 0.01 and <= 100_000) || !parsed.GetValue(yes)))
            throw new UsageException("--every MINUTES goes with --yes, and is from 0.01 to 100000");
        var sources = (parsed.GetValue(pull) ?? []).Select(PullCommand.ReferenceOf).ToList();
        var folder = new AuditorFolder(node.Folder.Auditing);
        if (folder.Providers().Count == 0)
            throw new NodeException(NodeFault.NotFound, $"nobody is followed: `{Shared.Command} audit follow URL` does that");
        using var reach = new Reach();
        using var shelf = new ModelShelf(node.Models);
        using var auditor = new Auditor(
            folder, node.Audits.OwnLog, reach.To, shelf, ChallengeCommand.EvidenceOf(node), OptionsOf(parsed));
        var code = ExitCode.Ok;
        while (true)
        {
            code = Math.Max(code, await PassAsync(parsed, folder, auditor, node, sources, cancel));
            if (minutes is not { } wait)
                return code;
            await Task.Delay(TimeSpan.FromMinutes(wait), cancel);
        }
    }

    private AuditorOptions OptionsOf(ParseResult parsed) => new()
    {
        Grace = parsed.GetValue(grace) is >= 0 and <= 8760 and var hours ? TimeSpan.FromHours(hours) : throw new UsageException("--grace: from 0 to 8760 hours"),
        Ahead = parsed.GetValue(ahead) is >= 1 and <= 16 and var epochs ? epochs : throw new UsageException("--ahead: from 1 to 16"),
        GiveUpMissingModels = parsed.GetValue(giveUp),
    };

    private async Task<int> PassAsync(ParseResult parsed, AuditorFolder folder, Auditor auditor, AssayNode node, List<PullReference> sources, CancellationToken cancel)
    {
        var isJson = Shared.IsJson(parsed);
        var gathered = new List<(FollowedProvider Provider, AuditNews News)>();
        foreach (var provider in folder.Providers())
        {
            var news = await CountProgress.ShowAsync(isJson, "records opened", progress => auditor.GatherAsync(provider, Told(progress), cancel));
            gathered.Add((provider, news));
            if (!isJson)
                AuditText.Print(provider, news);
        }
        var plan = auditor.Plan();
        var before = AuditText.Tally(auditor.Own);
        var judges = plan.Runs + plan.WithoutRun > 0 && AuditText.Ask(plan, parsed.GetValue(yes), isJson);
        if (judges)
            await BringAsync(parsed, plan, node, sources, cancel);
        var notes = judges
            ? await CountProgress.ShowAsync(isJson, "records judged", progress => auditor.JudgeAsync(Told(progress), cancel))
            : [];
        var found = AuditText.Tally(auditor.Own).ToDictionary(l => l.Key, l => l.Value - before.GetValueOrDefault(l.Key));
        if (isJson)
            AuditText.PrintJson(node.Origin, gathered, plan, judges, found, notes);
        else
            AuditText.Print(found, notes);
        return found.Any(l => l.Key is VerdictLetters.Diverged or VerdictLetters.Wrong or VerdictLetters.Unopened && l.Value > 0) ? ExitCode.Rejected
            : gathered.TrueForAll(g => !g.News.IsFollowed) ? ExitCode.Unavailable
            : ExitCode.Ok;
    }

    // Of what is missing nothing but what was asked for by its digest is of any use: a source that gives something else is told of, and not asked again.
    private static async Task BringAsync(ParseResult parsed, AuditPlan plan, AssayNode node, List<PullReference> sources, CancellationToken cancel)
    {
        var missing = plan.Models.Where(m => m.Here is null).Select(m => m.Digest).ToHashSet();
        while (missing.Count > 0 && sources.Count > 0)
        {
            var model = await PullCommand.BringAsync(parsed, node, sources[0], cancel);
            sources.RemoveAt(0);
            if (!missing.Remove(model.Digest))
                Console.Error.WriteLine($"{model.Reference} is sha256:{model.Digest.ToHex()}: no record that waits was made with it");
        }
    }

    private static Action<AuditProgress>? Told(Action<ulong, ulong>? progress) => progress is null ? null : at => progress(at.Done, at.Total);

    // One connection for each provider, as long as the command runs.
    private sealed class Reach : IDisposable
    {
        private readonly Dictionary<string, (HttpLogSource Log, HttpAuditedNode Node)> open = [];

        public ProviderAccess To(FollowedProvider provider)
        {
            if (!open.TryGetValue(provider.Origin, out var to))
                open[provider.Origin] = to = (new HttpLogSource(new Uri(provider.Url.ToString().TrimEnd('/') + "/log")), new HttpAuditedNode(provider.Url, KeyOf(provider)));
            return new ProviderAccess(to.Log.Read, to.Node);
        }

        public void Dispose()
        {
            foreach (var (log, node) in open.Values)
            {
                log.Dispose();
                node.Dispose();
            }
        }
    }

    /// <summary>The API key for a provider's node, or null where none was given.</summary>
    /// <exception cref="AuditException">Its file is missing or holds something else.</exception>
    public static string? KeyOf(FollowedProvider provider)
    {
        if (provider.ApiKeyFile is not { } file)
            return null;
        var key = File.Exists(file) ? File.ReadAllText(file).Trim() : throw new AuditException($"the API key of {provider.Origin} is not in {file}");
        return key.Length > 0 && key.All(c => c is > ' ' and < '\x7f') ? key : throw new AuditException($"{file} holds something that is no API key");
    }
}
