using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <summary>
/// Turns a parsed file into the SSA graph: resolves names to ids, checks that every value is made once and before it is
/// used, hands each node to its operator's rule, and carries types and shapes along.
/// </summary>
internal sealed class Lowering(ReadLimits limits, TensorMessages tensors, int opset)
{
    private readonly List<string> names = [];
    private readonly List<Fact> facts = [];
    private readonly List<ImmutableArray<string?>> dimNames = [];
    private readonly ImmutableDictionary<int, Tensor>.Builder constants = ImmutableDictionary.CreateBuilder<int, Tensor>();
    private int nodeCount;

    public int Opset => opset;

    public Graph Lower(GraphProto proto, ImmutableSortedDictionary<string, string> metadata)
    {
        var scope = Open(proto, null);
        var inputs = ImmutableArray.CreateBuilder<int>();
        foreach (var input in proto.Input)
            if (!scope.Initialisers.ContainsKey(input.Name))
                inputs.Add(DeclareInput(scope, input));
        var body = LowerBlock(proto, scope, outputsOf: "the graph");
        for (var i = 0; i < proto.Output.Count; i++)
            Declare(proto.Output[i], body.Results[i]);
        var values = ImmutableArray.CreateBuilder<ValueInfo>(names.Count);
        for (var id = 0; id < names.Count; id++)
            values.Add(new(names[id], facts[id].Type, facts[id].Dims, dimNames[id]));
        return new(proto.Name, inputs.ToImmutable(), body, values.MoveToImmutable(), constants.ToImmutable()) { Metadata = metadata };
    }

    public Fact FactOf(int id) => facts[id];

    /// <summary>A new value.</summary>
    public int NewValue(string name, Fact fact, ImmutableArray<string?> dims = default)
    {
        names.Add(name);
        facts.Add(fact);
        dimNames.Add(dims);
        return names.Count - 1;
    }

    public int Constant(string name, Tensor tensor)
    {
        var id = NewValue(name, Fact.Of(tensor));
        constants.Add(id, tensor);
        return id;
    }

    public Tensor Decode(TensorProto proto) => tensors.Read(proto);

    /// <summary>The id that a name stands for, looking outwards.</summary>
    public int Resolve(Scope from, string name)
    {
        for (var scope = from; scope is not null; scope = scope.Outer)
        {
            if (scope.Values.TryGetValue(name, out var id))
                return id;
            if (scope.Initialisers.TryGetValue(name, out var proto))
                return scope.Values[name] = Constant(name, Initialiser(name, proto));
            if (scope.NotComputed.TryGetValue(name, out var why))
                throw new ModelException($"uses '{OnnxModel.Cut(name)}', {why}");
            if (scope.Made.TryGetValue(name, out var maker))
                throw new ModelException($"uses '{OnnxModel.Cut(name)}', which only {maker} makes: a cycle, or nodes out of order");
        }
        throw new ModelException($"uses '{OnnxModel.Cut(name)}', which nothing makes");
    }

    /// <summary>Appends a node and infers its outputs.</summary>
    public ImmutableArray<int> Emit(Scope scope, string source, Primitive op, Attributes attributes, ImmutableArray<int> inputs, int outputs, string name)
    {
        Spend();
        var node = new Node(op, inputs, [.. Enumerable.Repeat(-1, outputs)], attributes, [], source);
        var known = new Fact?[inputs.Length];
        for (var i = 0; i < known.Length; i++)
            known[i] = inputs[i] < 0 ? null : facts[inputs[i]];
        ImmutableArray<Fact> made;
        try
        {
            made = ShapeRules.Infer(node, known);
            if (made is [{ Value: null }] && ShapeFolding.Fold(node, known) is { } value)
                made = [made[0].And(Fact.Of(value))];
        }
        catch (ModelException) when (scope.Depth > 0)
        {
            // A branch that never runs may contradict what is known here; one that runs is checked again then.
            made = [.. Enumerable.Repeat(Fact.Unknown, outputs)];
        }
        var ids = ImmutableArray.CreateBuilder<int>(outputs);
        for (var i = 0; i < outputs; i++)
            ids.Add(NewValue(name, made[i]));
        node = node with { Outputs = ids.MoveToImmutable() };
        scope.Nodes.Add(node);
        return node.Outputs;
    }

    /// <summary>Appends an <c>If</c> whose branches have been lowered.</summary>
    public ImmutableArray<int> EmitIf(Scope scope, string source, int condition, Block yes, Block no)
    {
        Spend();
        var outputs = ImmutableArray.CreateBuilder<int>();
        foreach (var (a, b) in yes.Results.Zip(no.Results))
            outputs.Add(NewValue("", facts[a].Or(facts[b])));
        scope.Nodes.Add(new(Primitive.If, [condition], outputs.ToImmutable(), Attributes.None, [yes, no], source));
        return outputs.ToImmutable();
    }

    public string NameOf(int id) => names[id];

    public void Rename(int id, string name) => names[id] = name;

    public Block LowerBranch(GraphProto proto, Scope outer, string where)
    {
        if (proto.Input.Count > 0)
            throw new ModelException($"{where} takes inputs");
        return LowerBlock(proto, Open(proto, outer), where);
    }

    private void Spend()
    {
        if (++nodeCount > limits.Nodes)
            throw new ModelException($"more than {limits.Nodes} nodes after lowering");
    }

