using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Codecs;

namespace Assay.Prover.Tests.Files;

/// <summary>docs/spec/vectors/proofs: small proofs, bytes of them changed, and what a verifier has to say of each.</summary>
public sealed class ProofVectorTests
{
    private static readonly ImmutableArray<sbyte> Halved = [.. Enumerable.Range(-128, 256).Select(y => (sbyte)(y >> 1))];

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the files are written anew, for their changes to be read before they are committed.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_committed_files_are_those_that_the_prover_makes(string name)
    {
        var text = Write(name);
        var path = Path.Combine(Folder(), $"{name}.json");
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_said_of_each_is_what_the_verifier_says(string name)
    {
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), $"{name}.json"))).RootElement;
        var (commitment, proof) = (Base64.Read(json.GetProperty("commitment").GetString()), Base64.Read(json.GetProperty("proof").GetString()));
        var statement = new Statement(
            Hex.Read(json.GetProperty("modelId").GetString()), Hex.Read(json.GetProperty("context").GetString()), json.GetProperty("batch").GetInt32(),
            Values(json.GetProperty("input")), Values(json.GetProperty("output")));
        Assert.Equal("holds", Verdict(commitment, statement, proof));
        foreach (var change in json.GetProperty("changes").EnumerateArray())
        {
            var (at, xor) = (change.GetProperty("at").GetInt32(), change.GetProperty("xor").GetInt32());
            Assert.Equal(change.GetProperty("says").GetString(), Verdict(change.GetProperty("of").GetString()!, at, xor, commitment, statement, proof));
        }
    }

    public static TheoryData<string> Names() => ["dense", "convolutional", "every", "attention", "windows"];

    internal static string Verdict(byte[] commitment, Statement statement, byte[] proof)
    {
        try
        {
            return ProofFile.Verify(proof, CommittedModel.Read(commitment), statement).Refused is { } check ? $"C{(int)check}" : "holds";
        }
        catch (MalformedException)
        {
            return "malformed";
        }
    }

    private static string Verdict(string of, int at, int xor, byte[] commitment, Statement statement, byte[] proof)
    {
        switch (of)
        {
            case "proof":
                proof = Changed(proof, at, xor);
                break;
            case "commitment":
                commitment = Changed(commitment, at, xor);
                break;
            case "input":
                statement = statement with { Input = statement.Input.SetItem(at, (sbyte)(statement.Input[at] ^ xor)) };
                break;
            case "output":
                statement = statement with { Output = statement.Output.SetItem(at, (sbyte)(statement.Output[at] ^ xor)) };
                break;
            case "context":
                statement = statement with { Context = new[] { (byte)xor } };
                break;
            case "cut":
                proof = proof[..at];
                break;
            default:
                proof = [.. proof, (byte)xor];
                break;
        }
        return Verdict(commitment, statement, proof);
    }

    private static byte[] Changed(byte[] bytes, int at, int xor)
    {
        var changed = bytes.ToArray();
        changed[at] ^= (byte)xor;
        return changed;
    }

    // Each is small; parameters are those that a hundred bits want.
    private static (ProofModel Model, int Batch) Network(string name)
    {
        var group = new ScaleGroup(20011, 20, 3, -128, 127, []);
        return name switch
        {
            "dense" => (new([5], -3,
            [
                new DenseLayer(0, 6, -3, 500, [group with { ZeroPoint = -40, Low = -40 }], [0, 0, 0, 0, 0, 0]),
                new DenseLayer(1, 3, -40, 500, [group, group with { Shift = 21, Multiplier = 17389 }], [0, 1, 1]),
            ], new(6, 3, 124, 8)), 2),
            "convolutional" => (new([2, 7, 6], 4,
            [
                new ConvLayer(0, 3, 3, 2, 2, 1, 1, 1, 4, 4, 4, 300, [group, group with { Shift = 21 }], [0, 1, 0]),
                new MaxPoolLayer(1),
                new ConvLayer(2, 2, 2, 2, 1, 1, 1, 0, 2, 1, 0, 300, [group with { Table = Halved }], [0, 0]),
                new ReshapeLayer(3, [4]),
                new DenseLayer(4, 3, 2, 300, [group], [0, 0, 0]),
            ], new(7, 3, 124, 9)), 1),
            // Remainders in limbs, a causal window, padded entries, heads and tokens.
            "attention" => (new([5, 3], 2,
            [
                new NormalizeLayer(0, 40, 3, -2, -100, 100),
                new DenseLayer(1, 6, -2, 300, [group], [0]),
                new ReshapeLayer(2, [5, 3, 2]),
                new TransposeLayer(3, [2, 1, 3]),
                new TransposeLayer(3, [2, 3, 1]),
                new MatMulLayer(4, 5, 3, -1, group with { Shift = 18 }),
                new SoftmaxLayer(6, AttentionTests.Exponents(2048), Causal: true),
                new MatMulLayer(7, 4, -128, 3, group with { Shift = 21 }),
            ], new(8, 3, 124, 10)), 2),
            // Remainders of one column; four entries in eight places, as a pool leaves them.
            "windows" => (new([2, 2, 9], -1,
            [
                new MaxPoolLayer(0),
                new NormalizeLayer(1, 8191, 4_194_304, 5, -128, 127),
                new SoftmaxLayer(2, AttentionTests.Exponents(700), Causal: false),
                new ReshapeLayer(3, [8]),
                new DenseLayer(4, 3, -128, 300, [group], [0]),
            ], new(10, 3, 124, 16)), 1),
            _ => (new([3, 5, 4], 1,
            [
                new ConvLayer(0, 3, 3, 3, 1, 1, 1, 1, 5, 4, 1, 900, [group, group with { Shift = 21 }], [0, 1, 0], Depthwise: true),
                new LinePoolLayer(1, 2, 3, 2, 1, 3),
                new ConvLayer(2, 3, 1, 1, 1, 1, 0, 0, 3, 4, 3, 300, [group], [0]),
                new AddLayer(2, 3, 5, 3, 3, 3, new(1, 3, 1, -128, 127, [])),
                new AveragePoolLayer(4, 2, 3, 2, 1, 0, 2, 1, 1, [group with { Shift = 16 }, group with { Shift = 17 }], [0, 1]),
                new ConcatLayer([5, 5], 1),
                new TransposeLayer(6, [2, 1, 3]),
                new TableLayer(7, Halved),
                new DenseLayer(8, 4, 0, 300, [group], [0]),
                new ReshapeLayer(9, [48]),
                new DenseLayer(10, 2, 3, 300, [group with { Shift = 22 }], [0, 0]),
            ], new(8, 3, 124, 10)), 1),
        };
    }

    private static string Write(string name)
    {
        var (model, batch) = Network(name);
        var proved = new ProvedModel(new Random(8), model, batch);
        var (commitment, proof) = (proved.Commitment.ToBytes(), ProofFile.Of(proved.Commitment, proved.Proof));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("commitment", Base64.Write(commitment));
            json.WriteString("modelId", Hex.Write(proved.Statement.ModelId.Span));
            json.WriteString("context", Hex.Write(proved.Statement.Context.Span));
            json.WriteNumber("batch", batch);
            json.WriteString("input", Hex.Write(MemoryMarshal.AsBytes(proved.Statement.Input.AsSpan())));
            json.WriteString("output", Hex.Write(MemoryMarshal.AsBytes(proved.Statement.Output.AsSpan())));
            json.WriteString("proof", Base64.Write(proof));
            json.WriteStartArray("changes");
            foreach (var (of, at, xor) in Changes(commitment.Length, proof.Length))
            {
                json.WriteRawValue($"{{ \"of\": \"{of}\", \"at\": {at}, \"xor\": {xor}, \"says\": \"{Verdict(of, at, xor, commitment, proved.Statement, proof)}\" }}");
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static IEnumerable<(string Of, int At, int Xor)> Changes(int commitment, int proof)
    {
        foreach (var change in ProofChanges.OfBytes(proof))
            yield return change;
        for (var at = 0; at < commitment; at += 1 + (commitment / 60))
            yield return ("commitment", at, 1 << (at % 8));
        yield return ("input", 1, 1);
        yield return ("output", 1, 1);
        yield return ("context", 0, 1);
        foreach (var change in ProofChanges.OfEnds(proof))
            yield return change;
    }

    private static ImmutableArray<sbyte> Values(JsonElement hex) => [.. Hex.Read(hex.GetString()).Select(b => (sbyte)b)];

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return Path.Combine(folder.FullName, "docs/spec/vectors/proofs");
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
