using System.CommandLine;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>What this node promises to its auditors: how long an epoch is, and how soon drawn records are opened.</summary>
internal static class AuditTermsCommand
{
    private const ulong DefaultOpeningSeconds = 86_400;

    public static Command Make()
    {
        var records = new Option<ulong?>("--epoch-records") { Description = "Records of an epoch of a key that is introduced from here on: 100 to 1,000,000", HelpName = "N" };
        var seconds = new Option<ulong?>("--opening-seconds") { Description = "How soon drawn records are opened: 60 to 604,800", HelpName = "N" };
        var command = new Command("terms", "Show the audit terms in this node's log, or log others. Example: assay audit terms --epoch-records 1000") { records, seconds };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var now = node.Look(s => s.Terms);
            if (parsed.GetValue(records) is null && parsed.GetValue(seconds) is null)
                return Show(parsed, now, null);
            var terms = new AuditTermsEvent(
                node.Origin, parsed.GetValue(records) ?? now?.EpochRecords ?? AuditTermsEvent.DefaultEpochRecords,
                parsed.GetValue(seconds) ?? now?.OpeningSeconds ?? DefaultOpeningSeconds);
            if (terms == now)
                return Show(parsed, now, null);
            Check(terms);
            var outcome = await node.ProposeAsync(terms);
            return outcome.Waiting is { } waiting ? await EventFiles.WriteAsync(parsed, node, waiting) : Show(parsed, terms, outcome.Index);
        }));
        return command;
    }

    private static void Check(AuditTermsEvent terms)
    {
        if (terms.EpochRecords is < 100 or > 1_000_000)
            throw new UsageException($"--epoch-records {terms.EpochRecords}: from 100 to 1000000");
        if (terms.OpeningSeconds is < 60 or > 604_800)
            throw new UsageException($"--opening-seconds {terms.OpeningSeconds}: from 60 to 604800");
    }

    private static int Show(ParseResult parsed, AuditTermsEvent? terms, ulong? index)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                if (terms is null)
                    json.WriteNull("epochRecords");
                else
                    json.WriteNumber("epochRecords", terms.EpochRecords);
                if (terms is null)
                    json.WriteNull("openingSeconds");
                else
                    json.WriteNumber("openingSeconds", terms.OpeningSeconds);
                if (index is { } at)
                    json.WriteNumber("entry", at);
            });
        else if (terms is null)
            Console.WriteLine($"this log has no audit terms: epochs have {AuditTermsEvent.DefaultEpochRecords} records, and nothing says how soon records are opened");
        else
            Console.WriteLine($"{(index is { } at ? $"entry {at}: " : "")}epochs of {terms.EpochRecords} records, for keys introduced after these terms; drawn records are opened within {terms.OpeningSeconds} s");
        return ExitCode.Ok;
    }
}
