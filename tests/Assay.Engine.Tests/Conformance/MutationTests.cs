using System.Globalization;
using System.Text;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Conformance;

/// <summary>
/// Models from anyone: whatever the bytes are, a typed refusal in one line or a graph, for memory that the file pays for; what is read runs
/// within its limits by both executors, with the same bytes or the same refusal. Mutants that reach something new are mutated further.
/// </summary>
public sealed class MutationTests
{
    private const string Count = "ASSAY_TEST_MUTANTS", Seed = "ASSAY_TEST_MUTANTS_SEED";

    // What reading may allocate: for each byte of the file, and beside.
    private const long PerByte = 1_000, Beside = 4_000_000;

    private const int MostSeedBytes = 8_192;

    private static readonly RunLimits limits = new() { Bytes = 1_000_000, OutputBytes = 1_000_000, Iterations = 1_000, Time = TimeSpan.FromMinutes(2) };

    [Fact]
    public void Mutants_are_refused_in_one_line_or_run_alike_by_both_executors() => Run(4_000, 1);

    /// <summary>The long run: as many as the environment says, from any seed; crashes leave the input behind.</summary>
    [Fact(Explicit = true)]
    public void Many_mutants_are_refused_in_one_line_or_run_alike_by_both_executors()
    {
        Assert.SkipUnless(int.TryParse(Environment.GetEnvironmentVariable(Count), CultureInfo.InvariantCulture, out var count), $"{Count} does not say how many");
        Run(count, ulong.TryParse(Environment.GetEnvironmentVariable(Seed), CultureInfo.InvariantCulture, out var seed) ? seed : 2, MadeHere.Artifact($"mutant-running-{Environment.ProcessId}.onnx"));
    }

