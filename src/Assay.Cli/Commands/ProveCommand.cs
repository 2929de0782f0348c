using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

internal static class ProveCommand
{
    public static Command Make()
    {
        var what = new Argument<string>("RECEIPT|NAME") { Description = "A bundle (*.receipt.json), the id of a receipt of this node or its first 8 digits or more, or a model to run" };
        var inputs = new Argument<string[]>("INPUT") { Description = "Of a model: its inputs, as `assay run` takes them", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string?>("-o", "--output") { Description = "Where the bundle with its proof goes (default: the bundle's own file, or NAME-ID.receipt.json here)", HelpName = "FILE" };
        var without = new Option<bool>("--no-weight-proof") { Description = "Leave the proof about the model's weights out of the bundle: it is the same for all, and may be given to `verify` as a file" };
        var nonce = Bounds.Nonce();
        var command = new Command(
            "prove",
            "Prove that a committed model gave a receipt's output. Proofs hide nothing of the model: enough of them tell all weights. Example: assay prove digits-1a2b3c4d.receipt.json")
        {
            what, inputs, output, without, nonce, Shared.RunSeconds,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var (named, arguments) = (parsed.GetValue(what)!, parsed.GetValue(inputs)!);
            var asked = parsed.GetValue(output);
            if (Directory.Exists(asked))
                throw new UsageException($"--output '{asked}' is a folder: a file is right");
            AtomicFile.Probe(Path.GetDirectoryName(asked ?? (File.Exists(named) ? named : "")) ?? "");
            var (bundle, path, answer) = arguments.Length > 0
                ? await RunAsync(node, named, arguments, asked, parsed.GetValue(nonce), cancel)
                : Given(node, named);
            path = asked ?? path;
            var clock = Stopwatch.StartNew();
            var proved = node.Prove(bundle, !parsed.GetValue(without), cancel);
            var seconds = clock.Elapsed.TotalSeconds;
            await AtomicFile.WriteAsync(path, proved.ToBytes());
            if (Shared.IsJson(parsed))
                PrintJson(path, proved, answer, seconds);
            else
                Print(path, proved, answer, seconds);
            return ExitCode.Ok;
        }, new NodeOptions { RunTime = Shared.RunTimeOf(parsed) }));
        return command;
    }

    private static void Print(string path, Bundle proved, Answer? answer, double seconds)
    {
        if (answer is not null)
            RunCommand.PrintOutputs(answer);
        var weights = proved.Evidence!.Weights.Length;
        Console.WriteLine($"proved   {path}  ({Shared.Bytes(proved.Evidence.Proof.Length)} of proof{(weights > 0 ? $", {Shared.Bytes(weights)} of proof about the weights" : "")}, {seconds.ToString("0.0", CultureInfo.InvariantCulture)} s)");
        Console.WriteLine("leaks    a part of the weights, to whoever gets this file: hand it on only if the model may be known");
        Console.WriteLine($"next     {Shared.Command} verify {path}   ·   it needs neither the model nor this node");
    }

    private static void PrintJson(string path, Bundle proved, Answer? answer, double seconds) => Shared.Print(json =>
    {
        json.WriteString("receiptFile", path);
        json.WriteString("receipt", Receipt.Parse(proved.Envelope.Payload.Span).RecordId);
        json.WriteNumber("proofBytes", proved.Evidence!.Proof.Length);
        json.WriteNumber("weightProofBytes", proved.Evidence.Weights.Length);
        json.WriteNumber("seconds", Math.Round(seconds, 3));
        if (answer is not null)
            RunCommand.WriteOutputs(json, answer);
    });

    private static (Bundle Bundle, string Path, Answer? Answer) Given(AssayNode node, string named)
    {
        if (File.Exists(named))
            return (Bundle.Parse(VerifyCommand.Read(named)), named, null);
        var kept = ReceiptCommand.Beginning(node, named) ?? throw (node.Models.Has(named)
            ? new UsageException($"{named} is a model, whose run needs an input: `{Shared.Command} prove {named} INPUT`")
            : new FileNotFoundException($"there is no file '{named}', and no receipt here begins with that"));
        return (node.MakeBundle(kept, disclose: true), ReceiptCommand.NameOf(kept), null);
    }

    private static async Task<(Bundle Bundle, string Path, Answer? Answer)> RunAsync(AssayNode node, string named, string[] inputs, string? output, string? nonce, CancellationToken cancel)
    {
        var model = node.Models.Find(named);
        if (node.Proofs.IdOf(model) is null)
            throw new NodeException(NodeFault.Conflict, $"{model.Reference} is not committed: `{Shared.Command} commit {model.Reference}` first, and read there what proofs tell");
        var tensors = Inputs.Read(node.Load(model).Graph, inputs, null);
        var answer = await node.InvokeAsync(model, tensors, new CallerTerms(nonce, false, Inputs.Wire(inputs)), cancel);
        var bundle = await node.BundleAsync(answer.Receipt, cancel);
        var path = output ?? $"{model.Name}-{answer.Receipt.RecordId[..8]}.receipt.json";
        // The receipt is in the log, whatever becomes of its proof.
        await AtomicFile.WriteAsync(path, bundle.ToBytes());
        return (bundle, path, answer);
    }
}
