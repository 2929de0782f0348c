using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Conformance;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Conformance;

/// <summary>The profile's test vectors: made by the reference, held by every executor, and named in the profile's text by their digest.</summary>
public sealed class ProfileVectorTests(ITestOutputHelper output)
{
    /// <summary>Set to 1, the committed file and the digest in the text are written anew.</summary>
    private const string Write = "ASSAY_WRITE_VECTORS";

    /// <summary>Bytes of a line at most; longer cases are left out.</summary>
    private const int MostBytes = 20_000;

    private static readonly Primitive[] WithoutVectors =
    [
        // Control flow and what is not a tensor have no bits of their own.
        Primitive.If, Primitive.Loop, Primitive.SequenceConstruct, Primitive.SequenceEmpty, Primitive.SequenceInsert, Primitive.SequenceErase, Primitive.SequenceAt,
        Primitive.StringConcat, Primitive.StringSplit, Primitive.StringNormalizer, Primitive.SequenceLength, Primitive.SplitToSequence, Primitive.ConcatFromSequence, Primitive.Optional, Primitive.OptionalHasElement, Primitive.OptionalGetElement,
    ];

    [Fact]
    public void The_committed_vectors_are_those_that_the_reference_makes()
    {
        var made = Make();
        var folder = Path.Combine(Repository(), "docs/spec");
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            File.WriteAllBytes(Path.Combine(folder, "assay-f32-v1.vectors"), made);
            var lines = File.ReadAllText(Path.Combine(folder, "assay-f32-v1.md")).Split('\n');
            lines[DigestLine(lines)] = "    " + Convert.ToHexStringLower(SHA256.HashData(made));
            File.WriteAllText(Path.Combine(folder, "assay-f32-v1.md"), string.Join('\n', lines));
        }
        // A case that came after the file was written is not in it yet; one that is in it never changes.
        var byName = Lines(made).ToDictionary(Name, StringComparer.Ordinal);
        var committed = Lines(File.ReadAllBytes(Path.Combine(folder, "assay-f32-v1.vectors")));
        foreach (var line in committed)
            Assert.True(!byName.TryGetValue(Name(line), out var now) || now == line, $"'{Name(line)}' is not what was committed; {Write}=1 writes the vectors anew");
        output.WriteLine($"{made.Length} bytes, {byName.Count} cases, {byName.Count - committed.Length} of them not committed");

        static string[] Lines(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        static string Name(string line) => line[..line.IndexOf("\",\"op\"", StringComparison.Ordinal)];
    }

