using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;
using AttributeType = Assay.Engine.Models.Onnx.Wire.AttributeProto.Types.AttributeType;

namespace Assay.Engine.Models.Onnx;

/// <summary>
/// One node of the file, as its operator's rule sees it. An attribute that the rule does not ask for is an error: what is
/// not understood is never left out of a computation silently.
/// </summary>
internal sealed class OnnxNode(Lowering graph, Scope scope, NodeProto proto, string source)
{
    private readonly Dictionary<string, AttributeProto> attributes = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    public string Op => proto.OpType;

    public string Domain => proto.Domain;

    /// <summary>The version of the default operator set; 0 where it is not imported.</summary>
    public int Opset => scope.Context.Version("");

    /// <summary>The version of the operator set that the node is of; 0 where it is not imported.</summary>
    public int Version => scope.Context.Version(proto.Domain);

    public Lowering Lowering => graph;

    public Scope Scope => scope;

    /// <summary>The same node, emitting into a body of its own.</summary>
    public OnnxNode Inner() => new(graph, new Scope(scope, scope.Depth + 1, scope.Context), proto, source);

    public string Source => source;

    public int InputCount => proto.Input.Count;

    public int OutputCount => proto.Output.Count;

    public void ReadAttributes()
    {
        foreach (var a in proto.Attribute)
        {
            var value = a;
            if (a.RefAttrName.Length > 0)
            {
                if (scope.Context.Attributes is not { } ofCall)
                    throw new ModelException($"attribute '{OnnxModel.Cut(a.Name)}' refers to a function's attribute, outside a function");
                if (!ofCall.TryGetValue(a.RefAttrName, out value))
                    continue;
            }
            if (!attributes.TryAdd(a.Name, value))
                throw new ModelException($"attribute '{OnnxModel.Cut(a.Name)}' is given twice");
        }
    }

    /// <summary>Checks that every attribute was understood and every output that has a name was made.</summary>
    public void Finish()
    {
        foreach (var name in attributes.Keys)
            if (!asked.Contains(name))
                throw new ModelException($"attribute '{OnnxModel.Cut(name)}' is not supported in operator set {Version}");
        for (var i = 0; i < proto.Output.Count; i++)
            if (proto.Output[i].Length > 0 && !scope.Values.ContainsKey(proto.Output[i]))
                scope.NotComputed[proto.Output[i]] = $"output {i} of {source}, which is not supported";
    }

    /// <summary>Whether input <paramref name="i"/> is given.</summary>
    public bool HasInput(int i) => i < proto.Input.Count && proto.Input[i].Length > 0 && !Lowering.IsAbsent(scope, proto.Input[i]);

    public int Input(int i) => HasInput(i) ? graph.Resolve(scope, proto.Input[i]) : throw new ModelException($"input {i} is missing");

    public int Optional(int i) => HasInput(i) ? Input(i) : -1;

