using System.CommandLine;
using Assay.Audit.Accounts;
using Assay.Node;
using Assay.Node.Accounts;

namespace Assay.Cli.Commands;

/// <summary>The accounts of providers: which are kept here, and what they say.</summary>
internal static class AccountCommand
{
    public static Command Make()
    {
        var which = new Argument<string?>("NAME[@PROVIDER]") { Description = "A model, a service or the beginning of an account's id, and whose: its log's origin or its name; all accounts if not given", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("account", "What auditors have found of a provider: proven bounds with what they rest on. Example: assay account digits") { which, AccountFollowCommand.Make(), Update() };
        command.SetAction(parsed => Show(parsed, parsed.GetValue(which) ?? ""));
        return command;
    }

    private static Command Update()
    {
        var command = new Command("update", "Look at the logs of all followed accounts, once, and fold what is new; a serving node does so by itself. Exit code 10 where a log shows what it must not or cannot be read. Example: assay account update");
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var shown = Environment.TickCount64;
            var updates = await node.Accounts.UpdateAsync(progress =>
            {
                if (Shared.IsJson(parsed) || Environment.TickCount64 - shown < 1000)
                    return;
                shown = Environment.TickCount64;
                Console.Error.WriteLine($"{progress.Origin}: {progress.Read} of {progress.Size} entries");
            }, cancel);
            if (Shared.IsJson(parsed))
                PrintJson(updates);
            else
                PrintText(updates);
            return updates.Any(u => u.Problems.Count > 0) ? ExitCode.Rejected : ExitCode.Ok;
        }));
        return command;
    }

    private static int Show(ParseResult parsed, string which)
    {
        var folder = Shared.FolderOf(parsed);
        if (!File.Exists(AccountKeeper.DatabaseIn(folder.Accounts)))
            throw new NodeException(NodeFault.NotFound, $"no account is kept in {folder.Path}: `assay account follow URL --auditor URL` begins one");
        using var vault = AccountsDesk.OpenVault(folder);
        // A version is written with '@' too: what is no model's name so is a name and a provider.
        var at = which.LastIndexOf('@');
        AccountView[] found = [.. AccountView.Find(vault, which, "")];
        if (found.Length == 0 && at >= 0)
            found = [.. AccountView.Find(vault, which[..at], which[(at + 1)..])];
        if (found.Length == 0)
            throw new NodeException(NodeFault.NotFound, which.Length == 0 ? "no account has been folded yet: `assay account update` does it" : $"no account here is of '{which}': `assay account` lists those that are kept");
        var isAll = which.Length == 0;
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteStartArray("accounts");
                foreach (var view in found)
                {
                    json.WriteStartObject();
                    if (isAll)
                        AccountJson.WriteSummary(json, view);
                    else
                        AccountJson.Write(json, view);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        else if (isAll)
            AccountText.PrintList(found);
        else
            foreach (var view in found)
                AccountText.Print(view);
        return ExitCode.Ok;
    }

    private static void PrintText(IReadOnlyList<AccountUpdate> updates)
    {
        if (updates.Count == 0)
            Console.WriteLine("no account is followed: `assay account follow URL --auditor URL` begins one");
        foreach (var update in updates)
        {
            Console.WriteLine($"{update.Account.Service} of {update.Account.Provider.Key.Name}  {(update.Steps == 0 ? "nothing new" : $"{update.Steps} step{(update.Steps == 1 ? "" : "s")}, {update.Settled} epochs settled")}");
            foreach (var problem in update.Problems)
                Console.WriteLine($"  {problem}");
        }
    }

    private static void PrintJson(IReadOnlyList<AccountUpdate> updates) => Shared.Print(json =>
    {
        json.WriteStartArray("accounts");
        foreach (var update in updates)
        {
            json.WriteStartObject();
            json.WriteString("account", update.Id?.ToHex());
            json.WriteString("provider", update.Account.Provider.Key.Name);
            json.WriteString("service", update.Account.Service);
            json.WriteNumber("steps", update.Steps);
            json.WriteNumber("settled", update.Settled);
            json.WriteStartArray("problems");
            foreach (var problem in update.Problems)
                json.WriteStringValue(problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
