using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <content>Branches and loops. Scan and SequenceMap become loops whose bodies take their own elements.</content>
internal static partial class Operators
{
    private static Rule[] Control =>
    [
        new("If", 1, 1, If),
        new("Loop", 2, Any, Loop),
        new("Scan", 1, Any, Scan),
        new("SequenceMap", 1, Any, SequenceMap),
    ];

    private static void If(OnnxNode n)
    {
        if (n.FactOf(n.Input(0)) is { } fact && (fact.Type is not (null or DType.Bool) || fact.IsContainer))
            throw new ModelException($"the condition is {fact}, not bool");
        Outputs(n, n.EmitIf(n.Input(0)));
    }

    private static void Loop(OnnxNode n)
    {
        var proto = n.Graph("body");
        var carried = n.InputCount - 2;
        if (proto.Input.Count != carried + 2)
            throw new ModelException($"the body takes {proto.Input.Count} inputs, where {carried} values are carried");
        if (proto.Output.Count < carried + 1)
            throw new ModelException($"the body has {proto.Output.Count} outputs, where {carried} values are carried");
        var body = n.Lowering.OpenBody(proto, n.Scope);
        var first = Enumerable.Range(2, carried).Select(n.Input).ToImmutableArray();
        var inputs = ImmutableArray.CreateBuilder<int>();
        inputs.Add(n.Lowering.BodyInput(body, proto.Input[0], Fact.Of(DType.Int64, [])));
        inputs.Add(n.Lowering.BodyInput(body, proto.Input[1], Fact.Of(DType.Bool, [])));
        for (var i = 0; i < carried; i++)
            inputs.Add(n.Lowering.BodyInput(body, proto.Input[2 + i], n.FactOf(first[i])));
        var block = n.Lowering.LowerBlock(proto, body, "the body") with { Inputs = inputs.ToImmutable() };
        Outputs(n, EmitLoop(n, [n.Optional(0), n.Optional(1), .. first], block));
    }

    /// <summary>A loop of the body: carried values first, then one tensor for each thing that the iterations make, stacked on a new first axis.</summary>
    private static ImmutableArray<int> EmitLoop(OnnxNode n, ImmutableArray<int> inputs, Block body)
    {
        var facts = new List<Fact>();
        for (var i = 1; i < body.Results.Length; i++)
        {
            var made = n.FactOf(body.Results[i]);
            if (i < inputs.Length - 1)
                facts.Add(n.FactOf(inputs[i + 1]).Or(made));
            else if (made.IsContainer)
                throw new ModelException($"output {i} of the body is {made}; only tensors can be stacked");
            else
                facts.Add(new(made.Type, made.HasRank ? [-1, .. made.Dims] : default));
        }
        return n.Lowering.EmitBlocks(n.Scope, n.Source, Primitive.Loop, inputs, [body], facts);
    }

    private static void Scan(OnnxNode n)
    {
        if (n.Opset < 9)
        {
            ScanOfBatch(n);
            return;
        }
        var proto = n.Graph("body");
        var scans = n.Int("num_scan_inputs", 0);
        if (scans < 1 || scans > n.InputCount)
            throw new ModelException($"num_scan_inputs is {scans}, of {n.InputCount} inputs");
        var outputs = ScanOver(n, proto, [.. Enumerable.Range(0, n.InputCount).Select(n.Input)], n.InputCount - (int)scans,
            Numbers(n, "scan_input_axes", (int)scans), Numbers(n, "scan_input_directions", (int)scans),
            Numbers(n, "scan_output_axes", proto.Output.Count - n.InputCount + (int)scans), Numbers(n, "scan_output_directions", proto.Output.Count - n.InputCount + (int)scans));
        Outputs(n, outputs);
    }