    [Fact]
    public void The_text_names_the_vectors_by_their_digest()
    {
        using var stream = Profile.OpenVectors();
        var lines = Encoding.UTF8.GetString(Profile.Text.AsSpan()).Split('\n');
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream)), lines[DigestLine(lines)].Trim());
    }

    [Fact]
    public void Every_executor_conforms()
    {
        var results = ProfileCheck.Run(ProfileCheck.Cases(), TestContext.Current.CancellationToken).ToList();
        Assert.Equal(1 + (2 * Isas.Supported.Count), results.Count);
        foreach (var difference in results.SelectMany(r => r.Differences).Take(5))
            Assert.Fail($"{difference.Case}, {difference.Executor}: {difference.What}");
    }

    [Fact]
    public void Every_primitive_has_vectors() =>
        Assert.True(!Enum.GetValues<Primitive>().Except(ProfileCheck.Cases().Select(c => c.Op)).Except(WithoutVectors).Any(op => !Int8Graphs.Has(op)),
            $"no vectors of {string.Join(", ", Enum.GetValues<Primitive>().Except(ProfileCheck.Cases().Select(c => c.Op)).Except(WithoutVectors))}: give {nameof(VectorCases)} some, and write the file with {Write}=1");

    [Fact]
    public void A_wrong_bit_is_found_and_told_apart()
    {
        var good = ProfileCheck.Cases().First(c => c.Name == "chains float32");
        var bytes = good.Outputs[0].Bytes.ToArray();
        bytes[(4 * 7) + 1] ^= 2;
        var bad = good with { Outputs = [Tensor.Wrap(DType.Float32, good.Outputs[0].Shape, bytes)] };
        var results = ProfileCheck.Run([good, bad], TestContext.Current.CancellationToken).ToList();
        var was = good.Outputs[0].Span<uint>()[7];
        Assert.All(results, r => Assert.Equal($"output 0, element 7: {was:X8}, not {was ^ 0x200:X8}", Assert.Single(r.Differences).What));
    }

    [Fact]
    public void A_line_that_is_no_case_is_refused()
    {
        foreach (var line in new[] { "", "[]", "{}", "{\"name\":1}", "{\"name\":\"x\",\"op\":\"Nope\",\"attributes\":{},\"operands\":[],\"outputs\":[]}", "{\"name\":\"x\",\"op\":\"Relu\",\"attributes\":{},\"operands\":[{\"type\":\"float32\",\"shape\":[2],\"data\":\"00\"}],\"outputs\":[]}" })
            Assert.Throws<ModelException>(() => ProfileCase.Read(line));
    }

    [Fact]
    public void Vectors_of_chains_are_what_hardware_fma_gives()
    {
        Assert.SkipUnless(Isa.V128.IsSupported(), "needs a processor with FMA");
        var checkedOnes = 0;
        foreach (var test in ProfileCheck.Cases().Where(c => c.Op == Primitive.MatMul && c.Operands is [{ Type: DType.Float32, Shape.Rank: >= 2 }, { Type: DType.Float32, Shape.Rank: >= 2 }]))
        {
            Tensor a = test.Operands[0]!, b = test.Operands[1]!, y = test.Outputs[0];
            if (a.Shape.Rank != b.Shape.Rank || !a.Shape.Dims[..^2].SequenceEqual(b.Shape.Dims[..^2]))
                continue;
            int m = a.Shape.Dims[^2], k = a.Shape.Dims[^1], n = b.Shape.Dims[^1];
            for (var i = 0; i < y.Count; i++)
            {
                var (batch, row, column) = (i / (m * n), i / n % m, i % n);
                var acc = 0f;
                for (var j = 0; j < k; j++)
                    acc = MathF.FusedMultiplyAdd(a.Span<float>()[(batch * m * k) + (row * k) + j], b.Span<float>()[(batch * k * n) + (j * n) + column], acc);
                Assert.True(y.Span<float>()[i].Equals(acc), $"{test.Name}, element {i}");
                checkedOnes++;
            }
        }
        Assert.True(checkedOnes > 200);
    }

    [Fact]
    public void Vectors_of_functions_are_close_to_the_true_values()
    {
        foreach (var test in ProfileCheck.Cases().Where(c => c.Op.ToFunction() is not null))
        {
            var function = test.Op.ToFunction()!.Value;
            Tensor x = test.Operands[0]!, y = test.Outputs[0];
            for (var i = 0; i < x.Count; i++)
                if (x.Type == DType.Float32)
                    Assert.True(Ulps.Between(y.Span<float>()[i], Precise.Apply(function, x.Span<float>()[i])) <= 1, $"{test.Name}, element {i}");
                else if (x.Type == DType.Float16)
                    Assert.True(Math.Abs((double)y.Span<Half>()[i] - (double)(Half)Precise.Apply(function, (double)x.Span<Half>()[i])) is var gap && (!(gap > 0) || gap <= 1e-3 * Math.Abs((double)y.Span<Half>()[i])), $"{test.Name}, element {i}");
        }
    }

    [Fact]
    public void Vectors_of_narrow_casts_are_what_the_base_library_gives()
    {
        foreach (var test in ProfileCheck.Cases().Where(c => c.Name is "Cast float32 to float16" or "Cast float32 to int32" or "Cast int64 to float64"))
            for (var i = 0; i < test.Outputs[0].Count; i++)
                Assert.True(test.Name switch
                {
                    "Cast float32 to float16" => BitConverter.HalfToInt16Bits(float.IsNaN(test.Operands[0]!.Span<float>()[i]) ? BitConverter.Int16BitsToHalf(0x7E00) : (Half)test.Operands[0]!.Span<float>()[i]) == test.Outputs[0].Span<short>()[i],
                    "Cast float32 to int32" => int.CreateSaturating(test.Operands[0]!.Span<float>()[i]) == test.Outputs[0].Span<int>()[i],
                    _ => (double)test.Operands[0]!.Span<long>()[i] == test.Outputs[0].Span<double>()[i],
                }, $"{test.Name}, element {i}");
    }

    private static byte[] Make()
    {
        using var stream = new MemoryStream();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in VectorCases.All())
        {
            var turn = names[test.Name] = names.GetValueOrDefault(test.Name) + 1;
            var (graph, inputs) = test.Build(constants: true);
            var outputs = Reference.Run(graph, inputs);
            var start = stream.Length;
            new ProfileCase(turn == 1 ? test.Name : $"{test.Name} ({turn})", test.Op, test.Attributes, [.. test.Operands], [.. outputs.Select(o => o.Value)]).Write(stream);
            stream.WriteByte((byte)'\n');
            // Small operands may have large outputs.
            if (stream.Length - start > MostBytes)
                stream.SetLength(start);
        }
        return stream.ToArray();
    }

    private static int DigestLine(string[] lines)
    {
        var section = Array.IndexOf(lines, "## 12. Test vectors");
        return Array.FindIndex(lines, section, l => l.StartsWith("    ", StringComparison.Ordinal));
    }

    internal static string Repository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Assay.slnx")))
                return folder;
        throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