    /// <summary>All inputs up to the last one given.</summary>
    public ImmutableArray<int> AllInputs()
    {
        var ids = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < proto.Input.Count; i++)
            ids.Add(Optional(i));
        while (ids.Count > 0 && ids[^1] < 0)
            ids.RemoveAt(ids.Count - 1);
        return ids.ToImmutable();
    }

    public Fact FactOf(int id) => graph.FactOf(id);

    public bool HasOutput(int i) => i < proto.Output.Count && proto.Output[i].Length > 0;

    public bool Has(string attribute) => attributes.ContainsKey(attribute);

    public long Int(string name, long otherwise) => Find(name, AttributeType.Int) is { } a ? a.I : otherwise;

    public float Float(string name, float otherwise) => Find(name, AttributeType.Float) is { } a ? a.F : otherwise;

    public string Text(string name, string otherwise) => Find(name, AttributeType.String) is { } a ? TensorMessages.Text(a.S) : otherwise;

    public ImmutableArray<long> Ints(string name) => Find(name, AttributeType.Ints) is { } a ? [.. a.Ints] : [];

    public ImmutableArray<float> Floats(string name) => Find(name, AttributeType.Floats) is { } a ? [.. a.Floats] : [];

    public ImmutableArray<string> Texts(string name) => Find(name, AttributeType.Strings) is { } a ? [.. a.Strings.Select(TensorMessages.Text)] : [];

    public Tensor? Tensor(string name) => Find(name, AttributeType.Tensor) is { T: { } t } ? graph.Decode(t) : null;

    /// <summary>The type that an attribute names, or null where it is absent.</summary>
    public Fact? Type(string name) => Find(name, AttributeType.TypeProto) is { } a ? TypeMessages.Read(a.Tp, $"attribute '{name}'").Fact : null;

    /// <summary>A flag that is given and has to have the one value that is supported.</summary>
    public void Only(string name, long value)
    {
        if (Int(name, value) != value)
            throw new ModelException($"{name} = {Int(name, value)} is not supported");
    }

    /// <summary>An attribute that has no meaning when a model is only run.</summary>
    public void Ignore(string name) => asked.Add(name);

    public int Constant(Tensor tensor) => graph.Constant("", tensor);

    public int Constant(ReadOnlySpan<long> values) => Constant(Models.Tensor.From(Shape.Of(values.Length), values));

    public int Emit(Primitive op, Attributes attributes, params ReadOnlySpan<int> inputs) => EmitAll(op, attributes, 1, inputs)[0];

    public ImmutableArray<int> EmitAll(Primitive op, Attributes attributes, int outputs, params ReadOnlySpan<int> inputs)
    {
        var length = inputs.Length;
        while (length > 0 && inputs[length - 1] < 0)
            length--;
        return graph.Emit(scope, source, op, attributes, [.. inputs[..length]], outputs, "");
    }

    public ImmutableArray<int> EmitIf(int condition)
    {
        var yes = graph.LowerBranch(Graph("then_branch"), scope, "then_branch");
        var no = graph.LowerBranch(Graph("else_branch"), scope, "else_branch");
        if (yes.Results.Length != no.Results.Length)
            throw new ModelException($"then_branch has {yes.Results.Length} outputs, else_branch {no.Results.Length}");
        return graph.EmitBlocks(scope, source, Primitive.If, [condition], [yes, no], yes.Results.Zip(no.Results, (a, b) => graph.FactOf(a).Or(graph.FactOf(b))));
    }

    /// <summary>The call of a function that the model brings along: its nodes stand here instead.</summary>
    public bool TryInline()
    {
        if (graph.FunctionOf(proto) is not { } function)
            return false;
        ReadAttributes();
        var outputs = graph.Inline(function, scope, source, AllInputs().AsSpan(), attributes);
        if (OutputCount > outputs.Length)
            throw new ModelException($"{OutputCount} outputs, where function '{OnnxModel.Cut(function.Name)}' has {outputs.Length}");
        for (var i = 0; i < OutputCount; i++)
            Output(i, outputs[i]);
        return true;
    }

    /// <summary>What the one-output graph that is attribute <paramref name="name"/> makes of a value; the value itself where there is none.</summary>
    public int Through(string name, int input)
    {
        if (!Has(name))
            return input;
        var outputs = graph.Inline(Graph(name), scope, name, input);
        return outputs.Length == 1 ? outputs[0] : throw new ModelException($"{name} has {outputs.Length} outputs, not 1");
    }

    /// <summary>Says which value an output is.</summary>
    public void Output(int i, int id)
    {
        if (!HasOutput(i))
            return;
        if (!scope.Values.TryAdd(proto.Output[i], id))
            throw new ModelException($"'{OnnxModel.Cut(proto.Output[i])}' is assigned twice");
        if (graph.NameOf(id).Length == 0)
            graph.Rename(id, proto.Output[i]);
    }

    public GraphProto Graph(string name) =>
        Find(name, AttributeType.Graph)?.G ?? throw new ModelException($"{name} is missing");

    private AttributeProto? Find(string name, AttributeType type)
    {
        asked.Add(name);
        if (!attributes.TryGetValue(name, out var a))
            return null;
        // Files of before 2018 may leave the type out.
        if (a.Type != type && a.Type != AttributeType.Undefined)
            throw new ModelException($"attribute '{name}' is {a.Type}, not {type}");
        return a;
    }
}