    /// <summary>Version 8 scans each row of a batch by itself, along axis 1: a loop over the rows around the loop over the steps.</summary>
    private static void ScanOfBatch(OnnxNode n)
    {
        var proto = n.Graph("body");
        if (n.HasInput(0))
            throw new ModelException("lengths of sequences are not supported in version 8");
        int inputs = n.InputCount - 1, scans = (int)Math.Clamp(n.Int("num_scan_inputs", 0), 0, int.MaxValue);
        if (scans < 1 || scans > inputs)
            throw new ModelException($"num_scan_inputs is {scans}, of {inputs} inputs");
        var directions = Numbers(n, "directions", scans);
        var whole = Enumerable.Range(1, inputs).Select(n.Input).ToImmutableArray();
        var rows = whole.Select(id => n.Emit(Primitive.Gather, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, id), n.Constant(Tensor.Scalar(0L))))
            .Aggregate((a, b) => n.Emit(Primitive.Max, Attributes.None, a, b));
        var outer = n.Inner();
        int row = outer.Lowering.NewValue("", Fact.Of(DType.Int64, [])), condition = outer.Lowering.NewValue("", Fact.Of(DType.Bool, []));
        var own = whole.Select(id => outer.Emit(Primitive.Gather, Attributes.None, id, row)).ToImmutableArray();
        var results = ScanOver(outer, proto, own, inputs - scans, Zeros(scans), directions, Zeros(proto.Output.Count - inputs + scans), Zeros(proto.Output.Count - inputs + scans));
        var block = new Block(outer.Scope.Nodes.ToImmutable(), [condition, .. results]) { Inputs = [row, condition] };
        Outputs(n, EmitLoop(n, [rows, -1], block));

