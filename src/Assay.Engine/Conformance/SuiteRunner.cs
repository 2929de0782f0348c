using System.Text.RegularExpressions;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Conformance;

/// <summary>What became of a test.</summary>
public enum Verdict
{
    /// <summary>All outputs of all sets agree.</summary>
    Passed,

    /// <summary>An output is wrong, the executors differ, or something crashed.</summary>
    Failed,

    /// <summary>The model was refused, with a reason.</summary>
    Unsupported,
}

/// <summary>A test and what became of it.</summary>
/// <param name="Operator">Of an unsupported test: the operator that was refused, or null where the refusal names none.</param>
/// <param name="Reason">One line; empty where the test passed.</param>
public sealed record SuiteResult(SuiteTest Test, Verdict Verdict, string? Operator, string Reason);

/// <summary>Which executors a test is run by.</summary>
[Flags]
public enum Executors
{
    Reference = 1,
    Fast = 2,

    /// <summary>Both, and their outputs have to have the same bits.</summary>
    Both = Reference | Fast,
}

/// <summary>Runs tests of the suite.</summary>
public static partial class SuiteRunner
{
    /// <summary>Runs one test. Only a <see cref="ModelException"/> counts as a refusal: any other exception fails the test.</summary>
    public static SuiteResult Run(SuiteTest test, Executors by, SessionOptions options)
    {
        try
        {
            var graph = OnnxModel.Read(test.Model);
            using var session = by.HasFlag(Executors.Fast) ? new Session(graph, options) : null;
            for (var set = 0; set < Math.Max(test.Sets, 1); set++)
                if (RunSet(test, set, graph, by.HasFlag(Executors.Reference), session, options) is { } difference)
                    return new(test, Verdict.Failed, null, difference);
            return new(test, Verdict.Passed, null, "");
        }
        catch (ModelException e)
        {
            var match = Refusal().Match(e.Message);
            return match.Success
                ? new(test, Verdict.Unsupported, match.Groups["op"].Value, match.Groups["why"].Value)
                : new(test, Verdict.Unsupported, null, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(test, Verdict.Failed, null, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The inputs of one set, by name.</summary>
    public static Dictionary<string, ModelValue> Inputs(SuiteTest test, int set, Graph graph)
    {
        var inputs = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        for (var i = 0; i < graph.Inputs.Length; i++)
        {
            var info = graph.Values[graph.Inputs[i]];
            inputs[info.Name] = test.Input(set, i, info);
        }
        return inputs;
    }

    private static string? RunSet(SuiteTest test, int set, Graph graph, bool byReference, Session? session, SessionOptions options)
    {
        var inputs = Inputs(test, set, graph);
        var reference = byReference ? Reference.RunValues(graph, inputs, limits: options.Limits) : null;
        var fast = session?.RunValues(inputs);
        var outputs = fast ?? reference!;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (reference is not null && fast is not null && !Same(fast[i].Value, reference[i].Value))
                return $"output '{OnnxModel.Cut(outputs[i].Name)}': the fast path differs from the reference";
            if (Agreement.Difference(outputs[i].Value, test.Output(set, i, Info(outputs[i].Value))) is { } difference)
                return $"output '{OnnxModel.Cut(outputs[i].Name)}': {difference}";
        }
        return null;
    }

    private static ValueInfo Info(ModelValue value) => new("", value.Type, default) { Kind = value.Kind };

    private static bool Same(ModelValue a, ModelValue b) => a.Kind == b.Kind && a.Type == b.Type && a.Tensors.SequenceEqual(b.Tensors, SameTensor.Instance);

    private sealed class SameTensor : IEqualityComparer<Tensor>
    {
        public static readonly SameTensor Instance = new();

        public bool Equals(Tensor? a, Tensor? b) => a!.Type == b!.Type && a.Shape == b.Shape && a.Bytes.SequenceEqual(b.Bytes);

        public int GetHashCode(Tensor tensor) => tensor.Count;
    }

    // node 3 'name' (Op): why
    [GeneratedRegex(@"^node \d+ (?:'.*?' )?\((?<op>[^)]*)\): (?<why>.*)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Refusal();
}
