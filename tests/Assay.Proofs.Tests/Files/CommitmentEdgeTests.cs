using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Proofs.Tests.Files;

/// <summary>docs/spec/vectors/proofs/edges/commitments.json: commitments at and just beyond what a reader takes, and what every verifier says of an empty proof about each: C1 where nothing but the messages is missing.</summary>
public sealed class CommitmentEdgeTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    private static readonly ImmutableArray<Edge> Edges = [.. All()];

    public static TheoryData<string> Names() => [.. Edges.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_said_of_an_edge_is_what_the_verifier_says(string name)
    {
        var edge = Edges.Single(e => e.Name == name);
        Assert.Equal(edge.Says, Verdict(edge.Model.ToBytes(), edge.Batch));
    }

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew. Files are compared as they are unpacked: how well they are packed is nobody's promise.</summary>
    [Fact]
    public void The_committed_file_holds_these_edges()
    {
        var path = Path.Combine(Folder(), "commitments.json");
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(path, Write());
        }
        var committed = JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray().ToList();
        Assert.Equal(Edges.Length, committed.Count);
        foreach (var (edge, json) in Edges.Zip(committed))
        {
            Assert.Equal((edge.Name, edge.Batch, edge.Says), (json.GetProperty("name").GetString(), json.GetProperty("batch").GetInt32(), json.GetProperty("says").GetString()));
            using var packed = new GZipStream(new MemoryStream(Base64.Read(json.GetProperty("gzip").GetString())), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            packed.CopyTo(unpacked);
            Assert.True(edge.Model.ToBytes().AsSpan().SequenceEqual(unpacked.ToArray()), edge.Name);
        }
    }

    private static string Verdict(byte[] file, int batch)
    {
        try
        {
            var model = CommittedModel.Read(file);
            var shapes = model.Model.Shapes(1);
            var statement = new Statement(model.Id, default, batch, [.. new sbyte[shapes[0].Count * batch]], [.. new sbyte[shapes[^1].Count * batch]]);
            return ProofFile.Verify(ProofFile.Of(model, []), model, statement).Refused is { } check ? $"C{(int)check}" : "holds";
        }
        catch (MalformedException)
        {
            return "malformed";
        }
    }

    private static IEnumerable<Edge> All()
    {
        var large = Model([1, 1, 1 << 22], new LinePoolLayer(0, 3, 1, 1024, 0, 4096));
        yield return new("an input of 2^22 places", large, 1, "C1");
        yield return new("two inputs of 2^22 places", large, 2, "C2");
        yield return new("an input of 2^22 places and one", Model([1, 1, (1 << 22) + 1], new LinePoolLayer(0, 3, 1, 1024, 0, 4096)), 1, "malformed");

        var dense = Model([3], Dense(3, [Group], [0]));
        yield return new("a batch of 2^16", dense, 1 << 16, "C1");
        yield return new("a batch of 2^16 and one", dense, (1 << 16) + 1, "C2");
        yield return new("a batch of none", dense, 0, "C2");
        yield return new("a name of 2^14 bytes", dense with { Input = dense.Input with { Name = new string('n', 1 << 14) } }, 1, "C1");
        yield return new("a name of 2^14 bytes and one", dense with { Input = dense.Input with { Name = new string('n', (1 << 14) + 1) } }, 1, "malformed");
        // Bytes of UTF-8, not characters.
        yield return new("a name of 2^14 bytes and one in fewer characters", dense with { Output = dense.Output with { Name = new string('é', 1 << 13) + "n" } }, 1, "malformed");

        ImmutableArray<ScaleGroup> Groups(int count) => [.. Enumerable.Repeat(Group with { Low = 0, High = 0 }, count)];
        yield return new("4096 groups", Model([1], Dense(1, Groups(4096), [4095])), 1, "C1");
        yield return new("4097 groups", Model([1], Dense(1, Groups(4097), [4095])), 1, "C4");
        yield return new("2^16 groups and one", Model([1], Dense(1, Groups((1 << 16) + 1), [0])), 1, "C4");
        yield return new("no group", Model([1], Dense(1, [], [0])), 1, "C4");
        yield return new("a group for each of a million places where there is one", Model([1], Dense(1, [Group], [.. new int[1_000_000]])), 1, "C4");
        yield return new("257 exponents", Model([2], new SoftmaxLayer(0, [.. Enumerable.Repeat(9, 257)], false)), 1, "C4");
        yield return new("255 exponents", Model([2], new SoftmaxLayer(0, [.. Enumerable.Repeat(9, 255)], false)), 1, "C4");

        // All that a file may hold, in a list that no model has.
        var rest = (1 << 22) - Model([1], Dense(1, [Group], [])).ToBytes().Length;
        CommittedModel Long(int more) => Model([1], Dense(1, [Group], [.. new int[(rest / 2) + more]])) is var model && rest % 2 == 1 ? model with { Input = model.Input with { Name = "xx" } } : model;
        yield return new("a file of 2^22 bytes", Long(0), 1, "C4");
        yield return new("a file of 2^22 bytes and two", Long(1), 1, "malformed");

        ConvLayer Conv(bool depthwise) => new(0, 8192, 32, 32, 1, 1, 16, 16, 1, 1, 0, 0, [Group], [0], depthwise);
        yield return new("8192 kernels of 32 by 32, each of its channel", Model([8192, 1, 1], Conv(true)), 1, "C1");
        yield return new("8192 kernels of 32 by 32, each of all channels", Model([8192, 1, 1], Conv(false)), 1, "malformed");

        // 256 rows by the bound of each of 2^15 groups, and of a table.
        ImmutableArray<ProofLayer> groups = [.. Enumerable.Range(0, 8).Select(i => Dense(1, Groups(4096), [0]) with { Input = i })];
        yield return new("tables of 2^23 rows by their bound", Model([1], groups), 1, "C1");
        yield return new("tables of more than 2^23 rows by their bound", Model([1], [.. groups, new TableLayer(8, [.. new sbyte[256]])]), 1, "C2");
    }

    private static DenseLayer Dense(int outputs, ImmutableArray<ScaleGroup> groups, ImmutableArray<int> groupOf) => new(0, outputs, 0, 0, groups, groupOf);

    private static CommittedModel Model(ImmutableArray<int> sizes, params ImmutableArray<ProofLayer> layers)
    {
        var model = new ProofModel(sizes, 0, layers, new(6, 3, 124, 16));
        ImmutableArray<int> output = layers[^1] switch
        {
            DenseLayer dense => [0, dense.Outputs], LinePoolLayer line => [0, .. sizes.SetItem(2, line.Size)], ConvLayer conv => [0, conv.Outputs, 1, 1], _ => [0, .. sizes],
        };
        return new(model, PublicTensor.Int8("x", [0, .. sizes]), PublicTensor.Int8("y", output), Sha256.Of("a model"u8), Sha256.Of("a root"u8));
    }

    private static string Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartArray();
            foreach (var edge in Edges)
            {
                using var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
                    gzip.Write(edge.Model.ToBytes());
                json.WriteStartObject();
                json.WriteString("name", edge.Name);
                json.WriteNumber("batch", edge.Batch);
                json.WriteString("says", Verdict(edge.Model.ToBytes(), edge.Batch));
                json.WriteString("gzip", Base64.Write(packed.ToArray()));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    internal static string Folder(string of = "docs/spec/vectors/proofs/edges")
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return Path.Combine(folder.FullName, of);
        throw new InvalidOperationException("the tests run outside the repository");
    }

    private sealed record Edge(string Name, CommittedModel Model, int Batch, string Says);
}
