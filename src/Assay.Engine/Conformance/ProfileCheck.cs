using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Conformance;

/// <summary>Where an executor first departs from a test vector.</summary>
/// <param name="Case">The vector's name.</param>
/// <param name="Op">Its operation.</param>
/// <param name="Executor">Which executor, and how it ran.</param>
/// <param name="What">The output and element and its bits, expected and got; or why it did not run.</param>
public sealed record ProfileDifference(string Case, string Op, string Executor, string What);

/// <summary>How many test vectors one executor has right.</summary>
public sealed record ProfileResult(string Executor, int Cases, IReadOnlyList<ProfileDifference> Differences)
{
    public bool Conforms => Differences.Count == 0;
}

/// <summary>Runs the profile's test vectors on this machine: by the reference, and by the fast path at every width there is, with one thread and with two.</summary>
public static class ProfileCheck
{
    /// <summary>The vectors of assay-f32-v1 that the engine was built with.</summary>
    /// <exception cref="ModelException">They are damaged.</exception>
    public static IReadOnlyList<ProfileCase> Cases() => Cases(Profile.OpenVectors());

    /// <summary>Those of assay-int8-v1.</summary>
    /// <exception cref="ModelException">They are damaged.</exception>
    public static IReadOnlyList<ProfileCase> Int8Cases() => Cases(Int8Profile.OpenVectors());

    private static List<ProfileCase> Cases(Stream vectors)
    {
        using (vectors)
            return [.. ProfileCase.ReadAll(vectors)];
    }

    public static IEnumerable<ProfileResult> Run(IReadOnlyList<ProfileCase> cases, CancellationToken cancel = default)
    {
        yield return Run(cases, "reference", (graph, inputs) => Reference.Run(graph, inputs, cancel: cancel), cancel);
        foreach (var isa in Isas.Supported)
            foreach (var threads in new[] { 1, 2 })
                yield return Run(cases, $"{isa.Name()}, {threads} thread{(threads == 1 ? "" : "s")}", (graph, inputs) =>
                {
                    using var session = new Session(graph, new() { Isa = isa, Threads = threads });
                    return session.Run(inputs, cancel: cancel);
                }, cancel);
    }

    private static ProfileResult Run(
        IReadOnlyList<ProfileCase> cases, string executor, Func<Graph, IReadOnlyDictionary<string, Tensor>, IReadOnlyList<NamedTensor>> run, CancellationToken cancel)
    {
        var differences = new List<ProfileDifference>();
        foreach (var test in cases)
            // With the other operands constant, the fast path packs or folds them.
            foreach (var constants in new[] { false, true })
            {
                cancel.ThrowIfCancellationRequested();
                if (Difference(test, constants, run) is not { } what)
                    continue;
                differences.Add(new(test.Name, test.Op.ToString(), executor, what));
                break;
            }
        return new(executor, cases.Count, differences);
    }

    private static string? Difference(ProfileCase test, bool constants, Func<Graph, IReadOnlyDictionary<string, Tensor>, IReadOnlyList<NamedTensor>> run)
    {
        try
        {
            var (graph, inputs) = test.ToGraph(constants);
            var outputs = run(graph, inputs);
            for (var i = 0; i < test.Outputs.Length; i++)
                if (Difference(test.Outputs[i], outputs[i].Value) is { } what)
                    return $"output {i}{what}";
            return null;
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    private static string? Difference(Tensor expected, Tensor actual)
    {
        if (expected.Type != actual.Type || expected.Shape != actual.Shape)
            return $" is {actual}, not {expected}";
        var at = expected.Bytes.CommonPrefixLength(actual.Bytes);
        if (at == expected.Bytes.Length)
            return null;
        var size = Math.Max(1, expected.Bytes.Length / Math.Max(1, expected.Count));
        at -= at % size;
        return $", element {at / size}: {Bits(actual.Bytes.Slice(at, size))}, not {Bits(expected.Bytes.Slice(at, size))}";
    }

    /// <summary>Little-endian bytes as one hexadecimal number.</summary>
    private static string Bits(ReadOnlySpan<byte> bytes)
    {
        var reversed = bytes.ToArray();
        Array.Reverse(reversed);
        return Convert.ToHexString(reversed);
    }
}
