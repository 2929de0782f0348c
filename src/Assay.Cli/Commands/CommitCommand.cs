using System.CommandLine;
using System.Globalization;
using Assay.Prover;
using Assay.Store;

namespace Assay.Cli.Commands;

internal static class CommitCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "NAME, NAME@VERSION or a digest: a model of assay-int8-v1" };
        var output = new Option<string?>("--out") { Description = "Write the commitment file here too", HelpName = "FILE" };
        var command = new Command(
            "commit",
            "Commit to a model, so that its runs can be proved; published in the log. Proofs hide nothing of the model: enough of them tell all weights. Example: assay commit digits") { name, output };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var model = node.Models.Find(parsed.GetValue(name)!);
            if (parsed.GetValue(output) is { } probed)
                AtomicFile.Probe(Path.GetDirectoryName(probed) ?? "");
            var (commitment, waiting) = await node.CommitAsync(model, cancel);
            if (parsed.GetValue(output) is { } file)
                await AtomicFile.WriteAsync(file, commitment.File);
            if (!Shared.IsJson(parsed))
                Print(model, commitment, parsed.GetValue(output));
            if (waiting is not null)
                return await EventFiles.WriteAsync(parsed, node, waiting);
            if (Shared.IsJson(parsed))
                PrintJson(model, commitment);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void Print(StoredModel model, ModelCommitment c, string? file)
    {
        Console.WriteLine($"{model.Reference}  committed for proofs as {c.Id.ToHex()}");
        Console.WriteLine($"  file        {Shared.Bytes(c.File.Length)} in the store{(file is null ? "" : $", and {file}")}: what a verifier needs; no weights are in it");
        Console.WriteLine($"  proofs      at most {Shared.Bytes(c.ProofBytes)} each ({c.Parameters})");
        Console.WriteLine($"  soundness   {Bits(c.Bits)} bits for each attempt: {string.Join(", ", c.Terms.Select(t => $"{t.What} 2^{Bits(t.Log2)}"))}");
        Console.WriteLine($"  leaks       proofs hide nothing of the model. Each tells a part of the weights to whoever gets it, and about {c.ProofsThatTellAll} of them determine all:");
        Console.WriteLine("              prove only models that may be known; a node that serves this one proves for whoever may call it");
        Console.WriteLine($"  next        receipts from now on can be proved: {Shared.Command} prove RECEIPT");
    }

    private static void PrintJson(StoredModel model, ModelCommitment c) => Shared.Print(json =>
    {
        json.WriteString("model", model.Reference);
        json.WriteString("modelDigest", model.Digest.ToHex());
        json.WriteString("proofModel", c.Id.ToHex());
        json.WriteNumber("fileBytes", c.File.Length);
        json.WriteNumber("proofBytes", c.ProofBytes);
        json.WriteString("parameters", c.Parameters);
        json.WriteNumber("bits", c.Bits);
        json.WriteStartObject("log2Errors");
        foreach (var (what, log2) in c.Terms)
            json.WriteNumber(what, log2);
        json.WriteEndObject();
        json.WriteNumber("proofsThatTellAll", c.ProofsThatTellAll);
    });

    private static string Bits(double bits) => bits.ToString("0.0", CultureInfo.InvariantCulture);
}
