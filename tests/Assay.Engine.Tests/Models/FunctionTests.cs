using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Assay.Engine.Tests.Execution;
using AttributeType = Assay.Engine.Models.Onnx.Wire.AttributeProto.Types.AttributeType;

namespace Assay.Engine.Tests.Models;

/// <summary>Functions that a model brings along: they stand where they are called, and cannot be made to grow without end.</summary>
public sealed class FunctionTests
{
    private const string Domain = "com.example";

    private static NodeProto Node(string op, string[] inputs, string[] outputs, string domain = "", params AttributeProto[] attributes) =>
        new() { OpType = op, Domain = domain, Input = { inputs }, Output = { outputs }, Attribute = { attributes } };

    private static FunctionProto Function(string name, string[] inputs, string[] outputs, params NodeProto[] nodes) => new()
    {
        Name = name, Domain = Domain, Input = { inputs }, Output = { outputs }, Node = { nodes },
        OpsetImport = { new OperatorSetIdProto { Version = 19 }, new OperatorSetIdProto { Domain = Domain, Version = 1 } },
    };

    private static byte[] Model(NodeProto call, params FunctionProto[] functions)
    {
        var writer = new OnnxWriter(19).Input("x", DType.Float32, 3).Output("y");
        writer.Message.Graph.Node.Add(call);
        writer.Message.Functions.Add(functions);
        writer.Message.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        return writer.ToBytes();
    }

    private static float[] Run(byte[] model) => Runs.Floats(Runs.Both(model, null, ("x", Runs.Floats(-2, 0, 3)))[0]);

    private static string Refused(byte[] model) => Assert.Throws<ModelException>(() => OnnxModel.Read(model)).Message;

    private static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    private static AttributeProto Reference(string name, string of) => new() { Name = name, Type = AttributeType.Float, RefAttrName = of };

    [Fact]
    public void A_call_is_the_function_and_its_attributes_are_those_of_the_call()
    {
        var f = Function("Scaled", ["a"], ["c"], Node("Constant", [], ["k"], "", Reference("value_float", "factor")), Node("Mul", ["a", "k"], ["c"]));
        f.AttributeProto.Add(Float("factor", 10));
        Assert.Equal([-20f, 0, 30], Run(Model(Node("Scaled", ["x"], ["y"], Domain), f)));
        Assert.Equal([-4f, 0, 6], Run(Model(Node("Scaled", ["x"], ["y"], Domain, Float("factor", 2)), f)));
        Assert.Contains("attribute 'other' is not one of function 'Scaled'", Refused(Model(Node("Scaled", ["x"], ["y"], Domain, Float("other", 2)), f)), StringComparison.Ordinal);
        // Called by another that hands its own attribute on, which its call leaves out: the default again.
        var g = Function("Twice", ["a"], ["c"], Node("Scaled", ["a"], ["b"], Domain, Reference("factor", "by")), Node("Scaled", ["b"], ["c"], Domain));
        g.Attribute.Add("by");
        Assert.Equal([-200f, 0, 300], Run(Model(Node("Twice", ["x"], ["y"], Domain), f, g)));
        Assert.Equal([-60f, 0, 90], Run(Model(Node("Twice", ["x"], ["y"], Domain, Float("by", 3)), f, g)));
    }

    [Fact]
    public void Inputs_left_out_are_left_out_inside_and_names_do_not_mix()
    {
        // The function's x is not the graph's x, and its absent bound is no bound.
        var f = Function("Bound", ["v", "low", "x"], ["y"], Node("Clip", ["v", "low", "x"], ["y"]));
        Assert.Equal([-2f, 0, 3], Run(Model(Node("Bound", ["x"], ["y"], Domain), f)));
        Assert.Contains("uses 'x', which nothing makes", Refused(Model(Node("F", ["x"], ["y"], Domain), Function("F", ["v"], ["w"], Node("Relu", ["x"], ["w"])))), StringComparison.Ordinal);
        Assert.Contains("2 inputs, where function 'F' takes 1", Refused(Model(Node("F", ["x", "x"], ["y"], Domain), Function("F", ["v"], ["w"], Node("Relu", ["v"], ["w"])))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_calls_itself_is_refused()
    {
        Assert.Contains("functions within functions, more than 64 deep", Refused(Model(Node("F", ["x"], ["y"], Domain), Function("F", ["v"], ["w"], Node("F", ["v"], ["w"], Domain)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_that_call_functions_that_call_functions_are_refused_before_they_fill_the_memory()
    {
        // Each calls the one below it thirty-two times, and the lowest does nothing: 2^60 calls.
        var all = Enumerable.Range(0, 12).Select(level => Function($"F{level}", ["v"], ["w"],
            [.. Enumerable.Range(0, 32).Select(i => Node(level == 0 ? "Identity" : $"F{level - 1}", ["v"], [i == 31 ? "w" : $"u{i}"], level == 0 ? "" : Domain))])).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Refused(Model(Node("F11", ["x"], ["y"], Domain), all));
        Assert.Matches("more than 1000000 nodes, those of functions counted|functions of more than 268435456 bytes", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000_000);
    }
}
