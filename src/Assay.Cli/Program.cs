using System.CommandLine;
using System.CommandLine.Help;
using Assay.Cli;
using Assay.Cli.Commands;
using Assay.Cli.Commands.Market;

var root = new RootCommand("Runs AI models and gives every answer a receipt that anyone can verify offline.");
root.Options.Add(Shared.Data);
root.Options.Add(Shared.Json);
root.Subcommands.Add(DemoCommand.Make());
root.Subcommands.Add(ServeCommand.Make());
root.Subcommands.Add(PullCommand.Make());
root.Subcommands.Add(ImportCommand.Make());
root.Subcommands.Add(ListCommand.Make());
root.Subcommands.Add(ShowCommand.Make());
root.Subcommands.Add(RemoveCommand.Make());
root.Subcommands.Add(RunCommand.Make());
root.Subcommands.Add(ChatCommand.Make());
root.Subcommands.Add(EmbedCommand.Make());
root.Subcommands.Add(RelayCommand.Make());
root.Subcommands.Add(CommitCommand.Make());
root.Subcommands.Add(ProveCommand.Make());
root.Subcommands.Add(ReceiptCommand.Make());
root.Subcommands.Add(VerifyCommand.Make());
root.Subcommands.Add(ReplayCommand.Make());
root.Subcommands.Add(LogCommand.Make());
root.Subcommands.Add(AuditCommand.Make());
root.Subcommands.Add(ChallengeCommand.Make());
root.Subcommands.Add(AuditorsCommand.Make());
root.Subcommands.Add(AccountCommand.Make());
root.Subcommands.Add(PassportCommand.Make());
root.Subcommands.Add(MarketCommand.Make());
root.Subcommands.Add(ObserveCommand.Make());
root.Subcommands.Add(ImportHistoryCommand.Make());
root.Subcommands.Add(SimulateCommand.Make());
root.Subcommands.Add(KeyCommand.Make());
root.Subcommands.Add(DoctorCommand.Make());
root.Subcommands.Add(ConformanceCommand.Make());
root.Subcommands.Add(DigestCommand.Make());
root.Subcommands.Add(QuantizeCommand.Make());

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
{
    var wrong = parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known here" : Bounds.Wrong(parsed);
    return Failure.Report(new UsageException($"{wrong}; `assay {string.Join(' ', Words(parsed))}--help` shows how"), args.Contains("--json"));
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e)
{
    return Failure.Report(e, Shared.IsJson(parsed));
}

static IEnumerable<string> Words(ParseResult parsed)
{
    var names = new Stack<string>();
    for (var result = parsed.CommandResult; result.Parent is System.CommandLine.Parsing.CommandResult parent; result = parent)
        names.Push(result.Command.Name);
    return names.Count == 0 ? [] : names.Append("");
}
