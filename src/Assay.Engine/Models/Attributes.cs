using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>Named parameters of a node: <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, or lists of numbers.</summary>
/// <remarks>Sorted, so that the graph's digest does not depend on the order in which a file lists them.</remarks>
public sealed record Attributes(ImmutableSortedDictionary<string, object> Values)
{
    public static readonly Attributes None = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    public Attributes With(string name, object value) => value switch
    {
        long or float or string or ImmutableArray<long> or ImmutableArray<float> => new(Values.SetItem(name, value)),
        _ => throw new ArgumentException($"attribute '{name}' cannot be a {value.GetType().Name}", nameof(value)),
    };

    public long Int(string name, long otherwise) => Values.TryGetValue(name, out var v) ? (long)v : otherwise;

    public long Int(string name) => (long)Values[name];

    public float Float(string name, float otherwise) => Values.TryGetValue(name, out var v) ? (float)v : otherwise;

    public string Text(string name, string otherwise) => Values.TryGetValue(name, out var v) ? (string)v : otherwise;

    public ImmutableArray<long> Ints(string name) => Values.TryGetValue(name, out var v) ? (ImmutableArray<long>)v : [];

    public ImmutableArray<float> Floats(string name) => Values.TryGetValue(name, out var v) ? (ImmutableArray<float>)v : [];

    public bool Has(string name) => Values.ContainsKey(name);
}