    private Scope Open(GraphProto proto, Scope? outer)
    {
        var scope = new Scope(outer, outer is null ? 0 : outer.Depth + 1);
        if (scope.Depth > limits.Depth)
            throw new ModelException($"graphs nested more than {limits.Depth} deep");
        if (proto.SparseInitializer.Count > 0)
            throw new ModelException("sparse initialisers are not supported");
        foreach (var tensor in proto.Initializer)
            if (!scope.Initialisers.TryAdd(Checked(tensor.Name), tensor))
                throw new ModelException($"initialiser '{OnnxModel.Cut(tensor.Name)}' is there twice");
        for (var i = 0; i < proto.Node.Count; i++)
            foreach (var name in proto.Node[i].Output)
                if (name.Length > 0 && (!scope.Made.TryAdd(Checked(name), Describe(proto.Node[i], i)) || scope.Initialisers.ContainsKey(name)))
                    throw new ModelException($"{Describe(proto.Node[i], i)}: '{OnnxModel.Cut(name)}' is assigned twice");
        return scope;
    }

    private Block LowerBlock(GraphProto proto, Scope scope, string outputsOf)
    {
        for (var i = 0; i < proto.Node.Count; i++)
        {
            var source = Describe(proto.Node[i], i);
            try
            {
                Operators.Lower(new OnnxNode(this, scope, proto.Node[i], source));
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{source}: {e.Message}", e);
            }
        }
        if (proto.Output.Count == 0)
            throw new ModelException($"{outputsOf} has no outputs");
        var results = ImmutableArray.CreateBuilder<int>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in proto.Output)
        {
            if (!seen.Add(output.Name))
                throw new ModelException($"{outputsOf} lists output '{OnnxModel.Cut(output.Name)}' twice");
            results.Add(Result(scope, output.Name, outputsOf));
        }
        return new(scope.Nodes.ToImmutable(), results.ToImmutable());
    }

    /// <summary>The id of an output. A graph's own outputs are made by nodes, each by another, so that each has its own name.</summary>
    private int Result(Scope scope, string name, string outputsOf)
    {
        int id;
        try
        {
            id = Resolve(scope, name);
        }
        catch (ModelException e)
        {
            throw new ModelException($"{outputsOf} {e.Message}", e);
        }
        if (scope.Depth > 0)
            return id;
        if (names[id] != name || constants.ContainsKey(id) || !scope.Made.ContainsKey(name))
            id = Emit(scope, $"output '{OnnxModel.Cut(name)}'", Primitive.Identity, Attributes.None, [id], 1, name)[0];
        return id;
    }

    private int DeclareInput(Scope scope, ValueInfoProto info)
    {
        if (info.Name.Length == 0)
            throw new ModelException("an input has no name");
        if (scope.Made.TryGetValue(Checked(info.Name), out var maker) || scope.Values.ContainsKey(info.Name))
            throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' is assigned twice{(maker is null ? "" : $": {maker} makes it too")}");
        var (fact, dims) = Described(info, $"input '{OnnxModel.Cut(info.Name)}'");
        if (fact.Type is null)
            throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' has no element type");
        return scope.Values[info.Name] = NewValue(info.Name, fact, dims);
    }

    private void Declare(ValueInfoProto info, int id)
    {
        var what = $"output '{OnnxModel.Cut(info.Name)}'";
        var (fact, dims) = Described(info, what);
        try
        {
            facts[id] = facts[id].And(fact);
        }
        catch (ModelException e)
        {
            throw new ModelException($"{what}: {e.Message}", e);
        }
        dimNames[id] = dims;
    }

    private static (Fact Fact, ImmutableArray<string?> DimNames) Described(ValueInfoProto info, string what)
    {
        if (info.Type is null || info.Type.ValueCase == TypeProto.ValueOneofCase.None)
            return (Fact.Unknown, default);
        if (info.Type.ValueCase != TypeProto.ValueOneofCase.TensorType)
            throw new ModelException($"{what} is not a tensor");
        var tensor = info.Type.TensorType;
        DType? type = tensor.ElemType == 0 ? null : TensorMessages.ElementType(tensor.ElemType);
        if (tensor.Shape is null)
            return (new(type, default), default);
        if (tensor.Shape.Dim.Count > Shape.MaxRank)
            throw new ModelException($"{what} has rank {tensor.Shape.Dim.Count}, above {Shape.MaxRank}");
        var dims = ImmutableArray.CreateBuilder<int>();
        var labels = ImmutableArray.CreateBuilder<string?>();
        foreach (var dim in tensor.Shape.Dim)
        {
            var known = dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue;
            if (known && dim.DimValue is < -1 or > int.MaxValue)
                throw new ModelException($"{what} has an extent of {dim.DimValue}");
            dims.Add(known ? (int)dim.DimValue : -1);
            labels.Add(dim.DimParam.Length > 0 ? dim.DimParam : null);
        }
        var fact = new Fact(type, dims.ToImmutable());
        if (fact.IsComplete)
            _ = fact.Shape;
        return (fact, labels.ToImmutable());
    }

    private Tensor Initialiser(string name, TensorProto proto)
    {
        try
        {
            return tensors.Read(proto);
        }
        catch (ModelException e)
        {
            throw new ModelException($"initialiser '{OnnxModel.Cut(name)}': {e.Message}", e);
        }
    }

    private string Checked(string name) => name.Length <= limits.NameLength
        ? name
        : throw new ModelException($"a name of {name.Length} characters, above {limits.NameLength}");

    private static string Describe(NodeProto node, int index) =>
        $"node {index}{(node.Name.Length == 0 ? "" : $" '{OnnxModel.Cut(node.Name)}'")} ({OnnxModel.Cut(node.OpType)})";
}
