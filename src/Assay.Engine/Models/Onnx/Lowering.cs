using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <summary>
/// Turns a parsed file into the SSA graph: resolves names to ids, checks that every value is made once and before it is
/// used, hands each node to its operator's rule, and carries types and shapes along.
/// </summary>
internal sealed class Lowering(ReadLimits limits, TensorMessages tensors, Context context, ModelFunctions functions)
{
    private readonly List<string> names = [];
    private readonly List<Fact> facts = [];
    private readonly List<ImmutableArray<string?>> dimNames = [];
    private readonly ImmutableDictionary<int, Tensor>.Builder constants = ImmutableDictionary.CreateBuilder<int, Tensor>();
    private int nodeCount;
    private int readCount;
    private long expanded;

    public Graph Lower(GraphProto proto, ImmutableSortedDictionary<string, string> metadata)
    {
        var scope = Open(proto, null, context);
        var inputs = ImmutableArray.CreateBuilder<int>();
        foreach (var input in proto.Input)
            if (!scope.Initialisers.ContainsKey(input.Name))
                inputs.Add(DeclareInput(scope, input));
        var body = LowerBlock(proto, scope, outputsOf: "the graph");
        for (var i = 0; i < proto.Output.Count; i++)
            Declare(proto.Output[i], body.Results[i]);
        var values = ImmutableArray.CreateBuilder<ValueInfo>(names.Count);
        for (var id = 0; id < names.Count; id++)
            values.Add(new(names[id], facts[id].Type, facts[id].Dims, dimNames[id]) { Kind = facts[id].Kind });
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

    /// <summary>Whether a name stands for an input that the call of a function left out.</summary>
    public static bool IsAbsent(Scope from, string name)
    {
        for (var scope = from; scope is not null; scope = scope.Outer)
            if (scope.Values.ContainsKey(name) || scope.Made.ContainsKey(name) || scope.Initialisers.ContainsKey(name))
                return false;
            else if (scope.Absent.Contains(name))
                return true;
        return false;
    }

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

    /// <summary>Appends a node with blocks, whose outputs are known.</summary>
    public ImmutableArray<int> EmitBlocks(Scope scope, string source, Primitive op, ImmutableArray<int> inputs, ImmutableArray<Block> blocks, IEnumerable<Fact> made)
    {
        Spend();
        ImmutableArray<int> outputs = [.. made.Select(fact => NewValue("", fact))];
        scope.Nodes.Add(new(op, inputs, outputs, Attributes.None, blocks, source));
        return outputs;
    }

    public string NameOf(int id) => names[id];

    public void Rename(int id, string name) => names[id] = name;

    public Block LowerBranch(GraphProto proto, Scope outer, string where)
    {
        if (proto.Input.Count > 0)
            throw new ModelException($"{where} takes inputs");
        return LowerBlock(proto, Open(proto, outer, outer.Context), where);
    }

    /// <summary>The names of a graph within a graph, whose inputs the caller then binds.</summary>
    public Scope OpenBody(GraphProto proto, Scope outer) => Open(proto, outer, outer.Context);

    /// <summary>An input of a body that is set anew in each iteration: what its first value and the file's declaration say for all of them.</summary>
    /// <param name="keepsShape">The operator says that the shape is that of the first value.</param>
    public int BodyInput(Scope scope, ValueInfoProto declared, Fact first, bool keepsShape = false)
    {
        var (fact, _) = TypeMessages.Read(declared.Type, $"input '{OnnxModel.Cut(declared.Name)}'");
        if (fact.Type is { } a && first.Type is { } b && a != b)
            throw new ModelException($"input '{OnnxModel.Cut(declared.Name)}' of the body is {fact}, and begins as {first}");
        // Extents that the first value contradicts are no promise; others are held against every value that comes.
        var hold = fact.Kind == ValueKind.Tensor && fact.HasRank && (!first.HasRank || fact.Dims.Length == first.Dims.Length
            && fact.Dims.Zip(first.Dims).All(d => d.First < 0 || d.Second < 0 || d.First == d.Second));
        return Bind(scope, declared.Name, NewValue(declared.Name, new(fact.Type ?? first.Type, keepsShape && first.HasRank ? first.Dims : hold ? fact.Dims : default) { Kind = fact.Kind ?? first.Kind }));
    }

    /// <summary>Says which value a name of the scope stands for.</summary>
    public static int Bind(Scope scope, string name, int id) =>
        name.Length > 0 && !scope.Made.ContainsKey(name) && !scope.Initialisers.ContainsKey(name) && scope.Values.TryAdd(name, id)
            ? id : throw new ModelException($"an input of the body, '{OnnxModel.Cut(name)}', is assigned twice or has no name");

    /// <summary>Puts a function's nodes in the place of its call.</summary>
    /// <returns>The values of the function's outputs.</returns>
    public ImmutableArray<int> Inline(FunctionProto function, Scope caller, string source, ReadOnlySpan<int> inputs, IReadOnlyDictionary<string, AttributeProto> attributes)
    {
        if (caller.Context.Calls >= limits.Calls)
            throw new ModelException($"functions within functions, more than {limits.Calls} deep");
        if ((expanded += functions.Size(function)) > limits.ExpandedBytes)
            throw new ModelException($"functions of more than {limits.ExpandedBytes} bytes, each call counted");
        if (inputs.Length > function.Input.Count)
            throw new ModelException($"{inputs.Length} inputs, where function '{OnnxModel.Cut(function.Name)}' takes {function.Input.Count}");
        var imports = function.OpsetImport.Count > 0 ? Context.Versions(function.OpsetImport) : caller.Context.Opsets;
        var scope = new Scope(null, caller.Depth, new(imports, ModelFunctions.Bind(function, attributes), caller.Context.Calls + 1) { Unfolds = caller.Context.Unfolds }, caller.Nodes);
        Announce(function.Node, scope);
        for (var i = 0; i < function.Input.Count; i++)
            if (i < inputs.Length && inputs[i] >= 0)
                Bind(scope, function.Input[i], inputs[i]);
            else
                scope.Absent.Add(function.Input[i]);
        LowerNodes(function.Node, scope, source + " > ");
        return [.. function.Output.Select(name => Resolve(scope, name))];
    }

    /// <summary>Puts the nodes of a graph that is an attribute in the place of the node that has it, its inputs bound to values.</summary>
    /// <returns>The values of the graph's outputs.</returns>
    public ImmutableArray<int> Inline(GraphProto proto, Scope caller, string where, params ReadOnlySpan<int> inputs)
    {
        var scope = Open(proto, caller, caller.Context, caller.Nodes);
        if (proto.Input.Count != inputs.Length)
            throw new ModelException($"{where} takes {proto.Input.Count} inputs, not {inputs.Length}");
        for (var i = 0; i < inputs.Length; i++)
            Bind(scope, proto.Input[i].Name, inputs[i]);
        return LowerBlock(proto, scope, where).Results;
    }

    public FunctionProto? FunctionOf(NodeProto node) => functions.Of(node);

    private void Spend()
    {
        if (++nodeCount > limits.Nodes)
            throw new ModelException($"more than {limits.Nodes} nodes after lowering");
    }

    private Scope Open(GraphProto proto, Scope? outer, Context context, ImmutableArray<Node>.Builder? nodes = null)
    {
        var scope = new Scope(outer, outer is null ? 0 : outer.Depth + 1, context, nodes);
        if (scope.Depth > limits.Depth)
            throw new ModelException($"graphs nested more than {limits.Depth} deep");
        if (proto.SparseInitializer.Count > 0)
            throw new ModelException("sparse initialisers are not supported");
        foreach (var tensor in proto.Initializer)
            if (!scope.Initialisers.TryAdd(Checked(tensor.Name), tensor))
                throw new ModelException($"initialiser '{OnnxModel.Cut(tensor.Name)}' is there twice");
        Announce(proto.Node, scope);
        return scope;
    }

    private void Announce(IReadOnlyList<NodeProto> nodes, Scope scope)
    {
        for (var i = 0; i < nodes.Count; i++)
            foreach (var name in nodes[i].Output)
                if (name.Length > 0 && (!scope.Made.TryAdd(Checked(name), Describe(nodes[i], i)) || scope.Initialisers.ContainsKey(name)))
                    throw new ModelException($"{Describe(nodes[i], i)}: '{OnnxModel.Cut(name)}' is assigned twice");
    }

    private void LowerNodes(IReadOnlyList<NodeProto> nodes, Scope scope, string within)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            var source = within + Describe(nodes[i], i);
            if (++readCount > limits.Nodes)
                throw new ModelException($"more than {limits.Nodes} nodes, those of functions counted at each call");
            try
            {
                Operators.Lower(new OnnxNode(this, scope, nodes[i], source));
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{source}: {e.Message}", e);
            }
        }
    }

    public Block LowerBlock(GraphProto proto, Scope scope, string outputsOf)
    {
        LowerNodes(proto.Node, scope, "");
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
        var (fact, dims) = TypeMessages.Read(info.Type, $"input '{OnnxModel.Cut(info.Name)}'");
        if (fact.Type is null)
            throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' has no element type");
        return scope.Values[info.Name] = NewValue(info.Name, fact, dims);
    }

    private void Declare(ValueInfoProto info, int id)
    {
        var what = $"output '{OnnxModel.Cut(info.Name)}'";
        var (fact, dims) = TypeMessages.Read(info.Type, what);
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
