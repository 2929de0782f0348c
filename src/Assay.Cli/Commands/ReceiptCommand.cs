using System.CommandLine;
using Assay.Node;

namespace Assay.Cli.Commands;

/// <summary>Gets a receipt again from the node that gave it.</summary>
internal static class ReceiptCommand
{
    public static Command Make()
    {
        var id = new Argument<string>("ID") { Description = "The record id, or its first 8 digits or more" };
        var output = new Option<DirectoryInfo?>("-o", "--output") { Description = "Where the receipt goes (default: here)", HelpName = "DIR" };
        var withhold = new Option<bool>("--withhold") { Description = "Leave out the salts and bytes that open input and output" };
        var command = new Command("receipt", "Write the file of a receipt again. Example: assay receipt 7bf9eb64") { id, output, withhold };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var prefix = parsed.GetValue(id)!;
            var found = prefix.Length >= 8 ? node.Vault.Matching(prefix, 2) : [];
            if (found is not [var only])
                throw new NodeException(NodeFault.NotFound, $"{(found.Count == 0 ? "no" : "more than one")} receipt here begins with '{prefix}'");
            RunCommand.Prepare(parsed.GetValue(output));
            var receipt = node.Vault.Find(only)!;
            var bundle = node.MakeBundle(receipt, disclose: !parsed.GetValue(withhold));
            var path = Path.Combine(parsed.GetValue(output)?.ToString() ?? "", $"{receipt.Model.Split('@')[0]}-{receipt.RecordId[..8]}.receipt.json");
            await AtomicFile.WriteAsync(path, bundle.ToBytes());
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("receiptFile", path));
            else
                Console.WriteLine(path);
            return ExitCode.Ok;
        }));
        return command;
    }
}
