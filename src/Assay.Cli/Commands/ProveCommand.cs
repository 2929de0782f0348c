using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Verify.Bundles;

namespace Assay.Cli.Commands;

internal static class ProveCommand
{
    public static Command Make()
    {
        var what = new Argument<string>("RECEIPT|NAME") { Description = "A bundle (*.receipt.json), the id of a receipt of this node, or a model to run" };
        var inputs = new Argument<string[]>("INPUT") { Description = "Of a model: its inputs, as `assay run` takes them", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string?>("-o", "--output") { Description = "Where the bundle with its proof goes (default: the bundle's own file, or NAME-ID.receipt.json here)", HelpName = "FILE" };
        var nonce = Bounds.Nonce();
        var command = new Command(
            "prove",
            "Prove that a committed model gave a receipt's output. Proofs hide nothing of the model: enough of them tell all weights. Example: assay prove digits-1a2b3c4d.receipt.json")
        {
            what, inputs, output, nonce, Shared.RunSeconds,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var (named, arguments) = (parsed.GetValue(what)!, parsed.GetValue(inputs)!);
            var (bundle, path) = arguments.Length > 0
                ? await RunAsync(node, named, arguments, parsed.GetValue(nonce), cancel)
                : Given(node, named);
            path = parsed.GetValue(output) ?? path;
            AtomicFile.Probe(Path.GetDirectoryName(path) ?? "");
            var clock = Stopwatch.StartNew();
            var proved = node.Proofs.Prove(bundle, cancel: cancel);
            var seconds = clock.Elapsed.TotalSeconds;
            await AtomicFile.WriteAsync(path, proved.ToBytes());
            var size = proved.Evidence!.Proof.Length;
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("receiptFile", path);
                    json.WriteNumber("proofBytes", size);
                    json.WriteNumber("seconds", Math.Round(seconds, 3));
                });
            else
            {
                Console.WriteLine($"proved   {path}  ({Shared.Bytes(size)} of proof, {seconds.ToString("0.0", CultureInfo.InvariantCulture)} s)");
                Console.WriteLine($"next     {Shared.Command} verify {path}   ·   it needs neither the model nor this node");
            }
            return ExitCode.Ok;
        }, new NodeOptions { RunTime = Shared.RunTimeOf(parsed) }));
        return command;
    }

    private static (Bundle Bundle, string Path) Given(AssayNode node, string named)
    {
        if (File.Exists(named))
            return (Bundle.Parse(VerifyCommand.Read(named)), named);
        var kept = node.Vault.Find(named) ?? throw (node.Models.Has(named)
            ? new UsageException($"{named} is a model, whose run needs an input: `{Shared.Command} prove {named} INPUT`")
            : new FileNotFoundException($"there is no file '{named}', and no receipt of that id here"));
        return (node.MakeBundle(kept, disclose: true), $"{named[..Math.Min(8, named.Length)]}.receipt.json");
    }

    private static async Task<(Bundle Bundle, string Path)> RunAsync(AssayNode node, string named, string[] inputs, string? nonce, CancellationToken cancel)
    {
        var model = node.Models.Find(named);
        if (node.Proofs.IdOf(model) is null)
            throw new NodeException(NodeFault.Conflict, $"{model.Reference} is not committed: `{Shared.Command} commit {model.Reference}` first, and read there what proofs tell");
        var tensors = Inputs.Read(node.Load(model).Graph, inputs, null);
        var answer = await node.InvokeAsync(model, tensors, new CallerTerms(nonce, false, Inputs.Wire(inputs)), cancel);
        return (await node.BundleAsync(answer.Receipt, cancel), $"{model.Name}-{answer.Receipt.RecordId[..8]}.receipt.json");
    }
}
