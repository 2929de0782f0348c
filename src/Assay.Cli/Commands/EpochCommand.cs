using System.CommandLine;

namespace Assay.Cli.Commands;

/// <summary>Commits the log to an index of what it says so far.</summary>
internal static class EpochCommand
{
    public static Command Make()
    {
        var command = new Command("epoch", "Commit the log, now, to an index of every key and its records (docs/spec/receipt.md, Epochs). Example: assay log epoch");
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var epoch = await node.Index.AppendAsync();
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteNumber("entry", epoch.Index);
                    json.WriteNumber("size", epoch.Event.Size);
                    json.WriteNumber("keys", epoch.Event.Keys);
                    json.WriteString("index", epoch.Event.Index.ToBase64());
                });
            else
                Console.WriteLine($"entry {epoch.Index}: what the first {epoch.Event.Size} entries say of {(epoch.Event.Keys == 1 ? "1 serving key" : $"{epoch.Event.Keys} serving keys")}, index {epoch.Event.Index.ToBase64()}");
            return ExitCode.Ok;
        }));
        return command;
    }
}
