using System.Text.Json;
using Assay.Engine.Models;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol.Weights;
using Assay.Prover.Reference;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Prover.Tests.Files;

/// <summary>docs/spec/vectors/proofs/weights: proofs about small models' weights, bytes of them changed, and what a verifier says of each; and how a large model is cut into parts.</summary>
public sealed class WeightVectorTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the files are written anew, for their changes to be read before they are committed.</summary>
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    [InlineData("parts")]
    [InlineData("evidence")]
    public void The_committed_files_are_those_that_the_prover_makes(string name)
    {
        var text = name switch { "parts" => Parts(), "evidence" => Evidence(), _ => Write(name) };
        var path = Path.Combine(Folder(), $"{name}.json");
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void What_is_said_of_each_is_what_the_verifier_says(string name)
    {
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), $"{name}.json"))).RootElement;
        var (commitment, proof) = (Base64.Read(json.GetProperty("commitment").GetString()), Base64.Read(json.GetProperty("proof").GetString()));
        Assert.Equal("holds", Verdict(commitment, proof));
        foreach (var change in json.GetProperty("changes").EnumerateArray())
            Assert.Equal(
                change.GetProperty("says").GetString(),
                Verdict(change.GetProperty("of").GetString()!, change.GetProperty("at").GetInt32(), change.GetProperty("xor").GetInt32(), commitment, proof));
    }

    [Fact]
    public void What_a_bundle_carries_is_judged_as_the_vector_says()
    {
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), "evidence.json"))).RootElement;
        byte[] Bytes(string name) => Base64.Read(json.GetProperty(name).GetString());
        Hash Hex(string name) => Hash.FromHex(json.GetProperty(name).GetString());
        var run = new ProvedRun(Hex("model"), Receipt(Hex("manifest"), json.GetProperty("nonce").GetString()!, Hex("inputCommitment"), Hex("outputCommitment")), Bytes("input"), Bytes("output"));
        var (evidence, weights) = (new ProofEvidence(Bytes("proof"), Bytes("commitment")), Bytes("weights"));
        Assert.Equal(WeightsFooting.LogWord, new EvidenceVerifier().Verify(evidence, run).Weights);
        Assert.Equal(WeightsFooting.Proved, new EvidenceVerifier().Verify(evidence with { Weights = weights }, run).Weights);
        Assert.Equal(WeightsFooting.Proved, new EvidenceVerifier(weights).Verify(evidence, run).Weights);
        Assert.False(new EvidenceVerifier(weights).Verify(evidence with { Weights = evidence.Proof }, run).Holds);
    }

    private static string Verdict(string of, int at, int xor, byte[] commitment, byte[] proof) => of switch
    {
        "proof" => Verdict(commitment, Changed(proof, at, xor)),
        "commitment" => Verdict(Changed(commitment, at, xor), proof),
        // As if whoever changed it had published it so, and made the file's header for it.
        "published" => Published(Changed(commitment, at, xor), proof),
        "cut" => Verdict(commitment, proof[..at]),
        _ => Verdict(commitment, [.. proof, (byte)xor]),
    };

    private static string Published(byte[] commitment, byte[] proof)
    {
        try
        {
            return Verdict(commitment, [.. WeightProofFile.Of(CommittedModel.Read(commitment), []), .. proof[ProofHeader.Size..]]);
        }
        catch (MalformedException)
        {
            return "malformed";
        }
    }

    private static string Verdict(byte[] commitment, byte[] proof)
    {
        try
        {
            return WeightProofFile.Verify(proof, CommittedModel.Read(commitment)) is { } check ? $"C{(int)check}" : "holds";
        }
        catch (MalformedException)
        {
            return "malformed";
        }
    }

    private static byte[] Changed(byte[] bytes, int at, int xor)
    {
        var changed = bytes.ToArray();
        changed[at] ^= (byte)xor;
        return changed;
    }

    // Each is small; parameters are those that a hundred bits want. Blocks of one value, of less than a row, of several rows.
    private static ProofModel Network(string name) => name switch
    {
        "dense" => new([9], 1, [new DenseLayer(0, 5, 1, 700, [Group], [0]), new DenseLayer(1, 150, 3, 90000, [Group], [0]), new DenseLayer(2, 1, 3, 0, [Group], [0])], ProvedModel.Small),
        _ => new([3, 5, 4], 1,
        [
            new ConvLayer(0, 3, 3, 3, 1, 1, 1, 1, 5, 4, 1, 900, [Group, Group with { Shift = 21 }], [0, 1, 0], Depthwise: true),
            new ConvLayer(1, 6, 2, 2, 1, 1, 0, 0, 4, 3, 3, WeightPlan.MostBias, [Group with { Shift = 30 }], [0]),
        ], new(7, 3, 124, 9)),
    };

    private static string Write(string name)
    {
        var proved = new ProvedModel(new Random(9), Network(name), 1);
        var (commitment, proof) = (proved.Commitment.ToBytes(), WeightProofFile.Of(proved.Commitment, WeightProver.Prove(proved.Model, proved.Commitment.Id, proved.Committed)));
        return Json(json =>
        {
            json.WriteString("commitment", Base64.Write(commitment));
            json.WriteString("proof", Base64.Write(proof));
            json.WriteStartArray("changes");
            foreach (var (of, at, xor) in Changes(commitment.Length, proof.Length))
                json.WriteRawValue($"{{ \"of\": \"{of}\", \"at\": {at}, \"xor\": {xor}, \"says\": \"{Verdict(of, at, xor, commitment, proof)}\" }}");
            json.WriteEndArray();
        });
    }

    // Of a model of three parts: each piece with its layer, its bound (of biases), its number and size, and where it begins in the matrix.
    private static string Parts()
    {
        var model = new ProofModel([2000], 1,
            [new DenseLayer(0, 2000, 1, 700, [Group], [0]), new DenseLayer(1, 3, 3, 90, [Group], [0]), new DenseLayer(2, 2000, 3, 90, [Group], [0]), new DenseLayer(3, 1025, 3, 91, [Group], [0])],
            ProvedModel.Small with { LogColumns = 12 });
        var committed = new CommittedModel(model, PublicTensor.Int8("x", [0, 2000]), PublicTensor.Int8("y", [0, 1025]), Sha256.Of("a model"u8), Sha256.Of("a root"u8));
        return Json(json =>
        {
            json.WriteString("commitment", Base64.Write(committed.ToBytes()));
            json.WriteStartArray("parts");
            foreach (var plan in WeightPlan.Of(model))
                json.WriteRawValue($"[{string.Join(", ", plan.Pieces.Select(p =>
                    $"{{ \"bound\": {(p.IsBias ? $"{((WeightLayer)model.Layers[p.Layer]).BiasBound}" : "null")}, \"number\": {p.Number}, \"log\": {p.Log}, \"at\": {((long)p.Place.Row << 12) + ((long)p.Place.Slot << p.Log)} }}"))}]");
            json.WriteEndArray();
        });
    }

    // A proof that belongs to a receipt, and the one about the weights.
    private static string Evidence()
    {
        var proved = new ProvedModel(new Random(10), new([5], -3, [new DenseLayer(0, 6, -3, 500, [Group with { ZeroPoint = -40, Low = -40 }], [0]), new DenseLayer(1, 3, -40, 500, [Group], [0])], ProvedModel.Small), 2);
        var (model, statement) = (proved.Commitment, proved.Statement);
        byte[] Encoded(string name, ReadOnlySpan<sbyte> values) => TensorEncoding.Encode([new NamedTensor(name, Tensor.From<sbyte>(Shape.Of(2, values.Length / 2), [.. values]))]);
        var run = new ProvedRun(
            Hash.From(model.Id), Receipt(model.Manifest, "a nonce", Sha256.Of("an input"u8), Sha256.Of("an output"u8)), Encoded("x", statement.Input.AsSpan()), Encoded("y", statement.Output.AsSpan()));
        var bound = EvidenceVerifier.StatementOf(model, run)!;
        return Json(json =>
        {
            json.WriteString("model", run.ProofModel.ToHex());
            json.WriteString("manifest", model.Manifest.ToHex());
            json.WriteString("nonce", run.Receipt.ClientNonce);
            json.WriteString("inputCommitment", run.Receipt.Input.Commitment.ToHex());
            json.WriteString("outputCommitment", run.Receipt.Output.Commitment.ToHex());
            json.WriteString("input", Base64.Write(run.Input.Span));
            json.WriteString("output", Base64.Write(run.Output.Span));
            json.WriteString("commitment", Base64.Write(model.ToBytes()));
            json.WriteString("proof", Base64.Write(ProofFile.Of(model, proved.Prove(bound, proved.Run))));
            json.WriteString("weights", Base64.Write(WeightProofFile.Of(model, WeightProver.Prove(proved.Model, model.Id, proved.Committed))));
        });
    }

    private static Receipt Receipt(Hash manifest, string nonce, Hash input, Hash output) => new()
    {
        RecordId = new string('0', 32), Sequence = 0, ClientNonce = nonce,
        Issuer = new Issuer(manifest, "tester"), Model = new ModelClaim("a model", "1", manifest, "onnx"),
        Input = new ContentClaim(Verify.Statements.Receipt.Tensors, 1, input), WireInput = null,
        Output = new OutputClaim(1, output), Execution = new ExecutionClaim("assay-int8-v1", new EngineClaim("assay", "0", "0"), manifest),
        RequestedAt = DateTimeOffset.UnixEpoch, CompletedAt = DateTimeOffset.UnixEpoch, NotBefore = Verify.Statements.Receipt.NoCheckpoint("assay.test/log"),
        Auditable = false, Venue = [],
    };

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static IEnumerable<(string Of, int At, int Xor)> Changes(int commitment, int proof)
    {
        foreach (var change in ProofChanges.OfBytes(proof))
            yield return change;
        for (var at = 0; at < commitment; at += 1 + (commitment / 60))
        {
            yield return ("commitment", at, 1 << (at % 8));
            yield return ("published", at, 1 << (at % 8));
        }
        foreach (var change in ProofChanges.OfEnds(proof))
            yield return change;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return Path.Combine(folder.FullName, "docs/spec/vectors/proofs/weights");
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