    private static void Run(int count, ulong seed, string? running = null)
    {
        var mutator = new Mutator(new Noise(seed), Seeds());
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var findings = new Dictionary<string, string>(StringComparer.Ordinal);
        var tally = new Tally();
        for (var i = 0; i < count; i++)
        {
            var mutant = mutator.Next();
            var (fresh, read) = (false, tally.Read);
            try
            {
                foreach (var mark in Check(mutant, tally, running))
                    fresh |= reached.Add(mark);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                var kind = Gist($"{e.GetType().Name}: {(e is Finding ? e.Message : $"{e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Assay.Engine.", StringComparison.Ordinal))}")}");
                if (findings.TryAdd(kind, e.ToString()))
                    File.WriteAllBytes(MadeHere.Artifact($"mutant-{seed}-{i}.onnx"), mutant);
                fresh = findings.Count < 5;
            }
            // What is refused leads seldom to anything but refusals.
            if (fresh && (tally.Read > read || i % 8 == 0))
                mutator.Keep(mutant);
            if (running is not null && (i + 1) % 10_000 == 0)
                File.WriteAllText(MadeHere.Artifact($"mutants-{seed}.txt"), $"{i + 1} mutants, {tally}, {reached.Count} marks, {mutator.Kept} kept, {findings.Count} findings\n{string.Join("\n\n", findings.Values)}\n");
        }
        if (running is not null)
            File.Delete(running);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} mutants, {tally}, {reached.Count} marks, {mutator.Kept} kept");
        Assert.True(findings.Count == 0, $"{findings.Count} kinds of findings:\n{string.Join("\n\n", findings.Values)}");
        Assert.InRange(tally.Read, count / 100, count);
        Assert.InRange(tally.Ran, count / 200, count);
    }

    /// <summary>What this mutant reached: refusals by their wording, and nodes by primitive, operands and attributes.</summary>
    private static IEnumerable<string> Check(byte[] mutant, Tally tally, string? running)
    {
        Graph graph;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            graph = OnnxModel.Read(mutant);
        }
        catch (ModelException e)
        {
            Memory(mutant, before, tally);
            return [OneLine(e)];
        }
        Memory(mutant, before, tally);
        tally.Read++;
        _ = GraphDigest.Of(graph);
        var marks = new List<string>();
        Marks(graph.Body, marks);
        Dictionary<string, ModelValue> inputs;
        try
        {
            inputs = Inputs(graph);
        }
        catch (ModelException)
        {
            return marks;
        }
        if (running is not null)
            File.WriteAllBytes(running, mutant);
        var slow = Outcome(() => Reference.RunValues(graph, inputs, limits: limits));
        using var session = new Session(graph, new() { Threads = 1, Limits = limits });
        // A second run may go another way than the first.
        for (var turn = 0; turn < 2; turn++)
        {
            var fast = Outcome(() => session.RunValues(inputs));
            if (slow.Refusal != fast.Refusal)
                throw new Finding($"the reference says {slow.Refusal ?? "nothing"} and the fast path {fast.Refusal ?? "nothing"}");
            if (slow.Outputs is { } a && fast.Outputs is { } b && MatrixWork.Digest(a) != MatrixWork.Digest(b))
                throw new Finding($"the fast path differs from the reference: {string.Join(", ", graph.Body.Nodes.Select(n => n.Op))}");
        }
        if (slow.Refusal is null)
            tally.Ran++;
        else
            marks.Add(slow.Refusal);
        return marks.Select(Gist);
    }

    private static void Memory(byte[] mutant, long before, Tally tally)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        tally.Most = Math.Max(tally.Most, bytes);
        if (bytes > (PerByte * mutant.Length) + Beside)
            throw new Finding($"reading {mutant.Length} bytes allocated {bytes}");
    }

    private static string OneLine(ModelException e) => e.Message.Contains('\n', StringComparison.Ordinal) || e.Message.Length is 0 or > 2_000
        ? throw new Finding($"a refusal that is not one line: {e.Message}")
        : Gist(e.Message);

    private static (IReadOnlyList<NamedValue>? Outputs, string? Refusal) Outcome(Func<IReadOnlyList<NamedValue>> run)
    {
        try
        {
            return (run(), null);
        }
        catch (ModelException e)
        {
            OneLine(e);
            if (e.Message.Contains("takes longer than", StringComparison.Ordinal))
                throw new Finding($"{e.Message}, whatever its memory");
            return (null, e.Message);
        }
    }

    private static Dictionary<string, ModelValue> Inputs(Graph graph)
    {
        var inputs = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        foreach (var id in graph.Inputs)
        {
            var info = graph.Values[id];
            var type = info.Type ?? DType.Float32;
            var dims = info.Dims.IsDefault ? [2] : info.Dims.Select(d => d is < 0 or > 64 ? 2 : d).ToArray();
            var shape = Shape.Of(dims.AsSpan());
            if (shape.Count > 20_000)
                throw new ModelException("too large for this test");
            var tensor = type == DType.Float32 ? Tensor.From<float>(shape, new Noise(8).Floats(shape.Count)) : Tensor.Create(type, shape);
            inputs[info.Name] = info.Kind switch
            {
                ValueKind.Sequence => new TensorSequence(type, tensor, tensor),
                ValueKind.OptionalTensor => OptionalValue.Of(tensor),
                ValueKind.OptionalSequence => OptionalValue.Empty(ValueKind.Sequence, type),
                _ => tensor,
            };
        }
        return inputs;
    }

    private static void Marks(Block block, List<string> marks)
    {
        foreach (var node in block.Nodes)
        {
            marks.Add($"{node.Op} {string.Concat(node.Inputs.Select(i => i < 0 ? '-' : 'x'))} {node.Outputs.Length} {string.Join(' ', node.Attributes.Values.Keys)}");
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Marks(nested, marks);
        }
    }

    /// <summary>The wording without what is particular to this mutant: names in quotes, and numbers.</summary>
    private static string Gist(string text)
    {
        var gist = new StringBuilder(text.Length);
        var quoted = false;
        foreach (var c in text)
            if (c == '\'')
                quoted = !quoted;
            else if (!quoted && !(char.IsAsciiDigit(c) && gist.Length > 0 && gist[^1] == '#'))
                gist.Append(char.IsAsciiDigit(c) ? '#' : c);
        return gist.ToString();
    }

    private static List<byte[]> Seeds()
    {
        List<byte[]> seeds = [OnnxFuzzTests.Everything(), .. ExportedModels.Names.Select(ExportedModels.Make)];
        if (SharedData.Root is not null)
            seeds.AddRange(Suite.Tests.Select(t => t.Model).Where(m => m.Length <= MostSeedBytes));
        return seeds;
    }

    private sealed class Finding(string message) : Exception(message);

    private sealed class Tally
    {
        public int Read { get; set; }

        public int Ran { get; set; }

        /// <summary>Bytes allocated in reading one of them.</summary>
        public long Most { get; set; }

        public override string ToString() => $"{Read} read, {Ran} ran, at most {Most} bytes allocated in reading";
    }
}
