using System.CommandLine;
using Assay.Node;
using Assay.Store;
using Assay.Store.Pull;

namespace Assay.Cli.Commands;

internal static class PullCommand
{
    private const int MaxGigabytes = 100_000;

    // Others import within seconds; a node that serves stays.
    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(250), TurnWithin = TimeSpan.FromMinutes(5);

    private static readonly Argument<string> Reference = new("REF")
    {
        Description = "hf:ORG/REPO[:FILE][@REVISION], ollama:NAME[:TAG], https://ADDRESS#sha256=HEX, or a file or folder of this machine",
    };

    private static readonly Option<string?> Name = Bounds.ModelName("Name (default: that of the file or repository)");

    private static readonly Option<string?> Version = Bounds.ModelVersion();

    internal static readonly Option<string?> Hub = new("--hub")
    {
        Description = "The hub that hf: means (default: $ASSAY_HF_ENDPOINT, else https://huggingface.co); $HF_TOKEN is sent to it and to nobody else",
        HelpName = "URL",
    };

    internal static readonly Option<string?> Registry = new("--registry")
    {
        Description = "The registry that ollama: means (default: $ASSAY_OLLAMA_REGISTRY, else https://registry.ollama.ai)", HelpName = "URL",
    };

    internal static readonly Option<int> MaxGb = new Option<int>("--max-gb")
    {
        Description = "The largest model that is pulled, in gigabytes", HelpName = "N",
        DefaultValueFactory = _ => (int)(new PullOptions().MaxBytes / 1_000_000_000),
    }.From(1, MaxGigabytes);

    public static Command Make()
    {
        var command = new Command("pull", "Fetch a model, check it, bring it in and publish it in the log; what was broken off goes on. Example: assay pull hf:HuggingFaceTB/SmolLM2-135M-Instruct")
        {
            Reference, Name, Version, Hub, Registry, MaxGb,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var reference = ReferenceOf(parsed.GetValue(Reference)!);
        var (name, version) = (parsed.GetValue(Name), parsed.GetValue(Version));
        if (reference is PullReference.Local local)
        {
            ImportCommand.RequireModel(local.Path);
            return await Shared.WithNodeAsync(parsed, async node => await TellAsync(parsed, node, await node.ImportAsync(local.Path, name, version), null, []));
        }
        var folder = Shared.FolderOf(parsed);
        var options = Options(parsed);
        folder.Create();
        RequireNoServer(folder);
        using var puller = new Puller(new ModelStore(folder.Models), options);
        var (plan, pulled) = await FetchAsync(parsed, puller, reference, name, version, cancel);
        name ??= plan.Name;
        for (var waited = TimeSpan.Zero; ; waited += TurnEvery)
        {
            try
            {
                return await Shared.WithNodeAsync(parsed, async node => await TellAsync(parsed, node, await node.KeepAsync(pulled, name, version), plan, pulled));
            }
            catch (NodeException e) when (e.Fault == NodeFault.InUse && waited < TurnWithin && folder.OwnerUrl() is null)
            {
                await Task.Delay(TurnEvery, cancel);
            }
        }
    }

    /// <summary>Brings a model into the store of a node that this process has open, and publishes it in its log. For commands with the options of this one.</summary>
    internal static async Task<StoredModel> BringAsync(ParseResult parsed, AssayNode node, PullReference reference, CancellationToken cancel)
    {
        if (reference is PullReference.Local local)
        {
            ImportCommand.RequireModel(local.Path);
            return await node.ImportAsync(local.Path);
        }
        using var puller = new Puller(node.Models, Options(parsed));
        var (plan, pulled) = await FetchAsync(parsed, puller, reference, null, null, cancel);
        return await node.KeepAsync(pulled, plan.Name);
    }

    private static async Task<(PullPlan, IReadOnlyList<PulledFile>)> FetchAsync(
        ParseResult parsed, Puller puller, PullReference reference, string? name, string? version, CancellationToken cancel)
    {
        var plan = await puller.PlanAsync(reference, cancel);
        ModelStore.RequireNames(name ?? plan.Name, version);
        foreach (var note in plan.Notes)
            Console.Error.WriteLine(note);
        return (plan, await PullProgressShown.ShowAsync(Shared.IsJson(parsed), progress => puller.FetchAsync(plan, progress, cancel)));
    }

    private static async Task<int> TellAsync(ParseResult parsed, AssayNode node, StoredModel model, PullPlan? plan, IReadOnlyList<PulledFile> pulled)
    {
        if (node.Unpublished(model) is { } waiting)
            return await EventFiles.WriteAsync(parsed, node, waiting);
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                ModelText.Write(json, model);
                json.WriteString("origin", plan?.Origin);
                json.WriteStartArray("fetched");
                foreach (var file in pulled.Where(f => f.Path is not null))
                    json.WriteStringValue(file.Name);
                json.WriteEndArray();
            });
        else
            Console.WriteLine($"{model.Reference}  sha256:{model.Digest.ToHex()}  {Shared.Bytes(model.Size)}{(plan is null ? "" : $"  from {plan.Origin}")}");
        return ExitCode.Ok;
    }

    /// <exception cref="UsageException">It names no place that models come from.</exception>
    internal static PullReference ReferenceOf(string text)
    {
        try
        {
            return PullReference.Parse(text);
        }
        catch (StoreException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static PullOptions Options(ParseResult parsed)
    {
        var standard = new PullOptions();
        var token = Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } set ? set.Trim() : null;
        // It is not shown, not even where it is wrong.
        if (token?.All(c => c is > ' ' and < '\x7f') == false)
            throw new UsageException("HF_TOKEN holds something that is no access token");
        return new PullOptions
        {
            Hub = Address(parsed, Hub, "ASSAY_HF_ENDPOINT") ?? standard.Hub,
            Registry = Address(parsed, Registry, "ASSAY_OLLAMA_REGISTRY") ?? standard.Registry,
            Token = token,
            MaxBytes = parsed.GetValue(MaxGb) * 1_000_000_000L,
            Choose = Console.IsInputRedirected || Console.IsErrorRedirected || Shared.IsJson(parsed) ? null : Choose,
        };
    }

    private static Uri? Address(ParseResult parsed, Option<string?> option, string variable)
    {
        var (text, where) = parsed.GetValue(option) is { } given ? (given, option.Name) : (Environment.GetEnvironmentVariable(variable), variable);
        if (string.IsNullOrEmpty(text))
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && Puller.IsAddress(address)
            ? address
            : throw new UsageException($"{where} {text}: an address begins with https:// (http:// on this machine only) and ends with its path");
    }

    private static HubFile Choose(IReadOnlyList<HubFile> files)
    {
        for (var i = 0; i < files.Count; i++)
            Console.Error.WriteLine($"{i + 1,4}  {files[i].Name}{(files[i].Size is { } size ? $"  {Shared.Bytes(size)}" : "")}");
        Console.Error.Write($"which? 1-{files.Count}: ");
        var line = Console.ReadLine();
        return int.TryParse(line, out var number) && number >= 1 && number <= files.Count
            ? files[number - 1]
            : throw new UsageException($"'{line}' is not a number from 1 to {files.Count}");
    }

    // Whoever serves has the folder for long: told before anything is fetched.
    private static void RequireNoServer(DataFolder folder)
    {
        if (folder.OwnerUrl() is not null)
            folder.Own().Dispose();
    }
}
