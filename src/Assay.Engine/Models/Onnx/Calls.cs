using System.Collections.Frozen;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <summary>What the nodes of a graph or of a function body are read with: versions of operator sets, and the attributes of the call.</summary>
/// <param name="Opsets">Version by domain; the default domain is "".</param>
/// <param name="Attributes">In a function's body, the attributes that nodes may refer to; those that the call left out are not there.</param>
/// <param name="Calls">Functions within functions so far.</param>
internal sealed record Context(FrozenDictionary<string, int> Opsets, IReadOnlyDictionary<string, AttributeProto>? Attributes = null, int Calls = 0)
{
    /// <summary>The newest version known here of every domain that has operators here.</summary>
    private static readonly Dictionary<string, int> Newest = new(StringComparer.Ordinal) { [""] = OnnxModel.NewestOpset, ["ai.onnx.ml"] = 5, ["ai.onnx.preview"] = 1, [OnnxModel.Int8Domain] = 1 };

    /// <summary>Whether operators on quantised tensors are written out as floats that are rounded, so that their scales show.</summary>
    public bool Unfolds { get; init; }

    /// <summary>The version of a domain's operator set, or 0 where it is not imported.</summary>
    public int Version(string domain) => Opsets.GetValueOrDefault(Plain(domain));

    public static string Plain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <exception cref="ModelException">A version is not known, or a domain is imported twice.</exception>
    public static FrozenDictionary<string, int> Versions(IEnumerable<OperatorSetIdProto> imports)
    {
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var import in imports)
        {
            var domain = Plain(import.Domain);
            var known = Newest.TryGetValue(domain, out var newest);
            if (import.Version < 1 || import.Version > (known ? newest : int.MaxValue))
                throw new ModelException(domain.Length == 0
                    ? $"operator set {import.Version} is not known (1 to {newest} are)"
                    : $"operator set {import.Version} of '{OnnxModel.Cut(domain)}' is not known{(known ? $" (1 to {newest} are)" : "")}");
            if (!versions.TryAdd(domain, (int)import.Version))
                throw new ModelException(domain.Length == 0 ? "the default operator set is imported twice" : $"operator set '{OnnxModel.Cut(domain)}' is imported twice");
        }
        return versions.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>The functions that a model brings along, by domain, name and overload.</summary>
/// <remarks>Source: onnx.proto3, message FunctionProto; docs/IR.md, "Functions".</remarks>
internal sealed class ModelFunctions
{
    private readonly Dictionary<(string, string, string), FunctionProto> functions = [];
    private readonly Dictionary<FunctionProto, long> sizes = new(ReferenceEqualityComparer.Instance);

    public ModelFunctions(IEnumerable<FunctionProto> all)
    {
        foreach (var f in all)
        {
            if (!functions.TryAdd((Context.Plain(f.Domain), f.Name, f.Overload), f))
                throw new ModelException($"function '{OnnxModel.Cut(f.Name)}' is there twice");
            sizes[f] = f.CalculateSize();
        }
    }

    public FunctionProto? Of(NodeProto node) => functions.GetValueOrDefault((Context.Plain(node.Domain), node.OpType, node.Overload));

    /// <summary>Bytes of a function's message.</summary>
    public long Size(FunctionProto function) => sizes[function];

    /// <summary>The attributes that the body may refer to: what the call gives, and the function's defaults.</summary>
    /// <exception cref="ModelException">The call gives one that the function does not have.</exception>
    public static Dictionary<string, AttributeProto> Bind(FunctionProto function, IReadOnlyDictionary<string, AttributeProto> given)
    {
        var bound = new Dictionary<string, AttributeProto>(StringComparer.Ordinal);
        foreach (var attribute in function.AttributeProto)
            bound[attribute.Name] = attribute;
        foreach (var (name, attribute) in given)
        {
            if (!bound.ContainsKey(name) && !function.Attribute.Contains(name))
                throw new ModelException($"attribute '{OnnxModel.Cut(name)}' is not one of function '{OnnxModel.Cut(function.Name)}'");
            bound[name] = attribute;
        }
        return bound;
    }
}
