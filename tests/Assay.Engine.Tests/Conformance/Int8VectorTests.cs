using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Conformance;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Execution;

namespace Assay.Engine.Tests.Conformance;

/// <summary>The test vectors of assay-int8-v1: made by the reference, held by every executor, and named in the text by their digest.</summary>
public sealed class Int8VectorTests
{
    /// <summary>Set to 1, the committed file and the digest in the text are written anew.</summary>
    private const string Write = "ASSAY_WRITE_VECTORS";

    /// <summary>Bytes of a line at most; longer cases are left out.</summary>
    private const int MostBytes = 8_000;

    private static string Folder => Path.Combine(ProfileVectorTests.Repository(), "docs/spec");

    [Fact]
    public void The_committed_vectors_are_those_that_the_reference_makes()
    {
        var made = Make();
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            File.WriteAllBytes(Path.Combine(Folder, "assay-int8-v1.vectors"), made);
            var lines = File.ReadAllText(Path.Combine(Folder, "assay-int8-v1.md")).Split('\n');
            lines[DigestLine(lines)] = "    " + Convert.ToHexStringLower(SHA256.HashData(made));
            File.WriteAllText(Path.Combine(Folder, "assay-int8-v1.md"), string.Join('\n', lines));
        }
        Assert.True(made.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Folder, "assay-int8-v1.vectors"))), $"the committed vectors are others; {Write}=1 writes them anew");
    }

    [Fact]
    public void The_text_names_the_vectors_by_their_digest()
    {
        using var stream = Int8Profile.OpenVectors();
        var lines = Encoding.UTF8.GetString(Int8Profile.Text.AsSpan()).Split('\n');
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream)), lines[DigestLine(lines)].Trim());
    }

    [Fact]
    public void Every_executor_conforms()
    {
        var results = ProfileCheck.Run(ProfileCheck.Int8Cases(), TestContext.Current.CancellationToken).ToList();
        Assert.Equal(1 + (2 * Isas.Supported.Count), results.Count);
        foreach (var difference in results.SelectMany(r => r.Differences).Take(5))
            Assert.Fail($"{difference.Case}, {difference.Executor}: {difference.What}");
    }

    [Fact]
    public void Every_operation_has_vectors() =>
        Assert.Equal(Enum.GetValues<Primitive>().Where(Int8Graphs.Has), ProfileCheck.Int8Cases().Select(c => c.Op).Distinct().Order());

    private static byte[] Make()
    {
        using var stream = new MemoryStream();
        foreach (var test in Int8Cases.All())
        {
            var (graph, inputs) = test.Build(constants: true);
            var outputs = Reference.Run(graph, inputs);
            var start = stream.Length;
            new ProfileCase(test.Name, test.Op, test.Attributes, [.. test.Operands], [.. outputs.Select(o => o.Value)]).Write(stream);
            stream.WriteByte((byte)'\n');
            if (stream.Length - start > MostBytes)
                stream.SetLength(start);
        }
        return stream.ToArray();
    }

    private static int DigestLine(string[] lines) =>
        Array.FindIndex(lines, Array.IndexOf(lines, "## 5. Test vectors"), l => l.StartsWith("    ", StringComparison.Ordinal));
}
