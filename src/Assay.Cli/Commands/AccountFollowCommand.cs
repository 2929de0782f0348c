using System.CommandLine;
using Assay.Audit.Accounts;
using Assay.Node;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Commands;

/// <summary>Begins to keep an account, or counts another auditor's word in one.</summary>
internal static class AccountFollowCommand
{
    public static Command Make()
    {
        var provider = new Argument<string>("PROVIDER") { Description = "The provider's node or log: a URL, or a directory; `own` for this node's own log" };
        var auditors = new Option<string[]>("--auditor") { Description = "An auditor's node or log, likewise; once for each", HelpName = "URL" };
        var keys = new Option<string[]>("--vkey") { Description = "The verifier key of a log, as its operator gave it to you (`assay log vkey`); once for each", HelpName = "VKEY" };
        var policies = new Option<string[]>("--policy") { Description = "A policy that names logs and who must cosign them; once for each", HelpName = "F" };
        var service = new Option<string>("--service") { Description = "Which of the provider's services", HelpName = "NAME", DefaultValueFactory = _ => "assay" };
        var command = new Command("follow", "Keep the account of a provider from now on. Without --vkey or --policy a log's key is what the log itself shows now. Example: assay account follow https://provider.example --auditor https://auditor.example --vkey provider.example/log+1a2b3c4d+AbCd...") { provider, auditors, keys, policies, service };
        command.SetAction(parsed =>
        {
            var folder = Shared.FolderOf(parsed);
            var known = (parsed.GetValue(keys) ?? []).Select(Key).ToList();
            var trusted = (parsed.GetValue(policies) ?? []).Select(f => VerifyCommand.PolicyOf(f, folder)!).ToList();
            var account = new FollowedAccount(
                parsed.GetValue(service)!, Pin(parsed.GetValue(provider)!, folder, known, trusted), [.. (parsed.GetValue(auditors) ?? []).Select(a => Pin(a, folder, known, trusted))]);
            Directory.CreateDirectory(folder.Accounts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var path = AccountKeeper.ListIn(folder.Accounts);
            FollowList.Read(path).With(account).Write(path);
            var isPinned = known.Count + trusted.Count == 0 && account.Auditors.Append(account.Provider).Any(l => !l.IsOwn);
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("provider", account.Provider.Key.ToString());
                    json.WriteString("service", account.Service);
                    json.WriteStartArray("auditors");
                    foreach (var auditor in account.Auditors)
                        json.WriteStringValue(auditor.Key.ToString());
                    json.WriteEndArray();
                    json.WriteBoolean("keysAsShown", isPinned);
                });
            else
            {
                Console.WriteLine($"following {account.Service} of {account.Provider.Key}");
                foreach (var auditor in account.Auditors)
                    Console.WriteLine($"  audited by {auditor.Key}");
                if (account.Auditors.IsEmpty)
                    Console.WriteLine("  audited by nobody yet: --auditor URL names one");
                if (isPinned)
                    Console.WriteLine("These keys are what the logs show now. Whose they are, nobody has said: compare them with what the operators tell you, or give --vkey.");
                Console.WriteLine("A serving node of this folder folds it by itself; else `assay account update` does.");
            }
            return ExitCode.Ok;
        });
        return command;
    }

    private static FollowedAddress Pin(string address, DataFolder folder, List<VerifierKey> known, List<Policy> trusted)
    {
        if (address == FollowedAddress.Own)
        {
            if (!File.Exists(folder.Policy))
                throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path} whose own log could be followed: `assay serve` makes one");
            var own = NodePolicy.Read(folder);
            return new FollowedAddress(FollowedAddress.Own, own.Log.Logs[0], own.LogText);
        }
        using var log = LogAddress.Open(address);
        return log.Pin(log.ReadGenesis(), known, trusted);
    }

    private static VerifierKey Key(string text)
    {
        try
        {
            return VerifierKey.Parse(text);
        }
        catch (MalformedException e)
        {
            throw new UsageException($"--vkey '{text}': {e.Message}");
        }
    }
}