        static ImmutableArray<long> Zeros(int count) => [.. Enumerable.Repeat(0L, Math.Max(count, 0))];
    }

    private static ImmutableArray<int> ScanOver(
        OnnxNode n, GraphProto proto, ImmutableArray<int> inputs, int states, ImmutableArray<long> axes, ImmutableArray<long> directions, ImmutableArray<long> outputAxes, ImmutableArray<long> outputDirections)
    {
        if (proto.Input.Count != inputs.Length)
            throw new ModelException($"the body takes {proto.Input.Count} inputs, where {inputs.Length} are given");
        // As many iterations as the longest is long: a shorter one is found out when its element is taken.
        var steps = -1;
        for (var i = states; i < inputs.Length; i++)
        {
            var axis = axes[i - states];
            if (axis < 0 && n.FactOf(inputs[i]) is { HasRank: true } fact)
                axis = ShapeRules.Axis(axis, fact.Dims.Length);
            else if (axis < 0)
                throw new ModelException($"axis {axis} of a tensor of unknown rank is not supported");
            axes = axes.SetItem(i - states, axis);
            var length = n.Emit(Primitive.Gather, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, inputs[i]), n.Constant(Tensor.Scalar(axis)));
            steps = steps < 0 ? length : n.Emit(Primitive.Max, Attributes.None, steps, length);
        }
        var last = directions.Any(d => d != 0) ? n.Emit(Primitive.Sub, Attributes.None, steps, n.Constant(Tensor.Scalar(1L))) : -1;
        var scope = n.Lowering.OpenBody(proto, n.Scope);
        int iteration = n.Lowering.NewValue("", Fact.Of(DType.Int64, [])), condition = n.Lowering.NewValue("", Fact.Of(DType.Bool, []));
        var bodyInputs = ImmutableArray.Create(iteration, condition).ToBuilder();
        for (var i = 0; i < states; i++)
            bodyInputs.Add(n.Lowering.BodyInput(scope, proto.Input[i], n.FactOf(inputs[i]), keepsShape: true));
        for (var i = states; i < inputs.Length; i++)
        {
            var at = directions[i - states] == 0 ? iteration : Inside(n, scope, Primitive.Sub, Attributes.None, last, iteration);
            var slice = Inside(n, scope, Primitive.Gather, WithInt(Attributes.None, "axis", axes[i - states], 0), inputs[i], at);
            Lowering.Bind(scope, proto.Input[i].Name, slice);
        }
        var block = n.Lowering.LowerBlock(proto, scope, "the body");
        if (block.Results.Length < states)
            throw new ModelException($"the body has {block.Results.Length} outputs, where {states} values are carried");
        block = block with { Inputs = bodyInputs.ToImmutable(), Results = block.Results.Insert(0, condition) };
        var outputs = EmitLoop(n, [steps, -1, .. inputs[..states]], block).ToBuilder();
        for (var i = states; i < outputs.Count; i++)
            outputs[i] = Placed(n, outputs[i], outputAxes[i - states], outputDirections[i - states]);
        return outputs.ToImmutable();
    }

    /// <summary>What a loop stacked on its first axis: turned about, and with that axis where the file wants it.</summary>
    private static int Placed(OnnxNode n, int stacked, long axis, long direction)
    {
        if (direction != 0)
            stacked = n.Emit(Primitive.Slice, Attributes.None, stacked, n.Constant([-1L]), n.Constant([long.MinValue]), n.Constant([0L]), n.Constant([-1L]));
        if (axis == 0)
            return stacked;
        if (n.FactOf(stacked) is not { HasRank: true, Dims.Length: var rank })
            throw new ModelException($"scan output axis {axis} of a tensor of unknown rank is not supported");
        var to = ShapeRules.Axis(axis, rank);
        var perm = Enumerable.Range(1, rank - 1).Select(a => (long)a).ToList();
        perm.Insert(to, 0);
        return n.Emit(Primitive.Transpose, Attributes.None.With("perm", perm.ToImmutableArray()), stacked);
    }

    private static void SequenceMap(OnnxNode n)
    {
        var proto = n.Graph("body");
        var inputs = Enumerable.Range(0, n.InputCount).Select(n.Input).ToImmutableArray();
        if (proto.Input.Count != inputs.Length)
            throw new ModelException($"the body takes {proto.Input.Count} inputs, where {inputs.Length} are given");
        var scope = n.Lowering.OpenBody(proto, n.Scope);
        int iteration = n.Lowering.NewValue("", Fact.Of(DType.Int64, [])), condition = n.Lowering.NewValue("", Fact.Of(DType.Bool, []));
        var steps = -1;
        for (var i = 0; i < inputs.Length; i++)
        {
            var isSequence = n.FactOf(inputs[i]).Kind switch
            {
                ValueKind.Sequence => true,
                ValueKind.Tensor when i > 0 => false,
                _ => throw new ModelException($"input {i} is {n.FactOf(inputs[i])}, not a sequence"),
            };
            if (isSequence)
            {
                var length = n.Emit(Primitive.SequenceLength, Attributes.None, inputs[i]);
                steps = steps < 0 ? length : n.Emit(Primitive.Max, Attributes.None, steps, length);
            }
            Lowering.Bind(scope, proto.Input[i].Name, isSequence ? Inside(n, scope, Primitive.SequenceAt, Attributes.None, inputs[i], iteration) : inputs[i]);
        }
        var block = n.Lowering.LowerBlock(proto, scope, "the body");
        var carried = ImmutableArray.CreateBuilder<int>();
        var first = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < block.Results.Length; i++)
        {
            var type = n.FactOf(block.Results[i]).Type ?? TypeMessages.Read(proto.Output[i].Type, $"output {i} of the body").Fact.Type
                ?? throw new ModelException($"the type of output {i} of the body is not known");
            carried.Add(n.Lowering.NewValue("", Fact.Of(ValueKind.Sequence, type)));
            first.Add(n.Emit(Primitive.SequenceEmpty, To(type)));
        }
        var results = block.Results.Select((id, i) => Inside(n, scope, Primitive.SequenceInsert, Attributes.None, carried[i], id)).ToImmutableArray();
        Outputs(n, EmitLoop(n, [steps, -1, .. first], new Block(scope.Nodes.ToImmutable(), [condition, .. results]) { Inputs = [iteration, condition, .. carried] }));
    }

    /// <summary>Appends a node to a body.</summary>
    private static int Inside(OnnxNode n, Scope scope, Primitive op, Attributes attributes, params ReadOnlySpan<int> inputs) =>
        n.Lowering.Emit(scope, n.Source, op, attributes, [.. inputs], 1, "")[0];

    private static ImmutableArray<long> Numbers(OnnxNode n, string name, int count)
    {
        var given = n.Ints(name);
        return given.IsEmpty && count >= 0 ? [.. Enumerable.Repeat(0L, count)]
            : given.Length == count ? given : throw new ModelException($"{name} has {given.Length} numbers, not {count}");
    }

    private static void Outputs(OnnxNode n, ImmutableArray<int> outputs)
    {
        if (n.OutputCount > outputs.Length)
            throw new ModelException($"{n.OutputCount} outputs, where there are {outputs.Length}");
        for (var i = 0; i < n.OutputCount; i++)
            n.Output(i, outputs[i]);
    }
}
