using System.CommandLine;
using Assay.Node;

namespace Assay.Cli.Commands;

/// <summary>The witnesses of this node's log, and what to do when one of them holds something against it.</summary>
internal static class WitnessesCommand
{
    public static Command Make()
    {
        var command = new Command("witnesses", "Who witnesses this node's log, and whether one of them has seen a log that this one is not (exit code 10)");
        command.SetAction(parsed =>
        {
            var folder = Shared.FolderOf(parsed);
            if (!File.Exists(folder.Policy))
                throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path}: `assay demo` or `assay serve` makes one");
            var halted = folder.HaltReason();
            var witnesses = File.Exists(folder.Witnesses) ? File.ReadAllText(folder.Witnesses) : "";
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("witnesses", witnesses);
                    json.WriteString("halted", halted);
                });
            else
                PrintText(witnesses, halted);
            return halted is null ? ExitCode.Ok : ExitCode.Rejected;
        });
        return command;
    }

    public static Command MakeResume()
    {
        var command = new Command("resume", "Let a node issue again that halted because a witness had seen another log; the witnesses are asked anew at its next start");
        command.SetAction(parsed =>
        {
            var was = Shared.FolderOf(parsed).Resume();
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("was", was));
            else
                Console.WriteLine(was is null ? "this node was not halted" : $"no longer halted; it was because {was}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void PrintText(string witnesses, string? halted)
    {
        Console.Write(witnesses.Length > 0 ? witnesses : "nobody witnesses this log: see `assay serve --witness`\n");
        if (halted is null)
            return;
        Console.WriteLine($"""

            HALTED: {halted}
            This data folder was put back from an older copy, or another process wrote the same log elsewhere: what the witness saw is
            part of this log's history, and is not here. Nothing is issued, so that no second history comes to be signed.
              1. Stop the node. Look for a newer copy of the data folder, put it here, then `{Shared.Command} log resume`.
              2. Is there none, the receipts that are missing are lost, and this log cannot go on: begin a new one in another --data folder.
              3. If it is the witness that errs, name others with `{Shared.Command} serve --witness ...`, then `{Shared.Command} log resume`.
            """);
    }
}
