using System.CommandLine;
using System.Text.Json;
using Assay.Audit;
using Assay.Audit.Accounts;
using Assay.Audit.Oracles;
using Assay.Node;
using Assay.Providers.Language;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Probes an endpoint of the OpenAI API, and writes what it saw into this data folder's log (docs/oracles.md).</summary>
internal static class ObserveCommand
{
    private static readonly Argument<string> Url = new("URL") { Description = "What /chat/completions is appended to, such as https://host/v1" };
    private static readonly Option<string> Model = new("--model") { Description = "The model, as requests name it", HelpName = "NAME", Required = true };
    private static readonly Option<string> Oracle = new("--oracle") { Description = "drift, graded, service or likelihood", HelpName = "KIND", Required = true };
    private static readonly Option<FileInfo> Tasks = new("--tasks") { Description = "Probes, as JSON Lines", HelpName = "FILE", Required = true };
    private static readonly Option<FileInfo?> Labels = new("--labels") { Description = "Of graded: right answers that came later, as JSON Lines", HelpName = "FILE" };
    private static readonly Option<string?> Service = new("--service") { Description = "What the log calls it (default: the host and the model)", HelpName = "NAME" };
    private static readonly Option<int> Probes = new("--probes") { Description = "How many to ask now; 0 to bring labels only", HelpName = "N", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Size = new("--batch") { Description = "Probes of one entry, 1 to 30,000", HelpName = "N", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> Every = new("--every") { Description = "Seconds from the beginning of one probe to that of the next", HelpName = "N" };
    private static readonly Option<int> Patience = new("--patience") { Description = "Seconds that an answer may take in all", HelpName = "N", DefaultValueFactory = _ => 60 };
    private static readonly Option<int> Enrol = new("--enrol") { Description = "Of drift: how often each probe is asked at enrolment, 1 to 256", HelpName = "N", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> FirstToken = new("--first-token") { Description = "Of service: milliseconds to the first token", HelpName = "N", DefaultValueFactory = _ => 1000 };
    private static readonly Option<int> Total = new("--total") { Description = "Of service: milliseconds to the end", HelpName = "N", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<string?> Claim = new("--claim") { Description = "Of likelihood: the weights that are claimed, a stored model or a file", HelpName = "MODEL" };
    private static readonly Option<string[]> Alternatives = new("--alternative") { Description = "Of likelihood: what may be served instead, to bet on", HelpName = "MODEL" };
    private static readonly Option<int> Tolerance = new("--tolerance") { Description = "Of likelihood, in millionths a token: what other roundings may change", HelpName = "N" };

    public static Command Make()
    {
        var command = new Command(
            "observe", "Probe an endpoint and log what was seen. The API's key is $ASSAY_OBSERVE_KEY. Example: assay observe https://host/v1 --model m --oracle graded --tasks tasks.jsonl")
        {
            Url, Model, Oracle, Tasks, Labels, Service, Probes, Size, Every, Patience, Enrol, FirstToken, Total, Claim, Alternatives, Tolerance,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, node => RunAsync(parsed, node, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AssayNode node, CancellationToken cancel)
    {
        if (!Uri.TryCreate(parsed.GetValue(Url), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length + url.Query.Length + url.Fragment.Length > 0)
            throw new UsageException("the URL is no address such as https://host/v1: no name or password, no query");
        var key = Environment.GetEnvironmentVariable("ASSAY_OBSERVE_KEY") is { Length: > 0 } given ? given : null;
        if (key is not null && url.Scheme == "http" && !url.IsLoopback)
            throw new UsageException($"'{parsed.GetValue(Url)}' is not encrypted, and $ASSAY_OBSERVE_KEY is not sent there: https is right, http only to this machine");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var endpoint = new Endpoint(
            http, parsed.GetValue(Url)!, parsed.GetValue(Model)!, key,
            TimeSpan.FromSeconds(Within(parsed, Patience, 1, 3600)));
        var set = Input(() => ProbeSet.Parse(Bytes(parsed.GetValue(Tasks)!)));
        if (parsed.GetValue(Labels) is { } labels)
            set = Input(() => set.WithLabels(Bytes(labels)));
        var service = parsed.GetValue(Service) ?? $"{url.Authority} {endpoint.Model}";
        var address = ObservationsEvent.AddressOf(endpoint.Address, endpoint.Model);
        var folder = Directory.CreateDirectory(Path.Combine(node.Folder.Path, "observe")).FullName;
        var (probes, size) = (Within(parsed, Probes, 0, 10_000_000), Within(parsed, Size, 1, 30_000));
        Run MakeRun(ObservationOracle oracle, Hash task) => new(
            node, endpoint, new Observed(service, address, oracle, task), Path.Combine(folder, $"{address.ToHex()[..16]}-{oracle.ToString().ToLowerInvariant()}-{task.ToHex()[..16]}.json"));
        Run run;
        if (parsed.GetValue(Oracle) == "likelihood")
        {
            var claim = parsed.GetValue(Claim) ?? throw new UsageException("--oracle likelihood needs --claim MODEL: the weights that are claimed");
            var (local, others) = (Local(node, claim), (parsed.GetValue(Alternatives) ?? []).Select(a => Local(node, a)).ToList());
            var tolerance = (uint)Within(parsed, Tolerance, 0, 1_000_000);
            LikelihoodOracle Open(LikelihoodMemory? memory) => new(set, local, others, tolerance, LikelihoodOracle.Unguessable(), memory);
            using (var first = Open(null))
                run = MakeRun(ObservationOracle.Likelihood, first.Task);
            var memory = run.Read();
            using var oracle = Open(memory.Likelihood);
            await run.Observation().RunAsync(oracle, memory, probes, size, cancel);
            run.Likelihood = oracle;
        }
        else
        {
            ILetterOracle oracle = parsed.GetValue(Oracle) switch
            {
                "graded" => new GradedOracle(set),
                "service" => new ServiceOracle(set, (uint)Within(parsed, FirstToken, 1, 3_600_000), (uint)Within(parsed, Total, 1, 3_600_000)),
                "drift" => new DriftOracle(set, await EnrolmentAsync(parsed, endpoint, set, Path.Combine(folder, $"{address.ToHex()[..16]}-{set.Digest("enrolment").ToHex()[..16]}.enrolment.json"), cancel)),
                var other => throw new UsageException($"--oracle {other}: drift, graded, service or likelihood"),
            };
            run = MakeRun(oracle.Oracle, oracle.Task);
            await run.Observation().RunAsync(oracle, run.Read(), probes, size, TimeSpan.FromSeconds(Within(parsed, Every, 0, 86_400)), cancel);
        }
        return run.Report(parsed);
    }

    // Made at the first run, and kept: the endpoint is held to what it answered then.
    private static async Task<byte[]> EnrolmentAsync(ParseResult parsed, Endpoint endpoint, ProbeSet set, string file, CancellationToken cancel)
    {
        if (File.Exists(file))
            return await File.ReadAllBytesAsync(file, cancel);
        var times = Within(parsed, Enrol, 1, 256);
        var shown = new ObserveProgress("enrolment");
        var made = await DriftOracle.EnrolAsync(endpoint, set, times, asked => shown.Show($"{asked} of {(long)times * set.Probes.Count} answers", asked == (long)times * set.Probes.Count), cancel);
        await AtomicFile.WriteAsync(file, made);
        return made;
    }

    private static LocalModel Local(AssayNode node, string name) =>
        new(File.Exists(name) || Directory.Exists(name) ? ReplayLanguage.FromFile(name) : node.LoadLanguage(node.Models.Find(name)), LanguageReplayTools.Local(_ => null));

    /// <summary>What a file gives; what is wrong with it is the caller's input, not the audit.</summary>
    public static T Input<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (AuditException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
    }

    private static byte[] Bytes(FileInfo file) => file.Exists
        ? file.Length <= ProbeSet.MostBytes ? File.ReadAllBytes(file.FullName) : throw new AuditException($"{file.Name} has {file.Length} bytes: at most {ProbeSet.MostBytes} are read")
        : throw new FileNotFoundException($"there is no file '{file}'");

    private static int Within(ParseResult parsed, Option<int> option, int least, int most) => parsed.GetValue(option) is var value && value >= least && value <= most
        ? value
        : throw new UsageException($"{option.Name} {value}: from {least} to {most}");

    /// <summary>One run: where its batches go, and where its memory is.</summary>
    private sealed class Run(AssayNode node, Endpoint endpoint, Observed observed, string file)
    {
        private readonly ObserveProgress shown = new(observed.Oracle.ToString().ToLowerInvariant());
        private ulong? last;

        public LikelihoodOracle? Likelihood { get; set; }

        public Observation Observation() => new(endpoint, TimeProvider.System, LogAsync, Keep, Show);

        public ObservationMemory Read()
        {
            try
            {
                return File.Exists(file)
                    ? JsonSerializer.Deserialize<ObservationMemory>(File.ReadAllBytes(file)) is { Next: >= 0, Pending: not null } memory ? memory : throw new JsonException("members are missing")
                    : new ObservationMemory(0, [], null);
            }
            catch (JsonException e)
            {
                throw new AuditException($"{file} is damaged: {e.Message.Split('\n')[0]}", e);
            }
        }

        public int Report(ParseResult parsed)
        {
            var account = OwnObservations.Accounts(node).Single(a => (a.Service, a.Oracle, a.Task) == (observed.Service, observed.Oracle, observed.Task));
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    if (last is { } index)
                        json.WriteNumber("entry", index);
                    ObservedJson.Write(json, account);
                });
            else
            {
                Console.Write(ObservedText.Of(account));
                if (Likelihood is { Used: var used } likelihood)
                    Console.WriteLine(
                        $"answers used by their tokens {used.Tokens}, as texts {used.Texts}, not usable {used.Unusable}; evidence by kind (ln): {string.Join(", ", likelihood.Bets.Kinds.Select(k => $"{k.Name} {k.LogE:0.00}"))}");
            }
            return ExitCode.Ok;
        }

        private async Task LogAsync(Batch batch) => last = await node.ObserveAsync(observed.Event(node.Origin, batch));

        private void Keep(ObservationMemory memory) => AtomicFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(memory)).GetAwaiter().GetResult();

        private void Show(ObservationProgress at) => shown.Show(
            observed.Oracle == ObservationOracle.Likelihood
                ? $"{at.Asked} of {at.Of} probes, {at.Unanswered} without an answer, evidence against the claim e^{at.LogE:0.00}"
                : $"{at.Asked} of {at.Of} probes: {at.Passed} pass, {at.Failed} fail, {at.Unanswered} without an answer", at.Asked == at.Of);
    }
}
