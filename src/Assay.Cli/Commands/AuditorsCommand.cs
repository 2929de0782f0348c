using System.CommandLine;
using Assay.Node;
using Assay.Node.Audits;
using Assay.Verify;

namespace Assay.Cli.Commands;

/// <summary>Who may audit this node. A running node does not mind: a change holds from the next request on.</summary>
internal static class AuditorsCommand
{
    public static Command Make() => new("auditors", "Who may audit this node: `assay log vkey` of an auditor prints its line. Example: assay auditors list") { List(), Add(), Remove() };

    private static Command List()
    {
        var command = new Command("list", "Who may audit this node");
        command.SetAction(parsed => Show(parsed, AuditorList.Read(FolderOf(parsed))));
        return command;
    }

    private static Command Add()
    {
        var who = new Argument<string>("VKEY") { Description = "The verifier key of an auditor's log, or '*' for everybody" };
        var command = new Command("add", "Let an auditor have commitments logged here, and open to it what it draws. Example: assay auditors add \"auditor.example/log+1a2b3c4d+AbCd...\"") { who };
        command.SetAction(parsed => Change(parsed, list => Parse(list.ToString() + Parse(parsed.GetValue(who)!))));
        return command;
    }

    private static Command Remove()
    {
        var who = new Argument<string>("WHO") { Description = "A verifier key, or its name, or '*'" };
        var command = new Command("remove", "Open nothing more to an auditor: what it has drawn already then counts as not opened") { who };
        command.SetAction(parsed => Change(parsed, list =>
        {
            var name = parsed.GetValue(who)!;
            var left = name == "*" ? list with { Everybody = false } : list with { Keys = [.. list.Keys.Where(k => k.Name != name && k.ToString() != name)] };
            return left.ToString() != list.ToString() ? left : throw new NodeException(NodeFault.NotFound, $"'{name}' is not on the list: `assay auditors list` shows it");
        }));
        return command;
    }

    private static int Change(ParseResult parsed, Func<AuditorList, AuditorList> change)
    {
        var folder = FolderOf(parsed);
        var list = change(AuditorList.Read(folder));
        list.Write(folder);
        return Show(parsed, list);
    }

    /// <exception cref="UsageException">A line is neither a verifier key nor <c>*</c>.</exception>
    public static AuditorList Parse(string text)
    {
        try
        {
            return AuditorList.Parse(text);
        }
        catch (MalformedException e)
        {
            throw new UsageException($"not a list of auditors: {e.Message}");
        }
    }

    private static DataFolder FolderOf(ParseResult parsed) => Shared.FolderOf(parsed) is var folder && File.Exists(folder.Policy)
        ? folder
        : throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path}: `assay demo` or `assay serve` makes one");

    private static int Show(ParseResult parsed, AuditorList list)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteBoolean("everybody", list.Everybody);
                json.WriteStartArray("auditors");
                foreach (var key in list.Keys)
                    json.WriteStringValue(key.ToString());
                json.WriteEndArray();
            });
        else
            Console.Write(list.ToString() is { Length: > 0 } text ? text : "nobody may audit this node: see `assay auditors add`\n");
        return ExitCode.Ok;
    }
}
