using System.CommandLine;
using System.Globalization;
using Assay.Node;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Gets a receipt again from the node that gave it, shows a part of its output, or forgets it.</summary>
internal static class ReceiptCommand
{
    private const string Extension = ".receipt.json";

    public static Command Make()
    {
        var id = Id();
        var output = new Option<DirectoryInfo?>("-o", "--output") { Description = "Where the receipt goes (default: here)", HelpName = "DIR" };
        var withhold = new Option<bool>("--withhold") { Description = "Leave out the salts and bytes that open input and output" };
        var command = new Command("receipt", "Write the file of a receipt again, as of today. Example: assay receipt 7bf9eb64") { id, output, withhold };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var receipt = Find(node, parsed.GetValue(id)!);
            RunCommand.Prepare(parsed.GetValue(output));
            var bundle = node.MakeBundle(receipt, disclose: !parsed.GetValue(withhold));
            var path = Path.Combine(parsed.GetValue(output)?.ToString() ?? "", NameOf(receipt));
            return await WriteAsync(parsed, path, bundle);
        }));
        command.Subcommands.Add(Disclose());
        command.Subcommands.Add(Forget());
        return command;
    }

    private static Command Disclose()
    {
        var id = Id();
        var span = new Option<string>("--output") { Description = "Pieces of the output: tokens, or 64 KiB of tensors; the first is 0", HelpName = "FIRST[-LAST]", Required = true };
        var input = new Option<bool>("--input") { Description = "Leave in what opens the input" };
        var file = new Option<string?>("-o") { Description = "Where the receipt goes (default: beside it, named after the span)", HelpName = "FILE" };
        var command = new Command("disclose", "Make a receipt that shows some pieces of the output and withholds all else. Example: assay receipt disclose a.receipt.json --output 3-5") { id, span, input, file };
        command.SetAction(parsed =>
        {
            var (first, count) = Span(parsed.GetValue(span)!);
            var from = parsed.GetValue(id)!;
            if (!File.Exists(from))
                return Shared.WithNodeAsync(parsed, async node =>
                {
                    var kept = Find(node, from);
                    var name = parsed.GetValue(file) ?? $"{kept.Model.Split('@')[0]}-{kept.RecordId[..8]}-output-{first}{Extension}";
                    return await WriteAsync(parsed, name, Cut(node.MakeBundle(kept, disclose: true), first, count, parsed.GetValue(input)));
                });
            var path = parsed.GetValue(file) ?? Path.Combine(Path.GetDirectoryName(from) ?? "", $"{Path.GetFileName(from).Replace(Extension, "", StringComparison.Ordinal)}-output-{first}{Extension}");
            return WriteAsync(parsed, path, Cut(Bundle.Parse(VerifyCommand.Read(from)), first, count, parsed.GetValue(input)));
        });
        return command;
    }

    private static Command Forget()
    {
        var id = Id();
        var command = new Command("forget", "Delete what this node keeps of a receipt: statement, salts, input, output. The entry in the log stays, and nobody can tell whose it is. Example: assay receipt forget 7bf9eb64") { id };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var receipt = Find(node, parsed.GetValue(id)!);
            node.Forget(receipt.RecordId);
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("forgotten", receipt.RecordId));
            else
                Console.WriteLine($"forgotten {receipt.RecordId}; entry {receipt.Index} stays in the log");
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    /// <summary>What a receipt's file is called.</summary>
    public static string NameOf(KeptReceipt receipt) => $"{receipt.Model.Split('@')[0]}-{receipt.RecordId[..8]}{Extension}";

    /// <summary>The receipt of this node whose id begins so, in 8 digits or more; null where there is none.</summary>
    /// <exception cref="NodeException">There are several.</exception>
    public static KeptReceipt? Beginning(AssayNode node, string digits) => (digits.Length >= 8 ? node.Vault.Matching(digits, 2) : []) switch
    {
        [var only] => node.Vault.Find(only),
        [] => null,
        _ => throw new NodeException(NodeFault.NotFound, $"more than one receipt here begins with '{digits}'"),
    };

    private static Argument<string> Id() => new("ID") { Description = "The record id, or its first 8 digits or more; or the receipt's file" };

    private static KeptReceipt Find(AssayNode node, string which)
    {
        var prefix = File.Exists(which) ? Receipt.Parse(Bundle.Parse(VerifyCommand.Read(which)).Envelope.Payload.Span).RecordId : which;
        return Beginning(node, prefix) ?? throw new NodeException(NodeFault.NotFound, $"no receipt here begins with '{prefix}'");
    }

    private static async Task<int> WriteAsync(ParseResult parsed, string path, Bundle bundle)
    {
        await AtomicFile.WriteAsync(path, bundle.ToBytes());
        if (Shared.IsJson(parsed))
            Shared.Print(json => json.WriteString("receiptFile", path));
        else
            Console.WriteLine(path);
        return ExitCode.Ok;
    }

    private static Bundle Cut(Bundle bundle, int first, int count, bool showInput)
    {
        try
        {
            return bundle.DiscloseOutputSpan(first, count, showInput);
        }
        catch (InvalidOperationException e)
        {
            throw new NodeException(NodeFault.BadRequest, "this receipt does not show its whole output, so no part can be taken out of it", e);
        }
        catch (ArgumentOutOfRangeException e)
        {
            var output = Receipt.Parse(bundle.Envelope.Payload.Span).Output;
            throw new NodeException(NodeFault.BadRequest, $"the output has no pieces {first} to {first + count - 1}: it has {output.Pieces}, from 0 on", e);
        }
    }

    private static (int First, int Count) Span(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && last >= first && last < int.MaxValue
                ? (first, last - first + 1)
                : throw new UsageException($"--output '{text}' is not FIRST or FIRST-LAST, such as 0 or 3-5");
    }
}
