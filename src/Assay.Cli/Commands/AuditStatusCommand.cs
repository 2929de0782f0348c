using System.CommandLine;
using System.Globalization;
using Assay.Audit.Auditing;
using Assay.Node;
using Assay.Verify.Audits;

namespace Assay.Cli.Commands;

/// <summary>Where an auditor stands, of each epoch that it has to do with.</summary>
internal static class AuditStatusCommand
{
    public static Command Make()
    {
        var command = new Command("status", "Show where each audit stands: committed, ended, drawn, judged, and what is due when. Asks nobody. Example: assay audit status");
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var folder = new AuditorFolder(node.Folder.Auditing);
            var all = AuditStatus.Of(folder, OwnAudits.Of(node.Audits.OwnLog), new AuditorOptions());
            if (Shared.IsJson(parsed))
                PrintJson(node, folder, all);
            else
                Print(folder, all);
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static void Print(AuditorFolder folder, IReadOnlyList<AuditStatus> all)
    {
        foreach (var provider in folder.Providers())
        {
            Console.WriteLine($"{provider.Origin}  {provider.Url}  {AuditFollowCommand.Percent(provider.Rate)}");
            foreach (var status in all.Where(s => s.Provider == provider.Origin))
                Console.WriteLine($"  key {status.KeyId.ToHex()[..8]}  epoch {status.Epoch,4}  {status.Phase.ToString().ToLowerInvariant(),-9}{Judged(status)}{Due(status)}");
        }
    }

    private static string Judged(AuditStatus status) => status.Drawn is not { } drawn ? ""
        : $"  {status.Letters.Length} of {drawn} judged{string.Concat(VerdictLetters.ByStrength.Where(l => status.CountOf(l) > 0).Select(l => $", {status.CountOf(l)} {AuditText.Word(l)}"))}";

    private static string Due(AuditStatus status) =>
        status.Due is { } due ? $"  due {DateTimeOffset.FromUnixTimeSeconds((long)due).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : "";

    private static void PrintJson(AssayNode node, AuditorFolder folder, IReadOnlyList<AuditStatus> all) => Shared.Print(json =>
    {
        json.WriteString("auditor", node.Origin);
        json.WriteStartArray("providers");
        foreach (var provider in folder.Providers())
        {
            json.WriteStartObject();
            json.WriteString("provider", provider.Origin);
            json.WriteString("url", provider.Url.ToString());
            json.WriteNumber("rateMillionths", provider.Rate);
            json.WriteStartArray("epochs");
            foreach (var status in all.Where(s => s.Provider == provider.Origin))
            {
                json.WriteStartObject();
                json.WriteString("key", status.KeyId.ToHex());
                json.WriteNumber("epoch", status.Epoch);
                json.WriteNumber("rateMillionths", status.Rate);
                json.WriteString("phase", status.Phase.ToString().ToLowerInvariant());
                if (status.Drawn is { } drawn)
                    json.WriteNumber("drawn", drawn);
                json.WriteNumber("judged", status.Letters.Length);
                AuditText.WriteLetters(json, "letters", VerdictLetters.ByStrength.ToDictionary(l => l, status.CountOf));
                if (status.Due is { } due)
                    json.WriteNumber("due", due);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
