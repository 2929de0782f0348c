using System.CommandLine;
using System.Globalization;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Proofs;
using Assay.Prover;
using Assay.Store;
using Assay.Verify.Bundles;

namespace Assay.Cli.Commands;

internal static class CommitCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "NAME, NAME@VERSION or a digest: a model of assay-int8-v1" };
        var output = new Option<string?>("--out") { Description = "Write the commitment file here too", HelpName = "FILE" };
        var without = new Option<bool>("--no-weight-proof") { Description = "Leave out the proof that what is committed to are weights of eight bits; it can be made later by `commit` again" };
        var weights = new Option<string?>("--weights-out") { Description = "Write that proof here too, for `assay verify --weights`", HelpName = "FILE" };
        var command = new Command(
            "commit",
            "Commit to a model, so that its runs can be proved; published in the log. Proofs hide nothing of the model: enough of them tell all weights. Example: assay commit digits")
        {
            name, output, without, weights,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var model = node.Models.Find(parsed.GetValue(name)!);
            var (place, weightPlace) = (parsed.GetValue(output), parsed.GetValue(weights));
            if (parsed.GetValue(without) && weightPlace is not null)
                throw new UsageException("--weights-out names a place for what --no-weight-proof leaves out");
            foreach (var probed in new[] { place, weightPlace }.OfType<string>())
                AtomicFile.Probe(Path.GetDirectoryName(probed) ?? "");
            var (commitment, waiting) = await node.CommitAsync(model, cancel);
            if (place is not null)
                await AtomicFile.WriteAsync(place, commitment.File);
            if (!Shared.IsJson(parsed))
                Print(model, commitment, place);
            // The commitment is kept and published by now: a proof about the weights that is given up, or that there cannot be, takes nothing back.
            var proved = parsed.GetValue(without) ? null : Weights(parsed, node, model, cancel);
            if (weightPlace is not null && proved is not null)
                await AtomicFile.WriteAsync(weightPlace, proved.File);
            if (!Shared.IsJson(parsed))
                Print(proved, parsed.GetValue(without), weightPlace);
            if (waiting is not null)
                return await EventFiles.WriteAsync(parsed, node, waiting);
            if (Shared.IsJson(parsed))
                PrintJson(model, commitment, proved);
            return proved is null && weightPlace is not null ? ExitCode.BadInput : ExitCode.Ok;
        }));
        return command;
    }

    // Null where there can be none of this model, which is said.
    private static WeightProof? Weights(ParseResult parsed, AssayNode node, StoredModel model, CancellationToken cancel)
    {
        try
        {
            return node.Proofs.Weights.Prove(model, Shared.IsJson(parsed) ? null : doing => Console.Error.WriteLine($"  {doing} …"), cancel);
        }
        catch (ModelException e)
        {
            Console.Error.WriteLine($"assay: {e.Message}");
            return null;
        }
    }

    private static void Print(StoredModel model, ModelCommitment c, string? file)
    {
        Console.WriteLine($"{model.Reference}  committed for proofs as {c.Id.ToHex()}");
        Console.WriteLine($"  file        {Shared.Bytes(c.File.Length)} in the store{(file is null ? "" : $", and {file}")}: what a verifier needs; no weights are in it");
        Console.WriteLine($"  proofs      at most {Shared.Bytes(c.ProofBytes)} each ({c.Parameters})");
        Console.WriteLine($"  soundness   {Bits(c.Bits)} bits for each attempt: {string.Join(", ", c.Terms.Select(t => $"{t.What} 2^{Bits(t.Log2)}"))}");
        Console.WriteLine($"  leaks       proofs hide nothing of the model. Each tells a part of the weights to whoever gets it, and about {c.ProofsThatTellAll} of them determine all:");
        Console.WriteLine("              prove only models that may be known; a node that serves this one proves for whoever may call it (`serve --proofs-waiting 0`: for nobody)");
    }

    private static void Print(WeightProof? proof, bool isLeftOut, string? file)
    {
        if (proof is not null)
        {
            Console.WriteLine($"  weights     proved to be of eight bits, biases within their bounds, padding zero: {Shared.Bytes(proof.File.Length)} in the store{(file is null ? "" : $", and {file}")}; made in {Seconds(proof.Prove)} s, checked in {Seconds(proof.Verify)} s");
            Console.WriteLine(proof.File.Length > ProofEvidence.MaxWeights
                ? $"              too large for bundles ({Shared.Bytes(ProofEvidence.MaxWeights)}): verifiers take it as a file, `{Shared.Command} verify --weights FILE`"
                : "              bundles with proofs carry it");
            Console.WriteLine($"              it tells as much of the weights as {(proof.Parts == 1 ? "one proof" : $"{proof.Parts} proofs")}");
        }
        else
            Console.WriteLine($"  weights     {(isLeftOut ? "not proved, as you asked" : "not proved")}: that they are of eight bits and their padding zero is this log's word");
        Console.WriteLine($"  next        receipts from now on can be proved: {Shared.Command} prove RECEIPT");
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(time.TotalSeconds < 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static void PrintJson(StoredModel model, ModelCommitment c, WeightProof? weights) => Shared.Print(json =>
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
        if (weights is null)
            return;
        json.WriteNumber("weightProofBytes", weights.File.Length);
        json.WriteNumber("weightProofParts", weights.Parts);
        json.WriteNumber("weightProofSeconds", Math.Round(weights.Prove.TotalSeconds, 3));
        json.WriteNumber("weightVerifySeconds", Math.Round(weights.Verify.TotalSeconds, 3));
    });

    private static string Bits(double bits) => bits.ToString("0.0", CultureInfo.InvariantCulture);
}
