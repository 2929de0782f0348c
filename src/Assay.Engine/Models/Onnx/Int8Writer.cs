using Assay.Engine.Models.Int8;

namespace Assay.Engine.Models.Onnx;

/// <summary>
/// Builds an ONNX file of docs/spec/assay-int8-v1.md, operation by operation, each method returning the name of the value that it makes: what a
/// quantiser and tests write with. Nothing is checked here; the reader does that.
/// </summary>
public sealed class Int8Writer(string name = "graph", string producer = "assay")
{
    private readonly OnnxWriter file = new OnnxWriter(opset: 21, name, producer).Import(OnnxModel.Int8Domain, 1);
    private int count;
    private string? next;

    /// <summary>The ONNX file below, for inputs, outputs and metadata of the caller's own.</summary>
    public OnnxWriter File => file;

    /// <summary>Says what the next value is called.</summary>
    public Int8Writer As(string value)
    {
        next = value;
        return this;
    }

    /// <summary>Declares a float32 input; -1 is an extent that only running tells.</summary>
    public string Input(string input, params ReadOnlySpan<int> dims)
    {
        file.Input(input, DType.Float32, dims);
        return input;
    }

    public string Quantize(string x, float inverseScale, int zeroPoint) =>
        Node("Quantize", [x], ("inverse_scale", inverseScale), ("zero_point", zeroPoint));

    /// <summary>Ends the model: a float32 output of that name.</summary>
    public void Dequantize(string x, float scale, int zeroPoint, string output, params ReadOnlySpan<int> dims)
    {
        file.NodeOf(OnnxModel.Int8Domain, "Dequantize", [x], [output], ("scale", scale), ("zero_point", zeroPoint)).Output(output, DType.Float32, dims);
    }

    /// <param name="w">[N, K].</param>
    /// <param name="b">[N].</param>
    public string Dense(string x, Tensor w, Tensor b, int zeroPoint, int biasBound, Requantisation to) =>
        Requantised("Dense", [x, Constant(w), Constant(b)], to, ("x_zero_point", zeroPoint), ("bias_bound", biasBound));

    /// <param name="w">[O, C / group, rows, columns].</param>
    /// <param name="b">[O].</param>
    /// <param name="pads">Top, left, bottom, right; null for none.</param>
    public string Conv(
        string x, Tensor w, Tensor b, int zeroPoint, int biasBound, Requantisation to, int[]? strides = null, int[]? dilations = null, int[]? pads = null, int group = 1) =>
        Requantised("Conv", [x, Constant(w), Constant(b)], to,
            [("x_zero_point", zeroPoint), ("bias_bound", biasBound), .. Windows(strides, pads), .. dilations is null ? [] : new[] { ("dilations", (object)dilations) }, ("group", group)]);

    public string MaxPool(string x, int[] kernel, int[]? strides = null, int[]? pads = null) =>
        Node("MaxPool", [x], [("kernel_shape", kernel), .. Windows(strides, pads)]);

    public string AveragePool(string x, int zeroPoint, int[] kernel, Requantisation to, int[]? strides = null, int[]? pads = null) =>
        Requantised("AveragePool", [x], to, [("x_zero_point", zeroPoint), ("kernel_shape", kernel), .. Windows(strides, pads)]);

    /// <param name="to">One group, whose multiplier is 1.</param>
    public string Add(string a, string b, int multiplierA, int multiplierB, int zeroPointA, int zeroPointB, Requantisation to) =>
        Requantised("Add", [a, b], to, ("a_multiplier", multiplierA), ("b_multiplier", multiplierB), ("a_zero_point", zeroPointA), ("b_zero_point", zeroPointB));

    /// <param name="to">One group.</param>
    public string MatMul(string a, string b, int zeroPointA, int zeroPointB, Requantisation to) =>
        Requantised("MatMul", [a, b], to, ("a_zero_point", zeroPointA), ("b_zero_point", zeroPointB));

    /// <param name="table">256 int8: T of −128 first.</param>
    public string Table(string x, ReadOnlySpan<sbyte> table) => Node("Table", [x, Constant(Tensor.From(Shape.Of(table.Length), table))]);

    /// <param name="exponents">256 int32, the first the greatest.</param>
    public string Softmax(string x, ReadOnlySpan<int> exponents, bool causal = false) =>
        Node("Softmax", [x, Constant(Tensor.From(Shape.Of(exponents.Length), exponents))], ("causal", causal ? 1 : 0));

    public string Normalize(string x, int gain, int epsilon, int zeroPoint, int low = -128, int high = 127) =>
        Node("Normalize", [x], ("gain", gain), ("epsilon", epsilon), ("y_zero_point", zeroPoint), ("low", low), ("high", high));

    public string Reshape(string x, params ReadOnlySpan<long> shape) => Move("Reshape", [x, Constant(Tensor.From(Shape.Of(shape.Length), shape))]);

    public string Flatten(string x, int axis = 1) => Move("Flatten", [x], ("axis", axis));

    public string Transpose(string x, params long[] permutation) => Move("Transpose", [x], ("perm", permutation));

    public string Concat(int axis, params string[] values) => Move("Concat", values, ("axis", axis));

    /// <summary>The file.</summary>
    public byte[] ToBytes() => file.ToBytes();

    private string Requantised(string op, string[] inputs, Requantisation to, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        List<string> all = [.. inputs, Constant(Ints(to.Multipliers.AsSpan())), Constant(Ints(to.Shifts.AsSpan()))];
        if (!to.Groups.IsEmpty || !to.Table.IsEmpty)
            all.Add(to.Groups.IsEmpty ? "" : Constant(Ints(to.Groups.AsSpan())));
        if (!to.Table.IsEmpty)
            all.Add(Constant(Tensor.From(Shape.Of(to.Table.Length), to.Table.AsSpan())));
        return Node(op, [.. all], [.. attributes, ("y_zero_point", to.ZeroPoint), ("low", to.Low), ("high", to.High)]);
    }

    private static Tensor Ints(ReadOnlySpan<int> values) => Tensor.From(Shape.Of(values.Length), values);

    private static IEnumerable<(string, object)> Windows(int[]? strides, int[]? pads)
    {
        if (strides is not null)
            yield return ("strides", strides);
        if (pads is not null)
            yield return ("pads", pads);
    }

    private string Node(string op, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) => Node(OnnxModel.Int8Domain, op, inputs, attributes);

    private string Move(string op, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) => Node("", op, inputs, attributes);

    private string Node(string domain, string op, string[] inputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var made = next ?? $"{op}_{count++}";
        next = null;
        file.NodeOf(domain, op, inputs, [made], attributes);
        return made;
    }

    private string Constant(Tensor tensor)
    {
        var made = $"constant_{count++}";
        file.Initialiser(made, tensor);
        return made;
    }
}
