using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Audit.Auditing;
using Assay.Log.Files;
using Assay.Node;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Commands;

/// <summary>Whom an auditor audits.</summary>
internal static class AuditFollowCommand
{
    private const string DefaultRate = "0.01";

    public static Command Make()
    {
        var url = new Argument<string>("URL") { Description = "The provider's node" };
        var rate = new Option<string>("--rate") { Description = "Share of its records to draw: 0.000001 to 1", HelpName = "R", DefaultValueFactory = _ => DefaultRate };
        var vkey = new Option<string?>("--vkey") { Description = "Its log's verifier key, as `assay log vkey` prints it there", HelpName = "VKEY" };
        var policy = new Option<string?>("--policy") { Description = "Instead: a tlog-policy with its log and the witnesses that its checkpoints must have, or its policy.json", HelpName = "FILE" };
        var apiKey = new Option<string?>("--api-key-file") { Description = "A file with the API key for its node, for canaries", HelpName = "FILE" };
        var command = new Command("follow", "Audit a provider from now on; of one that is followed, change how. Example: assay audit follow http://127.0.0.1:7780 --vkey \"log.example/1+...\" --rate 0.01")
        {
            url, rate, vkey, policy, apiKey,
        };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var provider = new FollowedProvider(
                AddressOf(parsed.GetValue(url)!), PolicyOf(parsed.GetValue(vkey), parsed.GetValue(policy)), RateOf(parsed.GetValue(rate)!),
                parsed.GetValue(apiKey) is { } file ? Path.GetFullPath(file) : null);
            if (provider.Origin == node.Origin)
                throw new UsageException("this is the log of this very data folder: who audits itself proves nothing");
            new AuditorFolder(node.Folder.Auditing).Follow(provider);
            var own = VerifierKey.Create(node.Origin, NoteSignatureType.Ed25519, node.Audits.OwnLog.Key);
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("provider", provider.Origin);
                    json.WriteString("url", provider.Url.ToString());
                    json.WriteNumber("rateMillionths", provider.Rate);
                    json.WriteString("auditor", own.ToString());
                });
            else
                Console.WriteLine($"{provider.Origin} is audited at {Percent(provider.Rate)} of its records, by `{Shared.Command} audit run`\nits operator lists this auditor with: assay auditors add \"{own}\"");
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    public static Command MakeUnfollow()
    {
        var provider = new Argument<string>("PROVIDER") { Description = "Its log's origin, or its address" };
        var command = new Command("unfollow", "Audit a provider no longer. What is committed for and not drawn stays so, and accounts show it") { provider };
        command.SetAction(parsed =>
        {
            var folder = FolderOf(parsed);
            folder.Unfollow(Find(folder, parsed.GetValue(provider)!));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>What the data folder keeps of audits.</summary>
    public static AuditorFolder FolderOf(ParseResult parsed) => new(Shared.FolderOf(parsed).Auditing);

    /// <summary>A followed provider by its origin or address.</summary>
    /// <exception cref="NodeException">There is none.</exception>
    public static FollowedProvider Find(AuditorFolder folder, string name) =>
        folder.Providers().FirstOrDefault(p => p.Origin == name || p.Url.ToString().TrimEnd('/') == name.TrimEnd('/'))
        ?? throw new NodeException(NodeFault.NotFound, $"'{Verify.Json.StrictJson.Shown(name)}' is not followed: `{Shared.Command} audit follow URL` does that");

    public static string Percent(uint millionths) => string.Create(CultureInfo.InvariantCulture, $"{millionths / 10_000m:0.####} %");

    private static Uri AddressOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0
        ? address
        : throw new UsageException($"'{text}' is not an address such as http://127.0.0.1:7780");

    private static uint RateOf(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.000001m and <= 1
            ? (uint)(rate * AuditSeed.MaxRate)
            : throw new UsageException($"--rate {text}: from 0.000001 to 1");

    private static string PolicyOf(string? vkey, string? file)
    {
        if (vkey is null == file is null)
            throw new UsageException("whose log this is, its key says: give either --vkey or --policy");
        try
        {
            if (vkey is not null)
                return $"log {VerifierKey.Parse(vkey)}\nquorum none\n";
            var bytes = new PosixLogFiles(Path.GetDirectoryName(Path.GetFullPath(file!))!).Read(Path.GetFileName(file!), Policy.MaxSize)
                ?? throw new FileNotFoundException($"there is no file '{file}'");
            var text = bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? Policy.Parse(bytes).LogText : Encoding.UTF8.GetString(bytes);
            return TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)).Logs.Length == 1 ? text : throw new MalformedException("it names more than one log, or none");
        }
        catch (MalformedException e)
        {
            throw new BadPolicyException($"{file ?? "--vkey"}: {e.Message}", e);
        }
    }
}
